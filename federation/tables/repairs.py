"""What a hub remembers of mending its copies, and snapshots: made, and on their way in."""

from piccolo.columns import BigInt, BigSerial, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Repair(Table, tablename="fed_repair", db=proxy):
    """Budget, next look, last repair and progress of one copy (`federation.recon.state.RepairNote`)."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    shop_id = Text(default=None)
    window_at = Timestamptz(null=True, default=None)
    window_bytes = BigInt(default=0)
    window_sessions = Integer(default=0)
    next_at = Timestamptz(null=True, default=None)
    looked_at = Timestamptz(null=True, default=None)
    repairs = BigInt(default=0)
    last_at = Timestamptz(null=True, default=None)
    last_cause = Text(default="")
    last_rounds = Integer(default=0)
    last_bytes = BigInt(default=0)
    last_records = BigInt(default=0)
    progress_done = Integer(default=0)
    progress_total = Integer(default=0)


class Snapshot(Table, tablename="fed_snapshot", db=proxy):
    """The newest snapshot of a log that this node offers: its signed manifest."""

    id = BigSerial(primary_key=True)
    holder_id = Text(default=None)
    party_id = Text(default=None)
    epoch = Integer(default=None)
    size = BigInt(default=None)
    manifest = Bytea(default=None)
    made_at = Timestamptz(default=None)


class SnapshotChunk(Table, tablename="fed_snapshot_chunk", db=proxy):
    """A chunk of a snapshot, named by the SHA-256 of its bytes."""

    id = BigSerial(primary_key=True)
    holder_id = Text(default=None)
    party_id = Text(default=None)
    sha256 = Bytea(default=None)
    body = Bytea(default=None)
    made_at = Timestamptz(default=None)


class SnapshotLoad(Table, tablename="fed_snapshot_load", db=proxy):
    """A snapshot on its way into a hub's copy: `taken` chunks of it are here."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    shop_id = Text(default=None)
    manifest = Bytea(default=None)
    taken = Integer(default=0)
    bytes_taken = BigInt(default=0)
    failures = Integer(default=0)
    begun_at = Timestamptz(default=None)


class SnapshotPart(Table, tablename="fed_snapshot_part", db=proxy):
    """Leaf hashes of a snapshot that have come and await the rest, before any is believed."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    shop_id = Text(default=None)
    number = Integer(default=None)
    body = Bytea(default=None)
