"""The parties this node hosts: making one, listing them, and what each says of itself to the world.

The root seed of a new party is returned once and never stored; whoever asked writes it to the recovery file. The
node keeps only the seed of the sign key, with which it speaks for the party day by day.
"""

import functools
from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

import msgspec

from federation import limits
from federation.conversations.mailbox import PartyPapers
from federation.documents import identity, json, profile, rivals
from federation.documents.errors import OperationRefusedError
from federation.documents.identity import IdentityState, OperationsDocument, SeenOperation
from federation.documents.keys import PublicKey, SigningKey
from federation.documents.profile import OUTBOX_ADDRESS, ListedParty, NodeListing, PartyProfile
from federation.documents.rivals import Resolution
from federation.documents.times import text_of
from federation.node.settings import NodeSettings
from federation.records import HostedParty, PartyKind
from federation.service import announcing, catalogue
from federation.store import parties as store
from federation.vocabulary.errors import ConflictError, NotFoundError, TooLargeError
from federation.vocabulary.ids import PartyId, new_secret


class NewParty(msgspec.Struct, frozen=True):
    """A party just made; `root_seed` is shown this once and must be kept outside the database."""

    party_id: PartyId
    root_seed: bytes

    def __repr__(self) -> str:
        return f"NewParty({self.party_id})"


async def create_party(
    settings: NodeSettings,
    kind: PartyKind,
    name: str,
    now: datetime,
    *,
    outbound: bool = False,
    further_roots: Sequence[PublicKey] = (),
) -> NewParty:
    """Make a shop or hub at this node's public address, in the caller's transaction.

    An `outbound` one has no address that anybody could connect to: it fetches what is asked of it from its hubs.
    `further_roots` are root keys below the one made here, whose private halves never were on this node.
    """
    address = OUTBOX_ADDRESS if outbound else settings.public_url
    root = SigningKey.from_seed(new_secret(32))
    sign = SigningKey.from_seed(new_secret(32))
    genesis = identity.genesis(
        kind, root, sign_keys=(sign.public,), at=text_of(now), name=name, address=address, further_roots=further_roots
    )
    party_id = identity.party_id_of(genesis)
    hosted_party = HostedParty(id=party_id, kind=kind, name=name, sign_seed=sign.seed, created_at=now)
    await store.add_party(hosted_party, [SeenOperation(genesis, int(now.timestamp()))])
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
    return (await resolution_of(party_id, 0)).state


async def resolution_of(party_id: str, now: int) -> Resolution:
    """Which of a hosted party's operations hold, and whether they are contested at `now` (Unix seconds)."""
    return msgspec.structs.replace(_resolved(await store.seen_operations(party_id)), now=now)


@functools.lru_cache(maxsize=1_000)
def _resolved(operations: tuple[SeenOperation, ...]) -> Resolution:
    return rivals.resolve(operations, 0)


async def record_operation(
    party_id: PartyId, operation: bytes, now: datetime, *, sign_seed: bytes | None = None
) -> IdentityState:
    """Add an operation that a root key has signed to a hosted party's identity, in the caller's transaction.

    It follows the newest one, or contradicts one that it overrules. `sign_seed` is the seed of a newly named sign
    key, with which the node speaks from now on; the own log's checkpoints are signed again with it, since readers
    take only keys of today. All linked peers hear of it. Raises OperationRefusedError when the operation does not
    follow, ConflictError when it comes too late or would leave the node without a key that may sign.
    """
    known = await party(party_id)
    seconds = int(now.timestamp())
    seen = await store.seen_operations(party_id, lock=True)
    recorded = SeenOperation(operation, seconds)
    found = rivals.resolve((*seen, recorded), seconds)
    if operation not in found.chain:
        _refuse(seen, operation, seconds)
    state = found.state
    key = SigningKey.from_seed(sign_seed or known.sign_seed)
    if not state.retired and state.sign_key(key.public.keyid, seconds) is None:
        raise ConflictError("the operation does not name the key this node signs with: give the seed of one it names")
    if len(json.encode(_document(found))) > limits.PROFILE_BYTES_MAX:
        raise TooLargeError("with this operation the identity would be longer than any reader takes")
    await store.add_operation(party_id, recorded)
    await _act_on(known, state, key, now)
    await announcing.announce_operations(party_id, now)
    return state


async def _act_on(known: HostedParty, state: IdentityState, key: SigningKey, now: datetime) -> None:
    """Let the node speak with the key and under the life that the operations now give the party."""
    if state.retired != (known.retired_at is not None):
        await store.set_retired(known.id, now if state.retired else None)
    if key.seed == known.sign_seed:
        return
    await store.set_sign_seed(known.id, key.seed)
    if known.kind == "shop":
        await catalogue.sign_again(known.id, key, now)


def _refuse(seen: Sequence[SeenOperation], operation: bytes, now: int) -> NoReturn:
    """Say why an operation does not hold."""
    state = rivals.resolve(seen, now).state
    signed = identity.read_operation(operation)
    if signed.operation.previous == state.head:
        if identity.signing_root(state, signed) is None:
            raise OperationRefusedError("the operation is not signed by a root key of the party as it is now")
        identity.follow(state, signed)
    if len(rivals.joined(seen, [operation], now)) == len(seen):
        raise OperationRefusedError("the operation follows none of this party's, or no root key of then signed it")
    raise ConflictError(
        "the operation contradicts one that holds: it would take a higher root key, within 72 hours of that one"
    )


async def own_profile(hosted_party: HostedParty, now: datetime) -> PartyProfile:
    """The profile a hosted party serves."""
    return profile.profile_of(await identity_of(hosted_party.id), hosted_party.name, int(now.timestamp()))


async def own_chain(party_id: str) -> tuple[bytes, ...]:
    """The operations of a hosted party that hold, oldest first."""
    return (await resolution_of(party_id, 0)).chain


async def own_operations(party_id: str) -> OperationsDocument:
    """The operations a hosted party serves."""
    return _document(await resolution_of(party_id, 0))


def _document(resolution: Resolution) -> OperationsDocument:
    return OperationsDocument(tuple(note.decode() for note in resolution.chain))


async def papers_of(hosted_party: HostedParty, now: datetime) -> PartyPapers | None:
    """What a hosted party that nobody can connect to tells of itself to whoever meets it; None for all others."""
    told = await own_profile(hosted_party, now)
    if told.delivery != "outbox":
        return None
    return PartyPapers(told, (await own_operations(hosted_party.id)).operations)


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
