"""One signed request to a peer and its verified answer: the only way in which this node speaks to another.

Invariants: nothing a peer answers counts before its signature has verified against this very question. What does
not verify, or does not come, is PeerUnreachableError: the outcome is unknown, the same idempotency key asks again.
A verified refusal is PeerRefusedError with the peer's problem. At most two requests per peer are under way.
"""

import asyncio
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from federation import limits
from federation.documents import json, signing
from federation.documents.errors import KeyNotChainedError
from federation.documents.keys import SigningKey
from federation.documents.profile import OUTBOX_ADDRESS
from federation.documents.signing import ReceivedResponse, RequestToSign
from federation.errors import PartyMovedError, PartyRetiredError, ReplayedNonceError
from federation.node.answers import Problem
from federation.node.claims import NotYetError
from federation.node.door import DoorResponse
from federation.node.idempotency import IdempotencyInFlightError
from federation.records import HostedParty, Peer
from federation.service import contacts, mailbox, peers
from federation.service.context import Federation, authority_of
from federation.service.departures import follow, require_here
from federation.service.pressure import CREDIT_HEADER
from federation.store import parties as store
from federation.vocabulary.errors import (
    GalleriaError,
    NotFoundError,
    PeerError,
    PeerRefusedError,
    PeerUnreachableError,
)
from federation.vocabulary.ids import PartyId, new_token

JSON_TYPE = "application/json"
LOG_TYPE = "application/vnd.fed.log+zstd"
PROBLEM_TYPE = "application/problem+json"
PREFIX = "/fed/v1"
LAST_WORD_PATH = "/operations"
"""What even a retired party still tells: that it has retired."""
BULK_PATHS = ("/log/", "/inv")
"""What a peer may ask to be sent later; whatever a shopper waits for goes at once."""
PAUSE_SECONDS_MAX = 2.0
TURN_SECONDS = 0.03
"""To give up one's turn in the outbox and to come again is not worth while for less."""
LANE_SECONDS = 1.0
"""How long a request may wait for its turn beyond the time it may take itself."""


class PeerCall(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask of a peer; `path` is below its own prefix, `query` comes without its question mark.

    `lane` names a gate of its own for requests that are kept waiting on purpose, so that they keep no others.
    """

    local_id: PartyId
    remote_id: PartyId
    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    idempotency_key: str | None = None
    old_size: int | None = None
    lane: str = ""


def telling(local_id: PartyId, remote_id: PartyId, path: str, told: msgspec.Struct) -> PeerCall:
    """A document told to a peer under a key of its own."""
    return PeerCall(
        local_id=local_id,
        remote_id=remote_id,
        method="POST",
        path=path,
        body=json.encode(told),
        content_type=JSON_TYPE,
        idempotency_key=new_token(),
    )


class PeerAnswer(msgspec.Struct, frozen=True):
    """A verified answer that is not a refusal."""

    status: int
    content_type: str
    body: bytes


class _Ends(msgspec.Struct, frozen=True):
    party: HostedParty
    peer: Peer
    asked_at: datetime


async def call(
    fed: Federation,
    exchange: PeerCall,
    now: datetime,
    *,
    total_timeout_seconds: float = limits.TOTAL_TIMEOUT_SECONDS,
) -> PeerAnswer:
    """Send `exchange`, signed, and return the verified answer. Raises PeerRefusedError or PeerUnreachableError.

    NotYetError means that nothing was sent, because the peer wants a bulk request of this kind only later.
    A peer whose clock differs is asked once more by its own clock.
    """
    ends = await _ends(exchange, now)
    created = int(now.timestamp())
    try:
        return await _once(fed, ends, exchange, created, total_timeout_seconds)
    except PeerRefusedError as error:
        if error.peer_slug == PartyMovedError.slug and isinstance(error.expected, str):
            await follow(fed, exchange.remote_id, error.expected, now)
            raise PeerUnreachableError(
                f"{exchange.remote_id} has moved: it is asked at its new address next"
            ) from error
        server_time = _problem(error.problem).server_time if error.peer_slug == "clock-skew" else None
        if server_time is None:
            raise
        corrected = int(datetime.fromisoformat(server_time).timestamp())
        return await _once(fed, ends, exchange, corrected, total_timeout_seconds)


async def _ends(exchange: PeerCall, now: datetime) -> _Ends:
    party = await store.party(exchange.local_id)
    peer = await store.peer(exchange.remote_id)
    if party is None or peer is None:
        missing = exchange.local_id if party is None else exchange.remote_id
        raise NotFoundError(f"{missing} is not known to this node")
    if peer.retired_at is not None:
        raise PartyRetiredError(f"{peer.name} has retired: nothing is asked of it any more")
    if party.retired_at is None or exchange.path != LAST_WORD_PATH:
        require_here(party, leaving=True)
    return _Ends(party, peer, now)


async def _once(
    fed: Federation, ends: _Ends, exchange: PeerCall, created: int, total_timeout_seconds: float
) -> PeerAnswer:
    target = f"{ends.peer.base_url}{PREFIX}/{exchange.remote_id}{exchange.path}"
    request = RequestToSign(
        method=exchange.method,
        authority=authority_of(target),
        path=urlsplit(target).path,
        query=exchange.query,
        fed_from=exchange.local_id,
        body=exchange.body,
        content_type=exchange.content_type,
        idempotency_key=exchange.idempotency_key,
        fed_old_size=exchange.old_size,
    )
    key = SigningKey.from_seed(ends.party.sign_seed)
    headers = signing.sign_request(request, key, created, new_token())
    if ends.peer.base_url == OUTBOX_ADDRESS:
        response = await _through_mailbox(fed, ends, request, headers, total_timeout_seconds)
    else:
        url = f"{target}?{exchange.query}" if exchange.query else target
        response = await _through_door(fed, exchange, url, headers, total_timeout_seconds)
    question = signing.question_of(request, headers)
    return await _verified(fed, exchange.remote_id, question, response, created)


async def _through_mailbox(
    fed: Federation, ends: _Ends, request: RequestToSign, headers: dict[str, str], total_timeout_seconds: float
) -> DoorResponse:
    """Leave a request for a peer that nobody can connect to, and wait for its answer."""
    try:
        async with asyncio.timeout(total_timeout_seconds + LANE_SECONDS), fed.lane(ends.peer.id):
            return await mailbox.ask(
                (ends.party.id, ends.peer.id),
                request.method,
                (request.path, request.query),
                (headers, request.body),
                ends.asked_at,
                seconds=total_timeout_seconds,
            )
    except TimeoutError as error:
        raise PeerUnreachableError(f"{ends.peer.id} is busy: no answer in time") from error


async def _through_door(
    fed: Federation, exchange: PeerCall, url: str, headers: dict[str, str], total_timeout_seconds: float
) -> DoorResponse:
    authority, clock = authority_of(url), asyncio.get_running_loop().time
    breaker, pace = fed.breaker(authority), fed.pace(exchange.local_id, exchange.remote_id)
    await _in_its_time(exchange, pace.pause(clock()))
    rest = breaker.resting_for(clock())
    if rest:
        raise PeerUnreachableError(
            f"{exchange.remote_id} has not answered lately: it is left alone for {rest:.0f} s",
            retry_after_seconds=int(rest) + 1,
        )
    try:
        async with asyncio.timeout(total_timeout_seconds + LANE_SECONDS), fed.lane(exchange.lane or exchange.remote_id):
            answer = await fed.door.request(
                exchange.method,
                url,
                headers=headers,
                body=exchange.body,
                max_bytes=limits.BATCH_WIRE_BYTES_MAX,
                total_timeout_seconds=total_timeout_seconds,
                head_timeout_seconds=total_timeout_seconds,
            )
    except TimeoutError as error:
        raise PeerUnreachableError(f"{exchange.remote_id} is busy: no answer in time") from error
    except PeerUnreachableError as error:
        await contacts.silent(breaker, authority, clock(), error.detail)
        raise
    pace.heard(answer.header(CREDIT_HEADER), clock())
    await contacts.answered(breaker, authority)
    return answer


async def _in_its_time(exchange: PeerCall, pause: float) -> None:
    """Keep a bulk request until the peer wants it; one that is sent out of the outbox gives up its turn (NotYetError).

    What is read waits here, for no longer than PAUSE_SECONDS_MAX.
    """
    if not pause or not exchange.path.startswith(BULK_PATHS):
        return
    if exchange.method != "GET" and pause > TURN_SECONDS:
        raise NotYetError(f"{exchange.remote_id} wants to be told more in {pause:.2f} s", pause)
    if pause > PAUSE_SECONDS_MAX:
        raise PeerUnreachableError(
            f"{exchange.remote_id} wants to be asked again in {pause:.1f} s", retry_after_seconds=int(pause) + 1
        )
    await asyncio.sleep(pause)


async def _verified(
    fed: Federation, remote_id: PartyId, question: signing.Question, response: DoorResponse, created: int
) -> PeerAnswer:
    headers = {name.lower(): value for name, value in response.headers}
    received = ReceivedResponse(status=response.status, headers=headers, body=response.body)
    try:
        claim = signing.parse_signature(headers)
        lookup = await peers.lookup_for(fed, remote_id, claim.keyid, created)
        answered = claim.fields.parameters.created  # bound to our nonce, so fresh whatever the peer's clock says
        signing.verify_response(received, question, remote_id, lookup, answered)
    except GalleriaError as error:
        raise PeerUnreachableError(
            f"{remote_id} answered {response.status} without a signature we can trust: {error.detail}"
        ) from error
    content_type = headers.get("content-type", "")
    if content_type.startswith(PROBLEM_TYPE):
        raise _refusal(remote_id, _problem(response.body), response)
    return PeerAnswer(response.status, content_type, response.body)


def _refusal(remote_id: PartyId, problem: Problem, response: DoorResponse) -> PeerError:
    """The error for a verified refusal; one about the same request coming twice leaves the outcome unknown.

    A peer that does not know our newest key yet is asked again: our operations are on their way to it.
    """
    if problem.type == IdempotencyInFlightError.slug:
        return PeerUnreachableError(f"{remote_id} is still at work on this request", retry_after_seconds=1)
    if problem.type == ReplayedNonceError.slug:
        return PeerUnreachableError(f"{remote_id} was brought this request twice", retry_after_seconds=1)
    error = PeerRefusedError(
        f"{remote_id} refused: {problem.detail}",
        peer_slug=problem.type,
        peer_status=response.status,
        peer_retry="after" if problem.type == KeyNotChainedError.slug else problem.retry,
        problem=response.body,
    )
    error.expected = problem.expected
    error.errors = tuple(problem.errors)
    error.retry_after_seconds = problem.retry_after_seconds
    return error


def _problem(body: bytes) -> Problem:
    """A peer's problem document; one that cannot be read is a refusal to try again."""
    try:
        return json.decode(body, Problem)
    except GalleriaError as error:
        raise PeerUnreachableError(f"the peer refused in words we cannot read: {error.detail}") from error
