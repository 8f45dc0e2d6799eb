"""One protocol request and its answer, without any transport: the whole of what a node is to its peers.

Whatever carries bytes hands them in here: the web process, the worker of a shop that nobody can connect to, the
simulator.
"""

import functools
import re
from datetime import datetime

from federation.documents.profile import PREFIX
from federation.http import (
    accounts,
    conversations,
    departures,
    disputes,
    exports,
    identity,
    links,
    log,
    media,
    outbox,
    paying,
    recon,
    snapshots,
    vouchers,
)
from federation.http.edge import Endpoint, Found, ReadBody, WireRequest, WireResponse, answer
from federation.service.context import Federation
from federation.vocabulary.errors import TooLargeError

ENDPOINTS: tuple[Endpoint, ...] = (
    *identity.ENDPOINTS,
    *links.ENDPOINTS,
    *log.ENDPOINTS,
    *recon.ENDPOINTS,
    *snapshots.ENDPOINTS,
    *conversations.ENDPOINTS,
    *outbox.ENDPOINTS,
    *media.ENDPOINTS,
    *departures.ENDPOINTS,
    *exports.ENDPOINTS,
    *paying.ENDPOINTS,
    *disputes.ENDPOINTS,
    *accounts.ENDPOINTS,
    *vouchers.ENDPOINTS,
)
_PLACE = re.compile(r"\{(\w+):(int|str)\}")
_SPELLING = {"int": r"0|[1-9]\d{0,15}", "str": r"[A-Za-z0-9._~-]{1,200}"}

_BY_SHAPE: dict[tuple[str, int], list[Endpoint]] = {}
"""Endpoints by method and number of slashes in their whole address: no place in one holds a slash."""
for _each in ENDPOINTS:
    _BY_SHAPE.setdefault((_each.method, f"{PREFIX}/{_each.path}".count("/")), []).append(_each)


async def exchange(fed: Federation, request: WireRequest, now: datetime) -> WireResponse:
    """Answer a request that is here whole. Raises nothing that a peer can cause."""

    async def read(bytes_max: int) -> bytes:
        if len(request.body) > bytes_max:
            raise TooLargeError(f"the body has {len(request.body)} bytes, at most {bytes_max} are read here")
        return request.body

    return await exchange_reading(fed, request, read, now)


async def exchange_reading(fed: Federation, request: WireRequest, read_body: ReadBody, now: datetime) -> WireResponse:
    """Answer a request whose body is read only when its endpoint is known, and no further than that one allows."""
    return await answer(fed, endpoint_at(request.method, request.path), request, read_body, now)


def endpoint_at(method: str, path: str) -> Found | None:
    """The endpoint that a method and an undecoded path mean. No address of the protocol needs percent-encoding."""
    for endpoint in _BY_SHAPE.get((method, path.count("/")), ()):
        if match := _pattern(endpoint.path).fullmatch(path):
            return Found(endpoint, match.groupdict())
    return None


@functools.cache
def _pattern(path: str) -> re.Pattern[str]:
    whole = PREFIX + "/{party_id:str}" + path
    return re.compile(_PLACE.sub(lambda place: f"(?P<{place[1]}>{_SPELLING[place[2]]})", whole), re.ASCII)
