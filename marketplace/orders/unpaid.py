"""Parcels that left although nothing is paid for them: nobody can stop them any more, so a person is called.

In the caller's transaction; once for a part until the alert is cleared.
"""

from datetime import datetime

from marketplace.orders import mails
from marketplace.orders.domain.values import Order, Part
from payouts import service as payouts

SENT_UNPAID = "sent-unpaid"
LET_GO = "the money that was held for it was let go"
GIVEN_BACK = "that part had been cancelled, and its money goes back to the shopper"
_WHAT_TO_DO = (
    "call the boutique and have the parcel stopped or sent back, or agree with the shopper on another way to pay; "
    "the boutique gets nothing for it by itself"
)


async def tell_of_parcel(order: Order, part: Part, why: str, now: datetime) -> None:
    """Call a person to a part that was sent and is unpaid, with the reason and what can be done."""
    shop = (await mails.names([part], now))[part.shop_id]
    words = f"{shop} has sent its part of order {order.number} ({part.number}), and {why}: unpaid; {_WHAT_TO_DO}"
    await payouts.tell_person(SENT_UNPAID, str(part.id), words, now)
