"""A payout as it is told of, by whichever rail it goes."""

from federation.vocabulary.money import Money
from payouts.domain.records import PayoutRecord
from payouts.ports import PaidOutPart, PayoutChange
from payouts.store import rows


async def change_of(payout: PayoutRecord, *, was_paid: bool) -> PayoutChange:
    """A payout with what it is made of; `was_paid` when it had been called paid before.

    Shares that the provider has exchanged on their way are left out: boutiques know them in the currency we sent.
    """
    parts = await rows.payout_parts(payout.id)
    return PayoutChange(
        payout_id=payout.id,
        shop_id=payout.shop_id,
        status=payout.status.value,
        amount=payout.amount,
        arrival_at=payout.arrival_at,
        failure=payout.failure,
        was_paid=was_paid,
        parts=tuple(
            PaidOutPart(shop_order_id, kind, Money(amount, payout.currency))
            for shop_order_id, kind, currency, amount in parts
            if currency == payout.currency
        ),
    )
