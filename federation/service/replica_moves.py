"""Moving a hub's copy through its life cycle (`federation.conversations.replica`), for whoever saw the event happen."""

from federation.conversations.replica import REPLICA, ReplicaEvent, ReplicaState, step
from federation.node.database import atomic
from federation.store import replicas
from federation.vocabulary.ids import PartyId


async def move(ends: tuple[PartyId, PartyId], event: ReplicaEvent) -> ReplicaState:
    """Let the event happen to the copy where the life cycle knows it in its state; returns the state after."""
    async with atomic():
        replica = await replicas.replica(*ends, lock=True)
        if replica is None:
            return "desynced"
        if not REPLICA.allows(replica.state, event):
            return replica.state
        state = step(replica.state, event)
        await replicas.set_state(*ends, state)
        return state


async def state_of(ends: tuple[PartyId, PartyId]) -> ReplicaState:
    """The copy's state; `desynced` for a shop that is not followed yet."""
    replica = await replicas.replica(*ends)
    return "desynced" if replica is None else replica.state
