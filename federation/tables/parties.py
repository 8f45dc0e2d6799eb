"""Hosted parties and peers, the signed operations of both, and spent nonces."""

from piccolo.columns import BigSerial, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Party(Table, tablename="fed_party", db=proxy):
    """A party hosted by this node, with the seed of its online sign key, sealed (`federation.node.sealing`).

    `left_at` is set once it has stopped acting here; `moved_to` is where it lives since, when that is known;
    `retired_at` when it has ended for good.
    """

    id = Text(primary_key=True, default=None)
    kind = Text(default=None)
    name = Text(default=None)
    sign_seed = Bytea(default=None)
    created_at = Timestamptz(default=None)
    left_at = Timestamptz(null=True, default=None)
    moved_to = Text(default="")
    retired_at = Timestamptz(null=True, default=None)


class Operation(Table, tablename="fed_operation", db=proxy):
    """One signed operation of a hosted party's identity, rivals included, with the time of its first sight."""

    id = BigSerial(primary_key=True)
    party_id = Text(default=None)
    number = Integer(default=None)
    body = Bytea(default=None)
    first_seen_at = Timestamptz(default=None)


class Countersigned(Table, tablename="fed_countersigned", db=proxy):
    """A hub's countersignature on an operation of a hosted party: the note, and the hub's own first sight of it."""

    id = BigSerial(primary_key=True)
    local_id = Text(default=None)
    hub_id = Text(default=None)
    hash = Text(default=None)
    number = Integer(default=None)
    note = Bytea(default=None)
    first_seen_at = Timestamptz(default=None)
    heard_at = Timestamptz(default=None)


class Peer(Table, tablename="fed_peer", db=proxy):
    """A party elsewhere, as its profile and operations told; `refresh_at` is the earliest next forced refresh."""

    id = Text(primary_key=True, default=None)
    kind = Text(default=None)
    name = Text(default=None)
    profile_url = Text(default=None)
    base_url = Text(default=None)
    first_seen_at = Timestamptz(default=None)
    fetched_at = Timestamptz(default=None)
    refresh_at = Timestamptz(default=None)
    retired_at = Timestamptz(null=True, default=None)


class PeerOperation(Table, tablename="fed_peer_operation", db=proxy):
    """One signed operation of a peer's identity, with the time this node first saw it."""

    id = BigSerial(primary_key=True)
    peer_id = Text(default=None)
    number = Integer(default=None)
    body = Bytea(default=None)
    first_seen_at = Timestamptz(default=None)


class Nonce(Table, tablename="fed_nonce", db=proxy):
    """A spent request nonce; unlogged and kept ten minutes, since effects have guards of their own."""

    id = BigSerial(primary_key=True)
    sender_id = Text(default=None)
    nonce = Text(default=None)
    seen_at = Timestamptz(default=None)
