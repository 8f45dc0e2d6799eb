"""The mailbox of a party that nobody can connect to: a request waits there until that party comes for it.

Invariants: what comes out is believed no more than what comes through the door: the caller verifies it against its
question. A request is handed over again and again until it is answered, given up by who asked, or too old; so it may
reach its receiver twice, and idempotency keys guard as they do on any other way. What waits for one party is bounded
in number and bytes; for one that has not come for a while nothing waits at all. Whoever asks dies with its process,
and asks again with the same idempotency key.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from federation import limits
from federation.conversations.mailbox import (
    MailboxRings,
    MailboxWatch,
    MailedAnswers,
    MailedReceipt,
    WaitingPage,
    WaitingRequest,
)
from federation.node.database import detached
from federation.node.door import DoorResponse
from federation.records import HostedParty
from federation.service.mailbox_tickets import holder_of
from federation.store import mailbox as store
from federation.store.ports.mailbox import MailboxAnswer, MailboxRequest
from federation.vocabulary.errors import PeerUnreachableError
from federation.vocabulary.ids import PartyId, new_id

Ends = tuple[PartyId, PartyId]
"""(hosted party that asks, peer that is asked)"""

Wait = Callable[[float], Awaitable[None]]
AWAY_RETRY_SECONDS = 15
FULL_RETRY_SECONDS = 5


async def ask(
    ends: Ends,
    method: str,
    target: tuple[str, str],
    question: tuple[dict[str, str], bytes],
    now: datetime,
    *,
    seconds: float,
) -> DoorResponse:
    """Put a signed request in and wait for its answer; `target` is path and query, `question` headers and body.

    Raises PeerUnreachableError when the receiver is away, has too much waiting, or does not answer within `seconds`.
    """
    path, query = target
    headers, body = question
    request = MailboxRequest(
        id=new_id(),
        local_id=ends[0],
        remote_id=ends[1],
        method=method,
        path=path,
        query=query,
        headers={name.lower(): text for name, text in headers.items()},
        body=body,
        expires_at=now + timedelta(seconds=seconds),
    )
    with detached():
        await _refuse_away(ends, now)
        async with store.answer_to(request.id) as bell:
            if not await store.put(
                request,
                now,
                requests_max=limits.MAILBOX_REQUESTS_MAX,
                bytes_max=limits.MAILBOX_WAITING_BYTES_MAX,
            ):
                raise PeerUnreachableError(
                    f"as much waits for {ends[1]} as may", retry_after_seconds=FULL_RETRY_SECONDS
                )
            answer = await _answer_within(request.id, bell.wait, seconds)
    if answer is None:
        raise PeerUnreachableError(f"{ends[1]} did not come for the request and answer it within {seconds:.0f} s")
    return DoorResponse(answer.status, list(answer.headers.items()), answer.body)


async def last_visit(ends: Ends) -> datetime | None:
    """When the peer last looked into its mailbox; None when it never has. `ends` are (hosted party, peer)."""
    return await store.last_visit(ends)


async def _refuse_away(ends: Ends, now: datetime) -> None:
    seen = await store.last_visit(ends)
    if seen is None or now - seen > timedelta(seconds=limits.MAILBOX_AWAY_SECONDS):
        since = "at all yet" if seen is None else f"since {seen:%Y-%m-%d %H:%M:%S} UTC"
        raise PeerUnreachableError(
            f"{ends[1]} has not looked into its mailbox {since}", retry_after_seconds=AWAY_RETRY_SECONDS
        )


async def _answer_within(request_id: UUID, wait: Wait, seconds: float) -> MailboxAnswer | None:
    """The answer when it comes in time; the request is gone afterwards either way."""
    clock = asyncio.get_running_loop().time
    deadline = clock() + seconds
    try:
        while (answer := await store.take_answer(request_id)) is None and (rest := deadline - clock()) > 0:
            await wait(rest)
    except BaseException:
        await store.drop(request_id)
        raise
    if answer is None:
        await store.drop(request_id)
    return answer


async def collect(ends: Ends, after: int, wait_seconds: float, now: datetime, *, ticket: str = "") -> WaitingPage:
    """The requests that wait for the peer, numbered above `after`; waits for the first one if there is none."""
    clock = asyncio.get_running_loop().time
    began = clock()
    await store.visited(ends, now)
    async with store.requests_for(ends) as bell:
        while True:
            passed = clock() - began
            found = await store.waiting(ends, after, now + timedelta(seconds=passed), limit=limits.MAILBOX_REQUESTS_MAX)
            if found or passed >= wait_seconds:
                return WaitingPage(tuple(_handed_over(request) for request in _first_page(found)), ticket)
            await bell.wait(wait_seconds - passed)


def _first_page(found: list[MailboxRequest]) -> list[MailboxRequest]:
    """As many from the front as fit a page; the first always."""
    page, size = found[:1], sum(len(request.body) for request in found[:1])
    for request in found[1:]:
        size += len(request.body)
        if size > limits.MAILBOX_PAGE_BYTES_MAX:
            break
        page.append(request)
    return page


def _handed_over(request: MailboxRequest) -> WaitingRequest:
    return WaitingRequest(
        id=str(request.id),
        number=request.number,
        method="GET" if request.method == "GET" else "POST",
        path=request.path,
        query=request.query,
        headers=request.headers,
        body=request.body,
    )


async def watch(hub: HostedParty, asked: MailboxWatch, now: datetime) -> MailboxRings:
    """Wait until something waits for one of several parties of one node; each is there by that, as if it had visited.

    Raises RecordInvalidError for a ticket that is not of this hub or has expired.
    """
    clock = asyncio.get_running_loop().time
    began, seconds = clock(), int(now.timestamp())
    after = {holder_of(each.ticket, hub.id, hub.sign_seed, seconds): each.after for each in asked.mailboxes}
    for party_id in after:
        await store.visited((hub.id, party_id), now)
    async with store.requests_for(*((hub.id, party_id) for party_id in after)) as bell:
        while True:
            passed = clock() - began
            found = await store.waiting_among(hub.id, after, now + timedelta(seconds=passed))
            if found or passed >= asked.wait_seconds:
                return MailboxRings(tuple(found))
            await bell.wait(asked.wait_seconds - passed)


async def take_answers(ends: Ends, answers: MailedAnswers, now: datetime) -> MailedReceipt:
    """Hand answers to whoever waits for them; the first to a request counts."""
    taken = [
        told.id
        for told in answers.answers
        if await store.answer(ends, UUID(told.id), MailboxAnswer(told.status, told.headers, told.body), now)
    ]
    return MailedReceipt(tuple(taken))
