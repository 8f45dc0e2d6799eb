"""Which URLs, host names and IP addresses the guarded door may approach. Pure: looks nothing up.

Invariants: a host that two readers could take for two places is refused, not repaired; an IP address is judged by
what it leads to, so one that carries another inside (mapped, translated, tunnelled) is judged by that other or
refused. Sources: the IANA special-purpose registries (RFC 6890 and what was added since), RFC 6761 and RFC 8375 for
names, the WHATWG URL standard's "ends in a number" for hosts.
"""

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from federation.vocabulary.errors import PeerError, RetryClass

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

URL_LENGTH_MAX = 2048
HOST_LENGTH_MAX = 253
HTTPS_PORT = 443

_REFUSED_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",
    )
)
"""Special purpose, multicast, reserved; last the address at which a large cloud serves its machines from inside."""

_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
"""All unicast addresses that have ever been given out. What lies outside is special, translated or unassigned."""

_REFUSED_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in ("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)
"""Inside 2000::/3: protocol assignments with Teredo, documentation, 6to4, AS112."""

_ISATAP = frozenset({0x00005EFE, 0x02005EFE})
"""The upper half of an interface identifier that carries an IPv4 address (RFC 5214)."""

_SPECIAL_NAMES = ("localhost", "local", "internal", "arpa", "onion", "alt", "lan", "home", "corp")
"""Endings that name places inside somebody's own network, or none on the Internet."""

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_VISIBLE = re.compile(r"[!-~]+")
_MISLEADING = frozenset('\\<>"^`')


class DoorRefusedError(PeerError):
    """The address is not one that this node may be sent to."""

    slug = "door-refused"
    retry: RetryClass = "never"


def checked_url(url: str) -> SplitResult:
    """The parts of an address of a form we send requests to; its host in lower case. Raises DoorRefusedError."""
    if len(url) > URL_LENGTH_MAX or _VISIBLE.fullmatch(url) is None or not _MISLEADING.isdisjoint(url):
        raise DoorRefusedError(
            f"an address has at most {URL_LENGTH_MAX} characters, all of them visible ASCII without \\ and quotes"
        )
    try:
        parts = urlsplit(url)
        port_fits = parts.port is None or parts.port > 0
    except ValueError as error:
        raise DoorRefusedError("this is not an address") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or not port_fits or "@" in parts.netloc:
        raise DoorRefusedError("an address is http(s)://host[:port]/path, without a login")
    if "[" in parts.netloc and not isinstance(literal(parts.hostname), ipaddress.IPv6Address):
        raise DoorRefusedError("between brackets stands an IPv6 address in its shortest spelling, and nothing else")
    return parts


def literal(host: str) -> IpAddress | None:
    """The address that a host spells out in its one canonical way, None for a name."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return None
    return address if str(address) == host else None


def check_host(host: str) -> None:
    """Refuse a host that is neither a canonical IP address nor a full name on the Internet. Raises DoorRefusedError."""
    if literal(host) is not None:
        return
    labels = host.split(".")
    if len(host) > HOST_LENGTH_MAX or not all(_LABEL.fullmatch(label) for label in labels):
        raise DoorRefusedError(
            f"{host[:80]!r} is not a host name: parts of 1 to 63 letters, digits and hyphens, no dot at the end"
        )
    if _NUMBER.fullmatch(labels[-1]):
        raise DoorRefusedError(f"{host[:80]!r} is a number: an IP address is written in full, or a name given")
    if len(labels) < 2 or labels[-1] in _SPECIAL_NAMES:  # noqa: PLR2004 - a name and where it is registered
        raise DoorRefusedError(f"{host[:80]!r} is a name of a local network, not of the Internet")


def check_address(address: str, *, is_listed: bool) -> None:
    """Refuse an address of special purpose; a listed one must be loopback instead. Raises DoorRefusedError."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError as error:
        raise DoorRefusedError(f"{address[:80]!r} is not an IP address") from error
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    if is_listed:
        if not parsed.is_loopback:
            raise DoorRefusedError(f"{address} is listed as reachable but is not on loopback")
    elif not _is_public(parsed):
        raise DoorRefusedError(f"{address} is not a public address")


def _is_public(address: IpAddress) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _REFUSED_V4)
    if address.scope_id is not None or address not in _GLOBAL_V6:
        return False
    return int(address) >> 32 & 0xFFFFFFFF not in _ISATAP and not any(address in network for network in _REFUSED_V6)
