"""Misfortunes on order: what happens to the next calls whose address begins so, or to the next deliveries."""

from typing import Literal

import msgspec

FaultKind = Literal[
    "drop_request",
    "drop_response",
    "refuse_409",
    "refuse_429",
    "refuse_500",
    "fail_after",
    "balance_insufficient",
    "account_disabled",
    "drop",
    "duplicate",
    "delay",
    "reorder",
]
DELIVERIES = "events"


class Fault(msgspec.Struct, forbid_unknown_fields=True):
    """What goes wrong with the next `times` calls of `path` (or deliveries, when the path is `events`).

    A path can begin with the method and a blank: `POST /v1/transfers`.
    """

    kind: FaultKind
    path: str
    times: int = 1


class Faults:
    """The misfortunes that wait, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Have a misfortune wait."""
        self._waiting.append(fault)

    def forget(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    def take(self, path: str) -> str:
        """The kind of the oldest misfortune for a path, used up once; empty when none waits."""
        for fault in self._waiting:
            if fault.times > 0 and path.startswith(fault.path):
                fault.times -= 1
                return fault.kind
        return ""
