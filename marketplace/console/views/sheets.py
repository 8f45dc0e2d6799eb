"""The console's lists as rows of a file: one heading and one cell per column, in the same order. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from federation.node.spreadsheets import Cell
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.console.views.looks import ORDER_LOOKS, money_looks, share_looks, waits_for
from marketplace.console.words import say
from marketplace.orders.views import OrderRow
from payouts.domain.records import ClaimRecord, PayoutRecord, SettlementRecord, TransferRecord
from payouts.service.refund_views import RefundView

ORDER_COLUMNS = (
    message("Order"), message("State"), message("Begun"), message("Shopper"), message("Boutiques"),
    message("Currency"), message("Refunded"), message("Total"),
)  # fmt: skip


def order_cells(row: OrderRow) -> tuple[Cell, ...]:
    """An order in those columns."""
    return (
        row.number, say(ORDER_LOOKS[row.state].word), row.placed_at, row.email, ", ".join(row.shops),
        row.total.currency, row.refunded, row.total,
    )  # fmt: skip


Names = Mapping[str, str]
Settlements = Mapping[UUID, SettlementRecord]
MONEY_COLUMNS: dict[str, tuple[str, ...]] = {
    "settlements": (
        message("Boutique"), message("For"), message("State"), message("Waits for"), message("Since"),
        message("Currency"), message("At the sale"), message("The provider’s fee"), message("Given back or disputed"),
        message("Sent"), message("Taken back"),
    ),
    "transfers": (
        message("Boutique"), message("For"), message("State"), message("Begun"), message("At the provider"),
        message("Currency"), message("Amount"),
    ),
    "payouts": (
        message("Boutique"), message("State"), message("Begun"), message("At the bank"), message("At the provider"),
        message("Currency"), message("Amount"),
    ),
    "refunds": (
        message("Decided"), message("State"), message("Reason"), message("Currency"), message("By the boutique"),
        message("To the shopper"),
    ),
    "claims": (
        message("Boutique"), message("State"), message("Since"), message("Currency"), message("Claimed"),
        message("Taken back"), message("Set off"), message("Still owed"),
    ),
}  # fmt: skip
"""The columns of each list of money."""


def money_cells(kind: str, rows: Sequence[Any], settlements: Settlements, names: Names) -> list[tuple[Cell, ...]]:
    """The rows of one of these lists in its columns."""
    return [_CELLS[kind](row, settlements, names) for row in rows]


def _settlement(row: SettlementRecord, _of: Settlements, names: Names) -> tuple[Cell, ...]:
    def amount(minor: int) -> Money:
        return Money(minor, row.currency)

    waits = waits_for(row)
    return (
        names.get(row.shop_id, row.shop_id), row.kind, say(share_looks(row).word), say(waits) if waits else "",
        row.created_at, row.currency, row.amount, amount(row.fee_minor), amount(row.given_back_minor),
        amount(row.sent_minor), amount(row.reversed_minor + row.netted_minor),
    )  # fmt: skip


def _transfer(row: TransferRecord, settlements: Settlements, names: Names) -> tuple[Cell, ...]:
    of = settlements.get(row.settlement_id)
    return (
        names.get(of.shop_id, of.shop_id) if of else row.account_id, of.kind if of else "", _state(row.status),
        row.submitted_at, row.provider_id or "", row.amount.currency, row.amount,
    )  # fmt: skip


def _payout(row: PayoutRecord, _of: Settlements, names: Names) -> tuple[Cell, ...]:
    return (
        names.get(row.shop_id, row.shop_id), _state(row.status), row.created_at, row.arrival_at, row.provider_id or "",
        row.amount.currency, row.amount,
    )  # fmt: skip


def _refund(row: RefundView, _of: Settlements, _names: Names) -> tuple[Cell, ...]:
    return row.created_at, _state(row.status), row.reason, row.amount.currency, row.seller_part, row.amount


def _claim(row: ClaimRecord, _of: Settlements, names: Names) -> tuple[Cell, ...]:
    minors = (row.amount_minor, row.reversed_minor, row.netted_minor, row.outstanding_minor)
    amounts = (Money(minor, row.currency) for minor in minors)
    return names.get(row.shop_id, row.shop_id), _state(row.status), row.created_at, row.currency, *amounts


def _state(status: str) -> str:
    return say(money_looks(status).word)


_CELLS: Mapping[str, Callable[[Any, Settlements, Names], tuple[Cell, ...]]] = {
    "settlements": _settlement,
    "transfers": _transfer,
    "payouts": _payout,
    "refunds": _refund,
    "claims": _claim,
}
