"""Acting for a party from this node with nothing but its root key and what hubs, or an archive, hold of it.

Invariants: a history is believed as far as root keys have signed it, and its times as far as a hub has countersigned
them; the party keeps its id, its rivals and the times of their first sight. A fresh sign key is named and the old
ones end, so that the node that is lost, or left behind, speaks no more. Catalogue, stock and orders are brought by
others.
"""

from datetime import UTC, datetime
from http import HTTPStatus

import msgspec

from federation import limits
from federation.documents import heads, identity, identity_steps, json, rivals
from federation.documents.heads import OperationsHead
from federation.documents.identity import OperationSight, SeenOperation, SightsDocument
from federation.documents.keys import PublicKey, SigningKey
from federation.documents.profile import endpoint_of
from federation.documents.times import text_of
from federation.errors import PeerMismatchError
from federation.records import Countersigned, HostedParty, Peer
from federation.service import catalogue, peers
from federation.service.context import Federation
from federation.store import parties as store
from federation.vocabulary.errors import ConflictError, GalleriaError, PeerUnreachableError
from federation.vocabulary.ids import PartyId, new_secret

PAGES_MAX = 100


class History(msgspec.Struct, frozen=True):
    """What a hub told of a party: every operation with its first sight there, and the hub's word for each."""

    hub: Peer
    operations: tuple[SeenOperation, ...]
    countersigned: tuple[Countersigned, ...]


class TakeOver(msgspec.Struct, frozen=True, kw_only=True):
    """A party to act for. `address` is where it will be reached; empty leaves it where its operations say."""

    operations: tuple[SeenOperation, ...]
    root_seed: bytes
    address: str = ""
    name: str = ""

    def __repr__(self) -> str:
        return f"TakeOver({len(self.operations)} operations)"


class TakenOver(msgspec.Struct, frozen=True):
    """A party taken over, and the operations that did it."""

    party: HostedParty
    added: tuple[bytes, ...]


async def fetch_history(fed: Federation, hub_profile_url: str, party_id: PartyId, now: datetime) -> History:
    """Ask a hub for everything it has seen of a party; needs no link and no key. Call outside a transaction.

    Raises PeerUnreachableError, or PeerMismatchError when an operation is not what the hub countersigned.
    """
    hub = await peers.fetch_peer(fed, hub_profile_url, now)
    keys = await peers.keys_of(hub.id, now)
    operations: list[SeenOperation] = []
    words: list[Countersigned] = []
    start: int | None = 0
    for _ in range(PAGES_MAX):
        if start is None:
            break
        page = await _page(fed, f"{endpoint_of(hub.base_url, hub.id)}/replicas/{party_id}/operations?from={start}")
        for sight in page.operations:
            word = _believed(sight, party_id, (hub.id, keys), now)
            words.append(word)
            operations.append(SeenOperation(sight.operation.encode(), int(word.first_seen_at.timestamp())))
        start = page.next
    if not operations or identity.party_id_of(operations[0].data) != party_id:
        raise PeerMismatchError(f"{hub.name} answered with another party's operations")
    return History(hub, tuple(operations), tuple(words))


async def take_over(wanted: TakeOver, now: datetime) -> TakenOver:
    """Host a party here from now on, in the caller's transaction.

    Raises ConflictError for a root key that is none of the party's, for one that has retired, and for one that is
    hosted here already.
    """
    root, seconds = SigningKey.from_seed(wanted.root_seed), int(now.timestamp())
    state = rivals.resolve(wanted.operations, seconds).state
    if root.public not in state.root_keys:
        raise ConflictError(f"this root key is none of {state.party_id}'s: its operations name others")
    if state.retired:
        raise ConflictError(f"{state.party_id} has retired: nobody acts for it any more")
    if await store.party(state.party_id) is not None:
        raise ConflictError(f"{state.party_id} is hosted here already: rotate its keys instead")
    seed = new_secret(32)
    added = _steps(state, wanted, root, SigningKey.from_seed(seed).public, text_of(now))
    first = identity.read_operation(wanted.operations[0].data).operation
    party = HostedParty(
        id=state.party_id,
        kind=state.kind,
        name=wanted.name or first.name or state.party_id,
        sign_seed=seed,
        created_at=now,
    )
    await store.add_party(party, (*wanted.operations, *(SeenOperation(data, seconds) for data in added)))
    return TakenOver(party, added)


async def keep_words(history: History) -> None:
    """Keep what the hub countersigned of a party that is hosted here now; in the caller's transaction."""
    await store.save_countersigned(history.countersigned)


async def open_log(taken: TakenOver, now: datetime) -> None:
    """Give a shop that was taken over an empty log to fetch its catalogue's history into (`recovery`)."""
    if taken.party.kind == "shop":
        await catalogue.open_own_log(taken.party, now)


def _steps(
    state: identity.IdentityState, wanted: TakeOver, root: SigningKey, key: PublicKey, at: str
) -> tuple[bytes, ...]:
    """A rotation to the fresh key, then a move when the party is reached elsewhere from now on."""
    rotation = identity.sign_operation(identity_steps.rotation(state, key, at=at, old_until=at), root)
    if wanted.address in {"", state.address}:
        return (rotation,)
    rotated = identity.follow(state, identity.read_operation(rotation))
    return rotation, identity.sign_operation(identity_steps.move(rotated, wanted.address, at=at), root)


async def _page(fed: Federation, url: str) -> SightsDocument:
    response = await fed.door.request(
        "GET", url, headers={"Accept": "application/json"}, body=b"", max_bytes=limits.BATCH_WIRE_BYTES_MAX
    )
    if response.status != HTTPStatus.OK:
        raise PeerUnreachableError(f"{url} answered {response.status}: this hub has not met the party")
    try:
        return json.decode(response.body, SightsDocument, bytes_max=limits.BATCH_WIRE_BYTES_MAX)
    except GalleriaError as error:
        raise PeerMismatchError(f"{url}: {error.detail}") from error


def _believed(
    sight: OperationSight, party_id: PartyId, hub: tuple[PartyId, tuple[PublicKey, ...]], now: datetime
) -> Countersigned:
    """The hub's word for an operation, once its hash and countersignature are what they must be."""
    hub_id, keys = hub
    try:
        signed = identity.read_operation(sight.operation.encode())
        head = OperationsHead(party_id, sight.number, signed.hash)
        found = heads.verify(sight.countersigned.encode(), head, hub_id, keys)
    except GalleriaError as error:
        raise PeerMismatchError(
            f"{hub_id} shows operation {sight.number} without a word that holds: {error.detail}"
        ) from error
    return Countersigned(
        local_id=party_id,
        hub_id=hub_id,
        hash=signed.hash,
        number=sight.number,
        note=sight.countersigned.encode(),
        first_seen_at=datetime.fromtimestamp(found.timestamp, UTC),
        heard_at=now,
    )
