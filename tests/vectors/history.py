"""Vectors of the log: leaves, roots, proofs, checkpoints, a batch, the proof of a record, proofs of forks."""

from collections.abc import Sequence
from typing import Any

from federation import batches
from federation.documents import json
from federation.log import checkpoint, forks, tree
from federation.log.checkpoint import Checkpoint
from federation.log.forks import ForkProof, Growth, LeafEvidence
from federation.log.leaves import build_leaf, leaf_hash, parse_leaf
from federation.log.proofs import RecordProof, Witness
from federation.log.records import EPOCH_KEY, EPOCH_TYPE, EpochOpening
from tests.federation import protocol_example as example

SIZES = 7
ORIGIN = checkpoint.origin_of(example.SHOP.party_id, 1)
OPERATIONS = (example.GENESIS.decode(),)


def lines_of(word: str, count: int) -> tuple[bytes, ...]:
    """`count` leaves about keys of their own; from the third on their bodies say `word`."""
    return tuple(
        build_leaf(
            place,
            "put",
            f"look/{place + 1}",
            None,
            record_type="example.look/1",
            body=b'{"word":"%b"}' % (b"first" if place <= 1 else word.encode()),
        )
        for place in range(count)
    )


LINES = lines_of("good", SIZES)
OTHERS = lines_of("other", SIZES)


def hashes_of(lines: Sequence[bytes]) -> list[bytes]:
    """The leaf hashes of lines."""
    return [leaf_hash(line) for line in lines]


def signed_at(lines: Sequence[bytes], size: int) -> bytes:
    """The shop's checkpoint over the first `size` lines."""
    return checkpoint.sign(Checkpoint(ORIGIN, size, tree.root_of(hashes_of(lines[:size]))), example.SHOP_KEY)


def cosigned_at(lines: Sequence[bytes], size: int) -> bytes:
    """The same with the hub's countersignature."""
    note = signed_at(lines, size)
    line = checkpoint.cosign(checkpoint.parse(note), example.HUB.party_id, example.HUB_KEY, example.CREATED)
    return checkpoint.with_line(note, line)


BATCH = batches.encode(batches.Batch(signed_at(LINES, SIZES), LINES))


def made() -> dict[str, Any]:
    """What the file holds beside its heading."""
    hashes = hashes_of(LINES)
    return {
        "lines": [line.decode() for line in LINES],
        "leaf_hashes": [value.hex() for value in hashes],
        "roots": [tree.root_of(hashes[:size]).hex() for size in range(SIZES + 1)],
        "inclusion": [
            {"seq": seq, "size": size, "proof": [step.hex() for step in tree.inclusion_proof(hashes[:size], seq)]}
            for size in range(1, SIZES + 1)
            for seq in range(size)
        ],
        "consistency": [
            {"old": old, "new": new, "proof": [step.hex() for step in tree.consistency_proof(hashes[:new], old)]}
            for new in range(1, SIZES + 1)
            for old in range(new + 1)
        ],
        "checkpoint": signed_at(LINES, SIZES).decode(),
        "countersigned": cosigned_at(LINES, SIZES).decode(),
        "empty_checkpoint": signed_at(LINES, 0).decode(),
        "tombstone": {"line": example.TOMBSTONE.decode(), "hash": leaf_hash(example.TOMBSTONE).hex()},
        "refused_lines": [{"line": line, "why": why} for line, why in REFUSED_LINES.items()],
        "batch": {"old_size": 0, "wire_hex": BATCH.hex(), "inflated": _inflated()},
        "epoch": {"first_line": opening().decode(), "follows": signed_at(LINES, SIZES).decode()},
        "record_proof": json.encode(record_proof()).decode(),
        "fork_proofs": {proof.kind: forks.encode(proof).decode() for proof in fork_proofs()},
    }


def _inflated() -> str:
    note = json.encode(signed_at(LINES, SIZES).decode())
    return b"".join(line + b"\n" for line in (note, *LINES)).decode()


def opening() -> bytes:
    """The first line of epoch 2, restating nothing."""
    body = json.encode(EpochOpening(follows=signed_at(LINES, SIZES).decode(), restated=0))
    return build_leaf(0, "put", EPOCH_KEY, None, record_type=EPOCH_TYPE, body=body)


def record_proof() -> RecordProof:
    """That line 3 was published, countersigned by the hub."""
    leaf = parse_leaf(LINES[3])
    return RecordProof(
        type="fed.record-proof/1",
        shop=example.SHOP.party_id,
        shop_url=f"https://atelier.example/fed/v1/{example.SHOP.party_id}",
        epoch=1,
        key=leaf.key,
        seq=leaf.seq,
        line=leaf.line.decode(),
        leaf=leaf.hash,
        inclusion=tuple(step.hex() for step in tree.inclusion_proof(hashes_of(LINES), leaf.seq)),
        checkpoint=cosigned_at(LINES, SIZES).decode(),
        operations=OPERATIONS,
        witnesses=(Witness(party=example.HUB.party_id, operations=(example.HUB_GENESIS.decode(),)),),
    )


def fork_proofs() -> tuple[ForkProof, ...]:
    """One proof of each kind about the two histories, which part at line 2."""
    operations = [example.GENESIS]
    shorter, longer = signed_at(LINES, 4), signed_at(OTHERS, SIZES)
    theirs = hashes_of(OTHERS)
    growth = Growth(tree.root_of(theirs[:4]), tree.consistency_proof(theirs, 4))
    return (
        forks.two_roots((signed_at(LINES, SIZES), longer), operations),
        forks.two_prefixes((shorter, longer), growth, operations),
        forks.two_leaves((shorter, longer), (_evidence(LINES, 3, 4), _evidence(OTHERS, 3, SIZES)), operations),
    )


def _evidence(lines: Sequence[bytes], seq: int, size: int) -> LeafEvidence:
    path = tree.inclusion_proof(hashes_of(lines[:size]), seq)
    return LeafEvidence(lines[seq].decode(), tuple(step.hex() for step in path))


REFUSED_LINES = {
    '{"s":0,"o":"put","k":"look/1","p":null,"t":"example.look/1"}': "a put without a body",
    '{"s":0,"o":"del","k":"look/1","p":null,"t":"example.look/1","b":{}}': "a del with a body",
    '{"s":00,"o":"put","k":"look/1","p":null,"t":"example.look/1","b":{}}': "a number with a leading zero",
    '{"o":"put","s":0,"k":"look/1","p":null,"t":"example.look/1","b":{}}': "parts in another order",
    '{"s":0, "o":"put","k":"look/1","p":null,"t":"example.look/1","b":{}}': "white space between the parts",
    '{"s":0,"o":"put","k":"Look/1","p":null,"t":"example.look/1","b":{}}': "a key outside the alphabet",
}
