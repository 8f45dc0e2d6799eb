"""A return as its boutique knows it, and what may be done with it next. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from federation.conversations.forms import Address, LinePieces
from federation.conversations.return_ import RETURN, ReturnState
from federation.conversations.return_messages import JudgedLine, ReturnPayer
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import message, sentence

ReturnAction = Literal["authorise", "refuse", "receive", "refund", "reject"]

STEP_OF_ACTION: dict[ReturnAction, str] = {
    "authorise": "authorised",
    "refuse": "refused",
    "receive": "received",
    "refund": "refunded",
    "reject": "rejected",
}

REASON_WORDS: dict[str, str] = {
    "too_small": message("Too small"),
    "too_large": message("Too large"),
    "not_as_shown": message("Not as shown"),
    "damaged": message("Damaged"),
    "wrong_piece": message("Another piece than ordered"),
    "changed_mind": message("Changed my mind"),
    "other": message("Another reason"),
}


class ReturnLine(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one order line that come back: asked for, arrived, given back at `percent`, put on sale again."""

    line_id: str
    title: str
    sku: str
    size_label: str
    colour: str
    variant_id: str
    quantity: int
    reason: str
    received: int
    refunded: int
    percent: int
    restocked: int


class ReturnView(msgspec.Struct, frozen=True, kw_only=True):
    """A return whole; `row` is its number inside this node, for addresses of pages, `order_row` its order's."""

    row: int
    order_row: int
    hub_id: PartyId
    order_id: UUID
    return_id: UUID
    reservation_id: UUID
    order_number: str
    buyer: str
    state: ReturnState
    withdrawal: bool
    note: str
    reason: str
    address: Address | None
    send_by: datetime | None
    paid_by: ReturnPayer
    label: str
    shop_note: str
    carrier: str
    tracking: str
    requested_at: datetime
    changed_at: datetime
    lines: tuple[ReturnLine, ...]

    @property
    def number(self) -> str:
        """What shopper and boutique read out."""
        return return_number(self.return_id)

    @property
    def pieces(self) -> int:
        """How many pieces are asked back."""
        return sum(line.quantity for line in self.lines)


def return_number(return_id: UUID | str) -> str:
    """A return's number, from its id: the end of it, which is random."""
    return "R-" + str(return_id).replace("-", "")[-8:].upper()


def actions(state: ReturnState) -> tuple[ReturnAction, ...]:
    """What the boutique may do next, the expected thing first."""
    return tuple(action for action, step in STEP_OF_ACTION.items() if (state, step) in RETURN.table)


def arrived(lines: Iterable[ReturnLine], quantities: Mapping[str, int]) -> tuple[LinePieces, ...]:
    """What was in the parcel; nothing named means everything. Raises RecordInvalidError for more than was asked."""
    found = []
    for line in lines:
        quantity = quantities.get(line.line_id, 0) if quantities else line.quantity
        if not 0 <= quantity <= line.quantity:
            raise RecordInvalidError(
                sentence(
                    "%(title)s: %(expected)s asked back, not %(quantity)s",
                    title=line.title, expected=line.quantity, quantity=quantity,
                )
            )  # fmt: skip
        if quantity:
            found.append(LinePieces(line.line_id, quantity))
    if not found:
        raise RecordInvalidError(sentence("say how many pieces were in the parcel; at least one"))
    return tuple(found)


class Judgement(msgspec.Struct, frozen=True):
    """What the boutique says of one line: how many pieces it gives money back for, at what share, on sale again."""

    quantity: int
    percent: int
    restock: bool


def judged(lines: Iterable[ReturnLine], said: Mapping[str, Judgement]) -> tuple[JudgedLine, ...]:
    """The lines to give back. Raises RecordInvalidError for more pieces than arrived, or shares that are none."""
    found = []
    for line in lines:
        one = said.get(line.line_id)
        if one is None or one.quantity == 0:
            continue
        if not 0 < one.quantity <= line.received:
            raise RecordInvalidError(
                sentence(
                    "%(title)s: %(arrived)s arrived, so no more can be given back",
                    title=line.title, arrived=line.received,
                )
            )  # fmt: skip
        if not 1 <= one.percent <= 100:  # noqa: PLR2004 - per cent
            raise RecordInvalidError(sentence("a share of the price lies between 1 and 100 per cent"))
        found.append(JudgedLine(line.line_id, one.quantity, one.percent, one.restock))
    if not found:
        raise RecordInvalidError(sentence("choose at least one piece to give back; or reject the return with a reason"))
    return tuple(found)
