"""What every use case of the federation is given: the node's settings, the guarded door, and the desks of the node."""

import asyncio
from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from federation import limits
from federation.node.door import Door, DoorResponse
from federation.node.settings import NodeSettings
from federation.ports import Bookkeeper, Cashier, Exports, Hearing, HubDesk, Pictures, ShopDesk, VoucherDesk
from federation.recon.cache import ItemSets
from federation.service.breaker import Breaker
from federation.service.pacing import BulkPace
from federation.service.pressure import Admission, BulkGate, Pace
from federation.service.strangers import Strangers
from federation.service.tally import Tally


class PeerDoor(Protocol):
    """The one way to a peer: `federation.node.door.Door`, or a stand-in that a test controls."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        max_bytes: int,
        connect_timeout_seconds: float = limits.CONNECT_TIMEOUT_SECONDS,
        total_timeout_seconds: float = limits.TOTAL_TIMEOUT_SECONDS,
        head_timeout_seconds: float = limits.TOTAL_TIMEOUT_SECONDS,
    ) -> DoorResponse:
        """One exchange without redirects. Raises DoorRefusedError, or PeerUnreachableError when no answer came."""
        ...


class Federation:
    """The composition of one node's federation; holds no state but how peers answer this process."""

    def __init__(
        self, settings: NodeSettings, door: PeerDoor, shop_desk: ShopDesk | None, hub_desk: HubDesk | None
    ) -> None:
        self.settings = settings
        self.door = door
        self.shop_desk = shop_desk
        self.hub_desk = hub_desk
        self.pictures: Pictures | None = None
        self.exports: Exports | None = None
        self.cashier: Cashier | None = None
        self.bookkeeper: Bookkeeper | None = None
        self.voucher_desk: VoucherDesk | None = None
        self.hearing: Hearing | None = None
        self.body_seconds_max = limits.TOTAL_TIMEOUT_SECONDS
        self.log_gap_max = limits.LOG_GAP_MAX
        self.item_sets = ItemSets()
        self._lanes: dict[str, asyncio.Semaphore] = {}
        self._breakers: dict[str, Breaker] = {}
        self._paces: dict[tuple[str, str], Pace] = {}
        self.admission = Admission()
        self.bulk = BulkGate()
        self.bulk_pace = BulkPace()
        self.strangers = Strangers()
        self.paper_pages = Tally(limits.PAPER_PAGES_PER_MINUTE_MAX)
        self.voucher_tells = Tally(limits.VOUCHER_TELLS_PER_MINUTE_MAX)
        self.account_reads = Tally(limits.ACCOUNT_READS_PER_MINUTE_MAX)
        self.evidence = Tally(limits.EVIDENCE_PER_MINUTE_MAX)

    def lane(self, peer_id: str) -> asyncio.Semaphore:
        """The gate through which at most REQUESTS_IN_FLIGHT_MAX requests to a peer pass at once in this process."""
        return self._lanes.setdefault(peer_id, asyncio.Semaphore(limits.REQUESTS_IN_FLIGHT_MAX))

    def breaker(self, authority: str) -> Breaker:
        """What this process knows of how an address answers."""
        return self._breakers.setdefault(authority, Breaker())

    def pace(self, local_id: str, peer_id: str) -> Pace:
        """How much a peer takes at once of a party from this process, and how soon again; each party has its own."""
        return self._paces.setdefault((local_id, peer_id), Pace())


def create_federation(
    settings: NodeSettings,
    *,
    shop_desk: ShopDesk | None = None,
    hub_desk: HubDesk | None = None,
    door: PeerDoor | None = None,
    pictures: Pictures | None = None,
    exports: Exports | None = None,
) -> Federation:
    """A node's federation over the guarded door, with the desks, pictures and archives of the parties it hosts."""
    made = Federation(settings, door or Door(frozenset(settings.reachable)), shop_desk, hub_desk)
    made.pictures = pictures
    made.exports = exports
    return made


def authority_of(url: str) -> str:
    """The `@authority` of an address as signatures cover it: host in lower case, port unless it is the scheme's own."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    default = {"https": 443, "http": 80}.get(parts.scheme)
    return host if parts.port in {None, default} else f"{host}:{parts.port}"
