"""What is said between two nodes beside goods: words about the link, events and their receipts, mailbox, repair.

All of it leaves nothing behind: the events are about an order that was never placed, which may be revoked before it.
"""

import asyncio
from functools import partial

import msgspec

from federation import batches, limits
from federation.conformance.checks import Check
from federation.conformance.session import Answer, Question, Session, granted, read, refused
from federation.conformance.shop_checks import head, read_lines
from federation.conformance.verdicts import FailedError, NotAskedError, demand
from federation.conversations import receipt as receipts
from federation.conversations.mailbox import MailedAnswer, MailedAnswers, MailedReceipt, WaitingPage
from federation.conversations.messages import LinkAnswer, LinkDecision
from federation.conversations.receipt import Acknowledgement
from federation.conversations.repair_messages import LeavesRequest
from federation.documents import json
from federation.documents.times import text_of
from federation.log import leaves
from federation.log.leaves import Leaf
from federation.recon.items import ItemSet
from federation.recon.proof import root_from
from federation.recon.session import Asking
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import new_id

RECON_TYPE = "application/vnd.fed.recon"
WAIT_SECONDS = 1
_SLOWNESS = 0.2
"""How much earlier than asked a waiting request may come back, in seconds."""


def say(session: Session, state: str, number: int) -> Question:
    """A decision of the tester about the link."""
    decision = LinkDecision(state=state, at=text_of(session.now()), number=number)  # type: ignore[arg-type]
    return Question(method="POST", path="/links/decision", body=json.encode(decision))


async def older_word(session: Session) -> None:
    number = session.word_number()
    granted(await session.ask(say(session, "accepted", number + 2)))
    told = read(granted(await session.ask(say(session, "suspended", number + 1))).body, LinkAnswer)
    granted(await session.ask(say(session, "accepted", number + 3)))
    session.said = number + 3
    demand(told.theirs == "accepted", f"an older word made the link {told.theirs}")
    demand(told.theirs_number == number + 2, f"the newest word had the number {number + 2}, not {told.theirs_number}")


# Events


def _event(order_id: str, sequence: int, *, reason: str = "A conformance check", event_id: str = "") -> Question:
    """A revocation of an order that was never placed, or what would follow it."""
    told = {
        "id": event_id or str(new_id()),
        "order_id": order_id,
        "sequence": sequence,
        "kind": "cancelled",
        "at": "2026-11-22T07:16:00Z",
        "body": {"reason": reason},
    }
    path = f"/orders/{order_id}/events"
    return Question(method="POST", path=path, body=json.encode(told), idempotency_key=str(new_id()))


async def _acknowledged(session: Session, question: Question) -> Acknowledgement:
    return read(granted(await session.ask(question)).body, Acknowledgement)


async def receipted(session: Session) -> None:
    order_id, event_id = str(new_id()), str(new_id())
    first = _event(order_id, 1, event_id=event_id)
    told = await _acknowledged(session, first)
    demand(bool(told.receipt), "a revocation was taken without a receipt")
    try:
        said = receipts.read(told.receipt, tuple(session.judged.keys(session.now())))
        receipts.check(said, (session.tester.party_id, session.judged.party_id), (event_id, 1, first.body))
    except GalleriaError as error:
        raise FailedError(f"the receipt does not hold: {error.detail}") from error
    again = await _acknowledged(session, msgspec.structs.replace(first, idempotency_key=str(new_id())))
    demand(again.receipt == told.receipt, "the same event again has another receipt")


async def event_words(session: Session) -> None:
    order_id, event_id = str(new_id()), str(new_id())
    await _acknowledged(session, _event(order_id, 1, event_id=event_id))
    refused(await session.ask(_event(order_id, 1, reason="Other words", event_id=event_id)), "idempotency-conflict")
    refused(await session.ask(_event(order_id, 1)), "conflict")


# Repair


async def same_set(session: Session) -> None:
    """A comparison of the tester's own fold of the log with the shop's ends without a difference."""
    lines, size = await _whole_log(session)
    newest = {leaf.key: leaf for leaf in lines}
    asking = Asking(ItemSet(sorted((leaf.seq, bytes.fromhex(leaf.hash)) for leaf in newest.values())))
    query = f"epoch={session.judged.state.epoch}&size={size}&of=newest"
    message: bytes | None = asking.opening()
    while message is not None:
        demand(asking.rounds < limits.RECON_ROUNDS_MAX, f"after {limits.RECON_ROUNDS_MAX} rounds it is not at an end")
        question = Question(method="POST", path="/recon/catalog", query=query, body=message, content_type=RECON_TYPE)
        answer = await session.ask(question)
        if answer.problem is not None and answer.problem.type == "not-found":
            raise NotAskedError("it compares nothing (POST /recon/catalog is not-found)")
        try:
            message = asking.hear(granted(answer).body)
        except GalleriaError as error:
            raise FailedError(f"an answer of the session cannot be read: {error.detail}") from error
    demand(
        not asking.have and not asking.need,
        f"of equal sets it lacks {len(asking.have)} leaves and has {len(asking.need)} more",
    )


async def proven_leaves(session: Session) -> None:
    lines, size = await _whole_log(session)
    request = LeavesRequest(epoch=session.judged.state.epoch, size=size, places=(0, size - 1))
    answer = await session.ask(Question(method="POST", path="/recon/leaves", body=json.encode(request)))
    if answer.problem is not None and answer.problem.type == "not-found":
        raise NotAskedError("it sends no single leaves (POST /recon/leaves is not-found)")
    root = (await head(session)).root
    try:
        first, *told = batches.unpack(granted(answer).body)
        proof = [bytes.fromhex(item) for item in json.decode(first, list[str])]
        found = {leaf.seq: bytes.fromhex(leaf.hash) for leaf in map(leaves.parse_leaf, told)}
        shown = root_from(size, found, proof)
    except (GalleriaError, ValueError) as error:
        raise FailedError(f"the leaves cannot be read: {error}") from error
    wanted = {leaf.seq: bytes.fromhex(leaf.hash) for leaf in (lines[0], lines[-1])}
    demand(found == wanted, f"leaves {sorted(wanted)} were asked for, {sorted(found)} came")
    demand(shown == root, "the proof does not lead from the leaves to the signed root")


async def _whole_log(session: Session) -> tuple[list[Leaf], int]:
    now = await head(session)
    lines = await read_lines(session)
    if not lines or len(lines) < now.size:
        raise NotAskedError("the log is empty, or longer than is read")
    return lines[: now.size], now.size


async def snapshot(session: Session) -> None:
    answer = await session.ask(Question(method="GET", path="/snapshot", query=f"epoch={session.judged.state.epoch}"))
    if answer.problem is None:
        granted(answer)
        return
    problem = refused(answer, "snapshot-pending", "not-found", "record-invalid")
    demand(
        problem.type != "snapshot-pending" or problem.retry == "after",
        f"a snapshot that is pending comes with retry {problem.retry}",
    )


# Mailbox


async def _look(session: Session, after: int, wait: int) -> tuple[Answer, float]:
    """A look into the mailbox, and how many seconds it took."""
    clock = asyncio.get_running_loop().time
    began = clock()
    answer = await session.ask(Question(method="GET", path="/outbox", query=f"after={after}&wait={wait}"))
    return answer, clock() - began


async def mailbox_kept(session: Session) -> None:
    answer, _ = await _look(session, 0, 0)
    page = read(granted(answer).body, WaitingPage)
    numbers = [request.number for request in page.requests]
    demand(numbers == sorted(set(numbers)), f"what waits is numbered {numbers}")
    for request in page.requests:
        demand(f"/{session.tester.party_id}/" in request.path, f"{request.path} is not for the party that asks")


async def mailbox_waits(session: Session) -> None:
    """With nothing to fetch the answer comes when the wait is over."""
    after, page = 0, None
    for _ in range(limits.MAILBOX_REQUESTS_MAX):
        page = read(granted((await _look(session, after, 0))[0]).body, WaitingPage)
        if not page.requests:
            break
        after = page.requests[-1].number
    answer, took = await _look(session, after, WAIT_SECONDS)
    page = read(granted(answer).body, WaitingPage)
    if page.requests:
        return
    demand(took > WAIT_SECONDS - _SLOWNESS, f"nothing waits, and it answered after {took:.1f} s, not {WAIT_SECONDS}")


async def mailbox_unasked(session: Session) -> None:
    answer = MailedAnswer(id=str(new_id()), status=200, headers={}, body=b"")
    question = Question(method="POST", path="/outbox/ack", body=json.encode(MailedAnswers((answer,))))
    told = read(granted(await session.ask(question)).body, MailedReceipt)
    demand(not told.taken, "an answer to a request that it never made is taken")


COMMON = (Check("word-older", "a word about the link with a lower number than the newest moves nothing", older_word),)

_shop = partial(Check, concerns="shop")
SHOP = (
    _shop("event-receipted", "a revocation before its order is receipted, again with the same receipt", receipted),
    _shop("event-words", "an event's number and id mean one content", event_words),
    _shop("recon-equal", "comparing equal sets by ranges ends without a difference", same_set),
    _shop("leaves-proven", "single leaves come with a proof under the signed root", proven_leaves),
    _shop("snapshot-answered", "GET snapshot offers one, or says whether to ask again", snapshot),
)

_hub = partial(Check, concerns="hub")
HUB = (
    _hub("mailbox-kept", "GET outbox gives what waits for the asker, in order", mailbox_kept),
    _hub("mailbox-waits", "with nothing there GET outbox answers when the wait is over", mailbox_waits),
    _hub("mailbox-unasked", "an answer to a request never made is not taken", mailbox_unasked),
)
