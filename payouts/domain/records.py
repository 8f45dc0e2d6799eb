"""The rows of money as frozen values, each with the few sums that follow from its own columns."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import told_again
from payouts.domain.claim import ClaimStatus
from payouts.domain.giveback import Components, Refundable, given_back
from payouts.domain.payment import Capture, PaymentStatus
from payouts.domain.payout import PayoutStatus
from payouts.domain.refund import RefundStatus
from payouts.domain.settlement import SettlementKind, SettlementStatus

_PARTS = msgspec.json.Decoder(Components)


def parts_of(text: str) -> Components:
    """Components as a column holds them."""
    return _PARTS.decode(text)


def text_of(parts: Components) -> str:
    """Components for their column."""
    return msgspec.json.encode(parts).decode()


class PaymentRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to pay an order; `captured_at` is when its shares were booked, `funds_at` when available.

    `settled_at` is when it was known and booked what it came to in the hub's currency: at once when that is the
    shopper's as well, else once the provider has exchanged it. With `capture` manual the money is held first, until
    `capture_before` if the provider said so, and `capture_minor` is what of it is taken, once that is decided.
    """

    id: UUID
    order_id: UUID
    status: PaymentStatus
    capture: Capture = "automatic"
    capture_minor: int | None = None
    capture_attempt: int = 0
    capture_before: datetime | None = None
    amount_minor: int
    currency: str
    description: str
    return_url: str
    provider_id: str | None = None
    redirect_url: str = ""
    last_error: str = ""
    received_minor: int | None = None
    received_currency: str | None = None
    fee_minor: int | None = None
    settled_minor: int | None = None
    settled_currency: str | None = None
    exchange_rate: str = ""
    settled_at: datetime | None = None
    vat_country: str = ""
    captured_at: datetime | None = None
    funds_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Money:
        """What was asked for."""
        return Money(self.amount_minor, self.currency)

    @property
    def expected(self) -> Money:
        """What it should come to: all that was asked for, or what of it the hub decided to take."""
        return self.amount if self.capture_minor is None else Money(self.capture_minor, self.currency)

    @property
    def received(self) -> Money:
        """What arrived; what is expected as long as nothing did."""
        if self.received_minor is None or self.received_currency is None:
            return self.expected
        return Money(self.received_minor, self.received_currency)

    @property
    def is_divided(self) -> bool:
        """Whether it paid for an order; what arrived otherwise belongs to nobody and goes back."""
        return self.status is PaymentStatus.PAID

    @property
    def settled(self) -> Money | None:
        """What it came to in the hub's currency, before the provider's fee; None until that is booked."""
        if self.settled_minor is None or self.settled_currency is None:
            return None
        return Money(self.settled_minor, self.settled_currency)


class LineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A sold line, or a share's shipping, as frozen at the sale."""

    id: int = 0
    order_id: UUID
    shop_order_id: UUID
    shop_id: str
    line_id: str
    quantity: int
    currency: str
    base: int
    coupon: int
    paid: int
    commission: int
    vat: int
    referral: int
    referrer: str
    seller: int
    commission_bp: int
    vat_bp: int
    refunded_quantity: int = 0
    refunded_minor: int = 0
    disputed_minor: int = 0
    settled: str | None = None
    commission_base: int = 0
    rule_id: str = ""
    rule_revision: int = 0
    vat_treatment: str = ""

    @property
    def settled_components(self) -> Components | None:
        """The same parts in the hub's currency; None until the money is settled."""
        return None if self.settled is None else parts_of(self.settled)

    @property
    def components(self) -> Components:
        """The line's parts, as a refund divides them."""
        return Components(self.paid, self.seller, self.commission, self.vat, self.referral, self.coupon)

    @property
    def gone_minor(self) -> int:
        """What was refunded of it or is gone by a dispute: what is given back next counts from there."""
        return self.refunded_minor + self.disputed_minor

    @property
    def given_back(self) -> Components:
        """What of them was refunded so far."""
        return given_back(self.components, self.refunded_minor)

    @property
    def refundable(self) -> Refundable:
        """What a refund by pieces needs to know."""
        return Refundable(self.paid, self.quantity, self.gone_minor, self.refunded_quantity)


class SettlementRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What one shop is owed from one shop order for one kind of thing (minor units of `currency`).

    It may be released `release_window_days` after the order was `release_after` ("shipped" or "delivered"), as the rule
    stood at the sale: `due_at` is that moment, once it is known. If it bears its part of the payment provider's fee,
    that is `fee_minor`, as soon as the fee is known. A correction's order and shop order are the correction itself, and
    no payment pays for it.
    """

    id: UUID
    order_id: UUID
    payment_id: UUID | None
    shop_order_id: UUID
    shop_id: str
    kind: SettlementKind
    currency: str
    amount_minor: int
    refunded_minor: int = 0
    disputed_minor: int = 0
    claimed_minor: int = 0
    netted_minor: int = 0
    sent_minor: int = 0
    reversed_minor: int = 0
    status: SettlementStatus = SettlementStatus.HELD
    block_reason: str = ""
    attempt: int = 0
    transfer_id: str | None = None
    dispute_id: UUID | None = None
    dispute_round: int = 0
    release_after: str = "shipped"
    release_window_days: int = 0
    due_at: datetime | None = None
    reserved_minor: int = 0
    bears_fee: bool = False
    fee_minor: int = 0
    next_try_at: datetime | None = None
    released_at: datetime | None = None
    created_at: datetime
    updated_at: datetime

    @property
    def due_minor(self) -> int:
        """What still lies with us for the shop."""
        gone = self.refunded_minor + self.disputed_minor + self.fee_minor
        return self.amount_minor - gone - self.netted_minor - self.reserved_minor - self.sent_minor

    @property
    def given_back_minor(self) -> int:
        """What of it was taken back or claimed by refunds and disputes."""
        return self.refunded_minor + self.disputed_minor + self.claimed_minor

    @property
    def amount(self) -> Money:
        """What the shop was owed at the sale."""
        return Money(self.amount_minor, self.currency)


class TransferRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to send a settlement: to an account at the provider, or in a payment (`payout_id`) of a bank file."""

    id: int = 0
    settlement_id: UUID
    attempt: int
    account_id: str
    amount_minor: int
    currency: str
    status: str = "submitting"
    provider_id: str | None = None
    error: str = ""
    payout_id: UUID | None = None
    submitted_at: datetime
    finished_at: datetime | None = None

    @property
    def amount(self) -> Money:
        """What this attempt sends."""
        return Money(self.amount_minor, self.currency)

    @property
    def key(self) -> str:
        """The idempotency key of this attempt."""
        return f"tr:{self.settlement_id}:{self.attempt}"


class RefundRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A debt to a shopper and what became of it; without a shop order when a whole misdirected payment goes back."""

    id: UUID
    payment_id: UUID
    order_id: UUID
    shop_order_id: UUID | None
    amount_minor: int
    seller_minor: int
    currency: str
    settled_minor: int | None = None
    settled_seller_minor: int | None = None
    settled_currency: str | None = None
    taken_minor: int | None = None
    given_minor: int = 0
    unborne_minor: int = 0
    reason: str
    status: RefundStatus = RefundStatus.REQUESTED
    attempt: int = 1
    provider_id: str | None = None
    error: str = ""
    content_hash: bytes
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Money:
        """What the shopper gets."""
        return Money(self.amount_minor, self.currency)

    @property
    def by_disputes_minor(self) -> int:
        """What of it lost disputes count as having paid, in the shopper's currency."""
        return self.amount_minor if self.status is RefundStatus.VOIDED else self.given_minor

    @property
    def by_unborne_minor(self) -> int:
        """The part of that which no line bears of those disputes."""
        return self.amount_minor if self.status is RefundStatus.VOIDED else self.unborne_minor

    @property
    def settled(self) -> Money | None:
        """What shops and hub give back for it, in the hub's currency; None until the payment is settled."""
        if self.settled_minor is None or self.settled_currency is None:
            return None
        return Money(self.settled_minor, self.settled_currency)

    @property
    def key(self) -> str:
        """The idempotency key of the attempt under way."""
        return f"re:{self.id}:{self.attempt}"

    @property
    def reference(self) -> str:
        """How the attempt under way is named to the provider."""
        return f"{self.id}:{self.attempt}"


class RefundedLineRecord(msgspec.Struct, frozen=True, kw_only=True):
    """What a refund took back of one line."""

    id: int = 0
    refund_id: UUID
    line_id: str
    quantity: int
    paid: int
    seller: int
    commission: int
    vat: int
    referral: int
    coupon: int
    settled: str | None = None

    @property
    def components(self) -> Components:
        """What each party gave back, in the shopper's currency."""
        return Components(self.paid, self.seller, self.commission, self.vat, self.referral, self.coupon)

    @property
    def settled_components(self) -> Components | None:
        """The same in the hub's currency; None until the payment is settled."""
        return None if self.settled is None else parts_of(self.settled)


class ClaimRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Money a shop was sent and owes back; what it owes by a correction (`adjustment_id`) is of no settlement."""

    id: UUID
    refund_id: UUID | None = None
    settlement_id: UUID | None = None
    adjustment_id: UUID | None = None
    dispute_id: UUID | None = None
    dispute_round: int = 0
    for_fee: bool = False
    waits: bool = False
    shop_id: str
    currency: str
    amount_minor: int
    reversed_minor: int = 0
    netted_minor: int = 0
    written_off_minor: int = 0
    attempt: int = 0
    attempt_minor: int = 0
    status: ClaimStatus = ClaimStatus.OPEN
    error: str = ""
    write_off_reason: str = ""
    written_off_by: str = ""
    created_at: datetime
    updated_at: datetime

    @property
    def outstanding_minor(self) -> int:
        """What the shop still owes of it."""
        return self.amount_minor - self.reversed_minor - self.netted_minor - self.written_off_minor

    @property
    def reference(self) -> str:
        """How the attempt under way is named to the provider."""
        return f"{self.id}:{self.attempt}"


class MovementRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Money that entered or left (negative) a shop's account at the provider through us."""

    id: int = 0
    shop_id: str
    settlement_id: UUID
    reference: str
    amount_minor: int
    currency: str
    payout_id: UUID | None = None
    created_at: datetime


class PayoutRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Money on its way to a shop's bank: by the provider, or as one payment of a bank file to the IBAN `account_id`.

    An `automatic` one the provider made by itself; `other_minor` of it is none of our movements (negative for what left
    the account otherwise). While its list is due it is not known what is in it.
    """

    id: UUID
    shop_id: str
    account_id: str
    amount_minor: int
    currency: str
    status: PayoutStatus = PayoutStatus.SUBMITTING
    provider_id: str | None = None
    arrival_at: datetime | None = None
    failure: str = ""
    rail: str = "provider"
    bank_file_id: UUID | None = None
    automatic: bool = False
    other_minor: int = 0
    list_due: bool = False
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Money:
        """What reaches the bank."""
        return Money(self.amount_minor, self.currency)

    @property
    def other(self) -> Money:
        """What of it is none of our movements."""
        return Money(self.other_minor, self.currency)


class FloatMoveRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Money of the hub's balance at the provider on its way to the hub's own bank; booked from the provider's list."""

    id: UUID
    amount_minor: int
    currency: str
    status: PayoutStatus = PayoutStatus.SUBMITTING
    provider_id: str | None = None
    arrival_at: datetime | None = None
    failure: str = ""
    made_by: str
    created_at: datetime
    updated_at: datetime

    @property
    def amount(self) -> Money:
        """What reaches the bank."""
        return Money(self.amount_minor, self.currency)


class BankFileRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A credit-transfer file as it was made, for our bank to execute on a day."""

    id: UUID
    message_id: str
    currency: str
    amount_minor: int
    payments: int
    execute_on: date
    content: bytes
    made_by: str
    made_at: datetime

    @property
    def amount(self) -> Money:
        """What it pays in all."""
        return Money(self.amount_minor, self.currency)


class EventRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A provider event as it came."""

    id: str
    type: str
    object_kind: str
    object_id: str
    body: bytes
    created_at: datetime
    received_at: datetime
    done_at: datetime | None = None


class ShopAccountRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A shop's account at the provider, the `number`th it has; `links` pages for its papers were made so far.

    `email` is where the provider writes to the shop's people, empty when they have told none.
    """

    shop_id: str
    name: str
    country: str
    currency: str
    provider_id: str | None = None
    ready: bool = False
    standing: Literal["ready", "checking", "papers", "closed"] = "papers"
    number: int = 1
    links: int = 0
    email: str = ""
    payouts_paused: str = ""
    created_at: datetime
    updated_at: datetime


class AlertRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Something about money that a person must look at: `message` in English, `told` the same to be said again."""

    id: int = 0
    kind: str
    reference: str
    message: str
    told: str = ""
    raised_at: datetime
    cleared_at: datetime | None = None
    mailed_at: datetime | None = None

    @property
    def said(self) -> str:
        """The message as a Sentence; as English text when it was kept as nothing else."""
        return told_again(self.message, self.told)
