"""Parties elsewhere: fetching who they are through the guarded door, and which keys may speak for them.

Invariants: a peer is believed only when its profile and its operations agree with each other and with the address
they came from; operations once seen are never forgotten or replaced, so a hijacked address cannot rewrite a past.
A profile is fetched on first contact, and again when a message names a key we do not know, at most once a minute;
operations that a known peer tells us itself need no address, since root keys have signed them. Whatever made us
learn one, what follows from it (`standing`) is an outbox message of the same transaction.
"""

import functools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Literal

import msgspec
import structlog

from federation import limits
from federation.conversations import checks
from federation.conversations.mailbox import PartyPapers
from federation.conversations.messages import LinkProposal
from federation.documents import identity, json, profile, rivals
from federation.documents.identity import IdentityState, OperationsDocument, SeenOperation
from federation.documents.keys import PublicKey
from federation.documents.profile import OUTBOX_ADDRESS, PartyProfile
from federation.documents.rivals import KeyLife, Resolution
from federation.documents.signature_checks import Lookup
from federation.errors import NotLinkedError, PartyContestedError, PartyRetiredError, PeerMismatchError
from federation.node import outbox
from federation.node.database import atomic
from federation.records import Peer
from federation.service.context import Federation
from federation.store import parties as store
from federation.vocabulary.errors import GalleriaError, PeerError, PeerUnreachableError, TooLargeError
from federation.vocabulary.ids import PartyId, new_id

_log = structlog.get_logger(__name__)

TOPIC = "fed.peer"
QUEUE = "sync"
LONG_BYTES_MIN = 16 * 1024
"""An identity with more bytes of operations than this is remembered beside few others."""

How = Literal["profile", "operations"]
"""How a message may present a sender whose key is not known yet: where its profile is, or its operations themselves."""


class Introduction(msgspec.Struct, frozen=True):
    """The unverified body of a message that introduces its sender, and from which network it came, if that is known."""

    how: How
    body: bytes
    network: str = ""


class PeerChanged(msgspec.Struct, frozen=True):
    """The outbox's note that a peer's operations say something new."""

    peer_id: PartyId


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
        return await _believe(told, operations, now)
    except PeerError:
        raise
    except GalleriaError as error:
        raise PeerMismatchError(f"{profile_url}: {error.detail}") from error


async def _believe(told: PartyProfile, operations: Sequence[bytes], now: datetime) -> Peer:
    """Remember a party by its profile and operations if the one bears out the other."""
    if identity.fold(operations).party_id != told.party_id:
        raise PeerMismatchError(f"the operations told for {told.party_id} are another party's")
    await tell_operations(PartyId(told.party_id), operations, now)
    async with atomic():
        return await _remember(told, operations, now)


async def tell_operations(peer_id: PartyId, operations: Sequence[bytes], now: datetime) -> bool:
    """Keep what a known peer's root keys have signed, whoever told it and whatever else is wrong; a rival too.

    Returns whether anything was new. Opens its own transaction; a party not met before is left alone.
    """
    async with atomic():
        known = await store.peer(peer_id, lock=True)
        if known is None:
            return False
        seen = await store.peer_operations(peer_id)
        if len(kept := rivals.joined(seen, operations, int(now.timestamp()))) == len(seen):
            return False
        await store.save_peer(known, kept)
        await _announce_change(peer_id, now)
        return True


async def _remember(told: PartyProfile, operations: Sequence[bytes], now: datetime) -> Peer:
    party_id = PartyId(told.party_id)
    known = await store.peer(party_id, lock=True)
    seen = rivals.joined(await store.peer_operations(party_id), operations, int(now.timestamp()))
    state = _resolved(seen).state
    profile.check_profile(told, state, int(now.timestamp()))
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


async def _announce_change(peer_id: PartyId, now: datetime) -> None:
    due = PeerChanged(peer_id)
    await outbox.enqueue(TOPIC, f"{TOPIC}:{peer_id}", due, key=f"{TOPIC}:{new_id()}", queue=QUEUE, now=now)


async def _get(fed: Federation, url: str) -> bytes:
    response = await fed.door.request(
        "GET", url, headers={"Accept": "application/json"}, body=b"", max_bytes=limits.PROFILE_BYTES_MAX
    )
    if response.status != HTTPStatus.OK:
        raise PeerUnreachableError(f"{url} answered {response.status}, not a profile")
    return response.body


async def lookup_for(
    fed: Federation,
    peer_id: PartyId,
    keyid: str,
    now_seconds: int,
    *,
    introduction: Introduction | None = None,
) -> Lookup:
    """The keys of a peer for a verifier; fetched anew when `keyid` is unknown and the minute allows it.

    `introduction` is by the address of the sender's profile, which counts only if that profile is its own, or by its
    operations. Raises PartyRetiredError for a peer that has retired, unless its operations are what it tells.
    """
    moment = datetime.fromtimestamp(now_seconds, UTC)
    if introduction is not None:
        await _introduce(fed, peer_id, introduction, moment)
    state = await _state(peer_id)
    if state is not None and state.sign_key(keyid, now_seconds) is None:
        await _refresh(fed, peer_id, moment)
        state = await _state(peer_id)
    if state is not None and state.retired and (introduction is None or introduction.how != "operations"):
        raise PartyRetiredError(f"{peer_id} has retired: nothing more is taken from it")

    def lookup(party_id: PartyId, wanted: str) -> PublicKey | None:
        if state is None or party_id != peer_id:
            return None
        return state.sign_key(wanted, now_seconds)

    return lookup


async def _introduce(fed: Federation, peer_id: PartyId, introduction: Introduction, now: datetime) -> None:
    if introduction.how == "profile":
        await _introduce_by_profile(fed, peer_id, introduction, now)
    elif await store.peer(peer_id) is None:
        raise NotLinkedError(f"{peer_id} is not known here: propose a link at /links first")
    else:
        told = json.decode(introduction.body, OperationsDocument)
        await tell_operations(peer_id, [text.encode() for text in told.operations], now)


async def _introduce_by_profile(fed: Federation, peer_id: PartyId, introduction: Introduction, now: datetime) -> None:
    """Meet a stranger at the address in its proposal, or a known peer at its new one. Raises QuotaError."""
    proposal = checks.read(introduction.body, LinkProposal)
    if f"/{peer_id}/" not in proposal.profile_url:
        raise PeerMismatchError(f"{proposal.profile_url} is not a profile address of {peer_id}")
    known = await store.peer(peer_id)
    if known is None:
        fed.strangers.admit(introduction.network, proposal.profile_url, now)
    if proposal.papers is not None:
        await meet_by_papers(peer_id, proposal.papers, now)
    elif known is None:
        await fetch_peer(fed, proposal.profile_url, now)
    elif known.profile_url != proposal.profile_url:
        await _refresh(fed, peer_id, now, at=proposal.profile_url)


async def meet_by_papers(peer_id: PartyId, papers: PartyPapers, now: datetime) -> None:
    """Meet a party that nobody can connect to by what it tells of itself, checked as if it had been fetched."""
    told = papers.profile
    if told.party_id != peer_id or told.delivery != "outbox":
        raise PeerMismatchError(f"the papers are not those of {peer_id}, reached by its mailbox alone")
    if len(json.encode(papers)) > limits.PROFILE_BYTES_MAX:
        raise TooLargeError(f"the papers have more than {limits.PROFILE_BYTES_MAX} bytes")
    known, operations = await store.peer(peer_id), [text.encode() for text in papers.operations]
    if known is not None and known.base_url == OUTBOX_ADDRESS and await _are_known(peer_id, operations):
        return  # anybody may send these again: they cost no signature twice
    if known is not None:
        told = msgspec.structs.replace(told, name=known.name)  # nobody has signed the name: see `named`
    try:
        await _believe(told, operations, now)
    except PeerError:
        raise
    except GalleriaError as error:
        raise PeerMismatchError(f"the papers of {peer_id}: {error.detail}") from error


async def named(peer: Peer, papers: PartyPapers | None) -> Peer:
    """The peer under the name that its papers give it, once their message has been verified; saves it."""
    if papers is None or papers.profile.name == peer.name:
        return peer
    called = msgspec.structs.replace(peer, name=papers.profile.name)
    await store.save_peer(called, ())
    return called


async def _are_known(peer_id: PartyId, operations: Sequence[bytes]) -> bool:
    return {seen.data for seen in await store.peer_operations(peer_id)}.issuperset(operations)


async def _refresh(fed: Federation, peer_id: PartyId, now: datetime, *, at: str = "") -> None:
    """Fetch a known peer again, once per PROFILE_TTL_SECONDS_MIN; a failure leaves what is known as it is."""
    known = await store.peer(peer_id)
    next_at = now + timedelta(seconds=limits.PROFILE_TTL_SECONDS_MIN)
    if known is None or (known.base_url == OUTBOX_ADDRESS and not at):
        return  # nobody can ask it: it tells
    if not await store.claim_refresh(peer_id, now, next_at):
        return
    try:
        await fetch_peer(fed, at or known.profile_url, now)
    except PeerError as error:
        _log.info("peer_refresh_failed", peer=peer_id, slug=error.slug, detail=error.detail)


async def resolution(peer_id: PartyId, now: datetime) -> Resolution | None:
    """Which of a peer's operations hold, and whether they are contested; None for a party not met."""
    operations = await store.peer_operations(peer_id)
    return msgspec.structs.replace(_resolved(operations), now=int(now.timestamp())) if operations else None


async def is_contested(peer_id: PartyId, now: datetime) -> bool:
    """Whether two operations of a peer contradict each other and a higher root may still speak."""
    found = await resolution(peer_id, now)
    return found is not None and found.contested


async def refuse_contested(peer_id: PartyId, now: datetime) -> None:
    """Raise PartyContestedError while nobody can know for whom a peer's keys speak: nothing is sold."""
    if await is_contested(peer_id, now):
        raise PartyContestedError(
            f"two root keys of {peer_id} contradict each other: nothing is held, confirmed or ordered until the higher "
            "one has spoken or 72 hours have passed"
        )


async def key_lives(peer_id: PartyId) -> tuple[KeyLife, ...]:
    """Every key a peer ever named, with its end; what was countersigned here before it goes on counting."""
    operations = await store.peer_operations(peer_id)
    return _resolved(operations).keys if operations else ()


async def _state(peer_id: PartyId) -> IdentityState | None:
    operations = await store.peer_operations(peer_id)
    return _resolved(operations).state if operations else None


def _resolved(operations: tuple[SeenOperation, ...]) -> Resolution:
    """Which operations hold; remembered, since verifying their signatures anew costs more than a request.

    Only few long ones are: a stranger may tell as many operations as anybody keeps, and then one more at a time.
    """
    is_long = sum(len(item.data) for item in operations) > LONG_BYTES_MIN
    return (_long_resolved if is_long else _short_resolved)(operations)


@functools.lru_cache(maxsize=2_000)
def _short_resolved(operations: tuple[SeenOperation, ...]) -> Resolution:
    return rivals.resolve(operations, 0)


@functools.lru_cache(maxsize=100)
def _long_resolved(operations: tuple[SeenOperation, ...]) -> Resolution:
    return rivals.resolve(operations, 0)


async def keys_of(peer_id: PartyId, now: datetime) -> tuple[PublicKey, ...]:
    """The keys that may sign for a peer at `now`."""
    state = await _state(peer_id)
    seconds = int(now.timestamp())
    found = [] if state is None else [state.sign_key(keyid, seconds) for keyid in state.sign_keys]
    return tuple(key for key in found if key is not None)
