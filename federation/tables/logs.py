"""Logs, as holder and party: a shop's own log (`holder_id` = `party_id`) and a hub's countersigned copies lie alike.

Both are served and checked by the same code.
"""

from piccolo.columns import BigInt, BigSerial, Bytea, Integer, SmallInt, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Log(Table, tablename="fed_log", db=proxy):
    """The head of a log: its size, the peaks of its tree and its newest checkpoint note. Locked by whoever appends."""

    id = BigSerial(primary_key=True)
    holder_id = Text(default=None)
    party_id = Text(default=None)
    epoch = Integer(default=None)
    size = BigInt(default=None)
    peaks = Bytea(default=None)
    note = Bytea(default=None)
    changed_at = Timestamptz(default=None)


class Leaf(Table, tablename="fed_leaf", db=proxy):
    """One line of a log, byte for byte."""

    id = BigSerial(primary_key=True)
    holder_id = Text(default=None)
    party_id = Text(default=None)
    epoch = Integer(default=None)
    seq = BigInt(default=None)
    key = Text(default=None)
    operation = Text(default=None)
    line = Bytea(default=None)
    hash = Bytea(default=None)


class Checkpoint(Table, tablename="fed_checkpoint", db=proxy):
    """A signed checkpoint at a batch boundary; `inflated_bytes` is the length of all lines up to it."""

    id = BigSerial(primary_key=True)
    holder_id = Text(default=None)
    party_id = Text(default=None)
    epoch = Integer(default=None)
    size = BigInt(default=None)
    inflated_bytes = BigInt(default=None)
    note = Bytea(default=None)
    made_at = Timestamptz(default=None)


class Node(Table, tablename="fed_node", db=proxy):
    """The root of a whole subtree of 2^`level` leaves of a log (`federation.log.nodes`)."""

    id = BigSerial(primary_key=True)
    holder_id = Text(default=None)
    party_id = Text(default=None)
    epoch = Integer(default=None)
    level = SmallInt(default=None)
    place = BigInt(default=None)
    hash = Bytea(default=None)


class PastLog(Table, tablename="fed_past_log", db=proxy):
    """The end of a log in an epoch that is over; its lines, nodes and checkpoints stay where they are."""

    id = BigSerial(primary_key=True)
    holder_id = Text(default=None)
    party_id = Text(default=None)
    epoch = Integer(default=None)
    size = BigInt(default=None)
    peaks = Bytea(default=None)
    note = Bytea(default=None)
    changed_at = Timestamptz(default=None)
