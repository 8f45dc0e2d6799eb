"""A hub as a shop finds it: what it takes of a log and never forgets, and what it makes of stock.

The tester is the shop. It publishes a few pieces of its own, and withdraws them in the end; a check that proves a fork
freezes the tester's own copy and so comes last.
"""

from functools import partial

import msgspec
import zstandard

from federation import batches, limits
from federation.batches import Batch
from federation.conformance.checks import Check
from federation.conformance.session import Answer, Question, Session, granted, read, refused
from federation.conformance.verdicts import FailedError, NotAskedError, demand
from federation.conversations import stock
from federation.conversations.messages import PushReceipt, StockBatch, StockReceipt, StockRegister
from federation.documents import json
from federation.documents.keys import SigningKey
from federation.log import checkpoint, leaves, records
from federation.log.answers import GrowthAnswer, InclusionAnswer
from federation.log.checkpoint import Checkpoint
from federation.log.leaves import Leaf
from federation.log.tree import Range, verify_consistency, verify_inclusion
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import new_id, new_secret

LOG_TYPE = "application/vnd.fed.log+zstd"
_EPOCH = 1


class OwnLog:
    """The tester's log as the hub has it, and what to say next."""

    def __init__(self, lines: list[Leaf]) -> None:
        self.lines = lines

    @property
    def size(self) -> int:
        """How many lines the hub has."""
        return len(self.lines)

    def tree(self, more: list[bytes] | None = None) -> Range:
        """The tree over these lines and `more`."""
        hashes = [bytes.fromhex(leaf.hash) for leaf in self.lines]
        return Range().extend(hashes + [leaves.leaf_hash(line) for line in more or []])

    def put(self, product_id: str, title: str, *, at: int | None = None, body: bytes | None = None) -> bytes:
        """A line that publishes a piece."""
        key = records.product_key(product_id)
        return leaves.build_leaf(
            self.size if at is None else at,
            "put",
            key,
            self._before(key),
            record_type=records.PRODUCT_TYPE,
            body=_piece(product_id, title) if body is None else body,
        )

    def withdraw(self) -> list[bytes]:
        """Lines that take back whatever is published, as many as one batch carries."""
        newest = {leaf.key: leaf for leaf in self.lines}
        live = [key for key, leaf in newest.items() if leaf.operation == "put"][: limits.BATCH_OPERATIONS_MAX]
        return [leaves.build_leaf(self.size + place, "del", key, newest[key].hash) for place, key in enumerate(live)]

    def _before(self, key: str) -> str | None:
        return next((leaf.hash for leaf in reversed(self.lines) if leaf.key == key), None)


def _piece(product_id: str, title: str) -> bytes:
    return json.encode(
        {
            "id": product_id,
            "title": {"en": title},
            "category": "scarves",
            "gender": "unisex",
            "variants": [
                {
                    "id": f"{product_id}-1",
                    "sku": product_id.upper(),
                    "size": {"system": "ONE", "value": "one", "label": "One size"},
                    "colour": {"name": "Grey", "family": "grey"},
                    "price": {"amount_minor": 100, "currency": "EUR"},
                }
            ],
        }
    )


async def own_log(session: Session) -> OwnLog:
    """What the hub has of the tester's log."""
    lines: list[Leaf] = []
    while True:
        path = f"/replicas/{session.tester.party_id}/log/{_EPOCH}"
        answer = await session.ask(Question(method="GET", path=path, query=f"from={len(lines)}&limit=200"))
        if not lines and answer.problem is not None and answer.problem.type == "not-found":
            return OwnLog([])
        batch = _decoded(granted(answer).body)
        if not batch.lines:
            return OwnLog(lines)
        lines += [leaves.parse_leaf(line) for line in batch.lines]


def _decoded(body: bytes) -> Batch:
    try:
        return batches.decode(body)
    except GalleriaError as error:
        raise FailedError(f"a batch of the hub's copy cannot be read: {error.detail}") from error


def note_of(session: Session, tree: Range) -> bytes:
    """The tester's checkpoint on a tree."""
    origin = checkpoint.origin_of(session.tester.party_id, _EPOCH)
    return checkpoint.sign(Checkpoint(origin, tree.size, tree.root()), session.tester.key)


def push_of(body: bytes, old_size: int) -> Question:
    """A push of these bytes."""
    return Question(method="POST", path=f"/log/{_EPOCH}", body=body, content_type=LOG_TYPE, old_size=old_size)


def batch_of(session: Session, log: OwnLog, lines: list[bytes]) -> Question:
    """A push of the next lines."""
    note = note_of(session, log.tree(lines))
    return push_of(batches.encode(Batch(note, tuple(lines))), log.size)


async def publish(session: Session, log: OwnLog, lines: list[bytes]) -> PushReceipt:
    """Push the next lines, which the hub must take, and follow it."""
    receipt = read(granted(await session.ask(batch_of(session, log, lines))).body, PushReceipt)
    demand(receipt.size == log.size + len(lines), f"after {len(lines)} lines on {log.size} it says {receipt.size}")
    log.lines += [leaves.parse_leaf(line) for line in lines]
    return receipt


async def withdraw(session: Session) -> None:
    """Take back what was published. Raises FailedError when the hub does not take that."""
    log = await own_log(session)
    while lines := log.withdraw():
        await publish(session, log, lines)


async def taken(session: Session) -> None:
    log = await own_log(session)
    receipt = await publish(session, log, [log.put("conformance-1", f"Scarf {new_id()}")])
    demand(receipt.accepted == 1, f"one good line was pushed, {receipt.accepted} were accepted")
    demand(not receipt.quarantined, f"a good record was quarantined: {receipt.quarantined}")


async def cosigned(session: Session) -> None:
    log = await own_log(session)
    receipt = await publish(session, log, [log.put("conformance-1", f"Scarf {new_id()}")])
    note = checkpoint.with_line(note_of(session, log.tree()), _ended(receipt.cosignature))
    signed = checkpoint.parse(note)
    found = [checkpoint.cosignature(signed, session.judged.party_id, key) for key in session.judged.keys(session.now())]
    demand(any(found), "the receipt holds no cosignature of the hub on this very checkpoint")


def _ended(line: str) -> str:
    return line if line.endswith("\n") else line + "\n"


async def old_size(session: Session) -> None:
    log = await own_log(session)
    lines = [log.put("conformance-1", f"Scarf {new_id()}")]
    question = batch_of(session, log, lines)
    for wrong in (log.size + 7, *([0] if log.size else [])):
        problem = refused(await session.ask(msgspec.structs.replace(question, old_size=wrong)), "size-mismatch")
        demand(problem.expected == log.size, f"it has {log.size} lines, the refusal says {problem.expected}")


async def wrong_root(session: Session) -> None:
    log = await own_log(session)
    lines = [log.put("conformance-1", f"Scarf {new_id()}")]
    tree = log.tree([log.put("conformance-1", f"Cloak {new_id()}")])
    answer = await session.ask(push_of(batches.encode(Batch(note_of(session, tree), tuple(lines))), log.size))
    refused(answer, "size-mismatch")
    await _unchanged(session, log)


async def others_checkpoint(session: Session) -> None:
    log = await own_log(session)
    lines = [log.put("conformance-1", f"Scarf {new_id()}")]
    tree = log.tree(lines)
    origin = checkpoint.origin_of(session.tester.party_id, _EPOCH)
    note = checkpoint.sign(Checkpoint(origin, tree.size, tree.root()), SigningKey.from_seed(new_secret(32)))
    answer = await session.ask(push_of(batches.encode(Batch(note, tuple(lines))), log.size))
    refused(answer, "key-not-chained", "bad-signature")
    await _unchanged(session, log)


async def wrong_place(session: Session) -> None:
    log = await own_log(session)
    line = log.put("conformance-1", f"Scarf {new_id()}", at=log.size + 1)
    refused(await session.ask(batch_of(session, log, [line])), "record-invalid")
    await _unchanged(session, log)


async def _unchanged(session: Session, log: OwnLog) -> None:
    size = (await own_log(session)).size
    demand(size == log.size, f"the refused push left {size} lines, there were {log.size}")


async def poisoned(session: Session) -> None:
    log = await own_log(session)
    bad = log.put("conformance-2", "", body=b'{"id":"conformance-2","title":17}')
    good = log.put("conformance-3", f"Scarf {new_id()}", at=log.size + 1)
    receipt = await publish(session, log, [bad, good])
    named = {fault.key for fault in receipt.quarantined}
    demand(named == {records.product_key("conformance-2")}, f"one bad record of two: quarantined are {sorted(named)}")
    demand(all(fault.errors for fault in receipt.quarantined), "the receipt does not say what is wrong with the record")


async def bomb(session: Session) -> None:
    log = await own_log(session)
    plain = json.encode(note_of(session, log.tree()).decode()) + b"\n" + b" " * (64 * 2**20)
    body = zstandard.ZstdCompressor(level=3).compress(plain)
    refused(await session.ask(push_of(body, log.size)), "too-large")
    await _unchanged(session, log)


async def too_many(session: Session) -> None:
    log = await own_log(session)
    count = limits.BATCH_OPERATIONS_MAX + 1
    lines = [log.put("conformance-1", f"Scarf {place}", at=log.size + place) for place in range(count)]
    plain = b"".join(line + b"\n" for line in (json.encode(note_of(session, log.tree(lines)).decode()), *lines))
    refused(await session.ask(push_of(zstandard.ZstdCompressor(level=3).compress(plain), log.size)), "too-large")


async def copy_served(session: Session) -> None:
    log = await own_log(session)
    if not log.size:
        raise NotAskedError("nothing was published")
    path = f"/replicas/{session.tester.party_id}"
    answer = await session.ask(Question(method="GET", path=f"{path}/checkpoint"))
    demand(answer.problem is None and not answer.unsigned, f"expected the copy's checkpoint, got {answer.said()}")
    signed = checkpoint.parse(answer.body)
    said = signed.checkpoint
    demand(said.size == log.size and said.root == log.tree().root(), "the copy's checkpoint is not that of its lines")
    demand(
        any(checkpoint.cosignature(signed, session.judged.party_id, key) for key in session.judged.keys(session.now())),
        "the copy's checkpoint is not cosigned by the hub",
    )


async def copy_included(session: Session) -> None:
    log = await own_log(session)
    if not log.size:
        raise NotAskedError("nothing was published")
    tree = log.tree()
    path = f"/replicas/{session.tester.party_id}/inclusion"
    for seq in {0, tree.size - 1}:
        answer = granted(await session.ask(Question(method="GET", path=path, query=f"seq={seq}&size={tree.size}")))
        told = read(answer.body, InclusionAnswer)
        steps = [bytes.fromhex(step) for step in told.proof]
        leaf = bytes.fromhex(log.lines[seq].hash)
        shown = told.leaf == log.lines[seq].hash and verify_inclusion(leaf, seq, tree.size, steps, tree.root())
        demand(shown, f"the proof does not show line {seq} in the copy of {tree.size} lines")


async def copy_grown(session: Session) -> None:
    log = await own_log(session)
    if log.size < 2:  # noqa: PLR2004 - two lines are the least that can have grown
        raise NotAskedError("too little was published to have grown")
    path = f"/replicas/{session.tester.party_id}/proof"
    answer = granted(await session.ask(Question(method="GET", path=path, query=f"old=1&new={log.size}")))
    steps = [bytes.fromhex(step) for step in read(answer.body, GrowthAnswer).proof]
    first = Range().extend([bytes.fromhex(log.lines[0].hash)]).root()
    shown = verify_consistency(1, log.size, steps, first, log.tree().root())
    demand(shown, "the proof does not show that the copy grew from its first line")


async def _tell(session: Session, *registers: StockRegister, table: tuple[StockRegister, ...] = ()) -> Answer:
    batch = StockBatch(heartbeat=stock.heartbeat(table or registers), registers=registers)
    return await session.ask(Question(method="POST", path="/inv", body=json.encode(batch)))


async def _vseq(session: Session) -> int:
    """A number above every one the hub has heard."""
    return int(session.now().timestamp() * 1_000_000)


async def stock_taken(session: Session) -> None:
    register = StockRegister(variant_id="conformance-1-1", quantity=3, vseq=await _vseq(session))
    receipt = read(granted(await _tell(session, register)).body, StockReceipt)
    demand(receipt.vseq_high == register.vseq, f"told up to {register.vseq}, it says {receipt.vseq_high}")
    demand(receipt.in_step, "one register was told, and the table of one register is not in step")


async def stock_newest(session: Session) -> None:
    new = StockRegister(variant_id="conformance-1-1", quantity=2, vseq=await _vseq(session))
    old = StockRegister(variant_id="conformance-1-1", quantity=9, vseq=new.vseq - 1)
    await _tell(session, new)
    receipt = read(granted(await _tell(session, old, table=(new,))).body, StockReceipt)
    demand(receipt.in_step and receipt.vseq_high == new.vseq, "an older figure has replaced a newer one")


async def stock_honest(session: Session) -> None:
    vseq = await _vseq(session)
    known = StockRegister(variant_id="conformance-1-1", quantity=2, vseq=vseq)
    never_told = StockRegister(variant_id="conformance-9-9", quantity=1, vseq=vseq + 1)
    receipt = read(granted(await _tell(session, known, table=(known, never_told))).body, StockReceipt)
    demand(not receipt.in_step, "a table with a register it never heard is said to be in step")


async def stock_bounded(session: Session) -> None:
    vseq = await _vseq(session)
    many = tuple(
        StockRegister(variant_id=f"conformance-{place}", quantity=0, vseq=vseq + place)
        for place in range(limits.STOCK_BATCH_MAX + 1)
    )
    refused(await _tell(session, *many), "record-invalid", "too-large")


async def fork(session: Session) -> None:
    log = await own_log(session)
    one, other = (log.put("conformance-1", f"{word} {new_id()}") for word in ("Scarf", "Cloak"))
    await publish(session, log, [one])
    before = OwnLog(log.lines[:-1])
    answer = await session.ask(batch_of(session, before, [other]))
    refused(answer, "fork-detected")
    after = log.put("conformance-1", f"Scarf {new_id()}")
    refused(await session.ask(batch_of(session, log, [after])), "replica-frozen", "fork-detected")


_check = partial(Check, concerns="hub")

CHECKS = (
    _check("push-taken", "good lines under a signed root are taken", taken),
    _check("push-cosigned", "the receipt cosigns the checkpoint pushed", cosigned),
    _check("push-conditional", "a push from another size is size-mismatch with the size", old_size),
    _check("push-rooted", "lines that do not hash to the signed root are not taken", wrong_root),
    _check("push-signed", "a checkpoint by a key that is not the shop's is not taken", others_checkpoint),
    _check("push-numbered", "a line with another number than its place is not taken", wrong_place),
    _check("push-quarantines", "a bad record is named and never holds up the log", poisoned),
    _check("push-bounded", "a batch that inflates beyond its bound is too-large", bomb),
    _check("push-counted", f"more than {limits.BATCH_OPERATIONS_MAX} lines are too-large", too_many),
    _check("copy-cosigned", "the copy's checkpoint is that of its lines, cosigned", copy_served),
    _check("copy-included", "the copy proves every line under its root", copy_included),
    _check("copy-grown", "the copy proves that it only grew", copy_grown),
    _check("stock-taken", "registers are taken and the receipt says up to which", stock_taken),
    _check("stock-newest", "of two figures the one with the higher vseq holds", stock_newest),
    _check("stock-honest", "in_step is said of equal tables alone", stock_honest),
    _check("stock-bounded", f"more than {limits.STOCK_BATCH_MAX} registers at once are refused", stock_bounded),
)
LAST = (
    _check("fork-frozen", "two roots for one size are fork-detected, and the copy is frozen", fork, needs="spending"),
)
