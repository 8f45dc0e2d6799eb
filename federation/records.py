"""What the federation remembers, as values: parties, peers, links, logs, replicas, deliveries. Pure values."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from federation.conversations.link import LinkState, LinkWord, state_of
from federation.conversations.replica import ReplicaState
from federation.conversations.stock import Freshness
from federation.vocabulary.errors import FieldError
from federation.vocabulary.ids import PartyId

PartyKind = Literal["shop", "hub"]


class HostedParty(msgspec.Struct, frozen=True):
    """A party of this node with the seed of its online sign key.

    From `left_at` on it acts elsewhere, at `moved_to` when that is known: this node speaks for it no more.
    """

    id: PartyId
    kind: PartyKind
    name: str
    sign_seed: bytes
    created_at: datetime
    left_at: datetime | None = None
    moved_to: str = ""
    retired_at: datetime | None = None


class Countersigned(msgspec.Struct, frozen=True):
    """What a hub countersigned of a hosted party: which of its operations it first saw when, and its signed note."""

    local_id: PartyId
    hub_id: PartyId
    hash: str
    number: int
    note: bytes
    first_seen_at: datetime
    heard_at: datetime


class Peer(msgspec.Struct, frozen=True):
    """A party elsewhere: where its endpoints are, and when its profile was and may again be fetched."""

    id: PartyId
    kind: PartyKind
    name: str
    profile_url: str
    base_url: str
    first_seen_at: datetime
    fetched_at: datetime
    refresh_at: datetime
    retired_at: datetime | None = None


class Link(msgspec.Struct, frozen=True):
    """Where a hosted party and a peer stand with each other: our word and theirs, each with its number."""

    id: UUID
    local_id: PartyId
    remote_id: PartyId
    ours: LinkState
    theirs: LinkState
    proposed_by: Literal["local", "remote"]
    message: str
    proposed_at: datetime
    changed_at: datetime
    ours_number: int = 0
    theirs_number: int = 0

    @property
    def state(self) -> LinkState:
        """What both words make of the link."""
        return state_of(self.ours, self.theirs)

    @property
    def our_word(self) -> LinkWord:
        return LinkWord(self.ours, self.ours_number)

    @property
    def their_word(self) -> LinkWord:
        return LinkWord(self.theirs, self.theirs_number)


class LinkView(msgspec.Struct, frozen=True):
    """A link with the words people know the peer by."""

    id: UUID
    local_id: PartyId
    remote_id: PartyId
    remote_name: str
    remote_kind: PartyKind
    remote_url: str
    ours: LinkState
    theirs: LinkState
    state: LinkState
    proposed_by: Literal["local", "remote"]
    message: str
    proposed_at: datetime
    changed_at: datetime


class LogHead(msgspec.Struct, frozen=True):
    """The end of a log: `peaks` are the compact tree's roots laid end to end, `note` the newest checkpoint."""

    holder_id: PartyId
    party_id: PartyId
    epoch: int
    size: int
    peaks: bytes
    note: bytes
    changed_at: datetime


class StoredLeaf(msgspec.Struct, frozen=True, gc=False):
    """One line of a log with what it is looked up by."""

    seq: int
    key: str
    operation: Literal["put", "del"]
    line: bytes
    hash: bytes


class StoredCheckpoint(msgspec.Struct, frozen=True):
    """A checkpoint at a batch boundary; `inflated_bytes` is the length of all lines up to it."""

    size: int
    inflated_bytes: int
    note: bytes


class ForkFound(msgspec.Struct, frozen=True):
    """A verified proof (`federation.log.forks`, as its JSON) that a shop signed two histories of an epoch.

    `told_by` is the party or address that sent it, empty when this node found it itself.
    """

    shop_id: PartyId
    epoch: int
    document: bytes
    told_by: str
    found_at: datetime


class Delivery(msgspec.Struct, frozen=True):
    """How far one hub has acknowledged one hosted shop's log and stock.

    `stock_echo` is the one of its last receipt, which came at `last_stock_at`.
    """

    shop_id: PartyId
    hub_id: PartyId
    acked_size: int
    acked_vseq: int
    quarantined: int
    last_success_at: datetime | None
    last_stock_at: datetime | None
    last_error: str
    last_error_at: datetime | None
    stock_echo: int | None = None
    stock_compared_at: datetime | None = None


class Replica(msgspec.Struct, frozen=True):
    """How a hosted hub stands with one shop's log.

    `kept_note` is the newest checkpoint of an earlier copy that was forgotten, until this one has been found to agree.
    """

    hub_id: PartyId
    shop_id: PartyId
    state: ReplicaState
    shop_size: int
    found_by_pull: int
    last_push_at: datetime | None
    last_pull_at: datetime | None
    last_error: str
    last_error_at: datetime | None
    kept_note: bytes = b""


class SyncState(msgspec.Struct, frozen=True):
    """A shop's view of one hub, for the portal: what was acknowledged, of how much, and what went wrong last."""

    hub_id: PartyId
    hub_name: str
    link_state: LinkState
    size: int
    acked_size: int
    acked_vseq: int
    quarantined: int
    last_success_at: datetime | None
    last_stock_at: datetime | None
    last_error: str
    last_error_at: datetime | None


class ReplicaView(msgspec.Struct, frozen=True):
    """A hub's view of one shop, for the console."""

    shop_id: PartyId
    name: str
    link_state: LinkState
    state: ReplicaState
    size: int
    shop_size: int
    found_by_pull: int
    quarantined: int
    vseq_high: int
    freshness: Freshness
    last_push_at: datetime | None
    last_pull_at: datetime | None
    last_stock_at: datetime | None
    last_error: str
    last_error_at: datetime | None


class ReceivedRequest(msgspec.Struct, frozen=True):
    """Who sent a verified request and the proof of it, for whoever must keep evidence."""

    sender: PartyId
    proof: bytes


class EventRecord(msgspec.Struct, frozen=True):
    """An order event waiting to be acknowledged by the peer."""

    event_id: UUID
    sequence: int
    body: bytes


class ReceivedEvent(msgspec.Struct, frozen=True):
    """An order event taken from the peer, byte for byte."""

    event_id: UUID
    body: bytes
    received_at: datetime


class SaidEvent(msgspec.Struct, frozen=True):
    """An event either side told: `arrived_at` is when we took it or the peer acknowledged ours, with its receipt."""

    sent: bool
    body: bytes
    arrived_at: datetime | None
    receipt: str


class ComparedHub(msgspec.Struct, frozen=True):
    """Another hub with which a hosted hub compares checkpoints, and how the last round with it went.

    `named_by` is the shop that told of it, empty when the operator did. `compared` counts the shops that both follow,
    `agreed` those with one history; `next_at` is when it is asked again.
    """

    hub_id: PartyId
    endpoint: str
    named_by: str
    next_at: datetime
    asked_at: datetime | None = None
    compared: int = 0
    agreed: int = 0
    error: str = ""


class Refusal(msgspec.Struct, frozen=True):
    """The newest line about a key of a hosted shop that one hub takes as history and does not show, and why."""

    hub_id: PartyId
    hub_name: str
    key: str
    seq: int
    errors: tuple[FieldError, ...]
    heard_at: datetime
