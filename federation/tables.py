"""The federation's tables. Signed bytes live in `Bytea`, exactly as they were signed; the migration holds the checks.

`fed_log`, `fed_leaf` and `fed_checkpoint` hold a shop's own log (`holder_id` = `party_id`) and a hub's countersigned
copies (`holder_id` = the hub) alike, so both are served and checked by the same code.
"""

from piccolo.columns import UUID, BigInt, BigSerial, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class Party(Table, tablename="fed_party", db=proxy):
    """A party hosted by this node, with the seed of its online sign key."""

    id = Text(primary_key=True, default=None)
    kind = Text(default=None)
    name = Text(default=None)
    sign_seed = Bytea(default=None)
    created_at = Timestamptz(default=None)


class Operation(Table, tablename="fed_operation", db=proxy):
    """One signed operation of a hosted party's identity, from genesis on."""

    id = BigSerial(primary_key=True)
    party_id = Text(default=None)
    number = Integer(default=None)
    body = Bytea(default=None)


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


class PeerOperation(Table, tablename="fed_peer_operation", db=proxy):
    """One signed operation of a peer's identity, with the time this node first saw it."""

    id = BigSerial(primary_key=True)
    peer_id = Text(default=None)
    number = Integer(default=None)
    body = Bytea(default=None)
    first_seen_at = Timestamptz(default=None)


class Link(Table, tablename="fed_link", db=proxy):
    """A link between a hosted party and a peer: each side's word, and the state that follows from both.

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
    remote_proof = Bytea(default=None)


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
    last_error_at = Timestamptz(null=True, default=None)


class Replica(Table, tablename="fed_replica", db=proxy):
    """How a hosted hub stands with a shop's log and stock; `found_by_pull` counts leaves that push had missed."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    shop_id = Text(default=None)
    state = Text(default=None)
    shop_size = BigInt(default=0)
    found_by_pull = BigInt(default=0)
    vseq_high = BigInt(default=0)
    last_push_at = Timestamptz(null=True, default=None)
    last_pull_at = Timestamptz(null=True, default=None)
    last_stock_at = Timestamptz(null=True, default=None)
    last_error = Text(default="")
    last_error_at = Timestamptz(null=True, default=None)
    fork_proof = Bytea(default=b"")


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


class Register(Table, tablename="fed_register", db=proxy):
    """A hub's copy of a shop's stock register: the quantity with the highest vseq seen."""

    id = BigSerial(primary_key=True)
    hub_id = Text(default=None)
    shop_id = Text(default=None)
    variant_id = Text(default=None)
    location = Text(default=None)
    quantity = BigInt(default=None)
    vseq = BigInt(default=None)


class Nonce(Table, tablename="fed_nonce", db=proxy):
    """A spent request nonce; unlogged and kept ten minutes, since effects have guards of their own."""

    id = BigSerial(primary_key=True)
    sender_id = Text(default=None)
    nonce = Text(default=None)
    seen_at = Timestamptz(default=None)


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
    """An order event that we send until the peer has acknowledged it."""

    id = BigSerial(primary_key=True)
    event_id = UUID(default=None)
    local_id = Text(default=None)
    remote_id = Text(default=None)
    order_id = Text(default=None)
    sequence = BigInt(default=None)
    body = Bytea(default=None)
    acked_at = Timestamptz(null=True, default=None)


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
