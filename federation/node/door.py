"""The guarded door: the only way to an address that somebody else told us.

Invariants: a name is resolved once and the connection goes to the address that was checked; addresses of special
purpose (RFC 6890: private, loopback, link-local, multicast, translated and the like) are refused, save the exact
`host:port` pairs on loopback that the operator listed; elsewhere only https on port 443; no redirect is followed; size,
time and slowness are bounded; nothing is decompressed; no cookie and no proxy is used.
"""

import asyncio
import ipaddress
import socket
import time
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult

from federation.vocabulary.errors import PeerError, PeerUnreachableError, RetryClass

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

CONNECT_TIMEOUT_SECONDS = 2.0
TOTAL_TIMEOUT_SECONDS = 5.0
RATE_BYTES_PER_SECOND_MIN = 2048
RATE_GRACE_SECONDS = 2.0
URL_LENGTH_MAX = 2048
_CHUNK_BYTES = 64 * 1024
_HTTPS_PORT = 443
_REDIRECTS = range(300, 400)
_NOT_MODIFIED = 304

_TRANSLATED = tuple(
    ipaddress.ip_network(network)
    for network in ("64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "192.88.99.0/24")
)
"""Ranges that carry an IPv4 address inside or lead to a relay, whatever lies behind."""


class DoorRefusedError(PeerError):
    """The address is not one that this node may be sent to."""

    slug = "door-refused"
    retry: RetryClass = "never"


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
    """Where a request really goes: the name for the certificate and Host, the address for the connection."""

    host: str
    port: int
    address: str


class _PinnedResolver(AbstractResolver):
    """Answers with the one address that was checked, so that a second look-up cannot lead elsewhere."""

    def __init__(self, target: _Target) -> None:
        self._target = target

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        del family
        address = self._target.address
        pinned = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=pinned, proto=0, flags=int(socket.AI_NUMERICHOST)
            )
        ]

    async def close(self) -> None:
        """Nothing is held."""


class Door:
    """Requests to addresses from outside. `reachable` lists the `host:port` pairs on loopback that are allowed."""

    def __init__(self, reachable: frozenset[str] = frozenset()) -> None:
        self._reachable = reachable

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
    ) -> DoorResponse:
        """One exchange. Raises DoorRefusedError, or PeerUnreachableError when no whole answer came within bounds."""
        parts = _checked(url)
        try:
            async with asyncio.timeout(total_timeout_seconds):
                async with asyncio.timeout(connect_timeout_seconds):
                    target = await self._resolve(parts)
                timeout = aiohttp.ClientTimeout(total=total_timeout_seconds, connect=connect_timeout_seconds)
                return await _exchange(method, url, target, _Ask(headers, body, max_bytes, timeout))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            reason = str(error) or type(error).__name__
            raise PeerUnreachableError(f"{parts.hostname} gave no answer within bounds: {reason}") from error

    async def _resolve(self, parts: SplitResult) -> _Target:
        host = parts.hostname or ""
        port = parts.port or (_HTTPS_PORT if parts.scheme == "https" else 80)
        is_listed = f"{host}:{port}" in self._reachable
        if not is_listed and (parts.scheme != "https" or port != _HTTPS_PORT):
            raise DoorRefusedError(f"{host}:{port} may not be reached: only https on port 443 is")
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except UnicodeError as error:
            raise DoorRefusedError(f"{host[:80]} is not a host name: each part has 1 to 63 characters") from error
        addresses = [str(entry[4][0]) for entry in found]
        for address in addresses:
            check_address(address, is_listed=is_listed)
        if not addresses:
            raise PeerUnreachableError(f"{host} has no address")
        return _Target(host, port, addresses[0])


class _Ask(msgspec.Struct, frozen=True):
    """What is sent, and how much and how long to wait for the answer."""

    headers: Mapping[str, str]
    body: bytes
    max_bytes: int
    timeout: aiohttp.ClientTimeout


def _checked(url: str) -> SplitResult:
    """The parts of an address of a form we send requests to. Raises DoorRefusedError."""
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError as error:
        raise DoorRefusedError("this is not an address") from error
    fits = parts.scheme in {"http", "https"} and parts.hostname and port_fits and len(url) <= URL_LENGTH_MAX
    if not fits or parts.username is not None or parts.password is not None or not url.isascii():
        raise DoorRefusedError("an address is http(s)://host[:port]/path in ASCII, without a login")
    return parts


def check_address(address: str, *, is_listed: bool) -> None:
    """Refuse an address of special purpose; a listed one must be loopback instead. Raises DoorRefusedError."""
    parsed: IpAddress = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if is_listed:
        if not parsed.is_loopback:
            raise DoorRefusedError(f"{address} is listed as reachable but is not on loopback")
        return
    site_local = isinstance(parsed, ipaddress.IPv6Address) and parsed.is_site_local
    translated = any(parsed in network for network in _TRANSLATED if network.version == parsed.version)
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved or site_local or translated:
        raise DoorRefusedError(f"{address} is not a public address")


async def _exchange(method: str, url: str, target: _Target, ask: _Ask) -> DoorResponse:
    connector = aiohttp.TCPConnector(resolver=_PinnedResolver(target), force_close=True, use_dns_cache=False)
    async with (
        aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, timeout=ask.timeout
        ) as session,
        session.request(
            method,
            url,
            headers={"Accept-Encoding": "identity", **ask.headers},
            data=ask.body or None,
            allow_redirects=False,
            skip_auto_headers=("User-Agent", "Content-Type") if "User-Agent" in ask.headers else ("Content-Type",),
        ) as response,
    ):
        if response.status in _REDIRECTS and response.status != _NOT_MODIFIED:
            raise PeerUnreachableError(f"{target.host} answers with a redirect, and none is followed")
        headers = [(name, content) for name, content in response.headers.items()]
        return DoorResponse(response.status, headers, await _read(response, target, ask.max_bytes))


async def _read(response: aiohttp.ClientResponse, target: _Target, max_bytes: int) -> bytes:
    """The whole body, unless it is too large or comes too slowly."""
    if (response.content_length or 0) > max_bytes:
        raise PeerUnreachableError(f"{target.host} announces more than {max_bytes} bytes")
    started, parts, size = time.monotonic(), list[bytes](), 0
    async for part in response.content.iter_chunked(_CHUNK_BYTES):
        parts.append(part)
        size += len(part)
        if size > max_bytes:
            raise PeerUnreachableError(f"{target.host} sends more than {max_bytes} bytes")
        elapsed = time.monotonic() - started
        if elapsed > RATE_GRACE_SECONDS and size < elapsed * RATE_BYTES_PER_SECOND_MIN:
            raise PeerUnreachableError(f"{target.host} sends less than {RATE_BYTES_PER_SECOND_MIN} bytes a second")
    return b"".join(parts)
