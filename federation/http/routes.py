"""The protocol over HTTP, for the composing app to mount: bytes off the wire into the exchange, and back.

Litestar never decodes a body here: re-serialising breaks signatures.
"""

import asyncio
from typing import Any

from litestar import Request, Response
from litestar.handlers import HTTPRouteHandler

from federation.documents.profile import PREFIX
from federation.errors import SlowBodyError
from federation.http import identity
from federation.http.edge import WireRequest
from federation.http.exchange import exchange_reading
from federation.node import clock
from federation.node.visitor import network_of
from federation.service.context import Federation
from federation.vocabulary.errors import TooLargeError


def routes(fed: Federation) -> list[Any]:
    """The protocol's routes: below /fed/v1/{party}/, and the node's list of parties."""
    return [identity.node_listing(fed), _everything(fed)]


def _everything(fed: Federation) -> HTTPRouteHandler:
    """One route for all endpoints: which one a path means is the exchange's to find."""

    async def serve(request: Request[Any, Any, Any]) -> Response[bytes]:
        wire = WireRequest(
            method=request.method,
            path=request.scope["raw_path"].decode("ascii", "replace").partition("?")[0],
            query=request.scope["query_string"].decode("ascii", "replace"),
            headers=_headers(request),
            network=_network(request),
        )

        async def read(bytes_max: int) -> bytes:
            try:
                async with asyncio.timeout(fed.body_seconds_max):
                    return await _body(request, bytes_max)
            except TimeoutError as error:
                raise SlowBodyError(f"the body did not arrive within {fed.body_seconds_max:.0f} s") from error

        answer = await exchange_reading(fed, wire, read, clock.now())
        return Response(answer.body, status_code=answer.status, headers=dict(answer.headers))

    return HTTPRouteHandler(
        f"{PREFIX}/{{party_id:str}}/{{rest:path}}",
        http_method=["GET", "POST"],
        status_code=200,
        name="fed",
        opt={"transaction": False, "exclude_from_csrf": True},
        include_in_schema=False,
    )(serve)


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


def _network(request: Request[Any, Any, Any]) -> str:
    """The network that the request comes from, where that can be told."""
    client = request.client
    return network_of("" if client is None else client.host, request.headers.get("x-forwarded-for", ""))


def _headers(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Header names in lower case; repeats joined as RFC 9110 section 5.3 says."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in request.scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
