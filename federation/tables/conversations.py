"""Orders between two parties and their events."""

from piccolo.columns import UUID, BigInt, BigSerial, Bytea, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Conversation(Table, tablename="fed_conversation", db=proxy):
    """An order between a hosted party and a peer: its document and the last event number each way."""

    id = BigSerial(primary_key=True)
    local_id = Text(default=None)
    remote_id = Text(default=None)
    order_id = Text(default=None)
    document = Bytea(default=None)
    last_in = BigInt(default=0)
    last_out = BigInt(default=0)
    opened_at = Timestamptz(default=None)


class EventOut(Table, tablename="fed_event_out", db=proxy):
    """An order event that we send until the peer has acknowledged it; `receipt` is its signed word that it has."""

    id = BigSerial(primary_key=True)
    event_id = UUID(default=None)
    local_id = Text(default=None)
    remote_id = Text(default=None)
    order_id = Text(default=None)
    sequence = BigInt(default=None)
    body = Bytea(default=None)
    acked_at = Timestamptz(null=True, default=None)
    receipt = Text(default="")


class EventIn(Table, tablename="fed_event_in", db=proxy):
    """An order event taken from a peer, once."""

    id = BigSerial(primary_key=True)
    event_id = UUID(default=None)
    local_id = Text(default=None)
    remote_id = Text(default=None)
    order_id = Text(default=None)
    sequence = BigInt(default=None)
    body = Bytea(default=None)
    received_at = Timestamptz(default=None)


class EventEarly(Table, tablename="fed_event_early", db=proxy):
    """An order event that came before the one it follows; taken as soon as that one is there."""

    id = BigSerial(primary_key=True)
    event_id = UUID(default=None)
    local_id = Text(default=None)
    remote_id = Text(default=None)
    order_id = Text(default=None)
    sequence = BigInt(default=None)
    body = Bytea(default=None)
    received_at = Timestamptz(default=None)
