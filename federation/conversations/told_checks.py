"""What a hub tells of accounts, papers, disputes and paying is held against what can be shown at all. Pure.

The types know the forms; only here it is asked whether a currency is one that Galleria handles, a moment is of the
calendar, and sums stay exact. What fails is kept nowhere, so that pages can rely on what is kept.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec

from federation.conversations.accounts import AccountLines, AccountState, Papers
from federation.conversations.disputes import Dispute, Disputes
from federation.conversations.paying import PayingState
from federation.documents.times import moment_of
from federation.vocabulary.errors import FieldError, RecordInvalidError
from federation.vocabulary.money import AMOUNT_MINOR_MAX, CURRENCY_EXPONENTS

Told = AccountState | AccountLines | Papers | Dispute | Disputes | PayingState

_MOMENTS = frozenset(
    {"at", "until", "since", "began_at", "arrives_at", "period_start", "period_end", "issued_at", "opened_at", "due_at",
     "closed_at", "said_at", "received_at", "usable_from", "page_until"}
)  # fmt: skip
"""Every field of these messages that holds a time."""

_YEARS = range(1900, 9999)
"""With days before and after, so that an end of a period can be counted from."""


def told_faults(told: Told) -> Iterator[FieldError]:
    """What of it cannot be shown."""
    yield from _part_faults("", told)
    if isinstance(told, AccountState):
        yield from _sum_faults(told)


def _part_faults(at: str, part: Any) -> Iterator[FieldError]:
    if isinstance(part, tuple):
        for index, one in enumerate(part):
            yield from _part_faults(f"{at}/{index}", one)
    elif isinstance(part, msgspec.Struct):
        for name in part.__struct_fields__:
            yield from _field_faults(f"{at}/{name}", name, getattr(part, name))


def _field_faults(at: str, name: str, value: Any) -> Iterator[FieldError]:
    if name == "currency" and value not in CURRENCY_EXPONENTS:
        yield FieldError(at, "currency", f"{value} is no currency that is handled here")
    elif name in _MOMENTS and value is not None and not _is_moment(value):
        yield FieldError(at, "time", f"{value} is no moment of the calendar")
    elif isinstance(value, tuple | msgspec.Struct):
        yield from _part_faults(at, value)


def _is_moment(text: str) -> bool:
    try:
        return moment_of(text).year in _YEARS
    except RecordInvalidError:
        return False


def _sum_faults(state: AccountState) -> Iterator[FieldError]:
    sums: Counter[tuple[str, str]] = Counter()
    for one in state.positions:
        lying = one.held + one.releasable + one.in_transfer + one.reserve + one.owed
        sums["positions", one.currency] += lying + abs(one.sent) + abs(one.paid_out)
    for share in state.waiting:
        sums["waiting", share.currency] += share.amount
    for kept in state.reserves:
        sums["reserves", kept.currency] += kept.amount
    for debt in state.debts:
        sums["debts", debt.currency] += debt.amount
    for (place, currency), total in sums.items():
        if total > AMOUNT_MINOR_MAX:
            yield FieldError(f"/{place}", "range", f"the amounts in {currency} come to more than can be exact")
