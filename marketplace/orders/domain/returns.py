"""Pieces that come back to a boutique: what may be asked back until when, and what of it is given back. Pure.

Invariants: no piece is asked back twice, none that was not sent, none after its last day; money is worked out from
whole pieces and a share of their price, never from a free sum, and never exceeds what is left.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.conversations.return_ import OPEN, TAKEN, ReturnState
from federation.conversations.return_messages import ReturnPayer
from federation.vocabulary.countries import EUROPEAN_UNION
from federation.vocabulary.wording import message, sentence
from marketplace.errors import ReturnInvalidError
from marketplace.orders.domain.refunds import counted_on
from marketplace.orders.domain.shop_order_life import ShopOrderState
from marketplace.orders.domain.values import Line

WITHDRAWAL_DAYS = 14
"""Directive 2011/83 article 9: from the day the last piece arrived."""

SENT: frozenset[ShopOrderState] = frozenset({"shipped", "delivered"})
"""Of these parts something has left, so that it can come back."""

ReturnReason = Literal["too_small", "too_large", "not_as_shown", "damaged", "wrong_piece", "changed_mind", "other"]
REASON_WORDS: dict[ReturnReason, str] = {
    "too_small": message("Too small"),
    "too_large": message("Too large"),
    "not_as_shown": message("Not as shown"),
    "damaged": message("Damaged"),
    "wrong_piece": message("Another piece than ordered"),
    "changed_mind": message("Changed my mind"),
    "other": message("Another reason"),
}

STATE_WORDS: dict[ReturnState, str] = {
    "requested": message("Asked; the boutique answers next"),
    "authorised": message("Agreed; send the parcel"),
    "refused": message("The boutique said no"),
    "withdrawn": message("You keep the pieces"),
    "in_transit": message("On its way back"),
    "received": message("With the boutique, being looked at"),
    "refunded": message("Taken back"),
    "rejected": message("Not taken back"),
}

PATIENCE: dict[ReturnState, timedelta] = {
    "requested": timedelta(days=3),
    "in_transit": timedelta(days=21),
    "received": timedelta(days=5),
}
"""How long a return may stand so before the operator should look; one that is agreed has its own last day to send."""

SEND_GRACE = timedelta(days=7)
"""How long after its last day to send an agreed return counts as overdue only."""


class WishedLine(msgspec.Struct, frozen=True):
    """So many pieces of one line to be given back, and why."""

    line_id: UUID
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    reason: ReturnReason = "other"


class ReturnWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a shopper wants to give back; `return_id` is made when the form is shown, so that a resend is harmless."""

    return_id: UUID
    shop_order_id: UUID
    lines: Annotated[tuple[WishedLine, ...], msgspec.Meta(max_length=100)]
    note: Annotated[str, msgspec.Meta(max_length=1_000)] = ""


class ReturnLine(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one order line in a return; `refunded` of them were given back at `percent` of their price."""

    return_id: UUID
    line_id: UUID
    quantity: int
    reason: str
    refunded: int = 0
    percent: int = 0


class Return(msgspec.Struct, frozen=True, kw_only=True):
    """One return. `reason` is why it was refused, rejected or decided; `note` the shopper's, `shop_note` the shop's."""

    id: UUID
    order_id: UUID
    shop_order_id: UUID
    shop_id: str
    state: ReturnState
    withdrawal: bool
    note: str
    requested_at: datetime
    changed_at: datetime
    reason: str = ""
    shop_note: str = ""
    address: Address | None = None
    send_by: datetime | None = None
    paid_by: ReturnPayer = "shopper"
    label: str = ""
    carrier: str = ""
    tracking: str = ""
    refund_id: UUID | None = None

    @property
    def number(self) -> str:
        """What shopper and boutique read out."""
        return return_number(self.id)


def return_number(return_id: UUID | str) -> str:
    """A return's number, from its id: the end of it, which is random."""
    return "R-" + str(return_id).replace("-", "")[-8:].upper()


class Returnable(msgspec.Struct, frozen=True, kw_only=True):
    """How many pieces of a line can still be asked back."""

    line: Line
    left: int

    def paid_minor(self, quantity: int) -> int:
        """What the shopper paid for so many more pieces, counted on from those given back as a refund counts."""
        return counted_on(self.line.total_minor, self.line.quantity, self.line.refunded_quantity, quantity)


def is_withdrawal(country: str) -> bool:
    """Whether a shopper there may withdraw from the purchase by law."""
    return country in EUROPEAN_UNION


def last_day(delivered_at: datetime | None, country: str, shop_days: int) -> datetime | None:
    """Until when pieces can be asked back; None while they have not arrived, which starts the days."""
    days = max(shop_days, WITHDRAWAL_DAYS if is_withdrawal(country) else 0)
    return None if delivered_at is None else delivered_at + timedelta(days=days)


def returnable(lines: Sequence[Line], returns: Iterable[Return], returned: Iterable[ReturnLine]) -> list[Returnable]:
    """What of each line was sent, not refunded otherwise, and not asked back already."""
    states = {one.id: one.state for one in returns}
    own = [one for one in returned if one.return_id in states]
    found = []
    for line in lines:
        mine = [one for one in own if one.line_id == line.id]
        asked = sum(one.quantity for one in mine if states[one.return_id] in TAKEN)
        by_return = sum(one.refunded for one in mine if one.percent == 100)  # noqa: PLR2004 - the whole price
        elsewhere = max(0, line.refunded_quantity - by_return)
        found.append(Returnable(line=line, left=max(0, min(line.shipped_quantity, line.quantity - elsewhere) - asked)))
    return found


def check_wish(wish: ReturnWish, left: Sequence[Returnable], until: datetime | None, now: datetime) -> None:
    """Refuse a wish for nothing, for too much, or too late. Raises ReturnInvalidError with a sentence."""
    if until is not None and now > until:
        raise ReturnInvalidError(
            sentence("The days for giving this back are over. Write to the boutique: it may still take it.")
        )
    if not wish.lines:
        raise ReturnInvalidError(sentence("Choose at least one piece to give back."))
    known = {one.line.id: one for one in left}
    wanted: dict[UUID, int] = {}
    for line in wish.lines:
        wanted[line.line_id] = wanted.get(line.line_id, 0) + line.quantity
    if len(wanted) != len(wish.lines):
        raise ReturnInvalidError(sentence("Each piece stands once in a return."))
    for line_id, quantity in wanted.items():
        one = known.get(line_id)
        if one is None:
            raise ReturnInvalidError(sentence("This piece does not belong to this boutique’s part of the order."))
        if quantity > one.left:
            raise ReturnInvalidError(
                sentence(
                    "%(title)s: %(left)s can be given back, not %(asked)s.",
                    title=one.line.title,
                    left=one.left,
                    asked=quantity,
                )
            )


def is_overdue(one: Return, now: datetime) -> bool:
    """Whether a person should look at a return by now."""
    if one.state == "authorised":
        return one.send_by is not None and now > one.send_by + SEND_GRACE
    patience = PATIENCE.get(one.state)
    return patience is not None and now > one.changed_at + patience


def is_open(one: Return) -> bool:
    """Whether somebody still has something to do."""
    return one.state in OPEN


def covers_all(lines: Sequence[Line], quantities: Mapping[UUID, int]) -> bool:
    """Whether these pieces are the whole part: then its outward shipping goes back too (Directive 2011/83 art. 13)."""
    return all(quantities.get(line.id, 0) >= line.quantity for line in lines)
