"""The edge of every protocol endpoint: raw bytes in, verified request through, signed answer out.

Order of checks (docs/protocol.md, Signatures): size cap, fields, key, window, digest, components, signature, nonce;
only then is a link asked for, a body inflated or parsed, a transaction opened. Refusals are signed problem documents
whenever the request carried a signature to bind them to. Litestar never decodes a body here: re-serialising breaks
signatures.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from federation import limits
from federation.documents import signing
from federation.documents.errors import BadSignatureError
from federation.documents.keys import SigningKey
from federation.documents.signing import ReceivedRequest, VerifiedRequest
from federation.errors import ReplayedNonceError, SlowBodyError
from federation.node import clock
from federation.node.answers import problem_of
from federation.node.database import atomic
from federation.node.idempotency import Answer, once
from federation.records import HostedParty
from federation.service import peers
from federation.service.calls import JSON_TYPE, PREFIX, PROBLEM_TYPE
from federation.service.context import Federation, authority_of
from federation.service.links import require_accepted
from federation.store import parties
from federation.vocabulary.errors import GalleriaError, NotFoundError, TooLargeError
from federation.vocabulary.ids import PartyId

_log = structlog.get_logger(__name__)

_UNREAD = b"\0"
"""Stands for a body that was not read, so that the answer is still bound to its digest."""


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """A request that passed the edge; `sender` is None for anonymous public reads."""

    receiver: HostedParty
    sender: PartyId | None
    params: Mapping[str, Any]
    query: Mapping[str, str]
    body: bytes
    content_type: str
    idempotency_key: str
    old_size: int | None
    proof: bytes
    now: datetime

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

    `public` reads may come unsigned. `linked` demands an accepted link. `once` remembers the answer by idempotency
    key in the transaction of the effect; the others that write guard themselves (by old size, by vseq).
    `introduces` lets a stranger present itself by the profile address in its body.
    """

    method: str
    path: str
    run: Run
    bytes_max: int = limits.DOCUMENT_BYTES_MAX
    public: bool = False
    linked: bool = True
    once: bool = False
    transaction: bool = True
    introduces: bool = False


def handler(fed: Federation, endpoint: Endpoint) -> HTTPRouteHandler:
    """The Litestar route of an endpoint."""

    async def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        return await _serve(fed, endpoint, request)

    return HTTPRouteHandler(
        f"{PREFIX}/{{party_id:str}}{endpoint.path}",
        http_method=endpoint.method,  # type: ignore[arg-type]
        status_code=200,
        name=f"fed {endpoint.method} {endpoint.path}",
        opt={"transaction": False, "exclude_from_csrf": True},
        include_in_schema=False,
    )(serve)


class _Exchange(msgspec.Struct):
    """What is known of a request so far, for signing the answer at whatever point it ends."""

    receiver: HostedParty | None = None
    received: ReceivedRequest | None = None


async def _serve(fed: Federation, endpoint: Endpoint, request: Request[Any, Any, Any]) -> Response[bytes]:
    exchange = _Exchange()
    now = clock.now()
    try:
        outbound = await _answer(fed, endpoint, request, exchange, now)
    except GalleriaError as error:
        _log.info("fed_refused", path=request.scope["path"], slug=error.slug, detail=error.detail)
        problem = problem_of(error, instance=request.scope["path"], now=now)
        outbound = Outbound(msgspec.json.encode(problem), PROBLEM_TYPE, problem.status)
    return _signed(exchange, outbound, now)


async def _answer(
    fed: Federation, endpoint: Endpoint, request: Request[Any, Any, Any], exchange: _Exchange, now: datetime
) -> Outbound:
    headers = _headers(request)
    exchange.receiver = await parties.party(request.path_params["party_id"])
    exchange.received = ReceivedRequest(
        method=request.method,
        authority=authority_of(fed.settings.public_url),
        path=request.scope["raw_path"].decode("ascii", "replace").partition("?")[0],
        query=request.scope["query_string"].decode("ascii", "replace"),
        headers=headers,
    )
    if exchange.receiver is None:
        raise NotFoundError("no such party is hosted here: ask /.well-known/fed-node which are")
    try:
        async with asyncio.timeout(fed.body_seconds_max):
            body = await _body(request, endpoint.bytes_max)
    except TimeoutError as error:
        raise SlowBodyError(f"the body did not arrive within {fed.body_seconds_max:.0f} s") from error
    exchange.received = received = msgspec.structs.replace(exchange.received, body=body)
    verified = None
    if "signature" in headers or not endpoint.public:
        verified = await _verify(fed, endpoint, received, now)
    inbound = Inbound(
        receiver=exchange.receiver,
        sender=None if verified is None else verified.sender,
        params=request.path_params,
        query=dict(request.query_params),
        body=body,
        content_type=headers.get("content-type", ""),
        idempotency_key="" if verified is None else verified.idempotency_key or "",
        old_size=None if verified is None else verified.fed_old_size,
        proof=_proof(received),
        now=now,
    )
    if endpoint.linked:
        await require_accepted(inbound.receiver.id, inbound.peer)
    return await _run(fed, endpoint, inbound)


async def _verify(fed: Federation, endpoint: Endpoint, received: ReceivedRequest, now: datetime) -> VerifiedRequest:
    seconds = int(now.timestamp())
    claim = signing.parse_signature(received.headers)
    introduction = received.body if endpoint.introduces else None
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
        answer = await once(scope, inbound.idempotency_key, inbound.body, effect)
        return Outbound(answer.body, answer.content_type, answer.status)


async def _body(request: Request[Any, Any, Any], bytes_max: int) -> bytes:
    """The raw body; more than `bytes_max` is refused before it has been read whole."""
    declared = request.headers.get("content-length", "0")
    if not declared.isdigit() or int(declared) > bytes_max:
        raise TooLargeError(f"the body has {declared[:20]} bytes, at most {bytes_max} are read here")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > bytes_max:
            raise TooLargeError(f"the body has more than {bytes_max} bytes")
        parts.append(part)
    return b"".join(parts)


def _headers(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Header names in lower case; repeats joined as RFC 9110 section 5.3 says."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in request.scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


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


def _signed(exchange: _Exchange, outbound: Outbound, now: datetime) -> Response[bytes]:
    headers = {"Content-Type": outbound.content_type, "Cache-Control": "no-store"}
    if exchange.receiver is not None and exchange.received is not None:
        received = exchange.received
        if not received.body and "content-digest" in received.headers:
            received = msgspec.structs.replace(received, body=_UNREAD)  # refused before its body was read
        try:
            question = signing.received_question(received)
        except BadSignatureError:
            return Response(outbound.body, status_code=outbound.status, headers=headers)
        headers |= signing.sign_response(
            question,
            outbound.status,
            outbound.body,
            outbound.content_type,
            fed_from=exchange.receiver.id,
            key=SigningKey.from_seed(exchange.receiver.sign_seed),
            created=int(now.timestamp()),
        )
    return Response(outbound.body, status_code=outbound.status, headers=headers)
