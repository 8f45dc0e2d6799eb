"""The parties this node hosts: making one, listing them, and what each says of itself to the world.

The root seed of a new party is returned once and never stored; whoever asked writes it to the recovery file. The
node keeps only the seed of the sign key, with which it speaks for the party day by day.
"""

from datetime import datetime

import msgspec

from federation import limits
from federation.documents import identity, profile
from federation.documents.identity import IdentityState
from federation.documents.keys import SigningKey
from federation.documents.profile import ListedParty, NodeListing, PartyProfile
from federation.documents.times import text_of
from federation.node.settings import NodeSettings
from federation.records import HostedParty, PartyKind
from federation.service import catalogue
from federation.store import parties as store
from federation.vocabulary.errors import ConflictError, NotFoundError
from federation.vocabulary.ids import PartyId, new_secret


class NewParty(msgspec.Struct, frozen=True):
    """A party just made; `root_seed` is shown this once and must be kept outside the database."""

    party_id: PartyId
    root_seed: bytes

    def __repr__(self) -> str:
        return f"NewParty({self.party_id})"


class OperationsDocument(msgspec.Struct, frozen=True):
    """`GET {endpoint}/operations`: the signed notes of an identity, oldest first."""

    operations: tuple[str, ...]


async def create_party(settings: NodeSettings, kind: PartyKind, name: str, now: datetime) -> NewParty:
    """Make a shop or hub at this node's public address, in the caller's transaction."""
    root = SigningKey.from_seed(new_secret(32))
    sign = SigningKey.from_seed(new_secret(32))
    genesis = identity.genesis(
        kind, root, sign_keys=(sign.public,), at=text_of(now), name=name, address=settings.public_url
    )
    party_id = identity.party_id_of(genesis)
    hosted_party = HostedParty(id=party_id, kind=kind, name=name, sign_seed=sign.seed, created_at=now)
    await store.add_party(hosted_party, [genesis])
    if kind == "shop":
        await catalogue.open_own_log(hosted_party, now)
    return NewParty(party_id, root.seed)


async def hosted(kind: PartyKind | None = None) -> list[HostedParty]:
    """All parties of this node (of one kind), by id."""
    found: list[HostedParty] = []
    while page := await store.parties(kind, found[-1].id if found else "", limits.LISTED_PARTIES_MAX):
        found += page
    return found


async def party(party_id: str) -> HostedParty:
    """The hosted party of that id; raises NotFoundError."""
    known = await store.party(party_id)
    if known is None:
        raise NotFoundError(f"no party {party_id} is hosted here")
    return known


def profile_url(settings: NodeSettings, party_id: PartyId) -> str:
    """The address to give to whoever wants to link with a party of this node."""
    return f"{profile.endpoint_of(settings.public_url, party_id)}/profile"


async def identity_of(party_id: str) -> IdentityState:
    """What a hosted party's operations add up to."""
    return identity.fold(await store.operations(party_id))


async def record_operation(
    party_id: PartyId, operation: bytes, now: datetime, *, sign_seed: bytes | None = None
) -> IdentityState:
    """Add an operation that a root key has signed to a hosted party's identity, in the caller's transaction.

    `sign_seed` is the seed of a newly named sign key, with which the node speaks from now on; the own log's
    checkpoints are signed again with it, since readers take only keys of today. Raises OperationRefusedError when
    the operation does not follow, ConflictError when the node would be left without a key that may sign.
    """
    known = await party(party_id)
    operations = [*await store.operations(party_id), operation]
    state = identity.fold(operations)
    key = SigningKey.from_seed(sign_seed or known.sign_seed)
    if state.sign_key(key.public.keyid, int(now.timestamp())) is None:
        raise ConflictError("the operation does not name the key this node signs with: give the seed of one it names")
    await store.add_operation(party_id, len(operations) - 1, operation, key.seed)
    if known.kind == "shop" and key.seed != known.sign_seed:
        await catalogue.sign_again(party_id, key, now)
    return state


async def own_profile(hosted_party: HostedParty, now: datetime) -> PartyProfile:
    """The profile a hosted party serves."""
    return profile.profile_of(await identity_of(hosted_party.id), hosted_party.name, int(now.timestamp()))


async def own_operations(party_id: str) -> OperationsDocument:
    """The operations a hosted party serves."""
    return OperationsDocument(tuple(note.decode() for note in await store.operations(party_id)))


async def listing(settings: NodeSettings, after: str) -> NodeListing:
    """One page of the parties hosted here, those with an id above `after`."""
    page = await store.parties(None, after, limits.LISTED_PARTIES_MAX)
    listed = tuple(
        ListedParty(id=item.id, kind=item.kind, name=item.name, profile_url=profile_url(settings, item.id))
        for item in page
    )
    full = len(page) == limits.LISTED_PARTIES_MAX
    return NodeListing(
        parties=listed, next=f"{settings.public_url}/.well-known/fed-node?after={page[-1].id}" if full else None
    )
