"""What the console's dispute desk and its reconciliation show."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain.dispute import UNDECIDED, DisputedLine, FundsStage, spread
from payouts.domain.dispute_records import (
    DisputeLineRecord,
    DisputeMoveRecord,
    DisputeRecord,
    DisputeShareRecord,
    MoveRecord,
    WarningRecord,
)
from payouts.domain.records import ClaimRecord, LineRecord, RefundRecord, SettlementRecord
from payouts.errors import PaymentMissingError
from payouts.service.voiding import for_refunds_minor, waited_for
from payouts.store import disputes as store
from payouts.store import lists, recon
from payouts.store.recon import DayBalance, OnlyOurs


class DisputeView(msgspec.Struct, frozen=True, kw_only=True):
    """A dispute with all that hangs on it; `proposed` is what each line would bear if all did in proportion.

    Nobody bears it before it is known what becomes of the refunds it `waits_for`, unless a person chooses its lines.
    """

    dispute: DisputeRecord
    lines: tuple[LineRecord, ...]
    proposed: dict[tuple[str, str], int]
    borne: tuple[DisputeLineRecord, ...]
    shares: tuple[DisputeShareRecord, ...]
    moves: tuple[DisputeMoveRecord, ...]
    claims: tuple[ClaimRecord, ...]
    again: tuple[SettlementRecord, ...]
    waits_for: tuple[RefundRecord, ...]

    @property
    def can_choose(self) -> bool:
        """Whether a person can still say which lines it is about."""
        open_stages = {FundsStage.NONE, FundsStage.TAKEN, FundsStage.RETURNED}
        return self.dispute.status in UNDECIDED and self.dispute.funds in open_stages


class Stake(msgspec.Struct, frozen=True, kw_only=True):
    """What is undecided in one currency: money that banks have taken, and inquiries, which only ask about a payment."""

    undecided: int
    amount: Money
    inquiries: int
    asked: Money


async def dispute(dispute_id: UUID) -> DisputeView:
    """One dispute. Raises PaymentMissingError."""
    found = await store.disputes.get(dispute_id)
    if found is None:
        raise PaymentMissingError(sentence("there is no dispute %(id)s", id=dispute_id))
    lines = await lists.lines_of_order(found.order_id)
    left = [
        DisputedLine(str(line.shop_order_id), line.line_id, line.paid - line.gone_minor)
        for line in lines
        if line.paid > line.gone_minor
    ]
    proposed = spread(found.amount_minor - await for_refunds_minor(found), left)
    return DisputeView(
        dispute=found,
        lines=tuple(lines),
        proposed={(each.shop_order_id, each.line_id): each.amount_minor for each in proposed},
        borne=tuple(await store.lines_of(found.id, found.round)),
        shares=tuple(await store.shares_of(found.id, found.round)),
        moves=tuple(await store.moves_of(found.id)),
        claims=tuple(await store.claims_seen(found.id)),
        again=tuple(await store.reinstated_by(found.id)),
        waits_for=tuple(await _waited_for(found, left)),
    )


async def _waited_for(dispute: DisputeRecord, left: Sequence[DisputedLine]) -> list[RefundRecord]:
    if dispute.funds is not FundsStage.TAKEN or dispute.choice:
        return []
    return await waited_for(dispute, sum(each.left_minor for each in left))


async def disputes(statuses: Collection[str] = (), limit: int = 200) -> list[DisputeRecord]:
    """Disputes in any or in these states: undecided ones as they are due, others the newest first."""
    return await store.listed(statuses, limit)


async def shops_of(dispute_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """By dispute, the shops it is about, as far as that is known: otherwise all of its order."""
    return await store.shops_of(dispute_ids) if dispute_ids else {}


async def disputes_of_order(order_id: UUID) -> list[DisputeRecord]:
    """An order's disputes."""
    return await store.of_order(order_id)


async def lines_taken(order_id: UUID) -> list[DisputeLineRecord]:
    """What banks have now of an order's lines, for good or until they decide, and who gives it up."""
    gone = {FundsStage.BORNE, FundsStage.LOST}
    found = [each for each in await store.of_order(order_id) if each.funds in gone]
    return [line for each in found for line in await store.lines_of(each.id, each.round)]


async def at_stake() -> dict[str, Stake]:
    """By currency, what undecided disputes and inquiries are about."""
    found = await store.at_stake()
    stakes = {}
    for currency in sorted({currency for currency, _ in found}):
        undecided, amount = found.get((currency, False), (0, 0))
        inquiries, asked = found.get((currency, True), (0, 0))
        stakes[currency] = Stake(
            undecided=undecided, amount=Money(amount, currency), inquiries=inquiries, asked=Money(asked, currency)
        )
    return stakes


async def warnings() -> list[WarningRecord]:
    """Banks' warnings of fraud that nobody has looked at."""
    return await store.warnings_open()


async def days(first: date, last: date) -> list[DayBalance]:
    """The provider's balance beside the ledger, day by day, newest first."""
    return await recon.days(first, last)


async def day_moves(day: date, currency: str) -> list[MoveRecord]:
    """A day's movements in a currency."""
    return await recon.of_day(day, currency)


async def unmatched() -> list[MoveRecord]:
    """Movements that wait for their transaction or for a person."""
    return await recon.unmatched()


async def only_ours(before: datetime) -> list[OnlyOurs]:
    """Transactions that say money moved at the provider, which lists no such movement."""
    return await recon.only_ours(before)
