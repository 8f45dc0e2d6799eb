"""The life cycle of a hub's copy of a shop's log.

A copy is served in every state but `desynced` and `snapshotting`, and never from below the highest size its hub has
cosigned. `frozen` means the shop signed two histories: only a root key of the shop ends it, by a new epoch.
"""

from typing import Literal

from federation.conversations.lifecycle import LifeCycle

ReplicaState = Literal["desynced", "snapshotting", "catching_up", "live", "repairing", "throttled", "frozen"]
ReplicaEvent = Literal[
    "snapshot",
    "pull",
    "loaded",
    "caught_up",
    "gap",
    "mismatch",
    "repaired",
    "budget_spent",
    "budget_back",
    "fork",
    "thaw",
]

REPLICA: LifeCycle[ReplicaState, ReplicaEvent] = LifeCycle(
    "replica",
    "desynced",
    {
        ("desynced", "snapshot"): "snapshotting",
        ("desynced", "pull"): "catching_up",
        ("snapshotting", "loaded"): "catching_up",
        ("snapshotting", "pull"): "catching_up",
        ("catching_up", "pull"): "catching_up",
        ("catching_up", "snapshot"): "snapshotting",
        ("catching_up", "caught_up"): "live",
        ("catching_up", "mismatch"): "repairing",
        ("live", "caught_up"): "live",
        ("live", "gap"): "catching_up",
        ("live", "mismatch"): "repairing",
        ("repairing", "repaired"): "live",
        ("repairing", "snapshot"): "snapshotting",
        ("repairing", "budget_spent"): "throttled",
        ("throttled", "budget_back"): "repairing",
        ("throttled", "snapshot"): "snapshotting",
        ("desynced", "fork"): "frozen",
        ("snapshotting", "fork"): "frozen",
        ("catching_up", "fork"): "frozen",
        ("live", "fork"): "frozen",
        ("repairing", "fork"): "frozen",
        ("throttled", "fork"): "frozen",
        ("frozen", "fork"): "frozen",
        ("frozen", "thaw"): "desynced",
    },
)

SERVED: frozenset[ReplicaState] = frozenset({"catching_up", "live", "repairing", "throttled", "frozen"})
"""States in which the good records already taken in are shown to shoppers."""


def step(state: ReplicaState, event: ReplicaEvent) -> ReplicaState:
    """The state after `event`; raises TransitionRefusedError."""
    return REPLICA.step(state, event)
