"""The kinds of rows kept in memory that several subjects read, with the key of each."""

from datetime import datetime

import msgspec

from federation.conversations.messages import StockRegister
from federation.conversations.stock import Tally
from federation.documents.identity import SeenOperation
from federation.node.memory import Table
from federation.records import Delivery, EventRecord, HostedParty, Link, LogHead, Peer, Refusal, Replica, StoredLeaf
from federation.vocabulary.ids import PartyId


class OperationRow(msgspec.Struct, frozen=True):
    party_id: str
    number: int
    seen: SeenOperation


class PeerOperationRow(msgspec.Struct, frozen=True):
    peer_id: str
    number: int
    seen: SeenOperation


class LinkRow(msgspec.Struct, frozen=True):
    link: Link
    remote_proof: bytes


class DeliveryRow(msgspec.Struct, frozen=True):
    delivery: Delivery
    cosigned_note: bytes = b""
    stock_error: str = ""


class LeafRow(msgspec.Struct, frozen=True):
    holder_id: str
    party_id: str
    epoch: int
    leaf: StoredLeaf


class RegisterRow(msgspec.Struct, frozen=True):
    hub_id: PartyId
    shop_id: PartyId
    register: StockRegister


class StockRow(msgspec.Struct, frozen=True):
    hub_id: PartyId
    shop_id: PartyId
    tally: Tally = Tally()
    heard_at: datetime | None = None


class QuarantineRow(msgspec.Struct, frozen=True):
    hub_id: PartyId
    shop_id: PartyId
    epoch: int
    seq: int
    key: str
    errors: bytes
    found_at: datetime


class RefusalRow(msgspec.Struct, frozen=True):
    shop_id: str
    refusal: Refusal


class EventOutRow(msgspec.Struct, frozen=True):
    local_id: PartyId
    remote_id: PartyId
    order_id: str
    event: EventRecord
    acked_at: datetime | None = None
    receipt: str = ""


class EventInRow(msgspec.Struct, frozen=True):
    local_id: PartyId
    remote_id: PartyId
    order_id: str
    event: EventRecord
    received_at: datetime


PARTIES = Table[HostedParty]("fed_party", lambda row: (row.id,))
OPERATIONS = Table[OperationRow]("fed_operation", lambda row: (row.party_id, row.number), together=1)
PEERS = Table[Peer]("fed_peer", lambda row: (row.id,))
PEER_OPERATIONS = Table[PeerOperationRow]("fed_peer_operation", lambda row: (row.peer_id, row.number), together=1)
LINKS = Table[LinkRow]("fed_link", lambda row: (row.link.local_id, row.link.remote_id), together=1)
DELIVERIES = Table[DeliveryRow]("fed_delivery", lambda row: (row.delivery.shop_id, row.delivery.hub_id), together=1)
LOGS = Table[LogHead]("fed_log", lambda row: (row.holder_id, row.party_id))
LEAVES = Table[LeafRow]("fed_leaf", lambda row: (row.holder_id, row.party_id, row.epoch, row.leaf.seq), together=3)
STOCKS = Table[StockRow]("fed_stock", lambda row: (row.hub_id, row.shop_id))
REPLICAS = Table[Replica]("fed_replica", lambda row: (row.hub_id, row.shop_id))
REGISTERS = Table[RegisterRow](
    "fed_register",
    lambda row: (row.hub_id, row.shop_id, row.register.variant_id, row.register.location),
    together=2,
)
QUARANTINE = Table[QuarantineRow](
    "fed_quarantine", lambda row: (row.hub_id, row.shop_id, row.epoch, row.seq), together=2
)
EVENTS_OUT = Table[EventOutRow](
    "fed_event_out", lambda row: (row.local_id, row.remote_id, row.order_id, row.event.sequence), together=2
)
EVENTS_IN = Table[EventInRow](
    "fed_event_in", lambda row: (row.local_id, row.remote_id, row.order_id, row.event.sequence), together=2
)
REFUSALS = Table[RefusalRow]("fed_refusal", lambda row: (row.shop_id, row.refusal.hub_id, row.refusal.key), together=1)
