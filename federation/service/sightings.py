"""What a node has seen of a peer's operations and when, as it tells anyone; a hub countersigns each of them.

Invariants: an operation's time is this node's own first sight and never changes; rivals are shown beside what holds,
so that nobody can be shown one history while another is countersigned elsewhere.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

import msgspec

from federation import limits
from federation.documents import heads, identity, rivals
from federation.documents.heads import OperationsHead
from federation.documents.identity import OperationSight, SeenOperation, SightsDocument
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.records import HostedParty
from federation.store import parties as store
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.ids import PartyId

PAGE_BYTES_MAX = limits.PROFILE_BYTES_MAX
"""How many bytes of operations one page carries, one operation at least."""


async def told_back(holder: HostedParty, peer_id: PartyId, told: Collection[bytes], now: datetime) -> SightsDocument:
    """What `holder` says to a peer that has told its operations: when it first saw each, countersigned by a hub."""
    seen, found = await _known(peer_id, now)
    sights = [
        sight
        for item, sight in zip(seen, _sights(holder, peer_id, seen, found.chain), strict=True)
        if item.data in told
    ]
    return SightsDocument(party_id=peer_id, operations=tuple(sights), contested_until=_until(found))


async def page_from(holder: HostedParty, peer_id: PartyId, start: int, now: datetime) -> SightsDocument:
    """Every operation that the holder has seen of a peer, from the one of place `start` (0 is the genesis) on."""
    seen, found = await _known(peer_id, now)
    sights: list[OperationSight] = []
    size, following = 0, None
    known = list(zip(seen, _sights(holder, peer_id, seen, found.chain), strict=True))
    for place, (item, sight) in enumerate(known[start:], start=start):
        size += len(item.data)
        if sights and size > PAGE_BYTES_MAX:
            following = place
            break
        sights.append(msgspec.structs.replace(sight, operation=item.data.decode()))
    return SightsDocument(party_id=peer_id, operations=tuple(sights), contested_until=_until(found), next=following)


async def _known(peer_id: PartyId, now: datetime) -> tuple[tuple[SeenOperation, ...], rivals.Resolution]:
    seen = await store.peer_operations(peer_id)
    if not seen:
        raise NotFoundError(f"no party {peer_id} has been met here")
    return seen, rivals.resolve(seen, int(now.timestamp()))


def _sights(
    holder: HostedParty, peer_id: PartyId, seen: Sequence[SeenOperation], chain: Collection[bytes]
) -> list[OperationSight]:
    key = SigningKey.from_seed(holder.sign_seed)
    numbers: dict[str, int] = {}
    sights = []
    for item in seen:
        signed = identity.read_operation(item.data)
        numbers[signed.hash] = number = numbers.get(signed.operation.previous or "", 0) + 1
        head = OperationsHead(peer_id, number, signed.hash)
        note = heads.countersign(head, holder.id, key, item.first_seen) if holder.kind == "hub" else b""
        sights.append(
            OperationSight(
                hash=signed.hash,
                number=number,
                first_seen=text_of(datetime.fromtimestamp(item.first_seen, UTC)),
                holds=item.data in chain,
                countersigned=note.decode(),
            )
        )
    return sights


def _until(found: rivals.Resolution) -> str | None:
    """Until when the party is contested, while it is."""
    if not found.contested or found.contested_until is None:
        return None
    return text_of(datetime.fromtimestamp(found.contested_until, UTC))
