"""A hub's copies of shops' stock registers."""

from piccolo.columns import BigInt, BigSerial, Bytea, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Register(Table, tablename="fed_register", db=proxy):
    """A hub's copy of a shop's stock register: the quantity with the highest vseq seen."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    shop_id = Text(default=None)
    variant_id = Text(default=None)
    location = Text(default=None)
    quantity = BigInt(default=None)
    vseq = BigInt(default=None)


class StockTable(Table, tablename="fed_stock", db=proxy):
    """What a shop's whole table at a hub comes to, and when, by the hub's clock, it was last the shop's own."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    shop_id = Text(default=None)
    vseq_high = BigInt(default=0)
    registers = BigInt(default=0)
    total = Bytea(default=None)
    heard_at = Timestamptz(null=True, default=None)
