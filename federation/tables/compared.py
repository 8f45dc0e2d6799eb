"""The other hubs with which a hosted hub compares checkpoints, and how the last round with each went."""

from piccolo.columns import BigSerial, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class ComparedHub(Table, tablename="fed_compared_hub", db=proxy):
    """One hub, by the address of its endpoints; `named_by` is the shop that told of it, empty for the operator."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    endpoint = Text(default=None)
    named_by = Text(default=None)
    next_at = Timestamptz(default=None)
    asked_at = Timestamptz(null=True, default=None)
    compared = Integer(default=0)
    agreed = Integer(default=0)
    error = Text(default="")
