"""The European Central Bank's daily file, fetched through the guarded door."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from federation.node.door import DoorResponse
from federation.vocabulary.errors import PeerUnreachableError
from marketplace.currencies.domain.ecb import BYTES_MAX, read_daily
from marketplace.currencies.domain.rates import RateSheet

DAILY_URL = "https://www.ecb.europa.eu/stats/eurofxref/eurofxref-daily.xml"
_OK = 200


class Fetcher(Protocol):
    """The guarded door, as far as it is needed here."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, max_bytes: int
    ) -> DoorResponse:
        """One exchange."""
        ...


class EcbRates:
    """`marketplace.currencies.ports.RateSource` of the ECB; published on working days about 16:00 CET."""

    def __init__(self, door: Fetcher, url: str = DAILY_URL) -> None:
        self._door = door
        self._url = url

    async def latest(self, now: datetime) -> RateSheet:
        """Fetch and read the file."""
        del now
        answer = await self._door.request("GET", self._url, headers={}, body=b"", max_bytes=BYTES_MAX)
        if answer.status != _OK:
            raise PeerUnreachableError(f"the ECB answered {answer.status} instead of its rates")
        return read_daily(answer.body)
