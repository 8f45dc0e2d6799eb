"""Proof of two histories: what convinces a stranger, and everything that must not."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.documents.identity import SignKey
from federation.documents.keys import SigningKey, encode_base64url
from federation.log import forks
from federation.log.forks import ForkProof, Growth, LeafEvidence
from federation.log.tree import consistency_proof, inclusion_proof, root_of
from federation.vocabulary.errors import GalleriaError
from tests.federation.log.histories import AT, SHOP, Signer, hashes, signed, story

ONE, OTHER = story(1, 2, 3, 4, 5), story(1, 2, 9, 8, 7, 6, 5)


def prefixes(shorter: int = 4, longer: int = 7) -> ForkProof:
    """Two stories that part at the third line, told by checkpoints of different sizes."""
    growth = Growth(root_of(hashes(OTHER[:shorter])), consistency_proof(hashes(OTHER[:longer]), shorter))
    notes = (signed(ONE[:shorter]), signed(OTHER[:longer]))
    return forks.two_prefixes(notes, growth, SHOP.operations)


def leaf_evidence(leaves: list[forks.LeafEvidence] | None = None, *, seq: int = 3) -> ForkProof:
    """Two lines with one number."""
    made = tuple(
        LeafEvidence(told[seq].line.decode(), tuple(step.hex() for step in inclusion_proof(hashes(told), seq)))
        for told in (ONE, OTHER)
    )
    return forks.two_leaves((signed(ONE), signed(OTHER)), tuple(leaves or made), SHOP.operations)  # type: ignore[arg-type]


GOOD = {
    "two-roots": forks.two_roots((signed(ONE), signed(OTHER[:5])), SHOP.operations),
    "two-prefixes": prefixes(),
    "two-leaves": leaf_evidence(),
}


@pytest.mark.parametrize("kind", GOOD)
def test_each_kind_convinces_a_stranger(kind: str) -> None:
    """A document, read back from its bytes, proves two histories by nothing but what is in it."""
    first, second = forks.verify(forks.decode(forks.encode(GOOD[kind])))
    assert first.size <= second.size
    assert first.root != second.root


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_any_two_stories_that_part_are_proven_at_any_sizes(data: st.DataObject) -> None:
    """Wherever two logs part, checkpoints beyond that point and the longer log's own proof show it."""
    parting = data.draw(st.integers(0, 20))
    lengths = (data.draw(st.integers(parting + 1, 40)), data.draw(st.integers(parting + 1, 40)))
    shorter, longer = min(lengths), max(lengths)
    one = story(*range(shorter))
    other = story(*range(parting), *range(1_000, 1_000 + longer - parting))
    notes = (signed(one), signed(other))
    if shorter == longer:
        proof = forks.two_roots(notes, SHOP.operations)
    else:
        growth = Growth(root_of(hashes(other[:shorter])), consistency_proof(hashes(other), shorter))
        proof = forks.two_prefixes(notes, growth, SHOP.operations)
    assert forks.verify(proof)


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 40), st.integers(0, 40))
def test_one_growing_story_is_never_a_fork(size: int, more: int) -> None:
    """No two checkpoints of one log can be made into a proof, with its true proof of growth or without it."""
    whole = story(*range(size + more))
    notes = (signed(whole[:size]), signed(whole))
    truth = Growth(root_of(hashes(whole[:size])), consistency_proof(hashes(whole), size))
    for growth in (truth, Growth(b"\7" * 32, truth.consistency), Growth(b"\7" * 32, ())):
        with pytest.raises(GalleriaError):
            forks.verify(forks.two_prefixes(notes, growth, SHOP.operations))
    with pytest.raises(GalleriaError):
        forks.verify(forks.two_roots(notes, SHOP.operations))


def _by(key: SigningKey) -> ForkProof:
    return forks.two_roots((signed(ONE, key=key), signed(OTHER[:5], key=key)), SHOP.operations)


STRANGER = Signer("shop", 60)
FORGED = {
    "a key the shop never named": _by(STRANGER.key),
    "a root key, which signs no logs": _by(SHOP.root),
    "another shop's operations": msgspec.structs.replace(GOOD["two-roots"], operations=STRANGER.texts),
    "another shop's name": msgspec.structs.replace(GOOD["two-roots"], shop=STRANGER.id),
    "another epoch": msgspec.structs.replace(GOOD["two-roots"], epoch=2),
    "checkpoints of two epochs": forks.two_roots((signed(ONE), signed(OTHER[:5], 2)), SHOP.operations),
    "the same checkpoint twice": forks.two_roots((signed(ONE), signed(ONE)), SHOP.operations),
    "the larger one first": forks.two_roots((signed(OTHER), signed(ONE)), SHOP.operations),
    "sizes that are not the notes'": msgspec.structs.replace(GOOD["two-prefixes"], second_size=9),
    "roots that are not the notes'": msgspec.structs.replace(GOOD["two-roots"], first_root="0" * 64),
    "no proof of growth": msgspec.structs.replace(GOOD["two-prefixes"], consistency=()),
    "no root to have grown from": msgspec.structs.replace(GOOD["two-prefixes"], prefix_root=None),
    "another root to have grown from": msgspec.structs.replace(GOOD["two-prefixes"], prefix_root="a" * 64),
    "a proof of growth cut short": msgspec.structs.replace(
        GOOD["two-prefixes"], consistency=GOOD["two-prefixes"].consistency[:-1]
    ),
    "growth that agrees": msgspec.structs.replace(prefixes(2, 7), consistency=()),
    "one line only": msgspec.structs.replace(GOOD["two-leaves"], leaves=GOOD["two-leaves"].leaves[:1]),
    "the same line twice": leaf_evidence(seq=0),
    "a line that is not in its log": leaf_evidence(
        [LeafEvidence(OTHER[3].line.decode(), GOOD["two-leaves"].leaves[0].inclusion), GOOD["two-leaves"].leaves[1]]
    ),
    "two lines with two numbers": leaf_evidence(
        [
            GOOD["two-leaves"].leaves[0],
            LeafEvidence(OTHER[4].line.decode(), tuple(step.hex() for step in inclusion_proof(hashes(OTHER), 4))),
        ]
    ),
    "roots called leaves": msgspec.structs.replace(GOOD["two-roots"], kind="two-leaves"),
    "prefixes called roots": msgspec.structs.replace(GOOD["two-prefixes"], kind="two-roots"),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_proof_is_refused(how: str) -> None:
    """Nothing that the shop did not sign twice is ever a fork."""
    with pytest.raises(GalleriaError):
        forks.verify(FORGED[how])


def test_every_key_of_the_epoch_counts_and_one_with_an_end_does_not() -> None:
    """No shop is quit of a story by changing its key; what a key signs that it ended is not held against it."""
    shop = Signer("shop", 20)
    later = SigningKey.from_seed(b"\x33" * 32)
    notes = (signed(ONE, by=shop), signed(OTHER[:5], by=shop, key=later))

    roots = (_entry(shop.root).x,)
    shop.add(type="rotate", root_keys=roots, sign_keys=(_entry(later),))
    assert forks.verify(forks.two_roots(notes, shop.operations))

    careful = Signer("shop", 20)
    ended = msgspec.structs.replace(_entry(later), not_after=AT)
    careful.add(type="rotate", root_keys=roots, sign_keys=(_entry(careful.key), ended))
    with pytest.raises(GalleriaError):
        forks.verify(forks.two_roots(notes, careful.operations))


def _entry(key: SigningKey) -> SignKey:
    return SignKey(x=encode_base64url(key.public.raw))
