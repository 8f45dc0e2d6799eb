"""Logs with real keys and signed checkpoints, for tests of proofs: one shop that can tell several stories, one hub."""

from collections.abc import Sequence

from federation.documents import identity
from federation.documents.keys import SigningKey
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint
from federation.log.leaves import Leaf, build_leaf, parse_leaf
from federation.log.proofs import RecordProof, Witness
from federation.log.tree import inclusion_proof, root_of
from federation.vocabulary.ids import PartyId

AT = "2026-11-22T07:16:00Z"
NOON = 1_795_332_000


class Signer:
    """A party with its keys and its first operation."""

    def __init__(self, kind: identity.PartyKind, seed: int) -> None:
        self.root = SigningKey.from_seed(bytes([seed]) * 32)
        self.key = SigningKey.from_seed(bytes([seed + 1]) * 32)
        self.operations = [identity.genesis(kind, self.root, sign_keys=(self.key.public,), at=AT)]
        self.id: PartyId = identity.party_id_of(self.operations[0])

    def add(self, **fields: object) -> None:
        """One more operation, signed by the root."""
        operation = identity.Operation(at=AT, previous=identity.fold(self.operations).head, **fields)  # type: ignore[arg-type]
        self.operations.append(identity.sign_operation(operation, self.root))

    @property
    def texts(self) -> tuple[str, ...]:
        """The operations as documents hold them."""
        return tuple(item.decode() for item in self.operations)


SHOP = Signer("shop", 1)
HUB = Signer("hub", 5)


def story(*bodies: int) -> list[Leaf]:
    """A log of small records, one per body."""
    return [
        parse_leaf(build_leaf(seq, "put", f"look/{seq}", None, record_type="example.look/1", body=b'{"a":%d}' % body))
        for seq, body in enumerate(bodies)
    ]


def hashes(leaves: Sequence[Leaf]) -> list[bytes]:
    """The leaf hashes of a log."""
    return [bytes.fromhex(leaf.hash) for leaf in leaves]


def signed(leaves: Sequence[Leaf], epoch: int = 1, *, by: Signer = SHOP, key: SigningKey | None = None) -> bytes:
    """The shop's checkpoint over a log."""
    told = Checkpoint(checkpoint.origin_of(by.id, epoch), len(leaves), root_of(hashes(leaves)))
    return checkpoint.sign(told, key or by.key)


def cosigned(note: bytes, at: int = NOON) -> bytes:
    """A checkpoint with the hub's countersignature."""
    return checkpoint.with_line(note, checkpoint.cosign(checkpoint.parse(note), HUB.id, HUB.key, at))


def proof_of(leaves: Sequence[Leaf], seq: int, *, epoch: int = 1) -> RecordProof:
    """A good proof of one line, countersigned."""
    leaf = leaves[seq]
    return RecordProof(
        type="fed.record-proof/1",
        shop=SHOP.id,
        shop_url=f"https://atelier.example/fed/v1/{SHOP.id}",
        epoch=epoch,
        key=leaf.key,
        seq=seq,
        line=leaf.line.decode(),
        leaf=leaf.hash,
        inclusion=tuple(step.hex() for step in inclusion_proof(hashes(leaves), seq)),
        checkpoint=cosigned(signed(leaves, epoch)).decode(),
        operations=SHOP.texts,
        witnesses=(Witness(party=HUB.id, operations=HUB.texts),),
    )
