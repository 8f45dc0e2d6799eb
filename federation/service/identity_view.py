"""Who a hosted party is, for people: its operations, its keys and their ends, what each hub has countersigned.

Values only; the words are the pages' and the command line's. Warnings are codes: `contested`, `key_ends_soon`,
`key_ended`, `one_root`, `not_countersigned`, `retired`.
"""

from datetime import UTC, datetime, timedelta

import msgspec

from federation import limits
from federation.documents import rivals
from federation.documents.keys import SigningKey, encode_base64url
from federation.documents.rivals import Resolution, Step
from federation.documents.times import moment_of
from federation.records import Countersigned, HostedParty, LinkView
from federation.service import links, parties, peers
from federation.store import parties as store
from federation.vocabulary.ids import PartyId

ENDS_SOON = timedelta(days=14)
UNHEARD = timedelta(hours=1)
"""How long a hub may take to countersign an operation before a person is told."""


class OperationView(msgspec.Struct, frozen=True, kw_only=True):
    """One operation that holds. `root` is the place of the key that signed it, 1 the highest; `said_at` its own date.

    `undoable_until` is set while a higher root key could still overrule it. `ended_keys` are sign keys that it ends
    or leaves out, `named_keys` those it names first.
    """

    number: int
    hash: str
    type: str
    said_at: datetime
    first_seen_at: datetime
    root: int
    rivals: int
    address: str = ""
    epoch: int | None = None
    named_keys: tuple[str, ...] = ()
    ended_keys: tuple[str, ...] = ()
    roots_changed: bool = False
    undoable_until: datetime | None = None


class KeyView(msgspec.Struct, frozen=True, kw_only=True):
    """A sign key: `own` is the one this node speaks with; one without an end may sign for good."""

    keyid: str
    named_at: datetime
    ends_at: datetime | None
    usable: bool
    own: bool


class RootView(msgspec.Struct, frozen=True):
    """A root key in its place, 1 the highest, by thumbprint and public part."""

    place: int
    keyid: str
    public: str


class HubWords(msgspec.Struct, frozen=True, kw_only=True):
    """What a hub has countersigned: the newest operation of ours that it knows, and since when by its own clock."""

    hub_id: PartyId
    name: str
    number: int
    operations: int
    first_seen_at: datetime | None
    words: tuple[Countersigned, ...] = ()

    @property
    def current(self) -> bool:
        """Whether the hub knows the newest operation."""
        return self.number == self.operations


class IdentityView(msgspec.Struct, frozen=True, kw_only=True):
    """All that a person may want to know of a party's identity; no secret is in it."""

    party_id: PartyId
    kind: str
    name: str
    address: str
    epoch: int
    retired: bool
    contested_until: datetime | None
    operations: tuple[OperationView, ...]
    roots: tuple[RootView, ...]
    keys: tuple[KeyView, ...]
    hubs: tuple[HubWords, ...]
    warnings: tuple[str, ...]


class PeerIdentityView(msgspec.Struct, frozen=True, kw_only=True):
    """How a peer's identity stands: its newest operation that holds, and until when that may still change."""

    party_id: PartyId
    name: str
    newest: OperationView
    retired: bool
    contested_until: datetime | None


async def identity_view(party_id: PartyId, now: datetime) -> IdentityView:
    """What there is to know of a hosted party at `now`; raises NotFoundError."""
    party = await parties.party(party_id)
    found = await parties.resolution_of(party_id, int(now.timestamp()))
    keys = _keys(found, party, now)
    hubs = _hubs(found, await links.links(party_id), await store.countersigned(party_id))
    state = found.state
    return IdentityView(
        party_id=party.id,
        kind=party.kind,
        name=party.name,
        address=state.address,
        epoch=state.epoch,
        retired=state.retired,
        contested_until=_moment(found.contested_until) if found.contested and found.contested_until else None,
        operations=tuple(_operations(found)),
        roots=tuple(
            RootView(place, key.keyid, encode_base64url(key.raw)) for place, key in enumerate(state.root_keys, start=1)
        ),
        keys=keys,
        hubs=hubs,
        warnings=tuple(_warnings(found, keys, hubs, now)),
    )


async def changed_peers(local_id: PartyId, now: datetime) -> list[PeerIdentityView]:
    """The linked peers with more operations than their genesis: contested ones first, then the newest change first."""
    found = [await peer_identity(link, now) for link in await links.links(local_id)]
    views = [view for view in found if view is not None and view.newest.number > 1]
    return sorted(views, key=lambda view: (view.contested_until is None, -view.newest.first_seen_at.timestamp()))


async def peer_identity(link: LinkView, now: datetime) -> PeerIdentityView | None:
    """How a linked peer's identity stands; None for one never met."""
    found = await peers.resolution(link.remote_id, now)
    if found is None:
        return None
    until = found.contested_until if found.contested else None
    return PeerIdentityView(
        party_id=link.remote_id,
        name=link.remote_name,
        newest=_operations(found)[-1],
        retired=found.state.retired,
        contested_until=None if until is None else _moment(until),
    )


def _operations(found: Resolution) -> list[OperationView]:
    views = []
    for number, step in enumerate(found.steps, start=1):
        before = found.steps[number - 2] if number > 1 else None
        views.append(_operation(number, step, before, found.now))
    return views


def _operation(number: int, step: Step, before: Step | None, now: int) -> OperationView:
    operation = step.signed.operation
    known = {} if before is None else before.state.sign_keys
    named = step.state.sign_keys
    until = step.signed.first_seen + limits.UNDO_WINDOW_SECONDS
    return OperationView(
        number=number,
        hash=step.signed.hash,
        type=operation.type,
        said_at=moment_of(operation.at),
        first_seen_at=_moment(step.signed.first_seen),
        root=step.root + 1,
        rivals=step.rivals,
        address=operation.address,
        epoch=operation.epoch,
        named_keys=tuple(keyid for keyid in named if keyid not in known),
        ended_keys=tuple(
            keyid
            for keyid, entry in known.items()
            if keyid not in named or (named[keyid].not_after is not None and entry.not_after is None)
        ),
        roots_changed=before is not None and before.state.root_keys != step.state.root_keys,
        undoable_until=_moment(until) if number > 1 and step.root > 0 and now <= until else None,
    )


def _keys(found: Resolution, party: HostedParty, now: datetime) -> tuple[KeyView, ...]:
    own = SigningKey.from_seed(party.sign_seed).public.keyid
    seconds = int(now.timestamp())
    return tuple(
        KeyView(
            keyid=life.key.keyid,
            named_at=_moment(life.named_at),
            ends_at=None if life.ends_at is None else _moment(life.ends_at),
            usable=not found.state.retired and found.state.sign_key(life.key.keyid, seconds) is not None,
            own=life.key.keyid == own,
        )
        for life in rivals.key_lives(found.steps)
    )


def _hubs(found: Resolution, linked: list[LinkView], words: list[Countersigned]) -> tuple[HubWords, ...]:
    places = {step.signed.hash: number for number, step in enumerate(found.steps, start=1)}
    views = []
    for link in linked:
        mine = tuple(word for word in words if word.hub_id == link.remote_id and word.hash in places)
        newest = max(mine, key=lambda word: word.number, default=None)
        if link.remote_kind != "hub" or (link.state == "ended" and newest is None):
            continue
        views.append(
            HubWords(
                hub_id=link.remote_id,
                name=link.remote_name,
                number=0 if newest is None else newest.number,
                operations=len(found.steps),
                first_seen_at=None if newest is None else newest.first_seen_at,
                words=mine,
            )
        )
    return tuple(views)


def _warnings(found: Resolution, keys: tuple[KeyView, ...], hubs: tuple[HubWords, ...], now: datetime) -> list[str]:
    own = next((key for key in keys if key.own), None)
    if found.state.retired:
        return ["retired"]
    warnings = ["contested"] if found.contested else []
    if own is None or not own.usable:
        warnings.append("key_ended")
    elif own.ends_at is not None and own.ends_at - now < ENDS_SOON:
        warnings.append("key_ends_soon")
    if len(found.state.root_keys) == 1:
        warnings.append("one_root")
    recorded_at = _moment(found.steps[-1].signed.first_seen)
    if now - recorded_at > UNHEARD and any(not hub.current for hub in hubs):
        warnings.append("not_countersigned")
    return warnings


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
