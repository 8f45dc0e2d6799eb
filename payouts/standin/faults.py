"""Misfortunes on order: what happens to the next calls whose address begins so, or to the next deliveries."""

from typing import Literal

import msgspec

FaultKind = Literal[
    "drop_request",
    "drop_response",
    "refuse_409",
    "refuse_429",
    "refuse_500",
    "slow",
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

    A path can begin with the method and a blank: `POST /v1/transfers`. A `slow` call takes `seconds` longer.
    """

    kind: FaultKind
    path: str
    times: int = 1
    seconds: float = 0.0


class Faults:
    """The misfortunes that wait, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    @property
    def waiting(self) -> list[Fault]:
        """Those that have not happened as often as they are to."""
        return [fault for fault in self._waiting if fault.times > 0]

    def add(self, fault: Fault) -> None:
        """Have a misfortune wait."""
        self._waiting = [*self.waiting, fault]

    def forget(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    def take(self, path: str) -> str:
        """The kind of the oldest misfortune for a path, used up once; empty when none waits."""
        fault = self._next(path, slow=False)
        return "" if fault is None else fault.kind

    def take_slowness(self, path: str) -> float:
        """How many seconds a call is to take longer, used up once."""
        fault = self._next(path, slow=True)
        return 0.0 if fault is None else fault.seconds

    def _next(self, path: str, *, slow: bool) -> Fault | None:
        for fault in self._waiting:
            if fault.times > 0 and path.startswith(fault.path) and (fault.kind == "slow") == slow:
                fault.times -= 1
                return fault
        return None
