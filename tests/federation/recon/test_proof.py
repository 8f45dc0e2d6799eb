"""One proof for many leaves."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.log.tree import inclusion_proof, root_of
from federation.recon.proof import prove, root_from
from federation.vocabulary.errors import RecordInvalidError

HASHES = [hashlib.sha256(bytes([number % 256, number // 256])).digest() for number in range(300)]


@settings(max_examples=80, deadline=None)
@given(size=st.integers(1, 300), data=st.data())
def test_leaves_and_proof_make_the_root(size: int, data: st.DataObject) -> None:
    """Any leaves of a tree of any size are proven; another leaf in place of one is not."""
    places = data.draw(st.sets(st.integers(0, size - 1), min_size=1, max_size=40))
    hashes = HASHES[:size]
    proof = prove(hashes, sorted(places))
    leaves = {place: hashes[place] for place in places}
    assert root_from(size, leaves, proof) == root_of(hashes)
    leaves[min(places)] = bytes(32)
    assert root_from(size, leaves, proof) != root_of(hashes)


def test_one_leaf_needs_its_audit_path() -> None:
    """For a single leaf the proof is its RFC 6962 audit path, from left to right."""
    assert sorted(prove(HASHES, [77])) == sorted(inclusion_proof(HASHES, 77))


def test_neighbours_share_their_proof() -> None:
    """A hundred leaves at the end need no more than the path to them."""
    assert len(prove(HASHES, range(200, 300))) <= 9


def test_a_proof_of_another_form_is_refused() -> None:
    """Too few or too many subtrees, short hashes, places outside: none makes a root."""
    proof = prove(HASHES, [3, 9])
    leaves = {3: HASHES[3], 9: HASHES[9]}
    for wrong in (proof[:-1], [*proof, bytes(32)], [b"x", *proof[1:]]):
        with pytest.raises(RecordInvalidError):
            root_from(300, leaves, wrong)
    for places in ([], [300], [-1]):
        with pytest.raises(RecordInvalidError):
            prove(HASHES, places)
    with pytest.raises(RecordInvalidError):
        root_from(300, {300: HASHES[0]}, proof)
