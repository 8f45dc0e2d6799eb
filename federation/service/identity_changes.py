"""What a party's owner does with a root key: plans the next operation, signs it, records it, and what follows here.

The root key is the caller's and is kept nowhere. Every change is one transaction of the caller: the operation, the
key the node speaks with from now on, the links that end with a retirement, and the words to every linked peer.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from federation.documents import identity, identity_steps
from federation.documents.identity import IdentityState, Operation
from federation.documents.keys import PublicKey, SigningKey
from federation.documents.times import text_of
from federation.service import epochs, links, parties
from federation.service.context import Federation
from federation.vocabulary.errors import ConflictError
from federation.vocabulary.ids import PartyId, new_secret


class Plan(msgspec.Struct, frozen=True):
    """An operation that waits for its root key; `sign_seed` is that of a key it names anew."""

    party_id: PartyId
    operation: Operation
    sign_seed: bytes | None = None
    undoes: str = ""

    def __repr__(self) -> str:
        return f"Plan({self.party_id}, {self.operation.type})"


async def plan_rotation(
    party_id: PartyId,
    now: datetime,
    *,
    overlap_days: int = identity_steps.OVERLAP_DAYS_MIN,
    roots: Sequence[PublicKey] = (),
) -> Plan:
    """A new sign key; the old one goes on for `overlap_days`. `roots` (highest first) replace the root keys.

    Raises ConflictError for an overlap too short for every reader to learn the new key.
    """
    if overlap_days < identity_steps.OVERLAP_DAYS_MIN:
        raise ConflictError(
            f"the old key must go on for {identity_steps.OVERLAP_DAYS_MIN} days at least, so that every hub learns the "
            "new one first; if it was stolen, say so instead"
        )
    return await _rotation(party_id, now, now + timedelta(days=overlap_days), roots)


async def plan_after_theft(
    party_id: PartyId, now: datetime, *, since: datetime | None = None, roots: Sequence[PublicKey] = ()
) -> Plan:
    """A new sign key; what the old one signed after `since` counts nowhere. Raises ConflictError for a time to come."""
    ended_at = now - timedelta(seconds=1) if since is None else since
    if ended_at >= now:
        raise ConflictError("a stolen key ends in the past: name the moment since which it may have been stolen")
    return await _rotation(party_id, now, ended_at, roots)


async def plan_roots(party_id: PartyId, roots: Sequence[PublicKey], now: datetime) -> Plan:
    """Other root keys, highest first; nothing else changes."""
    state = await _living(party_id)
    return Plan(party_id, identity_steps.roots_change(state, roots, at=text_of(now)))


async def plan_move(party_id: PartyId, address: str, now: datetime) -> Plan:
    """Be reached at another address."""
    return Plan(party_id, identity_steps.move(await _living(party_id), address, at=text_of(now)))


async def plan_retirement(party_id: PartyId, now: datetime) -> Plan:
    """End for good."""
    return Plan(party_id, identity_steps.retirement(await _living(party_id), at=text_of(now)))


async def plan_new_epoch(party_id: PartyId, now: datetime) -> Plan:
    """Begin the catalogue's log anew from what this node holds: after two histories, or a restore."""
    await _living(party_id)
    return Plan(party_id, await epochs.epoch_operation(party_id, now))


async def plan_undoing(party_id: PartyId, root: PublicKey, now: datetime) -> Plan:
    """Overrule what a lower root than `root` signed in the last 72 hours, and leave that root out."""
    own = SigningKey.from_seed((await parties.party(party_id)).sign_seed)
    seconds = int(now.timestamp())
    resolution = await parties.resolution_of(party_id, seconds)
    before = identity_steps.state_to_restore(resolution, root)
    is_named = before.sign_key(own.public.keyid, seconds) is not None
    fresh = None if is_named else new_secret(32)
    key = own if fresh is None else SigningKey.from_seed(fresh)
    operation, undone = identity_steps.undoing(resolution, root, key.public, at=text_of(now))
    return Plan(party_id, operation, fresh, undone)


async def carry_out(fed: Federation, plan: Plan, root: SigningKey, now: datetime) -> IdentityState:
    """Sign a plan and record it, in the caller's transaction; every linked peer hears of it.

    Raises OperationRefusedError or ConflictError as `parties.record_operation` does.
    """
    signed = identity.sign_operation(plan.operation, root)
    if plan.operation.type == "fork_resolve":
        await epochs.open_epoch(plan.party_id, signed, now)
        return await parties.identity_of(plan.party_id)
    state = await parties.record_operation(plan.party_id, signed, now, sign_seed=plan.sign_seed)
    if state.retired:
        await links.end_all(fed, plan.party_id, now)
    if plan.operation.type == "move":
        await links.announce_address(plan.party_id, now)
    return state


async def root_place(party_id: PartyId, root: PublicKey) -> int | None:
    """The place (0 is highest) of a root key among those of the party now; None when it is none of them."""
    roots = (await parties.identity_of(party_id)).root_keys
    return next((place for place, key in enumerate(roots) if key == root), None)


async def _rotation(party_id: PartyId, now: datetime, old_until: datetime, roots: Sequence[PublicKey]) -> Plan:
    seed = new_secret(32)
    operation = identity_steps.rotation(
        await _living(party_id),
        SigningKey.from_seed(seed).public,
        at=text_of(now),
        old_until=text_of(old_until),
        roots=roots,
    )
    return Plan(party_id, operation, seed)


async def _living(party_id: PartyId) -> IdentityState:
    await parties.party(party_id)
    state = await parties.identity_of(party_id)
    if state.retired:
        raise ConflictError(f"{party_id} has retired: nothing follows")
    return state
