"""A copy of what a hub told: values, and whether its movements come to what it says lies there. Pure."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from federation.conversations.accounts import AccountState, LinePart, Paper, Position
from federation.vocabulary.money import Money
from federation.vocabulary.movements import Account

Sums = Mapping[tuple[str, str], int]
"""By (currency, account), in minor units."""

ACCOUNTS: tuple[Account, ...] = ("held", "releasable", "in_transfer", "reserve", "owed")
"""The accounts of a boutique at a hub."""

MOVED_ONLY = ("released", "reserve_kept", "reserve_released", "transfer_started", "transfer_failed")
"""Kinds that move money between the boutique's own accounts at a hub: what it is owed in all stays as it was."""


TAKEN_TWICE = ("reserve_used", "claim_netted")
"""Kinds that take from one account what another owes: the debt sinks by it, what is owed in all stays as it was."""


class Copy(msgspec.Struct, frozen=True, kw_only=True):
    """What one hub told last; `lines` movements are here, all there are when `is_whole`."""

    hub_id: str
    state: AccountState | None = None
    papers: tuple[Paper, ...] = ()
    told_at: datetime | None = None
    is_whole: bool = False
    is_cut: bool = False
    adds_up: bool = True
    lines: int = 0

    def is_fresh(self, now: datetime, seconds: int) -> bool:
        """Whether it was told so short a while ago, and wholly."""
        if self.told_at is None or not self.is_whole:
            return False
        return timedelta() <= now - self.told_at < timedelta(seconds=seconds)

    def paper(self, paper_id: UUID) -> Paper | None:
        """The head of one paper."""
        return next((paper for paper in self.papers if paper.id == str(paper_id)), None)


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """One movement; `in_all_minor` is what the hub owed the boutique in that currency after it."""

    line_id: int
    at: datetime
    kind: str
    account: Account
    currency: str
    amount_minor: int
    balance_minor: int
    in_all_minor: int
    order_id: UUID | None
    order_number: str
    title: str
    note: str
    parts: tuple[LinePart, ...] = ()
    order_row: int | None = None

    @property
    def change_minor(self) -> int:
        """What it changes of what the boutique is owed: a debt that grows lowers it."""
        return -self.amount_minor if self.account == "owed" else self.amount_minor

    @property
    def only_moves(self) -> bool:
        """Whether it is one side of something that leaves what the boutique is owed in all as it was."""
        return self.kind in MOVED_ONLY or self.kind in TAKEN_TWICE

    def money(self, amount_minor: int) -> Money:
        """An amount in the movement's currency."""
        return Money(amount_minor, self.currency)


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which movements a list shows; empty words mean all, `until` is the last day."""

    order: str = ""
    kind: str = ""
    account: str = ""
    currency: str = ""
    since: date | None = None
    until: date | None = None
    only_changes: bool = False


def comes_to(sums: Sums, state: AccountState) -> bool:
    """Whether the movements of each account come to what the hub says lies there."""
    told: dict[tuple[str, str], int] = {
        (position.currency, account): getattr(position, account) for position in state.positions for account in ACCOUNTS
    }
    return all(sums.get(key, 0) == told.get(key, 0) for key in {*told, *sums})


def yours_minor(position: Position) -> int:
    """What the hub owes the boutique in all, in one currency; below zero the boutique owes."""
    return position.held + position.releasable + position.in_transfer + position.reserve - position.owed


def orders_named(state: AccountState) -> set[str]:
    """The ids of all orders a hub names."""
    named = {share.order_id for share in state.waiting}
    named |= {reserve.order_id for reserve in state.reserves} | {debt.order_id for debt in state.debts}
    named |= {part.order_id for payout in state.payouts for part in payout.orders}
    return {each for each in named if each is not None}


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def day_of(text: str) -> date | None:
    """A day as a form sends it (2026-11-22), None for anything else."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None
