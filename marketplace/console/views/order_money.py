"""An order's money as sums that add up, boutique by boutique, and the list of orders by where their money is. Pure.

Amounts are in the hub's currency once the payment was settled, before that in the shopper's.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.node.spreadsheets import Cell
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.console.views import books, shares
from marketplace.console.views.looks import Looks
from marketplace.console.words import say
from payouts.domain.giveback import Components
from payouts.domain.records import LineRecord
from payouts.domain.settlement import STILL_WITH_US, SettlementKind, SettlementStatus
from payouts.service.order_money import OrderMoney, OrderMoneyRow, Share
from payouts.service.sales import SHIPPING_LINE

MONEY_STATES: Mapping[str, Looks] = {
    "disputed": Looks("disputed", "bad", "▼"),
    "asked": Looks("asked about", "todo", "◆"),
    "blocked": Looks("blocked", "bad", "▼"),
    "waiting": Looks("not all sent yet", "calm", "○"),
    "owed": Looks("owed by a boutique", "todo", "◆"),
    "taken": Looks("taken by the bank", "bad", "■"),
    "done": Looks("with its boutiques", "good", "●"),
}
"""Where an order's money is."""

_LATER = frozenset({SettlementKind.RESERVE, SettlementKind.REINSTATED})
"""Kinds of shares that come out of others or after them, and were not owed at the sale."""


class Row(msgspec.Struct, frozen=True):
    """One line of a sum."""

    words: str
    amount: Money


class BoutiqueMoney(msgspec.Struct, frozen=True, kw_only=True):
    """One boutique's part of an order: how its share came about, where it is now, each a sum; the shares it is made of.

    Both sums come to `own`: what of the order belongs to the boutique today.
    """

    shop_id: str
    name: str
    sale: tuple[Row, ...]
    owed: Money
    since: tuple[Row, ...]
    own: Money
    where: tuple[Row, ...]
    shares: tuple[tuple[str, Share, shares.Course], ...]


def boutiques(found: OrderMoney, names: Mapping[str, str], now: datetime) -> list[BoutiqueMoney]:
    """Every boutique that has a part in an order's money, by name; those that only sent the shopper too."""
    currency = _currency(found)
    shop_ids = {share.settlement.shop_id for share in found.shares} | {line.shop_id for line in found.lines}
    made = [_boutique(shop_id, found, names, currency, now) for shop_id in shop_ids] if currency else []
    return sorted(made, key=lambda one: one.name.casefold())


def _currency(found: OrderMoney) -> str:
    if found.shares:
        return found.shares[0].settlement.currency
    if found.payment is None:
        return ""
    return found.payment.settled_currency or found.payment.currency


def _boutique(shop_id: str, found: OrderMoney, names: Mapping[str, str], currency: str, now: datetime) -> BoutiqueMoney:
    own = [share for share in found.shares if share.settlement.shop_id == shop_id]
    first = [share.settlement for share in own if share.settlement.kind not in _LATER]
    sale = _sale([line for line in found.lines if line.shop_id == shop_id], own, names, currency)
    owed = Money(sum(row.amount.amount_minor for row in sale), currency)
    since = _rows(
        currency,
        (say("The provider’s fee, its part"), -sum(one.fee_minor for one in first)),
        (say("Given back to the shopper"), -sum(one.refunded_minor for one in first) - _claimed(own, by_refund=True)),
        (say("Disputed"), -sum(one.disputed_minor for one in first) - _claimed(own, by_refund=False)),
        (say("Back after a won dispute"), sum(
            share.settlement.amount_minor for share in own if share.settlement.kind is SettlementKind.REINSTATED
        )),
    )  # fmt: skip
    return BoutiqueMoney(
        shop_id=shop_id,
        name=names.get(shop_id, shop_id),
        sale=sale,
        owed=owed,
        since=since,
        own=owed + Money(sum(row.amount.amount_minor for row in since), currency),
        where=_where(own, currency),
        shares=tuple(
            (say(shares.KINDS[share.settlement.kind.value]), share, shares.course(share, now)) for share in own
        ),
    )


def _rows(currency: str, *sums: tuple[str, int]) -> tuple[Row, ...]:
    """Those that are not nothing."""
    return tuple(Row(words, Money(minor, currency)) for words, minor in sums if minor)


def _claimed(own: Iterable[Share], *, by_refund: bool) -> int:
    """What was asked back of shares that were sent; fees of disputes are a debt of their own."""
    return sum(
        claim.amount_minor for share in own for claim in share.claims if (claim.refund_id is not None) == by_refund
    )


def _sale(
    lines: Sequence[LineRecord], own: Sequence[Share], names: Mapping[str, str], currency: str
) -> tuple[Row, ...]:
    """How what the boutique is owed follows from what the shopper paid for its pieces."""
    goods = [_parts(line, currency) for line in lines if line.line_id != SHIPPING_LINE]
    shipping = [_parts(line, currency) for line in lines if line.line_id == SHIPPING_LINE]
    referrals = _referrals(lines, currency)
    sent = sum(one.settlement.amount_minor for one in own if one.settlement.kind is SettlementKind.REFERRAL)
    return _rows(
        currency,
        (say("Paid by the shopper for its pieces"), sum(one.paid for one in goods)),
        (say("Coupon, paid by the hub"), sum(one.coupon for one in goods)),
        (say("Commission"), -sum(one.commission for one in goods)),
        (say("VAT on the commission"), -sum(one.vat for one in goods)),
        *(
            (say("To %(boutique)s, which sent the shopper", boutique=names.get(referrer, referrer)), -amount)
            for referrer, amount in referrals.items()
        ),
        (say("Shipping"), sum(one.seller for one in shipping)),
        (say("For sending the shopper"), sent),
    )


def _referrals(lines: Iterable[LineRecord], currency: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for line in lines:
        if line.referral:
            found[line.referrer] = found.get(line.referrer, 0) + _parts(line, currency).referral
    return found


def _parts(line: LineRecord, currency: str) -> Components:
    """A line's parts in the currency of the sums."""
    return (line.settled_components if currency != line.currency else None) or line.components


def _where(own: Sequence[Share], currency: str) -> tuple[Row, ...]:
    """Where what belongs to the boutique is: it adds up to what belongs to it."""
    claims = [claim for share in own for claim in share.claims]
    with_us = STILL_WITH_US | {SettlementStatus.SUBMITTING}
    reserves = [reserve for share in own for reserve in share.reserves]
    settlements = [share.settlement for share in own]
    return _rows(
        currency,
        (say("Still here"), sum(one.due_minor for one in settlements if one.status in with_us)),
        (say("Kept here as reserve"), sum(one.left_minor for one in reserves if one.status == "kept")),
        (say("Sent to its account or bank"), sum(one.sent_minor for one in settlements)),
        (say("Set off against debts it had"), sum(one.netted_minor for one in settlements)),
        (say("Taken from its reserve for debts"), sum(one.used_minor for one in reserves)),
        (say("Taken back from its account"), -sum(claim.reversed_minor for claim in claims)),
        (say("Set off since, from later sales or its reserve"), -sum(claim.netted_minor for claim in claims)),
        (say("Written off, borne by the hub"), -sum(claim.written_off_minor for claim in claims)),
        (say("Still owed by the boutique"), -sum(claim.outstanding_minor for claim in claims)),
    )


class HubPart(msgspec.Struct, frozen=True, kw_only=True):
    """What of an order stays with the hub, account by account as it was posted, and the sum."""

    rows: tuple[Row, ...]
    own: Money


_HUBS_OWN = ("hub:commission", "hub:promo", "hub:provider_fees", "hub:dispute_fees", "hub:dispute_provision",
             "hub:write_off", "hub:fx")  # fmt: skip


def hub_part(found: OrderMoney) -> HubPart | None:
    """Commission less coupons, fees and losses, from the ledger; None while nothing of it is in the hub's currency."""
    payment = found.payment
    if payment is None or payment.settled is None:
        return None
    currency = payment.settled.currency
    sums: dict[str, int] = {}
    for entry in found.entries:
        if entry.currency == currency and entry.code in _HUBS_OWN:
            sums[entry.code] = sums.get(entry.code, 0) - entry.amount
    rows = _rows(currency, *((books.account_words(code, {}), sums.get(code, 0)) for code in _HUBS_OWN))
    return HubPart(rows=rows, own=Money(sum(sums.values()), currency))


ORDER_COLUMNS = (
    message("Order"), message("Paid on"), message("Where its money is"), message("Boutiques"), message("Charged in"),
    message("Charged"), message("Currency"), message("Came to"), message("The provider’s fee"), message("Refunded"),
    message("Commission"), message("VAT on the commission"), message("Owed at the sale"), message("Sent"),
    message("Still here"), message("Still owed back"),
)  # fmt: skip


def order_cells(row: OrderMoneyRow, numbers: Mapping[UUID, str], names: Mapping[str, str]) -> tuple[Cell, ...]:
    """An order in those columns."""

    def amount(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    return (
        numbers.get(row.order_id, str(row.order_id)),
        row.paid_at,
        say(MONEY_STATES[row.state].word),
        ", ".join(names.get(shop_id, shop_id) for shop_id in row.shops),
        row.charged_currency,
        Money(row.charged_minor, row.charged_currency),
        row.currency,
        *(
            amount(minor)
            for minor in (
                row.settled_minor, row.fee_minor, row.refunded_minor, row.commission_minor, row.vat_minor,
                row.owed_minor, row.sent_minor, row.here_minor, row.debt_minor,
            )
        ),
    )  # fmt: skip
