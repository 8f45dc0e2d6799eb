"""A shop as a hub finds it: its log under signed roots, and holds that keep their word."""

from functools import partial

import msgspec

from federation import batches, limits
from federation.conformance.checks import Check
from federation.conformance.session import Question, Session, granted, read, refused
from federation.conformance.verdicts import FailedError, NotAskedError, demand
from federation.conversations.messages import ReservationAnswer, ReservationLine, ReservationRequest
from federation.documents import json
from federation.log import checkpoint, leaves, records
from federation.log.answers import GrowthAnswer, InclusionAnswer
from federation.log.checkpoint import Checkpoint
from federation.log.leaves import Leaf
from federation.log.tree import Range, verify_consistency, verify_inclusion
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import new_id
from federation.vocabulary.product import Product

_READ_MAX = 2_000
"""Lines of a long log that are read."""
_TTL_SECONDS = 60
_TRIED_MAX = 20
"""Pieces tried until one is in stock."""
_MORE_THAN_ANYBODY_HAS = limits.LINE_QUANTITY_MAX


async def head(session: Session) -> Checkpoint:
    """The shop's newest checkpoint, verified."""
    answer = await session.ask(Question(method="GET", path="/checkpoint"))
    demand(not answer.unsigned and answer.problem is None, f"expected a checkpoint, got {answer.said()}")
    origin = checkpoint.origin_of(session.judged.party_id, session.judged.state.epoch)
    keys = session.judged.keys(session.now())
    try:
        return checkpoint.verify(checkpoint.parse(answer.body), origin, keys)
    except GalleriaError as error:
        raise FailedError(f"the checkpoint does not hold: {error.detail}") from error


async def read_lines(session: Session, most: int = _READ_MAX) -> list[Leaf]:
    """The first lines of the log, parsed; at most so many. A batch reaches at least as far as asked, or to its end."""
    found: list[Leaf] = []
    while len(found) < most:
        answer = granted(await session.ask(_log_from(session, len(found))))
        batch = _batch(answer.body)
        if not batch.lines:
            return found
        found += [_leaf(line) for line in batch.lines]
    return found


def _log_from(session: Session, start: int, most: int = limits.BATCH_OPERATIONS_MAX) -> Question:
    return Question(method="GET", path=f"/log/{session.judged.state.epoch}", query=f"from={start}&limit={most}")


def _batch(body: bytes) -> batches.Batch:
    try:
        return batches.decode(body)
    except GalleriaError as error:
        raise FailedError(f"a batch of the log cannot be read: {error.detail}") from error


def _leaf(line: bytes) -> Leaf:
    try:
        return leaves.parse_leaf(line)
    except GalleriaError as error:
        raise FailedError(f"a line of the log is no leaf: {error.detail}") from error


async def signed_head(session: Session) -> None:
    await head(session)


async def covered_lines(session: Session) -> None:
    start, grown = 0, Range()
    while start < _READ_MAX:
        answer = granted(await session.ask(_log_from(session, start)))
        batch = _batch(answer.body)
        origin = checkpoint.origin_of(session.judged.party_id, session.judged.state.epoch)
        try:
            said = checkpoint.verify(checkpoint.parse(batch.note), origin, session.judged.keys(session.now()))
        except GalleriaError as error:
            raise FailedError(f"the checkpoint of the batch from {start} does not hold: {error.detail}") from error
        grown = grown.extend(bytes.fromhex(_leaf(line).hash) for line in batch.lines)
        demand(said.size == grown.size, f"the batch from {start} leads to {grown.size} lines, it says {said.size}")
        demand(said.root == grown.root(), f"the lines up to {grown.size} do not hash to the signed root")
        if not batch.lines:
            return
        start = grown.size


async def linked_lines(session: Session) -> None:
    newest: dict[str, str] = {}
    for place, leaf in enumerate(await read_lines(session)):
        demand(leaf.seq == place, f"line {place} says it is line {leaf.seq}")
        before = newest.get(leaf.key)
        demand(leaf.previous == before, f"line {place} names {leaf.previous} before it, {leaf.key} had {before}")
        newest[leaf.key] = leaf.hash


async def growth(session: Session) -> None:
    now = await head(session)
    if now.size < 2:  # noqa: PLR2004 - two lines are the least that can have grown
        raise NotAskedError("the log is too short to have grown")
    first = Range().extend([bytes.fromhex((await read_lines(session, 1))[0].hash)])
    answer = granted(await session.ask(Question(method="GET", path="/proof", query=f"old=1&new={now.size}")))
    told = read(answer.body, GrowthAnswer)
    path = [bytes.fromhex(step) for step in told.proof]
    shown = verify_consistency(1, now.size, path, first.root(), now.root)
    demand(shown, f"the proof does not show that the log of {now.size} lines grew from its first")


async def inclusion(session: Session) -> None:
    now = await head(session)
    if not now.size:
        raise NotAskedError("the log is empty")
    for seq in {0, now.size // 2, now.size - 1}:
        query = f"seq={seq}&size={now.size}"
        answer = granted(await session.ask(Question(method="GET", path="/inclusion", query=query)))
        told = read(answer.body, InclusionAnswer)
        path = [bytes.fromhex(step) for step in told.proof]
        shown = told.seq == seq and verify_inclusion(bytes.fromhex(told.leaf), seq, now.size, path, now.root)
        demand(shown, f"the proof does not show line {seq} in the log of {now.size} lines")


async def beyond_the_end(session: Session) -> None:
    size = (await head(session)).size
    answer = await session.ask(_log_from(session, size + 10))
    demand(answer.problem is not None, f"lines beyond the end of the log are answered with {answer.status}")


async def variants(session: Session) -> list[str]:
    """Variants that the shop publishes now, one of each piece, the newest first. Raises NotAskedError for none."""
    prefix = records.product_key("")
    newest = {leaf.key: leaf for leaf in await read_lines(session) if leaf.key.startswith(prefix)}
    live = [leaf for leaf in newest.values() if leaf.operation == "put" and not records.faults_of(leaf)]
    if not live:
        raise NotAskedError("the shop publishes no product")
    live.sort(key=lambda leaf: leaf.seq, reverse=True)
    return [
        json.decode(leaf.body, Product, bytes_max=limits.LINE_BYTES_MAX).variants[0].id for leaf in live[:_TRIED_MAX]
    ]


async def some_variant(session: Session) -> str:
    """The newest of them."""
    return (await variants(session))[0]


def ask_hold(variant: str, quantity: int = 1, **other: object) -> Question:
    """A request to hold pieces of a variant."""
    request = ReservationRequest(
        id=str(new_id()), lines=(ReservationLine(variant, quantity),), ttl_seconds=_TTL_SECONDS
    )
    body = json.encode(msgspec.to_builtins(request) | other)
    return Question(method="POST", path="/reservations", body=body, idempotency_key=request.id)


async def held(session: Session) -> ReservationAnswer:
    """A piece held, or NotAskedError when none can be had."""
    for variant in await variants(session):
        told = read(granted(await session.ask(ask_hold(variant))).body, ReservationAnswer)
        if told.state != "rejected":
            return told
    raise NotAskedError(f"none of {_TRIED_MAX} pieces could be had")


async def release(session: Session, reservation_id: str) -> ReservationAnswer:
    """Give a hold back."""
    path = f"/reservations/{reservation_id}/release"
    return read(granted(await session.ask(Question(method="POST", path=path))).body, ReservationAnswer)


async def hold_and_release(session: Session) -> None:
    told = await held(session)
    demand(told.state == "held", f"a hold is answered with the state {told.state}")
    kept = 0 < told.expires_in_seconds <= _TTL_SECONDS
    demand(kept, f"a hold for {_TTL_SECONDS} s says it lasts {told.expires_in_seconds} s")
    for again in range(2):
        state = (await release(session, told.id)).state
        demand(state == "released", f"release number {again + 1} is answered with the state {state}")


async def hold_once(session: Session) -> None:
    question = ask_hold(await some_variant(session))
    first = granted(await session.ask(question))
    again = granted(await session.ask(question))
    demand(first.body == again.body, "the same hold is answered differently the second time")
    told = read(first.body, ReservationAnswer)
    other = msgspec.structs.replace(question, body=question.body.replace(b'"ttl_seconds":60', b'"ttl_seconds":61'))
    refused(await session.ask(other), "idempotency-conflict")
    if told.state == "held":
        await release(session, told.id)


async def hold_too_many(session: Session) -> None:
    question = ask_hold(await some_variant(session), _MORE_THAN_ANYBODY_HAS)
    answer = await session.ask(question)
    if answer.problem is not None:
        refused(answer, "hold-quota")
        return
    told = read(granted(answer).body, ReservationAnswer)
    if told.state == "held":
        await release(session, told.id)
    demand(told.state == "rejected", f"a hold of {_MORE_THAN_ANYBODY_HAS} pieces is answered with {told.state}")
    demand(bool(told.available), "the rejection does not say what is available")


async def hold_nothing_known(session: Session) -> None:
    answer = await session.ask(ask_hold("no-such-variant"))
    told = None if answer.problem is not None else read(answer.body, ReservationAnswer)
    demand(told is None or told.state == "rejected", f"a variant nobody publishes is held: {answer.said()}")


async def hold_bounds(session: Session) -> None:
    variant = await some_variant(session)
    for seconds in (limits.RESERVATION_TTL_SECONDS_MIN - 1, limits.RESERVATION_TTL_SECONDS_MAX + 1):
        refused(await session.ask(ask_hold(variant, ttl_seconds=seconds)), "record-invalid")
    refused(await session.ask(ask_hold(variant, 0)), "record-invalid")


async def confirm_unknown(session: Session) -> None:
    path = f"/reservations/{new_id()}/confirm"
    refused(await session.ask(Question(method="POST", path=path)), "reservation-expired")


async def confirm_released(session: Session) -> None:
    told = await held(session)
    await release(session, told.id)
    answer = await session.ask(Question(method="POST", path=f"/reservations/{told.id}/confirm"))
    refused(answer, "reservation-expired", "conflict")


async def confirm_once(session: Session) -> None:
    told = await held(session)
    for again in range(2):
        answer = granted(await session.ask(Question(method="POST", path=f"/reservations/{told.id}/confirm")))
        state = read(answer.body, ReservationAnswer).state
        demand(state == "confirmed", f"confirmation number {again + 1} is answered with the state {state}")
    kept = await release(session, told.id)
    demand(kept.state == "confirmed", f"a confirmed hold is given back as {kept.state}")


async def event_of_no_order(session: Session) -> None:
    order_id, event_id = new_id(), new_id()
    body = json.encode(
        {
            "id": str(event_id),
            "order_id": str(order_id),
            "sequence": 1,
            "kind": "settled",
            "at": "2026-11-22T07:16:00Z",
            "body": {},
        }
    )
    question = Question(method="POST", path=f"/orders/{order_id}/events", body=body, idempotency_key=str(event_id))
    answer = await session.ask(question)
    demand(answer.problem is not None, f"an event of an order never placed is answered with {answer.status}")


_check = partial(Check, concerns="shop")

CHECKS = (
    _check(
        "checkpoint-signed", "the checkpoint is signed by a key that the operations name", signed_head, needs="known"
    ),
    _check("log-covered", "the lines of every batch hash to the root signed with it", covered_lines),
    _check("log-linked", "lines are numbered from 0 and each names its key's line before", linked_lines),
    _check("growth-proven", "GET proof shows that the log only grew", growth),
    _check("inclusion-proven", "GET inclusion shows every line under the signed root", inclusion),
    _check("log-end", "what lies beyond the log's end is refused", beyond_the_end),
    _check("hold-released", "a hold lasts no longer than asked and is given back once", hold_and_release),
    _check("hold-once", "a hold repeated is answered as before; its id means one content", hold_once),
    _check("hold-honest", "more than there is is rejected with what is available", hold_too_many),
    _check("hold-known", "what is not published is not held", hold_nothing_known),
    _check("hold-bounds", "seconds and quantities outside their bounds are record-invalid", hold_bounds),
    _check("confirm-unknown", "a hold that never was is reservation-expired", confirm_unknown),
    _check("confirm-released", "a hold given back cannot be confirmed", confirm_released),
    _check(
        "confirm-once",
        "a confirmation repeated changes nothing, and a sale is not given back",
        confirm_once,
        needs="spending",
    ),
    _check("event-known", "an event of an order never placed is refused", event_of_no_order),
)
