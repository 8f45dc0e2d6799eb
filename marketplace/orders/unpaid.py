"""Parcels that left although nothing is paid for them: nobody can stop them any more, so a person is called.

In the caller's transaction; once for a part until the alert is cleared.
"""

from datetime import datetime

from federation.vocabulary.wording import as_sentence, message, sentence
from marketplace.orders import mails
from marketplace.orders.domain.values import Order, Part
from payouts import service as payouts

SENT_UNPAID = "sent-unpaid"
LET_GO = message("the money that was reserved for it was let go")
GIVEN_BACK = message("that part had been cancelled, and its money goes back to the shopper")


async def tell_of_parcel(order: Order, part: Part, why: str, now: datetime) -> None:
    """Call a person to a part that was sent and is unpaid, with the reason and what can be done."""
    shop = (await mails.names([part], now))[part.shop_id]
    words = sentence(
        "%(boutique)s has sent its part of order %(order)s (%(part)s), and %(why)s: it gets nothing for it by itself",
        boutique=shop,
        order=order.number,
        part=part.number,
        why=as_sentence(why),
    )
    await payouts.tell_person(SENT_UNPAID, str(part.id), words, now)
