"""What a node has seen of a peer's operations and when, as it tells anyone; a hub countersigns each of them.

Invariants: an operation's time is this node's own first sight and never changes; rivals are shown beside what holds,
so that nobody can be shown one history while another is countersigned elsewhere.
"""

import functools
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

import msgspec

from federation import limits
from federation.documents import heads, identity
from federation.documents.heads import OperationsHead
from federation.documents.identity import OperationSight, SeenOperation, SightsDocument
from federation.documents.keys import SigningKey
from federation.documents.rivals import Resolution
from federation.documents.times import text_of
from federation.records import HostedParty
from federation.service import peers
from federation.store import parties as store
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId

PAGE_BYTES_MAX = limits.PROFILE_BYTES_MAX
"""How many bytes of operations one page carries, one operation at least."""


async def told_back(holder: HostedParty, peer_id: PartyId, told: Collection[bytes], now: datetime) -> SightsDocument:
    """What `holder` says to a peer that has told its operations: when it first saw each, countersigned by a hub."""
    seen, found = await _known(peer_id, now)
    sight_of = _sights(holder, peer_id, seen, found.chain)
    sights = tuple(sight_of(item) for item in seen if item.data in told)
    return SightsDocument(party_id=peer_id, operations=sights, contested_until=_until(found))


async def page_from(holder: HostedParty, peer_id: PartyId, start: int, now: datetime) -> SightsDocument:
    """Every operation that the holder has seen of a peer, from the one of place `start` (0 is the genesis) on."""
    seen, found = await _known(peer_id, now)
    sight_of = _sights(holder, peer_id, seen, found.chain)
    sights: list[OperationSight] = []
    size, following = 0, None
    for place, item in enumerate(seen[start:], start=start):
        size += len(item.data)
        if sights and size > PAGE_BYTES_MAX:
            following = place
            break
        sights.append(msgspec.structs.replace(sight_of(item), operation=item.data.decode()))
    return SightsDocument(party_id=peer_id, operations=tuple(sights), contested_until=_until(found), next=following)


async def _known(peer_id: PartyId, now: datetime) -> tuple[tuple[SeenOperation, ...], Resolution]:
    seen, found = await store.peer_operations(peer_id), await peers.resolution(peer_id, now)
    if found is None:
        raise NotFoundError(f"no party {peer_id} has been met here")
    return seen, found


def _sights(
    holder: HostedParty, peer_id: PartyId, seen: Sequence[SeenOperation], chain: Collection[bytes]
) -> Callable[[SeenOperation], OperationSight]:
    """What says of one operation what the holder saw, and signs it when it is a hub."""
    key, places = SigningKey.from_seed(holder.sign_seed), _places(tuple(item.data for item in seen))

    def sight_of(item: SeenOperation) -> OperationSight:
        digest, number = places[item.data]
        note = b""
        if holder.kind == "hub":
            note = heads.countersign(OperationsHead(peer_id, number, digest), holder.id, key, item.first_seen)
        return OperationSight(
            hash=digest,
            number=number,
            first_seen=text_of(datetime.fromtimestamp(item.first_seen, UTC)),
            holds=item.data in chain,
            countersigned=note.decode(),
        )

    return sight_of


@functools.lru_cache(maxsize=100)
def _places(operations: tuple[bytes, ...]) -> dict[bytes, tuple[str, int]]:
    """The hash of each operation and its number from the genesis on."""
    numbers: dict[str, int] = {}
    places = {}
    for data in operations:
        signed = identity.read_operation(data)
        numbers[signed.hash] = numbers.get(signed.operation.previous or "", 0) + 1
        places[data] = signed.hash, numbers[signed.hash]
    return places


def _until(found: Resolution) -> str | None:
    """Until when the party is contested, while it is."""
    if not found.contested or found.contested_until is None:
        return None
    return text_of(datetime.fromtimestamp(found.contested_until, UTC))
