"""The Merkle tree: published roots and proofs, and proofs that show nothing but the truth."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.log import tree
from federation.log.leaves import leaf_hash
from federation.log.tree import Range
from federation.vocabulary.errors import RecordInvalidError

PUBLISHED_LEAVES = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
]
PUBLISHED_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
HASHES = [leaf_hash(bytes.fromhex(text)) for text in PUBLISHED_LEAVES]
MANY = [leaf_hash(bytes([number])) for number in range(70)]


def naive_root(hashes: list[bytes]) -> bytes:
    """The root by the recursive definition of RFC 6962."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return tree.node_hash(naive_root(hashes[:split]), naive_root(hashes[split:]))


def test_published_roots() -> None:
    """The roots are those of the reference test data for RFC 6962; empty is SHA-256 of nothing."""
    assert [tree.root_of(HASHES[: size + 1]).hex() for size in range(8)] == PUBLISHED_ROOTS
    assert Range().root().hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_published_proofs() -> None:
    """An inclusion and a consistency proof of the same test data."""
    assert [step.hex() for step in tree.inclusion_proof(HASHES, 0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [step.hex() for step in tree.consistency_proof(HASHES, 6)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=70), st.data())
def test_peaks_give_the_same_root_however_the_leaves_came(hashes: list[bytes], data: st.DataObject) -> None:
    """Appending in any batches, with the peaks kept as bytes in between, gives the defined root."""
    cut = data.draw(st.integers(0, len(hashes)))
    first = Range().extend(hashes[:cut])
    whole = Range.decode(first.size, first.encode()).extend(hashes[cut:])
    assert whole.size == len(hashes)
    assert whole.root() == naive_root(hashes)


def test_every_inclusion_proof_verifies_and_only_for_its_leaf() -> None:
    """In trees of every size to 70, each leaf's proof holds at its own place and nowhere else."""
    for size in (1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 70):
        hashes = MANY[:size]
        root = tree.root_of(hashes)
        for index in range(size):
            proof = tree.inclusion_proof(hashes, index)
            assert tree.verify_inclusion(hashes[index], index, size, proof, root)
            assert not tree.verify_inclusion(hashes[index - 1], index, size, proof, root) or size == 1
            assert not tree.verify_inclusion(hashes[index], index + 1, size, proof, root)
            assert not tree.verify_inclusion(hashes[index], index, size, [*proof, root], root)
            assert not proof or not tree.verify_inclusion(hashes[index], index, size, proof[:-1], root)


def test_every_consistency_proof_verifies_and_only_between_its_sizes() -> None:
    """Every growth to 40 leaves is proven, and a proof holds for no other roots or lengths (all grows from nothing)."""
    roots = [tree.root_of(MANY[:size]) for size in range(41)]
    for new in range(1, 41):
        for old in range(new + 1):
            proof = tree.consistency_proof(MANY[:new], old)
            assert tree.verify_consistency(old, new, proof, roots[old], roots[new])
            assert not tree.verify_consistency(old, new, proof, roots[old - 1], roots[new])
            assert old == 0 or not tree.verify_consistency(old, new, proof, roots[old], roots[new - 1])
            assert not tree.verify_consistency(old, new, [*proof, roots[old]], roots[old], roots[new])
            assert not proof or not tree.verify_consistency(old, new, proof[:-1], roots[old], roots[new])


@given(st.data())
def test_no_bit_of_a_proof_can_be_flipped(data: st.DataObject) -> None:
    """A tampered proof proves nothing."""
    old = data.draw(st.integers(1, 69))
    proofs = (tree.consistency_proof(MANY, old), tree.inclusion_proof(MANY, old))
    root, old_root = tree.root_of(MANY), tree.root_of(MANY[:old])
    for which, proof in enumerate(proofs):
        step = data.draw(st.integers(0, len(proof) - 1))
        value = bytearray(proof[step])
        value[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
        touched = [*proof[:step], bytes(value), *proof[step + 1 :]]
        if which == 0:
            assert not tree.verify_consistency(old, 70, touched, old_root, root)
        else:
            assert not tree.verify_inclusion(MANY[old], old, 70, touched, root)


def test_impossible_questions_are_refused_or_false() -> None:
    """Leaves outside the tree, shrinking trees and wrong peaks have no proof."""
    for index in (-1, 8):
        with pytest.raises(RecordInvalidError):
            tree.inclusion_proof(HASHES, index)
        assert not tree.verify_inclusion(HASHES[0], index, 8, [], HASHES[0])
    for old in (-1, 9):
        with pytest.raises(RecordInvalidError):
            tree.consistency_proof(HASHES, old)
        assert not tree.verify_consistency(old, 8, [], HASHES[0], HASHES[0])
    for size, peaks in ((3, bytes(32)), (1, b""), (0, bytes(32)), (-1, b"")):
        with pytest.raises(RecordInvalidError):
            Range.decode(size, peaks)
