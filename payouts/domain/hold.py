"""Holds: reasons for which a share stays where it is, each placed and lifted in the transaction of what causes it.

A hold stands on one shop order, or on everything a shop is owed. Several can stand at once; the gravest is what a
blocked share is said to wait for. Reserves: what was kept back of a released share, for a while, against debts.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

import msgspec

from payouts.domain.amounts import BASIS_POINTS
from payouts.domain.settlement import RESERVABLE, BlockReason, SettlementKind


class HoldReason(StrEnum):
    """Why a share is held up; in this order of weight."""

    DISPUTE = "dispute"
    FRAUD = "fraud"
    RETURN = "return"
    OPERATOR = "operator"


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A hold to be placed: on a shop order, or on a whole shop; `reference` is the row that causes it."""

    reason: HoldReason
    reference: str = ""
    shop_order_id: UUID | None = None
    shop_id: str = ""
    note: str = ""
    by: str = ""


class HoldRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A hold as it stands or stood."""

    id: int = 0
    shop_order_id: UUID | None
    shop_id: str = ""
    reason: HoldReason
    reference: str
    note: str = ""
    placed_by: str = ""
    placed_at: datetime
    lifted_by: str = ""
    lifted_at: datetime | None = None


class ReserveStatus(StrEnum):
    """Where a reserve stands: kept until its day or until a debt has used all of it up."""

    KEPT = "kept"
    RELEASED = "released"
    USED = "used"


class ReserveRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What was kept back of one settlement (minor units), and how much of it a debt of the shop has taken."""

    id: UUID
    settlement_id: UUID
    shop_id: str
    currency: str
    amount_minor: int
    used_minor: int = 0
    status: ReserveStatus = ReserveStatus.KEPT
    release_at: datetime
    created_at: datetime
    updated_at: datetime

    @property
    def left_minor(self) -> int:
        """What is still there."""
        return self.amount_minor - self.used_minor


def gravest(reasons: Collection[HoldReason]) -> BlockReason | None:
    """What a share with these holds is said to wait for; None without holds."""
    found = next((reason for reason in HoldReason if reason in reasons), None)
    return None if found is None else BlockReason(found.value)


def kept_back(kind: SettlementKind, due_minor: int, reserve_bp: int) -> int:
    """What of a share is kept as reserve: its part in basis points, rounded down so that something always goes."""
    return due_minor * reserve_bp // BASIS_POINTS if kind in RESERVABLE else 0


def drawn(reserves: Sequence[ReserveRecord], wanted_minor: int) -> list[tuple[ReserveRecord, int]]:
    """How much each reserve gives towards a debt, in the order they come; together never more than is wanted."""
    taken, left = [], wanted_minor
    for reserve in reserves:
        amount = min(reserve.left_minor, left)
        if amount:
            taken.append((reserve, amount))
            left -= amount
    return taken
