"""Records that a hub takes as history and does not show, as a hosted shop heard of them."""

from piccolo.columns import BigInt, BigSerial, Bytea, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Refusal(Table, tablename="fed_refusal", db=proxy):
    """The newest line about a key that one hub does not show, and what it says is wrong."""

    id = BigSerial(primary_key=True)
    shop_id = Text(default=None)
    hub_id = Text(default=None)
    key = Text(default=None)
    seq = BigInt(default=None)
    errors = Bytea(default=None)
    heard_at = Timestamptz(default=None)
