"""How a hub stands with the shops that it follows."""

from piccolo.columns import BigInt, BigSerial, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Replica(Table, tablename="fed_replica", db=proxy):
    """How a hosted hub stands with a shop's log; `found_by_pull` counts leaves that push had missed."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    shop_id = Text(default=None)
    state = Text(default=None)
    shop_size = BigInt(default=0)
    found_by_pull = BigInt(default=0)
    last_push_at = Timestamptz(null=True, default=None)
    last_pull_at = Timestamptz(null=True, default=None)
    last_error = Text(default="")
    last_error_at = Timestamptz(null=True, default=None)
    kept_note = Bytea(default=b"")


class QuarantinedRecord(Table, tablename="fed_quarantine", db=proxy):
    """A record that a hub keeps as history and does not serve, with what is wrong with it."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    shop_id = Text(default=None)
    epoch = Integer(default=None)
    seq = BigInt(default=None)
    key = Text(default=None)
    errors = Bytea(default=None)
    found_at = Timestamptz(default=None)
