"""What shop and hub say about pieces that come back, as events of the order they were bought in.

The hub speaks for the shopper (asks, sends, thinks better of it) and for the operator (decides); the shop for itself
(authorises, receives, judges). How far a return has come follows from these kinds alone, by `return_`. Amounts are
never in here: the shop says what share of each piece's price goes back, the hub works out the money and tells it by
`refunded`.
"""

from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.conversations.forms import (
    Address,
    LinePieces,
    Note,
    OptionalName,
    Percent,
    Quantity,
    Reason,
    UtcTime,
    Uuid,
    Word,
)

ReturnPayer = Literal["shop", "shopper"]


class ReturnedLine(msgspec.Struct, frozen=True):
    """So many pieces of one order line, and why they come back."""

    line_id: Uuid
    quantity: Quantity
    reason: Word = "other"


class JudgedLine(msgspec.Struct, frozen=True):
    """So many pieces of one order line, for which `percent` of their price goes back; `restocked` if on sale again."""

    line_id: Uuid
    quantity: Quantity
    percent: Percent = 100
    restocked: bool = False


class ReturnRequested(msgspec.Struct, frozen=True, kw_only=True):
    """A shopper wants to give pieces back. `withdrawal`: by right (Directive 2011/83 article 9), no reason needed."""

    return_id: Uuid
    lines: Annotated[tuple[ReturnedLine, ...], msgspec.Meta(min_length=1, max_length=limits.ORDER_LINES_MAX)]
    withdrawal: bool = False
    note: Note = ""


class ReturnAuthorised(msgspec.Struct, frozen=True, kw_only=True):
    """The shop awaits the pieces at `address` until `send_by`; `label` is what to write on the parcel."""

    return_id: Uuid
    address: Address
    send_by: UtcTime
    paid_by: ReturnPayer
    label: OptionalName = ""
    note: Note = ""


class ReturnRefused(msgspec.Struct, frozen=True):
    """The shop will not take the pieces back."""

    return_id: Uuid
    reason: Reason


class ReturnInTransit(msgspec.Struct, frozen=True, kw_only=True):
    """The shopper has sent the parcel; said again, it corrects carrier and tracking."""

    return_id: Uuid
    carrier: OptionalName = ""
    tracking: OptionalName = ""


class ReturnWithdrawn(msgspec.Struct, frozen=True):
    """The shopper keeps the pieces after all."""

    return_id: Uuid
    note: Note = ""


class ReturnReceived(msgspec.Struct, frozen=True, kw_only=True):
    """The parcel is with the shop; `lines` is what was in it, nothing named means all that was asked for."""

    return_id: Uuid
    lines: Annotated[tuple[LinePieces, ...], msgspec.Meta(max_length=limits.ORDER_LINES_MAX)] = ()
    note: Note = ""


class ReturnRefunded(msgspec.Struct, frozen=True, kw_only=True):
    """The shop has looked at the pieces: give this much of each line back, and the outward shipping or not."""

    return_id: Uuid
    lines: Annotated[tuple[JudgedLine, ...], msgspec.Meta(min_length=1, max_length=limits.ORDER_LINES_MAX)]
    shipping: bool = False
    note: Note = ""


class ReturnRejected(msgspec.Struct, frozen=True):
    """The shop has looked at the pieces and gives nothing back; they go to the shopper again."""

    return_id: Uuid
    reason: Reason


class ReturnDecided(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's operator ended a return that was stuck: this much goes back, whatever was said before."""

    return_id: Uuid
    lines: Annotated[tuple[JudgedLine, ...], msgspec.Meta(min_length=1, max_length=limits.ORDER_LINES_MAX)]
    reason: Reason
    shipping: bool = False


ReturnBody = (
    ReturnRequested
    | ReturnAuthorised
    | ReturnRefused
    | ReturnInTransit
    | ReturnWithdrawn
    | ReturnReceived
    | ReturnRefunded
    | ReturnRejected
    | ReturnDecided
)

SHOP_RETURN_EVENTS: dict[str, type[ReturnBody]] = {
    "return_authorised": ReturnAuthorised,
    "return_refused": ReturnRefused,
    "return_received": ReturnReceived,
    "return_refunded": ReturnRefunded,
    "return_rejected": ReturnRejected,
}
HUB_RETURN_EVENTS: dict[str, type[ReturnBody]] = {
    "return_requested": ReturnRequested,
    "return_in_transit": ReturnInTransit,
    "return_withdrawn": ReturnWithdrawn,
    "return_decided": ReturnDecided,
}
RETURN_EVENTS: dict[str, type[ReturnBody]] = {**SHOP_RETURN_EVENTS, **HUB_RETURN_EVENTS}
