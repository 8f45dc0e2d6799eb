"""What is kept of a long tree: roots and proofs from a handful of hashes, equal to those from all of them."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.log import nodes, tree
from federation.log.nodes import Place
from federation.log.tree import Range
from federation.vocabulary.errors import RecordInvalidError

LEAVES = [hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(5_000)]


def kept(size: int, *cuts: int) -> dict[Place, bytes]:
    """All hashes kept of a log of `size` leaves that came in runs ending at `cuts`."""
    held = {(0, place): LEAVES[place] for place in range(size)}
    grown, done = Range(), 0
    for cut in (*cuts, size):
        growth = nodes.grow(grown, LEAVES[done:cut])
        held |= {(node.level, node.place): node.hash for node in growth.nodes}
        grown, done = growth.tree, cut
    assert grown == Range().extend(LEAVES[:size])
    return held


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_proofs_from_kept_nodes_are_those_from_all_leaves(data: st.DataObject) -> None:
    """For trees of any size, however their leaves came, both proofs and every prefix's root are the defined ones."""
    size = data.draw(st.integers(1, 700) | st.sampled_from([4_095, 4_096, 4_097, 5_000]))
    held = kept(size, *sorted(data.draw(st.lists(st.integers(0, size), max_size=4))))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    included = [nodes.root(span, held) for span in tree.inclusion_spans(index, size)]
    grew = [nodes.root(span, held) for span in tree.consistency_spans(old, size)]
    root, old_root = nodes.root((0, size), held), nodes.root((0, old), held)
    assert (root, old_root) == (tree.root_of(LEAVES[:size]), tree.root_of(LEAVES[:old]))
    assert included == tree.inclusion_proof(LEAVES[:size], index)
    assert grew == tree.consistency_proof(LEAVES[:size], old)
    assert tree.verify_inclusion(LEAVES[index], index, size, included, root)
    assert tree.verify_consistency(old, size, grew, old_root, root)


def test_a_proof_in_a_long_log_reads_few_hashes() -> None:
    """In logs of up to a million leaves no proof names more than 15 nodes per level and side."""
    for size in (100_000, 99_999, 65_537, 1_000_000):
        for index in (0, 1, size // 3, size - 2, size - 1):
            wanted = {place for span in tree.inclusion_spans(index, size) for place in nodes.parts(span)}
            grew = {place for span in tree.consistency_spans(index, size) for place in nodes.parts(span)}
            assert len(wanted) <= 200
            assert len(grew) <= 200


def test_a_missing_node_is_named() -> None:
    """A tree that lost a node is a refusal, never a wrong root."""
    held = kept(40)
    del held[4, 1]
    with pytest.raises(RecordInvalidError, match="place 1 of level 4"):
        nodes.root((0, 40), held)
