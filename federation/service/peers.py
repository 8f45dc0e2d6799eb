"""Parties elsewhere: fetching who they are through the guarded door, and which keys may speak for them.

Invariants: a peer is believed only when its profile and its operations agree with each other and with the address
they came from; operations once seen are never forgotten or replaced, so a hijacked address cannot rewrite a past.
A profile is fetched on first contact, and again when a message names a key we do not know, at most once a minute.
"""

import functools
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import structlog

from federation import limits
from federation.conversations import checks
from federation.conversations.messages import LinkProposal
from federation.documents import identity, json, profile, rivals
from federation.documents.identity import IdentityState, SeenOperation
from federation.documents.keys import PublicKey
from federation.documents.profile import PartyProfile
from federation.documents.signature_checks import Lookup
from federation.errors import PeerMismatchError
from federation.node.database import atomic
from federation.records import Peer
from federation.service.context import Federation
from federation.service.parties import OperationsDocument
from federation.store import parties as store
from federation.vocabulary.errors import GalleriaError, PeerError, PeerUnreachableError, QuotaError
from federation.vocabulary.ids import PartyId

_log = structlog.get_logger(__name__)

STRANGERS_PER_MINUTE_MAX = 300
"""How many parties may introduce themselves to this node in a minute; each costs two requests to their address."""


async def fetch_peer(fed: Federation, profile_url: str, now: datetime) -> Peer:
    """Fetch a party's profile and operations from its address, check them against each other, and remember it.

    Raises PeerMismatchError when they disagree, PeerUnreachableError or DoorRefusedError when they cannot be had.
    Call outside a transaction.
    """
    try:
        told = json.decode(await _get(fed, profile_url), PartyProfile)
        if profile_url != f"{told.endpoint}/profile" or told.operations_url != f"{told.endpoint}/operations":
            raise PeerMismatchError(f"{profile_url} is not where {told.party_id} says it is: {told.endpoint}")
        served = json.decode(await _get(fed, told.operations_url), OperationsDocument)
        operations = [text.encode() for text in served.operations]
        if identity.fold(operations).party_id != told.party_id:
            raise PeerMismatchError(f"the operations at {told.operations_url} are another party's")
        async with atomic():
            return await _remember(told, operations, now)
    except PeerError:
        raise
    except GalleriaError as error:
        raise PeerMismatchError(f"{profile_url}: {error.detail}") from error


async def _remember(told: PartyProfile, operations: list[bytes], now: datetime) -> Peer:
    seconds = int(now.timestamp())
    party_id = PartyId(told.party_id)
    known = await store.peer(party_id)
    seen = await store.peer_operations(party_id)
    before = {item.data for item in seen}
    seen += tuple(SeenOperation(data, seconds) for data in operations if data not in before)
    state = _resolved(seen)
    profile.check_profile(told, state, seconds)
    peer = Peer(
        id=party_id,
        kind=told.kind,
        name=told.name,
        profile_url=f"{told.endpoint}/profile",
        base_url=state.address,
        first_seen_at=now if known is None else known.first_seen_at,
        fetched_at=now,
        refresh_at=now + timedelta(seconds=limits.PROFILE_TTL_SECONDS_MIN),
    )
    await store.save_peer(peer, seen)
    return peer


async def _get(fed: Federation, url: str) -> bytes:
    response = await fed.door.request(
        "GET", url, headers={"Accept": "application/json"}, body=b"", max_bytes=limits.PROFILE_BYTES_MAX
    )
    if response.status != HTTPStatus.OK:
        raise PeerUnreachableError(f"{url} answered {response.status}, not a profile")
    return response.body


async def lookup_for(
    fed: Federation, peer_id: PartyId, keyid: str, now_seconds: int, *, introduction: bytes | None = None
) -> Lookup:
    """The keys of a peer for a verifier; fetched anew when `keyid` is unknown and the minute allows it.

    `introduction` is the unverified body of a link proposal: a stranger's profile is fetched from the address in
    it, and counts only if that profile is the sender's own.
    """
    state = await _state(peer_id)
    moment = datetime.fromtimestamp(now_seconds, UTC)
    if introduction is not None:
        await _introduce(fed, peer_id, introduction, moment)
        state = await _state(peer_id)
    if state is not None and state.sign_key(keyid, now_seconds) is None:
        await _refresh(fed, peer_id, moment)
        state = await _state(peer_id)

    def lookup(party_id: PartyId, wanted: str) -> PublicKey | None:
        if state is None or party_id != peer_id:
            return None
        return state.sign_key(wanted, now_seconds)

    return lookup


async def _introduce(fed: Federation, peer_id: PartyId, introduction: bytes, now: datetime) -> None:
    """Meet a stranger at the address in its proposal, or a known peer at its new one."""
    proposal = checks.read(introduction, LinkProposal)
    if f"/{peer_id}/" not in proposal.profile_url:
        raise PeerMismatchError(f"{proposal.profile_url} is not a profile address of {peer_id}")
    known = await store.peer(peer_id)
    if known is not None:
        if known.profile_url != proposal.profile_url:
            await _refresh(fed, peer_id, now, at=proposal.profile_url)
        return
    if await store.peers_first_seen_since(now - timedelta(minutes=1)) >= STRANGERS_PER_MINUTE_MAX:
        raise QuotaError("too many parties introduced themselves this minute", retry_after_seconds=60)
    await fetch_peer(fed, proposal.profile_url, now)


async def _refresh(fed: Federation, peer_id: PartyId, now: datetime, *, at: str = "") -> None:
    """Fetch a known peer again, once per PROFILE_TTL_SECONDS_MIN; a failure leaves what is known as it is."""
    known = await store.peer(peer_id)
    next_at = now + timedelta(seconds=limits.PROFILE_TTL_SECONDS_MIN)
    if known is None or not await store.claim_refresh(peer_id, now, next_at):
        return
    try:
        await fetch_peer(fed, at or known.profile_url, now)
    except PeerError as error:
        _log.info("peer_refresh_failed", peer=peer_id, slug=error.slug, detail=error.detail)


async def follow(fed: Federation, peer_id: PartyId, address: str, now: datetime) -> None:
    """Look for a known peer at the address to which it is said to have moved; its own operations decide."""
    with contextlib.suppress(GalleriaError):
        await fetch_peer(fed, f"{endpoint_of(address, peer_id)}/profile", now)


async def _state(peer_id: PartyId) -> IdentityState | None:
    operations = await store.peer_operations(peer_id)
    return _resolved(operations) if operations else None


async def is_contested(peer_id: PartyId, now: datetime) -> bool:
    """Whether two root keys of a peer contradict each other and the higher one may still speak."""
    operations = await store.peer_operations(peer_id)
    return len(operations) > 1 and rivals.resolve(operations, int(now.timestamp())).contested


@functools.lru_cache(maxsize=2_000)
def _resolved(operations: tuple[SeenOperation, ...]) -> IdentityState:
    """What the operations add up to; remembered, since verifying their signatures anew costs more than a request."""
    return rivals.resolve(operations, 0).state


async def keys_of(peer_id: PartyId, now: datetime) -> tuple[PublicKey, ...]:
    """The keys that may sign for a peer at `now`."""
    state = await _state(peer_id)
    seconds = int(now.timestamp())
    found = [] if state is None else [state.sign_key(keyid, seconds) for keyid in state.sign_keys]
    return tuple(key for key in found if key is not None)
