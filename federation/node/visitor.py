"""Where a request comes from, so that one place cannot take what is meant for all; never shown and never kept as it is.

A proxy of our own (loopback or a private address) names the visitor last in X-Forwarded-For; what anybody else writes
there is not believed. An IPv6 household has a whole /64, so that is one place.
"""

import hashlib
import hmac
import ipaddress

from federation.node.web import AnyRequest

UNKNOWN = "unknown"


def place_of(peer: str, forwarded: str) -> str:
    """The network a request comes from, as text, by the connection's other end and the header."""
    address = _visitor(peer, forwarded)
    if address is None:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(address), 64), strict=False))
    return str(address)


def network_of(peer: str, forwarded: str) -> str:
    """The network that somebody is given whole, around where a request comes from: an IPv4 /24, an IPv6 /48.

    Empty when it comes from this machine or its own network, by no proxy: then it says nothing of who asks.
    """
    address = _visitor(peer, forwarded)
    if address is None or address.is_private:
        return ""
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(address), 48), strict=False))
    return str(ipaddress.IPv4Network((int(address), 24), strict=False))


def _visitor(peer: str, forwarded: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The visitor's own address, an IPv4 one in its own form."""
    near = _address(peer)
    if near is None:
        return None
    last = _address(forwarded.rpartition(",")[2].strip())
    address = last if last is not None and near.is_private else near
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def mark_of(request: AnyRequest, secret_key: str) -> bytes:
    """Sixteen bytes that stand for where the request comes from, of no use to anybody without the node's key."""
    return _mark(f"visitor {place_of(*_ends(request))}", secret_key)


def network_mark_of(request: AnyRequest, secret_key: str) -> bytes:
    """The same for the network around it; empty when that says nothing of who asks."""
    network = network_of(*_ends(request))
    return _mark(f"network {network}", secret_key) if network else b""


def _ends(request: AnyRequest) -> tuple[str, str]:
    client = request.client
    return "" if client is None else client.host, request.headers.get("x-forwarded-for", "")


def _mark(text: str, secret_key: str) -> bytes:
    return hmac.digest(secret_key.encode(), text.encode(), hashlib.sha256)[:16]
