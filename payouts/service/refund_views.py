"""Refunds as orders, consoles and shoppers are shown them, read from our rows. Nothing is decided here."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money, zero
from payouts.domain.giveback import Components
from payouts.domain.records import RefundedLineRecord, RefundRecord
from payouts.domain.refund import BY_HAND, RefundStatus
from payouts.domain.refund_standing import RefundFacts, RefundStanding, standing_of
from payouts.service.disputes import refund_forbidden
from payouts.service.voiding import PART_OWED
from payouts.store import desk, rows
from payouts.store import refunds_by_hand as hands


class RefundedPart(msgspec.Struct, frozen=True):
    """What a refund took back of one line (`shipping` for shipping), and what of it each party bears.

    amount = seller_part + commission + vat + referral - coupon. `settled` and `settled_seller` are the first two in the
    hub's currency, None until the payment is settled.
    """

    line_id: str
    quantity: int
    amount: Money
    seller_part: Money
    commission: Money
    vat: Money
    referral: Money
    coupon: Money
    settled: Money | None = None
    settled_seller: Money | None = None


class PaidByHand(msgspec.Struct, frozen=True, kw_only=True):
    """How people settled a refund: what they paid on which day under which reference, and what a dispute has given.

    `owed` of it is what a dispute had given that was won in the end; it counts as transferred once somebody has cleared
    the alert that asks for it, for no row of the refund says so.
    """

    transferred: Money
    given: Money
    owed: Money
    paid_on: date | None
    reference: str


class RefundView(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as orders and consoles show it; `settled` is what the parties gave back, in the hub's currency.

    Its `standing` is since `changed_at`; `attempt` counts how often it was tried. `by_hand` is only of one that people
    settled; `proposed` says that somebody wants to settle it so, and another has to decide.
    """

    id: UUID
    order_id: UUID
    shop_order_id: UUID | None
    status: str
    amount: Money
    seller_part: Money
    reason: str
    error: str
    created_at: datetime
    parts: tuple[RefundedPart, ...]
    settled: Money | None = None
    standing: RefundStanding
    changed_at: datetime
    attempt: int = 1
    by_hand: PaidByHand | None = None
    proposed: bool = False


def part_of(line_id: str, quantity: int, given: Components, currency: str) -> RefundedPart:
    """So many pieces of a line, or so much of it, with what each party bears."""
    figures = (given.paid, given.seller, given.commission, given.vat, given.referral, given.coupon)
    return RefundedPart(line_id, quantity, *(Money(amount, currency) for amount in figures))


def _stored_part(part: RefundedLineRecord, refund: RefundRecord) -> RefundedPart:
    shown = part_of(part.line_id, part.quantity, part.components, refund.currency)
    given = part.settled_components
    if given is None or refund.settled_currency is None:
        return shown
    settled, seller = (Money(amount, refund.settled_currency) for amount in (given.paid, given.seller))
    return msgspec.structs.replace(shown, settled=settled, settled_seller=seller)


async def view_of(refund: RefundRecord) -> RefundView:
    """A refund with its parts."""
    parts = await rows.parts_of_refund(refund.id)
    open_still = refund.status in {RefundStatus.REQUESTED, RefundStatus.SUBMITTING}
    facts = RefundFacts(
        status=refund.status.value,
        reason=refund.error,
        accepted=refund.provider_id is not None,
        settled=refund.settled is not None,
        disputed=open_still and bool(await refund_forbidden(refund.order_id, refund.payment_id)),
    )
    return RefundView(
        id=refund.id,
        order_id=refund.order_id,
        shop_order_id=refund.shop_order_id,
        status=refund.status.value,
        amount=refund.amount,
        seller_part=Money(refund.seller_minor, refund.currency),
        reason=refund.reason,
        error=refund.error,
        created_at=refund.created_at,
        settled=refund.settled,
        parts=tuple(_stored_part(part, refund) for part in parts),
        standing=standing_of(facts),
        changed_at=refund.updated_at,
        attempt=refund.attempt,
        by_hand=await _by_hand(refund),
        proposed=refund.status is RefundStatus.FAILED and await hands.waiting_of(refund.id) is not None,
    )


async def _by_hand(refund: RefundRecord) -> PaidByHand | None:
    hand = await hands.approved_of(refund.id) if refund.status in BY_HAND else None
    if hand is None:
        return None
    given = Money(refund.given_minor, refund.currency)
    ours = refund.amount - given
    waits = ours != hand.transferred and await desk.has_alert(PART_OWED, str(refund.id))
    owed = ours - hand.transferred if waits else zero(refund.currency)
    return PaidByHand(
        transferred=ours - owed, given=given, owed=owed, paid_on=hand.paid_on, reference=hand.bank_reference
    )
