"""What a shopper reads of a refund: one sentence for each standing, with the day where there is one. Pure.

Invariant: only what has left says that it is paid back.
"""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money, zero
from federation.vocabulary.wording import Sentence, message, sentence
from payouts.domain.refund_standing import RefundStanding

WORDS: dict[RefundStanding, str] = {
    RefundStanding.ASKED: message("Decided; it goes out within a few hours."),
    RefundStanding.AWAITS_PAYMENT: message(
        "It waits until your own payment has reached us; then it goes out by itself."
    ),
    RefundStanding.AWAITS_DISPUTE: message(
        "It waits: your bank has taken this payment back and decides about it. Ask there for the money meanwhile."
    ),
    RefundStanding.AWAITS_FUNDS: message("It waits for funds; it goes out by itself as soon as they are there."),
    RefundStanding.SENDING: message("It is being sent; we wait for the answer."),
    RefundStanding.ON_ITS_WAY: message("On its way to your card; that takes 5 to 10 days."),
    RefundStanding.PAID_BACK: message("Paid back on %(day)s. Banks take 5 to 10 days to show it."),
    RefundStanding.CAME_BACK: message("Your bank sent it back to us. We are on it and write to you."),
    RefundStanding.NOT_SENT: message("It could not be sent yet. We are on it; you have nothing to do."),
    RefundStanding.PAID_BY_HAND: message("Paid back by bank transfer on %(day)s, reference %(reference)s."),
    RefundStanding.VOID: message("Your bank has given you this money back itself, so nothing more comes from us."),
}
"""Standing to what the shopper reads."""

PARTLY_GIVEN = message(
    "Paid back by bank transfer on %(day)s, reference %(reference)s, but for what your own bank had given you."
)
"""What is read of a refund that a dispute had paid in part."""
PARTLY_OWED = message(
    "Paid back by bank transfer on %(day)s, reference %(reference)s, but for what your own bank had given you and has "
    "taken back: we pay you that too."
)
"""What is read of it once that dispute was won."""

LOOKS: dict[RefundStanding, tuple[str, str]] = {
    RefundStanding.PAID_BACK: ("good", "●"),
    RefundStanding.PAID_BY_HAND: ("good", "●"),
    RefundStanding.ON_ITS_WAY: ("calm", "▶"),
    RefundStanding.AWAITS_FUNDS: ("todo", "◔"),
    RefundStanding.AWAITS_DISPUTE: ("todo", "◔"),
    RefundStanding.AWAITS_PAYMENT: ("calm", "◔"),
    RefundStanding.CAME_BACK: ("bad", "▲"),
    RefundStanding.NOT_SENT: ("bad", "▲"),
    RefundStanding.VOID: ("done", "■"),
}
"""A standing's tone and shape; any other is under way."""
_UNDER_WAY = ("calm", "◔")
_PART_WAITS = ("todo", "◔")


class Transferred(msgspec.Struct, frozen=True):
    """A bank transfer that paid a refund, in all or but for what a dispute has `given` or what is `owed`."""

    amount: Money
    given: Money
    owed: Money
    paid_on: date
    reference: str


class RefundShown(msgspec.Struct, frozen=True, kw_only=True):
    """A refund as its shopper sees it, standing so since `changed_at`; `transferred` if it was paid by a transfer."""

    refund_id: UUID
    shop_order_id: UUID | None
    amount: Money
    standing: RefundStanding
    asked_at: datetime
    changed_at: datetime
    transferred: Transferred | None = None

    @property
    def day(self) -> date:
        """The day that its words name."""
        return self.changed_at if self.transferred is None else self.transferred.paid_on

    @property
    def look(self) -> tuple[str, str]:
        """Its tone and shape on a page."""
        return _PART_WAITS if self.transferred and self.transferred.owed else LOOKS.get(self.standing, _UNDER_WAY)

    @property
    def paid_back(self) -> Money:
        """What of it has left us."""
        if self.transferred is not None:
            return self.transferred.amount
        return self.amount if self.standing is RefundStanding.PAID_BACK else zero(self.amount.currency)

    @property
    def still_owed(self) -> Money:
        """What of it the shopper still waits for."""
        if self.transferred is not None:
            return self.transferred.owed
        over = {RefundStanding.PAID_BACK, RefundStanding.PAID_BY_HAND, RefundStanding.VOID}
        return zero(self.amount.currency) if self.standing in over else self.amount


def together(refunds: Iterable[RefundShown], currency: str) -> Money:
    """What these refunds come to."""
    return sum((one.amount for one in refunds), zero(currency))


def paid_back(refunds: Iterable[RefundShown], currency: str) -> Money:
    """What of these refunds has left us."""
    return sum((one.paid_back for one in refunds), zero(currency))


def still_owed(refunds: Iterable[RefundShown], currency: str) -> Money:
    """What of these refunds their shopper still waits for."""
    return sum((one.still_owed for one in refunds), zero(currency))


def words_of(refund: RefundShown, day: str) -> Sentence:
    """What is said of a refund; `day` is its day, as its reader writes days."""
    if refund.transferred is not None:
        return _transferred(refund.transferred, day)
    if refund.standing is RefundStanding.PAID_BACK:
        return sentence("Paid back on %(day)s. Banks take 5 to 10 days to show it.", day=day)
    return sentence(WORDS[refund.standing])


def _transferred(made: Transferred, day: str) -> Sentence:
    pattern = PARTLY_OWED if made.owed else PARTLY_GIVEN if made.given else WORDS[RefundStanding.PAID_BY_HAND]
    return sentence(pattern, day=day, reference=made.reference)
