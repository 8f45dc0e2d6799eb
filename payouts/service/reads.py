"""What consoles and portals show of money: settlements, transfers, payouts, refunds, a shop's balances, the ledger."""

import re
from collections.abc import Collection, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from federation.node.keyset import Leaf
from federation.node.listing import Span
from federation.vocabulary.money import Money
from federation.vocabulary.sales import DaySales
from payouts.domain.ledger import AccountKind
from payouts.domain.records import (
    AlertRecord,
    ClaimRecord,
    LineRecord,
    PayoutRecord,
    SettlementRecord,
    ShopAccountRecord,
    TransferRecord,
)
from payouts.domain.settling import NOTHING, added
from payouts.service.payments import PaymentView
from payouts.service.payments import view_of as payment_view_of
from payouts.service.refund_views import RefundView
from payouts.service.refund_views import view_of as refund_view_of
from payouts.service.sales import SHIPPING_LINE
from payouts.store import ledger, lists, postings, rows, takings
from payouts.store.ledger import EntryView
from payouts.store.lists import NEWEST, SORTS

LIMIT = 200
_UUID_TEXT = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
AccountEntry = postings.AccountEntry
"""One leg of a posting with its number."""
EntryRange = postings.EntryRange
"""Which entries of an account are read."""
LIST_SORTS = SORTS
"""What lists of settlements, transfers, payouts, refunds and claims can be sorted by."""


class MoneyView(msgspec.Struct, frozen=True, kw_only=True):
    """What a shop has with the hub in one currency; `owed_back` is what it was sent and refunded since."""

    currency: str
    held: Money
    releasable: Money
    in_transfer: Money
    owed_back: Money
    sent: Money
    paid_out: Money


class SettledShare(msgspec.Struct, frozen=True, kw_only=True):
    """How one shop order divides in the hub's currency: goods = commission + vat + referral + seller; shipping beside.

    The hub's own coupon pays `coupon` of the goods; of the provider's fee the shop bears `fee`.
    """

    commission: Money
    vat: Money
    seller: Money
    shipping: Money
    referral: Money
    coupon: Money
    fee: Money

    @property
    def paid(self) -> Money:
        """All that the shopper paid for it came to."""
        return self.commission + self.vat + self.referral + self.seller + self.shipping - self.coupon


async def settled_share(order_id: UUID, shop_order_id: UUID) -> SettledShare | None:
    """How a paid shop order divides, None while its money is not settled.

    Holds the payment still until the caller's transaction ends: who is told None will be told by the listener.
    """
    payment = await rows.payment_alive(order_id, lock=True)
    if payment is None or payment.settled_currency is None:
        return None
    sums = {"goods": NOTHING, SHIPPING_LINE: NOTHING}
    for line in await lists.lines_of_order(order_id):
        if line.shop_order_id == shop_order_id and line.settled_components is not None:
            kind = SHIPPING_LINE if line.line_id == SHIPPING_LINE else "goods"
            sums[kind] = added([sums[kind], line.settled_components])
    goods, currency = sums["goods"], payment.settled_currency
    return SettledShare(
        commission=Money(goods.commission, currency),
        vat=Money(goods.vat, currency),
        seller=Money(goods.seller, currency),
        shipping=Money(sums[SHIPPING_LINE].seller, currency),
        referral=Money(goods.referral, currency),
        coupon=Money(goods.coupon, currency),
        fee=Money(sum(each.fee_minor for each in await rows.settlements_of(shop_order_id)), currency),
    )


async def payment_of_order(order_id: UUID) -> PaymentView | None:
    """The newest attempt to pay an order."""
    payment = await rows.payment_latest(order_id)
    return None if payment is None else payment_view_of(payment)


async def lines_of_order(order_id: UUID) -> list[LineRecord]:
    """An order's lines with their frozen components and what was refunded of them."""
    return await lists.lines_of_order(order_id)


async def settlements_of_order(order_id: UUID) -> list[SettlementRecord]:
    """Everything owed to shops from one order."""
    return await lists.settlements_of_order(order_id)


async def settlements(
    shop_id: str | None = None, limit: int = LIMIT, *, statuses: Collection[str] = ()
) -> Sequence[SettlementRecord]:
    """The newest settlements, of one shop or of all, in any or in these states."""
    return (await lists.settlements(shop_id, statuses, Span(limit, NEWEST))).rows


async def settlements_page(statuses: Collection[str], span: Span) -> Leaf[SettlementRecord]:
    """A page of the settlements. Raises PlaceInvalidError, as all of these, for a place that is none of the list."""
    return await lists.settlements(None, statuses, span)


async def settlements_by_id(settlement_ids: Collection[UUID]) -> dict[UUID, SettlementRecord]:
    """These settlements by their ids; unknown ids are left out."""
    return {one.id: one for one in await lists.settlements_by_id(settlement_ids)}


async def transfers(shop_id: str | None = None, limit: int = LIMIT) -> Sequence[TransferRecord]:
    """The newest attempts to send settlements, of one shop or of all."""
    return (await lists.transfers(shop_id, Span(limit, NEWEST))).rows


async def transfers_page(span: Span) -> Leaf[TransferRecord]:
    """A page of the attempts to send settlements."""
    return await lists.transfers(None, span)


async def payouts(
    shop_id: str | None = None, limit: int = LIMIT, *, statuses: Collection[str] = ()
) -> Sequence[PayoutRecord]:
    """The newest payouts, of one shop or of all, in any or in these states."""
    return (await lists.payouts(shop_id, statuses, Span(limit, NEWEST))).rows


async def payouts_page(statuses: Collection[str], span: Span) -> Leaf[PayoutRecord]:
    """A page of the payouts."""
    return await lists.payouts(None, statuses, span)


async def claims(
    shop_id: str | None = None, limit: int = LIMIT, *, statuses: Collection[str] = ()
) -> Sequence[ClaimRecord]:
    """The newest claims, of one shop or of all, in any or in these states."""
    return (await lists.claims(shop_id, statuses, Span(limit, NEWEST))).rows


async def claims_page(statuses: Collection[str], span: Span) -> Leaf[ClaimRecord]:
    """A page of the claims."""
    return await lists.claims(None, statuses, span)


async def refund_by_id(refund_id: UUID) -> RefundView | None:
    """One refund with its parts."""
    refund = await rows.refunds.get(refund_id)
    return None if refund is None else await refund_view_of(refund)


async def refunds_of_order(order_id: UUID) -> list[RefundView]:
    """An order's refunds in the order they were decided."""
    return [await refund_view_of(refund) for refund in await lists.refunds_of_order(order_id)]


async def refunds(limit: int = LIMIT, *, statuses: Collection[str] = ()) -> Sequence[RefundView]:
    """The newest refunds, in any or in these states."""
    return (await refunds_page(statuses, Span(limit, NEWEST))).rows


async def refunds_page(statuses: Collection[str], span: Span) -> Leaf[RefundView]:
    """A page of the refunds."""
    found = await lists.refunds(statuses, span)
    return Leaf([await refund_view_of(refund) for refund in found.rows], found.before, found.after)


async def accounts() -> list[ShopAccountRecord]:
    """Every shop's account at the provider."""
    return await lists.shop_accounts()


async def account_of(shop_id: str) -> ShopAccountRecord | None:
    """One shop's account at the provider."""
    return await rows.shop_accounts.get(shop_id)


async def shop_money(shop_id: str) -> list[MoneyView]:
    """What a shop has with the hub and has been paid, by currency."""
    balances = await ledger.shop_balances(shop_id)
    moved = await rows.moved(shop_id)
    currencies = sorted({currency for _, currency in balances} | set(moved))

    def balance(kind: AccountKind, currency: str) -> Money:
        return Money(balances.get((kind.value, currency), 0), currency)

    return [
        MoneyView(
            currency=currency,
            held=balance(AccountKind.HELD, currency),
            releasable=balance(AccountKind.RELEASABLE, currency),
            in_transfer=balance(AccountKind.IN_TRANSFER, currency),
            owed_back=balance(AccountKind.CLAIM, currency),
            sent=Money(moved.get(currency, (0, 0))[0], currency),
            paid_out=Money(moved.get(currency, (0, 0))[1], currency),
        )
        for currency in currencies
    ]


async def sold_by_day(since: date, shop_id: str | None = None) -> list[DaySales]:
    """What shoppers paid for, day by day, in the hub's currency; of one shop or of all. Refunds are not taken off."""
    return await takings.sold_by_day(since, shop_id)


async def trial_balance(until: datetime | None = None) -> dict[str, dict[str, int]]:
    """Every account's sum (debit positive) by currency and code, now or up to a moment; each currency comes to zero."""
    return await ledger.trial_balance() if until is None else await postings.sums_until(until)


async def trial_balance_totals() -> dict[str, int]:
    """The sum over all accounts by currency: zero, or something is badly wrong."""
    return {currency: sum(accounts.values()) for currency, accounts in (await ledger.trial_balance()).items()}


async def account_entries(code: str, currency: str, wanted: EntryRange) -> list[AccountEntry]:
    """Entries of one account, newest first."""
    return await postings.account_entries(code, currency, wanted)


async def account_sum(code: str, currency: str, until: datetime) -> int:
    """One account's sum up to a moment, debit positive."""
    return await postings.account_sum(code, currency, until)


async def entries_of_order(order_id: UUID) -> list[AccountEntry]:
    """Every leg of every posting about an order, in time."""
    return await postings.entries_of_order(order_id)


async def orders_of(references: Collection[str]) -> dict[str, UUID]:
    """The order that what a posting is about belongs to; what belongs to none is left out."""
    known = {text: UUID(text) for text in references if _UUID_TEXT.fullmatch(text)}
    orders = await postings.orders_of(set(known.values()))
    return {text: UUID(int=orders[one].int) for text, one in known.items() if one in orders}


async def ledger_about(reference: UUID | str, limit: int = LIMIT) -> list[EntryView]:
    """The newest entries about one row: an order, payment, settlement, refund or claim."""
    return await ledger.entries_about(str(reference), limit)


async def shortfall() -> dict[str, int]:
    """By currency, what the hub owes shops, shoppers and the tax office beyond what it has (0: it is solvent).

    What is owed to shoppers in their currency stands against what was set aside for it in the hub's (`fx`).
    """
    short: dict[str, int] = {}
    for currency, balances in (await ledger.trial_balance()).items():
        has = sum(balances.get(code, 0) for code in ("provider:pending", "provider:available", "bank", "fx"))
        owed = -sum(
            amount
            for code, amount in balances.items()
            if code.startswith(("shop:", "vat:payable")) or code in {"customer:refund_due", "suspense"}
        )
        short[currency] = max(0, owed - has)
    return short


async def alerts(limit: int = LIMIT) -> list[AlertRecord]:
    """What a person must look at."""
    return await lists.alerts_open(limit)
