"""Proofs that a shop signed two histories, as kept by a hub that follows it and by the shop itself."""

from piccolo.columns import BigSerial, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Fork(Table, tablename="fed_fork", db=proxy):
    """The first verified proof about a shop's epoch; `told_by` is who sent it, empty when we found it ourselves."""

    id = BigSerial(primary_key=True)
    holder_id = Text(default=None)
    shop_id = Text(default=None)
    epoch = Integer(default=None)
    document = Bytea(default=None)
    told_by = Text(default=None)
    found_at = Timestamptz(default=None)
