"""Links, and what has been delivered along them."""

from piccolo.columns import UUID, BigInt, BigSerial, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Link(Table, tablename="fed_link", db=proxy):
    """A link between a hosted party and a peer: each side's word with its number, and the state that follows from both.

    `remote_proof` keeps the peer's last signed request about it.
    """

    id = UUID(primary_key=True, default=None)
    local_id = Text(default=None)
    remote_id = Text(default=None)
    ours = Text(default=None)
    theirs = Text(default=None)
    state = Text(default=None)
    proposed_by = Text(default=None)
    message = Text(default=None)
    proposed_at = Timestamptz(default=None)
    changed_at = Timestamptz(default=None)
    ours_number = BigInt(default=0)
    theirs_number = BigInt(default=0)
    remote_proof = Bytea(default=None)


class Delivery(Table, tablename="fed_delivery", db=proxy):
    """How far a hub has acknowledged a hosted shop's log and stock, and what failed last of each."""

    id = BigSerial(primary_key=True)
    shop_id = Text(default=None)
    hub_id = Text(default=None)
    acked_size = BigInt(default=0)
    cosigned_note = Bytea(default=b"")
    acked_vseq = BigInt(default=0)
    quarantined = Integer(default=0)
    last_success_at = Timestamptz(null=True, default=None)
    last_stock_at = Timestamptz(null=True, default=None)
    last_error = Text(default="")
    stock_error = Text(default="")
    stock_echo = BigInt(null=True, default=None)
    stock_compared_at = Timestamptz(null=True, default=None)
    last_error_at = Timestamptz(null=True, default=None)
