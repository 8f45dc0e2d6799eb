"""A party that nobody can connect to looking into its mailbox at a hub, and answering what it finds there.

Each request goes through the same exchange as one over HTTP, so its signature, nonce, link and idempotency key are
checked as ever; a hub is given nothing by being asked. Invariants: while what came is being answered the next request
for more already waits at the hub; a hub that does not answer is asked again after a pause that grows; a request seen a
moment ago is not answered a second time.
"""

import asyncio
import contextlib
from collections import OrderedDict

import structlog

from federation import limits
from federation.conversations import checks
from federation.conversations.mailbox import (
    MailedAnswer,
    MailedAnswers,
    WaitingPage,
    WaitingRequest,
    WatchedMailbox,
)
from federation.documents import json
from federation.documents.errors import KeyNotChainedError
from federation.documents.profile import OUTBOX_ADDRESS, PREFIX
from federation.http.edge import WireRequest, WireResponse
from federation.http.exchange import exchange
from federation.node import clock
from federation.service import announcing
from federation.service.announcing import OperationsDue
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation, authority_of
from federation.vocabulary.errors import GalleriaError, PeerRefusedError
from federation.vocabulary.ids import PartyId, any_between, new_id

_log = structlog.get_logger(__name__)

Pair = tuple[PartyId, PartyId]
"""(hosted party, hub)"""

PAUSE_SECONDS_MIN = 0.5
PAUSE_SECONDS_MAX = 15.0
ANSWERING_MAX = 4
"""Requests of one hub answered at once."""
SEEN_KEPT = 4 * limits.MAILBOX_REQUESTS_MAX
ANSWER_ATTEMPTS = 2
MARGIN_SECONDS = 5.0
"""How much longer than it is kept waiting a request may take."""
TICKET_SECONDS = limits.MAILBOX_TICKET_SECONDS // 2
"""A ticket this old is exchanged for a new one."""


class Visitor:
    """One party's visits to one hub."""

    def __init__(self, fed: Federation, pair: Pair, wait_seconds: int = 0) -> None:
        self._fed = fed
        self._pair = pair
        self._wait_seconds = wait_seconds
        self._after = 0
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._gate = asyncio.Semaphore(ANSWERING_MAX)
        self._rest = Rest(fed, pair)
        self._ticket = ""
        self._ticket_at = 0.0

    async def visit_for_ever(self) -> None:
        """Keep a request waiting at the hub, and answer what comes of it meanwhile."""
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    await self.look(group)
                except GalleriaError as error:
                    self.forget()
                    await self._rest.after(error)
                else:
                    self._rest.over()

    async def visit(self) -> None:
        """Look once and answer what is there."""
        async with asyncio.TaskGroup() as group:
            await self.look(group)

    async def look(self, group: asyncio.TaskGroup) -> None:
        """Fetch what waits, for `group` to answer. Raises PeerRefusedError or PeerUnreachableError."""
        for request in await self._next():
            await self._gate.acquire()
            group.create_task(self._serve_and_release(request))

    @property
    def pair(self) -> Pair:
        """Who visits whom."""
        return self._pair

    def forget(self) -> None:
        """Begin at the front the next time, in case the hub has lost its place."""
        self._after, self._ticket = 0, ""

    @property
    def needs_ticket(self) -> bool:
        """Whether the mailbox can be watched no more by what is known of it."""
        return not self._ticket or asyncio.get_running_loop().time() - self._ticket_at > TICKET_SECONDS

    @property
    def watched(self) -> WatchedMailbox:
        """The mailbox from where it was last left, for a watchman."""
        return WatchedMailbox(self._ticket, self._after)

    async def _next(self) -> list[WaitingRequest]:
        """What has not been seen yet."""
        page = await self._fetch()
        self._ticket, self._ticket_at = page.ticket, asyncio.get_running_loop().time()
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
        answer = await call(self._fed, ask, clock.now(), total_timeout_seconds=self._wait_seconds + MARGIN_SECONDS)
        return checks.read(answer.body, WaitingPage, bytes_max=limits.BATCH_WIRE_BYTES_MAX)

    def _lane(self, name: str) -> str:
        """A gate of our own: what waits at the hub on purpose keeps back none of the party's other requests."""
        return f"{'/'.join(self._pair)}/{name}"

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


class Rest:
    """The pauses after failures at one hub, longer from one to the next."""

    def __init__(self, fed: Federation, pair: Pair) -> None:
        self._fed = fed
        self._pair = pair
        self._failures = 0

    def over(self) -> None:
        """It went well."""
        self._failures = 0

    async def after(self, error: GalleriaError) -> None:
        """Pause; the first failure is worth a line, and a hub that has forgotten our key is told of it again."""
        if not self._failures:
            _log.info("mailbox_closed", party=self._pair[0], hub=self._pair[1], slug=error.slug, detail=error.detail)
        await tell_if_forgotten(self._fed, self._pair, error)
        most = min(PAUSE_SECONDS_MAX, PAUSE_SECONDS_MIN * 2.0**self._failures)
        self._failures = min(self._failures + 1, 10)
        await asyncio.sleep(any_between(PAUSE_SECONDS_MIN / 2, most))


async def tell_if_forgotten(fed: Federation, pair: Pair, error: GalleriaError) -> None:
    """Tell a hub our operations when it refused us as one whose key it does not know: it came back from a backup."""
    if isinstance(error, PeerRefusedError) and error.peer_slug == KeyNotChainedError.slug:
        with contextlib.suppress(GalleriaError):
            await announcing.deliver_operations(fed, OperationsDue(*pair), clock.now())
