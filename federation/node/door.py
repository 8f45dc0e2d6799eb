"""The guarded door: the only way to an address that somebody else told us.

Invariants: a name is resolved once for a connection, which goes only to addresses that were checked and serves further
requests for a minute at most (`federation.node.connections`); one that is not public among them shuts the door to all
of them (`federation.node.addresses`), save the exact `host:port` pairs on loopback that the operator listed; elsewhere
only https on port 443; no redirect is followed; size, number and length of headers, time and slowness are bounded;
nothing is decompressed; no cookie and no proxy is used.
"""

import asyncio
import socket
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult

from federation.node.addresses import HTTPS_PORT, DoorRefusedError, check_address, check_host, checked_url, literal
from federation.node.connections import IDLE_SECONDS, Connections, Wire
from federation.node.lookups import Ask, Lookups, ask_system
from federation.vocabulary.errors import PeerUnreachableError

__all__ = ["Door", "DoorRefusedError", "DoorResponse"]

CONNECT_TIMEOUT_SECONDS = 2.0
TOTAL_TIMEOUT_SECONDS = 5.0
HEAD_SECONDS_MAX = 10.0
"""How long status and headers may take, however long the whole may, unless the asker waits for them on purpose."""
RATE_BYTES_PER_SECOND_MIN = 2048
RATE_GRACE_SECONDS = 2.0
HEADERS_MAX = 64
HEADER_BYTES_MAX = 8 * 1024
CONNECTIONS_MAX = 32
"""To one place at once."""
ADDRESSES_TRIED_MAX = 4
"""Of a name's checked addresses, so many are tried one after the other, within the one time to connect."""

_CHUNK_BYTES = 64 * 1024
_REDIRECTS = range(300, 400)
_NOT_MODIFIED = 304


class DoorResponse(msgspec.Struct, frozen=True):
    """An answer as it came: header names as sent, body not decoded."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of that name, whatever its case; empty when absent."""
        wanted = name.lower()
        return next((content for present, content in self.headers if present.lower() == wanted), "")


class _Target(msgspec.Struct, frozen=True):
    """Where a request really goes: the name for the certificate and Host, the addresses for the connection."""

    host: str
    port: int
    addresses: tuple[str, ...]


class _Ask(msgspec.Struct, frozen=True):
    """What is sent, and how much and how long to wait for the answer."""

    headers: Mapping[str, str]
    body: bytes
    max_bytes: int
    timeout: aiohttp.ClientTimeout
    head_seconds_max: float


class _PinnedResolver(AbstractResolver):
    """Answers with the addresses that were checked, so that a second look-up cannot lead elsewhere."""

    def __init__(self, target: _Target) -> None:
        self._target = target

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=int(socket.AI_NUMERICHOST),
            )
            for address in self._target.addresses
        ]

    async def close(self) -> None:
        """Nothing is held."""


class Door:
    """Requests to addresses from outside. `reachable` lists the `host:port` pairs on loopback that are allowed."""

    def __init__(self, reachable: frozenset[str] = frozenset(), *, ask: Ask = ask_system) -> None:
        self._reachable = reachable
        self._lookups = Lookups(ask)
        self._connections = Connections()

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        connect_timeout_seconds: float = CONNECT_TIMEOUT_SECONDS,
        total_timeout_seconds: float = TOTAL_TIMEOUT_SECONDS,
        head_timeout_seconds: float = HEAD_SECONDS_MAX,
    ) -> DoorResponse:
        """One exchange. Raises DoorRefusedError, or PeerUnreachableError when no whole answer came within bounds."""
        parts = checked_url(url)
        try:
            async with asyncio.timeout(total_timeout_seconds):
                timeout = aiohttp.ClientTimeout(total=total_timeout_seconds, connect=connect_timeout_seconds)
                ask = _Ask(headers, body, max_bytes, timeout, head_timeout_seconds)
                return await self._through(method, url, parts, ask)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise PeerUnreachableError(f"{parts.hostname} gave no answer within bounds: {reason}") from error

    async def _through(self, method: str, url: str, parts: SplitResult, ask: _Ask) -> DoorResponse:
        """The exchange over a kept connection; once more over a new one when the peer had hung up meanwhile."""

        async def make() -> aiohttp.TCPConnector:
            async with asyncio.timeout(ask.timeout.connect):
                return _connector(await self._resolve(parts))

        place = (parts.scheme, parts.hostname or "", _port(parts))
        async with self._connections.wire(place, make) as wire:
            was_kept, wire.has_served = wire.has_served, True
            try:
                return await _exchange(method, url, wire, ask)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if not was_kept or isinstance(error, aiohttp.ClientConnectorError) or not _may_repeat(method, ask):
                    raise
        fresh = _connector(await self._resolve(parts))
        try:
            return await _exchange(method, url, Wire(fresh, 0), ask)
        finally:
            await fresh.close()

    async def _resolve(self, parts: SplitResult) -> _Target:
        host = parts.hostname or ""
        port = _port(parts)
        is_listed = f"{host}:{port}" in self._reachable
        if not is_listed:
            if parts.scheme != "https" or port != HTTPS_PORT:
                raise DoorRefusedError(f"{host}:{port} may not be reached: only https on port {HTTPS_PORT} is")
            check_host(host)
        addresses = [host] if literal(host) is not None else await self._lookups.addresses(host)
        for address in addresses:
            check_address(address, is_listed=is_listed)
        if not addresses:
            raise PeerUnreachableError(f"{host} has no address")
        return _Target(host, port, tuple(addresses[:ADDRESSES_TRIED_MAX]))


def _port(parts: SplitResult) -> int:
    return parts.port or (HTTPS_PORT if parts.scheme == "https" else 80)


def _connector(target: _Target) -> aiohttp.TCPConnector:
    return aiohttp.TCPConnector(
        resolver=_PinnedResolver(target), keepalive_timeout=IDLE_SECONDS, use_dns_cache=False, limit=CONNECTIONS_MAX
    )


def _may_repeat(method: str, ask: _Ask) -> bool:
    """Whether a request does no harm when the peer gets it twice."""
    return method == "GET" or any(name.lower() == "idempotency-key" for name in ask.headers)


async def _exchange(method: str, url: str, wire: Wire, ask: _Ask) -> DoorResponse:
    host = urlsplit(url).hostname
    async with aiohttp.ClientSession(
        connector=wire.connector,
        connector_owner=False,
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        timeout=ask.timeout,
        max_line_size=HEADER_BYTES_MAX,
        max_field_size=HEADER_BYTES_MAX,
        max_headers=HEADERS_MAX,
    ) as session:
        async with asyncio.timeout(ask.head_seconds_max):
            response = await session.request(
                method,
                url,
                headers={"Accept-Encoding": "identity", **ask.headers},
                data=ask.body or None,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Content-Type") if "User-Agent" in ask.headers else ("Content-Type",),
            )
        async with response:
            if response.status in _REDIRECTS and response.status != _NOT_MODIFIED:
                raise PeerUnreachableError(f"{host} answers with a redirect, and none is followed")
            headers = [(name, content) for name, content in response.headers.items()]
            return DoorResponse(response.status, headers, await _read(response, host, ask.max_bytes))


async def _read(response: aiohttp.ClientResponse, host: str | None, max_bytes: int) -> bytes:
    """The whole body, unless it is too large or comes too slowly, be it in drops or not at all."""
    if (response.content_length or 0) > max_bytes:
        raise PeerUnreachableError(f"{host} announces more than {max_bytes} bytes")
    started, parts, size = asyncio.get_running_loop().time(), list[bytes](), 0
    try:
        async with asyncio.timeout_at(started + RATE_GRACE_SECONDS) as patience:
            async for part in response.content.iter_chunked(_CHUNK_BYTES):
                parts.append(part)
                size += len(part)
                if size > max_bytes:
                    raise PeerUnreachableError(f"{host} sends more than {max_bytes} bytes")
                patience.reschedule(started + max(RATE_GRACE_SECONDS, size / RATE_BYTES_PER_SECOND_MIN))
    except TimeoutError as error:
        if not patience.expired():
            raise
        raise PeerUnreachableError(f"{host} sends less than {RATE_BYTES_PER_SECOND_MIN} bytes a second") from error
    return b"".join(parts)
