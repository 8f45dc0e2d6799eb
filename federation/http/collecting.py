"""A party that nobody can connect to looking into its mailbox at each of its hubs, and answering what it finds there.

Each request goes through the same exchange as one over HTTP, so its signature, nonce, link and idempotency key are
checked as ever; a hub is given nothing by being asked. Invariants: one request is kept waiting at each hub, and while
what came is being answered the next one already waits; a hub that does not answer is asked again after a pause that
grows, and delays no other hub; a request seen a moment ago is not answered a second time.
"""

import asyncio
from collections import OrderedDict
from datetime import timedelta

import structlog

from federation import limits
from federation.conversations import checks
from federation.conversations.mailbox import MailedAnswer, MailedAnswers, WaitingPage, WaitingRequest
from federation.documents import json
from federation.documents.profile import OUTBOX_ADDRESS, PREFIX
from federation.http.edge import WireRequest, WireResponse
from federation.http.exchange import exchange
from federation.node import clock
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation, authority_of
from federation.store import links
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId, any_between, new_id

_log = structlog.get_logger(__name__)

Pair = tuple[PartyId, PartyId]
"""(hosted party, hub)"""

LINKS_SECONDS = 2.0
"""How soon a new link is noticed."""
ENDED_KEPT = timedelta(days=1)
"""So long after a link has ended its mailbox is still looked into: the other side may not have heard."""
PAUSE_SECONDS_MIN = 0.5
PAUSE_SECONDS_MAX = 15.0
ANSWERING_MAX = 4
"""Requests of one hub answered at once."""
SEEN_KEPT = 4 * limits.MAILBOX_REQUESTS_MAX
ANSWER_ATTEMPTS = 2
_MARGIN_SECONDS = 5.0


async def attend(
    fed: Federation, *, wait_seconds: int = limits.MAILBOX_WAIT_SECONDS_MAX, links_seconds: float = LINKS_SECONDS
) -> None:
    """Visit the mailboxes of every party here that nobody can connect to, for ever; links come and go meanwhile."""
    visits: dict[Pair, asyncio.Task[None]] = {}
    async with asyncio.TaskGroup() as group:
        while True:
            wanted = set(await links.collecting_pairs(OUTBOX_ADDRESS, clock.now() - ENDED_KEPT))
            for pair in wanted - visits.keys():
                visits[pair] = group.create_task(Visitor(fed, pair, wait_seconds).visit_for_ever())
            for pair in visits.keys() - wanted:
                visits.pop(pair).cancel()
            await asyncio.sleep(links_seconds)


class Visitor:
    """One party's visits to one hub."""

    def __init__(self, fed: Federation, pair: Pair, wait_seconds: int = 0) -> None:
        self._fed = fed
        self._pair = pair
        self._wait_seconds = wait_seconds
        self._after = 0
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._gate = asyncio.Semaphore(ANSWERING_MAX)
        self._failures = 0

    async def visit_for_ever(self) -> None:
        """Keep a request waiting at the hub, and answer what comes of it meanwhile."""
        async with asyncio.TaskGroup() as group:
            while True:
                for request in await self._next():
                    await self._gate.acquire()
                    group.create_task(self._serve_and_release(request))

    async def visit(self) -> int:
        """Look once and answer what is there; returns how many requests that were."""
        found = await self._next()
        for request in found:
            await self._serve(request)
        return len(found)

    async def _next(self) -> list[WaitingRequest]:
        """What has not been seen yet; after a failure nothing, and a pause."""
        try:
            page = await self._fetch()
        except GalleriaError as error:
            await self._pause(error)
            return []
        self._failures = 0
        fresh = [request for request in page.requests if request.id not in self._seen]
        for request in page.requests:
            self._after = max(self._after, request.number)
            self._seen[request.id] = None
        while len(self._seen) > SEEN_KEPT:
            self._seen.popitem(last=False)
        return fresh

    async def _fetch(self) -> WaitingPage:
        local_id, hub_id = self._pair
        query = f"after={self._after}&wait={self._wait_seconds}"
        ask = PeerCall(
            local_id=local_id,
            remote_id=hub_id,
            method="GET",
            path="/outbox",
            query=query,
            lane=self._lane("outbox"),
        )
        answer = await call(self._fed, ask, clock.now(), total_timeout_seconds=self._wait_seconds + _MARGIN_SECONDS)
        return checks.read(answer.body, WaitingPage, bytes_max=limits.BATCH_WIRE_BYTES_MAX)

    def _lane(self, name: str) -> str:
        """A gate of our own: what waits at the hub on purpose keeps back none of the party's other requests."""
        return f"{'/'.join(self._pair)}/{name}"

    async def _pause(self, error: GalleriaError) -> None:
        """Rest, longer from failure to failure; then begin at the front, in case the hub has lost its place."""
        if not self._failures:
            _log.info("mailbox_closed", party=self._pair[0], hub=self._pair[1], slug=error.slug, detail=error.detail)
        self._after = 0
        most = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_MIN * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        await asyncio.sleep(any_between(PAUSE_SECONDS_MIN / 2, most))

    async def _serve_and_release(self, request: WaitingRequest) -> None:
        try:
            await self._serve(request)
        finally:
            self._gate.release()

    async def _serve(self, request: WaitingRequest) -> None:
        response = await self._answered(request)
        answer = MailedAnswer(
            id=request.id,
            status=response.status,
            headers={name.lower(): text for name, text in response.headers.items()},
            body=response.body,
        )
        body = json.encode(MailedAnswers((answer,)))
        for _ in range(ANSWER_ATTEMPTS):
            try:
                await call(self._fed, self._answering(body), clock.now())
            except GalleriaError as error:
                _log.info("answer_not_brought", hub=self._pair[1], slug=error.slug, detail=error.detail)
            else:
                return

    def _answering(self, body: bytes) -> PeerCall:
        local_id, hub_id = self._pair
        return PeerCall(
            local_id=local_id,
            remote_id=hub_id,
            method="POST",
            path="/outbox/ack",
            body=body,
            content_type=JSON_TYPE,
            idempotency_key=str(new_id()),
            lane=self._lane("answers"),
        )

    async def _answered(self, request: WaitingRequest) -> WireResponse:
        if not request.path.startswith(f"{PREFIX}/{self._pair[0]}/"):
            return _NO_ANSWER
        wire = WireRequest(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.body,
            authority=authority_of(OUTBOX_ADDRESS),
        )
        try:
            return await exchange(self._fed, wire, clock.now())
        except Exception:  # noqa: BLE001 - an edge: a mistake of ours in one request stops no other
            _log.exception("mailed_request_failed", path=request.path)
            return _NO_ANSWER


_NO_ANSWER = WireResponse(500, {}, b"")
"""Unsigned, so that whoever asked knows nothing but that it must ask again."""
