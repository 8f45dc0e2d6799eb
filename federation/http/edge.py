"""The edge of every protocol endpoint: raw bytes in, verified request through, signed answer out.

Order of checks (docs/protocol.md, Signatures): size cap, fields, key, window, digest, components, signature, nonce;
only then is a link asked for, a body inflated or parsed, a transaction opened. Refusals are signed problem documents
whenever the request carried a signature to bind them to. Nothing here knows how the bytes came: over HTTP, out of a
mailbox, or from a test.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from urllib.parse import parse_qsl

import msgspec
import structlog

from federation import limits
from federation.documents import signing
from federation.documents.errors import BadSignatureError
from federation.documents.keys import SigningKey
from federation.documents.profile import PREFIX
from federation.documents.signing import ReceivedRequest, VerifiedRequest
from federation.errors import ReplayedNonceError
from federation.node.answers import problem_of
from federation.node.database import atomic
from federation.node.idempotency import Answer, once
from federation.records import HostedParty
from federation.service import peers
from federation.service.calls import JSON_TYPE, PROBLEM_TYPE
from federation.service.context import Federation, authority_of
from federation.service.departures import require_here
from federation.service.links import require_accepted, require_known
from federation.service.peers import How, Introduction
from federation.service.pressure import CREDIT_HEADER
from federation.store import parties
from federation.vocabulary.errors import GalleriaError, NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId, is_party_id

_log = structlog.get_logger(__name__)

_UNREAD = b"\0"
"""Stands for a body that was not read, so that the answer is still bound to its digest."""
QUERY_FIELDS_MAX = 16


class WireRequest(msgspec.Struct, frozen=True):
    """A request as it came: path and query undecoded, `query` without its question mark, header names in lower case.

    `authority` is for whom it must be signed when that is not the node's configured name, `network` the sender's where
    the way it came tells that.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    authority: str = ""
    network: str = ""


class WireResponse(msgspec.Struct, frozen=True):
    """An answer as it goes out, signed when the request had a signature to bind it to."""

    status: int
    headers: Mapping[str, str]
    body: bytes


ReadBody = Callable[[int], Awaitable[bytes]]
"""Gives a request's body, of at most so many bytes. Raises TooLargeError or SlowBodyError."""


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """A request that passed the edge; `sender` is None for anonymous public reads.

    `bearer` is the secret that its Authorization field carries (RFC 6750 section 2.1), empty without one.
    """

    receiver: HostedParty
    sender: PartyId | None
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    content_type: str
    idempotency_key: str
    old_size: int | None
    proof: bytes
    now: datetime
    bearer: str = ""

    @property
    def peer(self) -> PartyId:
        """The sender of an endpoint that demands one."""
        if self.sender is None:
            raise BadSignatureError("this needs a signed request")
        return self.sender


class Outbound(msgspec.Struct, frozen=True):
    """An answer before it is signed."""

    body: bytes
    content_type: str = JSON_TYPE
    status: int = 200


Run = Callable[[Federation, Inbound], Awaitable[Outbound]]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """One endpoint: who may call it, how large its body may be, and how its effect is made to happen once.

    `public` reads may come unsigned. `linked` demands an accepted link, or with `past` one that has
    ended since. `once` remembers the answer by idempotency
    key in the transaction of the effect; the others that write guard themselves (by old size, by vseq).
    `introduces` lets a sender present itself, or its newest key, by what its body says. `settled` demands that nobody
    contests who the sender is. What is public, or `outlives`
    a party's leaving, is answered although it acts elsewhere by now. What is `patient` waits for others by its nature
    and is counted apart from the requests that are answered at once.
    """

    method: str
    path: str
    run: Run
    bytes_max: int = limits.DOCUMENT_BYTES_MAX
    public: bool = False
    linked: bool = True
    once: bool = False
    transaction: bool = True
    introduces: How | None = None
    settled: bool = False
    outlives: bool = False
    past: bool = False
    patient: bool = False


class Found(msgspec.Struct, frozen=True):
    """The endpoint that a path means, and what stands in the path's places."""

    endpoint: Endpoint
    params: Mapping[str, str]


class _Exchange(msgspec.Struct):
    """What is known of a request so far, for signing the answer at whatever point it ends."""

    receiver: HostedParty | None = None
    received: ReceivedRequest | None = None
    credit: str = ""

    def now(self) -> float:
        """A clock that only moves forward."""
        return asyncio.get_running_loop().time()


async def answer(
    fed: Federation, found: Found | None, request: WireRequest, read_body: ReadBody, now: datetime
) -> WireResponse:
    """The signed answer of an endpoint to a request whose body is still to be read; a refusal is an answer too."""
    exchange = _Exchange()
    try:
        outbound = await _answer(fed, found, request, read_body, (exchange, now))
    except GalleriaError as error:
        _log.info("fed_refused", path=request.path, slug=error.slug, detail=error.detail)
        problem = problem_of(error, instance=request.path, now=now)
        outbound = Outbound(msgspec.json.encode(problem), PROBLEM_TYPE, problem.status)
    return _signed(exchange, outbound, now)


async def _answer(
    fed: Federation,
    found: Found | None,
    request: WireRequest,
    read_body: ReadBody,
    state: tuple[_Exchange, datetime],
) -> Outbound:
    exchange, now = state
    if is_party_id(named := _receiver_named(request.path)):
        exchange.receiver = await parties.party(PartyId(named))
    exchange.received = ReceivedRequest(
        method=request.method,
        authority=request.authority or authority_of(fed.settings.public_url),
        path=request.path,
        query=request.query,
        headers=request.headers,
    )
    if found is None:
        raise NotFoundError(f"{request.method} {request.path[:200]} is no part of this protocol")
    if exchange.receiver is None:
        raise NotFoundError("no such party is hosted here: ask /.well-known/fed-node which are")
    endpoint, body = found.endpoint, await read_body(found.endpoint.bytes_max)
    exchange.received = received = msgspec.structs.replace(exchange.received, body=body)
    verified = None
    if "signature" in request.headers or not endpoint.public:
        verified = await _verify(fed, endpoint, received, request.network, now)
    inbound = Inbound(
        receiver=exchange.receiver,
        sender=None if verified is None else verified.sender,
        params=found.params,
        query=_query(request.query),
        body=body,
        content_type=request.headers.get("content-type", ""),
        idempotency_key="" if verified is None else verified.idempotency_key or "",
        old_size=None if verified is None else verified.fed_old_size,
        proof=_proof(received),
        now=now,
        bearer=_bearer(request.headers),
    )
    if not endpoint.public and not endpoint.outlives:
        require_here(inbound.receiver)
    if endpoint.linked:
        require = require_known if endpoint.past else require_accepted
        await require(inbound.receiver.id, inbound.peer)
    if endpoint.settled:
        await peers.refuse_contested(inbound.peer, now)
    pair = (inbound.receiver.id, inbound.sender or "")
    if endpoint.patient:
        with fed.admission.waiting(pair):
            return await _run(fed, endpoint, inbound)
    began = exchange.now()
    with fed.admission.admitted(pair):
        try:
            return await _run(fed, endpoint, inbound)
        finally:
            took = exchange.now() - began
            exchange.credit = fed.admission.credit(pair, took, exchange.now(), size=len(body)).text


def _receiver_named(path: str) -> str:
    """Whom a path below PREFIX is for, so that even a path that means nothing is refused in that party's name."""
    return path.removeprefix(f"{PREFIX}/").partition("/")[0]


def _bearer(headers: Mapping[str, str]) -> str:
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _query(text: str) -> dict[str, str]:
    """The fields of a query; the last of several of one name."""
    try:
        return dict(parse_qsl(text, keep_blank_values=True, max_num_fields=QUERY_FIELDS_MAX))
    except ValueError as error:
        raise RecordInvalidError(f"the query has more than {QUERY_FIELDS_MAX} fields") from error


async def _verify(
    fed: Federation, endpoint: Endpoint, received: ReceivedRequest, network: str, now: datetime
) -> VerifiedRequest:
    seconds = int(now.timestamp())
    claim = signing.parse_signature(received.headers)
    how = endpoint.introduces
    introduction = None if how is None else Introduction(how, received.body, network)
    lookup = await peers.lookup_for(fed, claim.sender, claim.keyid, seconds, introduction=introduction)
    verified = signing.verify_request(received, lookup, seconds, body_bytes_max=endpoint.bytes_max)
    if received.method != "GET" and not await parties.spend_nonce(verified.sender, verified.nonce, now):
        raise ReplayedNonceError("this request has been here before: sign a retry anew, with a new nonce")
    return verified


async def _run(fed: Federation, endpoint: Endpoint, inbound: Inbound) -> Outbound:
    if not endpoint.transaction:
        return await endpoint.run(fed, inbound)
    async with atomic():
        if not endpoint.once:
            return await endpoint.run(fed, inbound)

        async def effect() -> Answer:
            outbound = await endpoint.run(fed, inbound)
            return Answer(status=outbound.status, content_type=outbound.content_type, body=outbound.body)

        scope = f"fed:{inbound.receiver.id}:{inbound.peer}:{endpoint.method} {endpoint.path}"
        kept = await once(scope, inbound.idempotency_key, inbound.body, effect)
        return Outbound(kept.body, kept.content_type, kept.status)


def _proof(received: ReceivedRequest) -> bytes:
    """A request as evidence: enough for anyone to verify its signature again later."""
    kept = ("content-digest", "content-type", "fed-from", "fed-version", "idempotency-key", "fed-old-size")
    return msgspec.json.encode(
        {
            "method": received.method,
            "authority": received.authority,
            "path": received.path,
            "query": received.query,
            "headers": {name: received.headers.get(name) for name in (*kept, "signature-input", "signature")},
            "body": received.body if len(received.body) <= limits.DOCUMENT_BYTES_MAX else b"",
        }
    )


def _signed(exchange: _Exchange, outbound: Outbound, now: datetime) -> WireResponse:
    headers = {"Content-Type": outbound.content_type, "Cache-Control": "no-store"}
    if exchange.credit:
        headers[CREDIT_HEADER] = exchange.credit
    if exchange.receiver is not None and exchange.received is not None:
        received = exchange.received
        if not received.body and "content-digest" in received.headers:
            received = msgspec.structs.replace(received, body=_UNREAD)  # refused before its body was read
        try:
            question = signing.received_question(received)
        except BadSignatureError:
            return WireResponse(outbound.status, headers, outbound.body)
        headers |= signing.sign_response(
            question,
            outbound.status,
            outbound.body,
            outbound.content_type,
            fed_from=exchange.receiver.id,
            key=SigningKey.from_seed(exchange.receiver.sign_seed),
            created=int(now.timestamp()),
        )
    return WireResponse(outbound.status, headers, outbound.body)
