"""What the provider in memory keeps beneath its objects: balances as moves, answers by key, events, faults on order."""

import hashlib
import itertools
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Literal, TypeVar

import msgspec

from federation.vocabulary.money import Money
from payouts.errors import (
    ProviderBusyError,
    ProviderConflictError,
    ProviderError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from payouts.ports import AccountState, ObjectKind, ProviderEvent

T = TypeVar("T", bound=msgspec.Struct)

PLATFORM = ""


class Fault(msgspec.Struct):
    """Something that goes wrong with the next `times` calls of `call`, before or after their effect."""

    call: str
    error: Exception
    when: Literal["before", "after"] = "before"
    times: int = 1


class Cause(msgspec.Struct, frozen=True):
    """Why a balance moved: the provider's word for it, the object behind it with our reference, the fee kept."""

    type: str = "unexplained"
    source: str = ""
    reference: str = ""
    fee_minor: int = 0


class Move(msgspec.Struct, frozen=True):
    """Money that entered or left (negative) a balance, the fee taken off, to be had from `available_at`."""

    account_id: str
    money: Money
    available_at: datetime
    made_at: datetime
    cause: Cause


class MemoryBooks:
    """Balances, keys, events and faults; `now` is the provider's clock."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.faults: list[Fault] = []
        self.calls: list[tuple[str, str]] = []
        self.events: list[ProviderEvent] = []
        self.moves: list[Move] = []
        self._answers: dict[str, tuple[bytes, msgspec.Struct | ProviderError]] = {}
        self._numbers = itertools.count(1)

    def forget_keys(self) -> None:
        """A day has passed: no key is known any more."""
        self._answers.clear()

    def calls_of(self, call: str) -> int:
        """How many different keys a call was made with and had its effect."""
        return len({key for name, key in self.calls if name == call})

    def once(self, call: str, key: str, content: tuple[object, ...], act: Callable[[], T]) -> T:
        """Do something under its key and remember the answer; the same answer to the same key."""
        self.meet(call, "before")
        digest = hashlib.sha256(msgspec.json.encode((call, content))).digest()
        if key not in self._answers:
            answer: msgspec.Struct | ProviderError
            try:
                answer = act()
                self.calls.append((call, key))
            except (ProviderUnavailableError, ProviderBusyError):
                raise
            except ProviderError as error:
                answer = error
            self._answers[key] = (digest, answer)
        known_digest, known = self._answers[key]
        self.meet(call, "after")
        if known_digest != digest:
            raise ProviderConflictError("this key was used with other parameters")
        if isinstance(known, ProviderError):
            raise known
        return known  # type: ignore[return-value]  # the digest covers the call's name, so the type is the call's

    def meet(self, call: str, when: str) -> None:
        """Raise the fault that waits for a call, if there is one."""
        for fault in self.faults:
            if fault.call == call and fault.when == when and fault.times > 0:
                fault.times -= 1
                raise fault.error

    def tell(self, kind: ObjectKind, object_id: str, what: str) -> None:
        """Write an event."""
        self.events.append(
            ProviderEvent(
                id=f"evt_{len(self.events) + 1:06}",
                type=f"{kind}.{what}",
                object_kind=kind,
                object_id=object_id,
                created_at=self.now,
            )
        )

    def move(self, account_id: str, money: Money, available_at: datetime, cause: Cause | None = None) -> None:
        """Let money enter a balance, or leave it when negative, from a moment on."""
        self.moves.append(Move(account_id, money, available_at, self.now, cause or Cause()))

    def available(self, account_id: str, currency: str) -> int:
        """What can be taken from a balance now, in minor units."""
        return sum(
            move.money.amount_minor
            for move in self.moves
            if move.account_id == account_id and move.money.currency == currency and move.available_at <= self.now
        )

    def with_balances(self, account: AccountState) -> AccountState:
        """The account with what lies in it."""
        currencies = sorted({move.money.currency for move in self.moves if move.account_id == account.id})
        return msgspec.structs.replace(
            account,
            available=tuple(Money(self.available(account.id, each), each) for each in currencies),
            pending=tuple(
                Money(
                    sum(
                        move.money.amount_minor
                        for move in self.moves
                        if move.account_id == account.id
                        and move.money.currency == each
                        and move.available_at > self.now
                    ),
                    each,
                )
                for each in currencies
            ),
        )

    def found(self, objects: Mapping[str, T], object_id: str) -> T:
        """An object by its id, or ProviderRefusedError."""
        if object_id not in objects:
            raise ProviderRefusedError(f"there is no {object_id}")
        return objects[object_id]

    def new_id(self, kind: str) -> str:
        """An id that says what it is of."""
        return f"{kind}_{next(self._numbers):06}"
