"""A hub's desk on rows in memory: listings, stock as told, events; it rolls back with its transaction."""

# ruff: noqa: ARG002 - a desk takes what its Protocol passes, used or not
import hashlib
from collections.abc import Sequence
from datetime import datetime

import msgspec

from federation.conversations.link import LinkState
from federation.conversations.messages import OrderEvent, Quarantine, StockRegister
from federation.node.memory import Table, statement
from federation.ports import AcceptedRecord, ServedRecord
from federation.vocabulary.errors import FieldError
from federation.vocabulary.ids import PartyId

ODD = b'"Odd"'
"""A word in a record that makes this desk refuse it."""


class Listing(msgspec.Struct, frozen=True):
    """What the hub shows of a product."""

    hub_id: PartyId
    shop_id: PartyId
    key: str
    seq: int
    leaf_hash: str
    body_hash: bytes


class Told(msgspec.Struct, frozen=True):
    """An order event that came."""

    hub_id: PartyId
    number: int
    source: PartyId
    id: str
    order_id: str
    sequence: int


class Figure(msgspec.Struct, frozen=True):
    """The quantity that shoppers see."""

    hub_id: PartyId
    shop_id: PartyId
    variant_id: str
    quantity: int


LISTINGS = Table[Listing]("desk_listing", lambda row: (row.hub_id, row.shop_id, row.key), together=2)
TOLD = Table[Told]("desk_told", lambda row: (row.hub_id, row.number), together=1)
FIGURES = Table[Figure]("desk_figure", lambda row: (row.hub_id, row.shop_id, row.variant_id), together=2)


class HubDesk:
    """What linked shops may tell a hub."""

    async def records_accepted(
        self, hub_id: PartyId, shop_id: PartyId, records: Sequence[AcceptedRecord], now: datetime
    ) -> list[Quarantine]:
        """Project good records; those with the odd word are refused."""
        bad = []
        async with statement() as own:
            for record in records:
                if record.operation == "del":
                    await own.delete(LISTINGS, hub_id, shop_id, record.key)
                elif ODD in record.body:
                    errors = (FieldError("", "odd", "not for us"),)
                    bad.append(Quarantine(seq=record.seq, key=record.key, errors=errors))
                else:
                    await own.put(LISTINGS, _listing(hub_id, shop_id, record))
        return bad

    async def served(self, hub_id: PartyId, shop_id: PartyId) -> list[ServedRecord]:
        """What is listed of a shop."""
        async with statement() as own:
            return [ServedRecord(row.key, row.leaf_hash, row.body_hash) for row in own.scan(LISTINGS, hub_id, shop_id)]

    async def stock_changed(
        self, hub_id: PartyId, shop_id: PartyId, registers: Sequence[StockRegister], now: datetime
    ) -> None:
        """Show the newest figures."""
        async with statement() as own:
            for register in registers:
                await own.put(FIGURES, Figure(hub_id, shop_id, register.variant_id, register.quantity))

    async def heartbeat(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> None:
        """Nothing depends on it here."""

    async def order_event(self, hub_id: PartyId, shop_id: PartyId, event: OrderEvent, now: datetime) -> None:
        """Write an event down."""
        async with statement() as own:
            number = own.number("desk_told")
            await own.add(TOLD, Told(hub_id, number, shop_id, event.id, event.order_id, event.sequence))

    async def link_changed(
        self, hub_id: PartyId, shop_id: PartyId, state: LinkState, profile_name: str, now: datetime
    ) -> None:
        """Nothing depends on it here."""

    async def forwarded(self, hub_id: PartyId, shop_id: PartyId, forward: str, now: datetime) -> None:
        """Nothing depends on it here."""


def _listing(hub_id: PartyId, shop_id: PartyId, record: AcceptedRecord) -> Listing:
    digest = hashlib.sha256(record.body).digest()
    return Listing(hub_id, shop_id, record.key, record.seq, record.leaf_hash, digest)
