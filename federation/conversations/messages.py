"""The wire forms of links, stock, reservations and orders: frozen values with every size and count bounded.

Invariants: ids are lower-case UUID text, made by the sender and used as idempotency keys; times are RFC 3339
UTC text to the second (`2026-11-22T07:16:00Z`); money is integer minor units. Readers ignore fields they do not
know; whoever must keep them stores the received bytes. What types cannot say (sums, currencies, repeats) is
checked by `federation.conversations.checks`, which is also the way to read these from bytes.
"""

from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.conversations.forms import (
    Address,
    Currency,
    LeafHash,
    LinePieces,
    Name,
    Note,
    OptionalName,
    Party,
    Quantity,
    Reason,
    StockQuantity,
    Url,
    UtcTime,
    Uuid,
    Version,
    Word,
)
from federation.conversations.link import LinkState, LinkWord, WordNumber
from federation.conversations.mailbox import PartyPapers
from federation.conversations.return_messages import (
    HUB_RETURN_EVENTS,
    RETURN_EVENTS,
    SHOP_RETURN_EVENTS,
    ReturnBody,
)
from federation.conversations.shipment import ParcelWord
from federation.vocabulary.errors import FieldError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.product import Code

# Links


class LinkProposal(msgspec.Struct, frozen=True, kw_only=True):
    """One party asks the other to be linked; sent by whichever of `shop` and `hub` signs the request.

    `papers` come with the proposal of a party that nobody can connect to, in place of what would be fetched. `number`
    is that of the sender's word, `known` the receiver's newest word as the sender has it.
    """

    id: Uuid
    shop: Party
    hub: Party
    profile_url: Url
    proposed_at: UtcTime
    message: Note = ""
    papers: PartyPapers | None = None
    number: WordNumber = 0
    known: LinkWord | None = None


Forward = Annotated[str, msgspec.Meta(max_length=300, pattern=r"^(https?://[^\s<>\"]+)?(?!\n)$")]
"""Where shoppers may find a shop that has left, empty when it does not say."""


class LinkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """How the answering side sees the link after a proposal or a decision: its own word, the sender's, and both.

    The numbers are those of the two words.
    """

    id: Uuid
    ours: LinkState
    theirs: LinkState
    state: LinkState
    ours_number: WordNumber = 0
    theirs_number: WordNumber = 0


class LinkDecision(msgspec.Struct, frozen=True, kw_only=True):
    """What the sender now holds the link to be; both sides move by `federation.conversations.link`.

    A shop that ends the link may say in `forward` where its shoppers find it from now on. `number` and `known` as in a
    proposal.
    """

    state: Literal["accepted", "suspended", "ended"]
    at: UtcTime
    forward: Forward = ""
    reason: Note = ""
    number: WordNumber = 0
    known: LinkWord | None = None


# Stock


class StockRegister(msgspec.Struct, frozen=True, kw_only=True):
    """The absolute sellable `quantity` of a variant at a location; of two the higher `vseq` holds."""

    variant_id: Code
    quantity: StockQuantity
    vseq: Annotated[int, msgspec.Meta(ge=1, le=limits.INTEGER_MAGNITUDE_MAX)]
    location: Code = "main"


class StockHeartbeat(msgspec.Struct, frozen=True, kw_only=True):
    """A whole register table in three figures: highest vseq, number of registers, digest (`conversations.stock`)."""

    vseq_high: Version
    count: Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAGNITUDE_MAX)]
    digest: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]


class StockBatch(msgspec.Struct, frozen=True, kw_only=True):
    """Registers that changed, at most STOCK_BATCH_MAX, and the sender's heartbeat after them; may carry none.

    `echo` is that of the newest receipt the sender has, `waited_ms` the time since it came, by the sender's clock.
    """

    heartbeat: StockHeartbeat
    registers: Annotated[tuple[StockRegister, ...], msgspec.Meta(max_length=limits.STOCK_BATCH_MAX)] = ()
    echo: Version | None = None
    waited_ms: Version = 0


class StockReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """The receiver's table after a batch: its highest vseq, and whether its digest equals the heartbeat's.

    `echo` is the receiver's clock, in milliseconds, to be sent back as it is.
    """

    vseq_high: Version
    in_step: bool
    echo: Version = 0


class StockPage(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the registers a receiver has of the asking shop; `next` asks for those after it, empty at the end."""

    registers: Annotated[tuple[StockRegister, ...], msgspec.Meta(max_length=limits.STOCK_PAGE_MAX)]
    next: Annotated[str, msgspec.Meta(max_length=400, pattern=r"^[A-Za-z0-9_-]*(?!\n)$")] = ""


# Reservations


class ReservationLine(msgspec.Struct, frozen=True):
    """So many of one variant."""

    variant_id: Code
    quantity: Quantity


class ReservationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A hub asks a shop to hold pieces; all lines or none. `id` is the hub's choice and the idempotency key."""

    id: Uuid
    lines: Annotated[tuple[ReservationLine, ...], msgspec.Meta(min_length=1, max_length=limits.RESERVATION_LINES_MAX)]
    ttl_seconds: Annotated[
        int, msgspec.Meta(ge=limits.RESERVATION_TTL_SECONDS_MIN, le=limits.RESERVATION_TTL_SECONDS_MAX)
    ]


class ReservationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The shop's word on a reservation; `available` (by variant id) says what there was when it was rejected."""

    id: Uuid
    state: Literal["held", "rejected", "confirmed", "released", "expired"]
    expires_in_seconds: Annotated[int, msgspec.Meta(ge=0, le=limits.RESERVATION_TTL_SECONDS_MAX)] = 0
    available: Annotated[dict[Code, StockQuantity], msgspec.Meta(max_length=limits.RESERVATION_LINES_MAX)] = {}


# Orders


class OrderLine(msgspec.Struct, frozen=True, kw_only=True):
    """Pieces of one variant as sold: words and price frozen, `leaf_hash` naming the record they were read from.

    The shop's own voucher takes `discount` off all pieces of the line together; no such voucher, no discount.
    """

    line_id: Uuid
    product_id: Code
    variant_id: Code
    sku: Code
    title: Name
    quantity: Quantity
    unit_price: Money
    leaf_hash: LeafHash
    size_label: Annotated[str, msgspec.Meta(max_length=40)] = ""
    colour: Annotated[str, msgspec.Meta(max_length=60)] = ""
    discount: Money | None = None


class SellerPart(msgspec.Struct, frozen=True, kw_only=True):
    """How a shop's part is divided: goods = `commission` + `commission_vat` + `referral` + `seller`; `shipping` beside.

    `referral` goes to the shop that sent the shopper; a hub asks it only of shops that agreed to it in their profile.
    Of the goods the hub itself pays `coupon`, which is nobody else's cost. What a shop nets is `seller` + `shipping`,
    less `provider_fee`, its part of what the payment provider kept, once that is known; a shop that bears such a part
    is told so before by `bears_fee`. `vat_treatment` says how the commission is taxed.
    """

    commission: Money
    commission_vat: Money
    seller: Money
    shipping: Money
    referral: Money | None = None
    coupon: Money | None = None
    provider_fee: Money | None = None
    bears_fee: bool = False
    vat_treatment: Literal["", "domestic", "reverse-charge", "no-vat-id", "outside-scope"] = ""


class ShopOrder(msgspec.Struct, frozen=True, kw_only=True):
    """One shop's part of an order, as the hub places it after payment; `number` is what people read out.

    A hub that hears nothing until `answer_by` may cancel. `voucher` is the code of the shop's own voucher that was
    used, empty without one: then lines have discounts, and `total` is what is left after them, with shipping.
    `first_reservation_id` is the first hold of these pieces, when that was given up and they were held anew.
    """

    id: Uuid
    number: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9][A-Z0-9-]{2,29}(?!\n)$")]
    reservation_id: Uuid
    placed_at: UtcTime
    currency: Currency
    lines: Annotated[tuple[OrderLine, ...], msgspec.Meta(min_length=1, max_length=limits.ORDER_LINES_MAX)]
    shipping: Money
    total: Money
    address: Address
    email: Annotated[str, msgspec.Meta(min_length=3, max_length=254, pattern=r"^[^@\s]+@[^@\s]+(?!\n)$")]
    money: SellerPart
    note: Note = ""
    answer_by: UtcTime | None = None
    voucher: Annotated[str, msgspec.Meta(max_length=30)] = ""
    first_reservation_id: Uuid | None = None


ShippedLine = LinePieces
"""So many pieces of one order line in a parcel."""


class Accepted(msgspec.Struct, frozen=True):
    """The shop will fulfil the order."""


class Declined(msgspec.Struct, frozen=True):
    """The shop will not fulfil the order."""

    reason: Reason


class Shipped(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel left; no `lines` means everything that had not left yet. Without `parcel_id` the event's id names it."""

    carrier: OptionalName = ""
    tracking: OptionalName = ""
    parcel_id: Uuid | None = None
    lines: Annotated[tuple[ShippedLine, ...], msgspec.Meta(max_length=limits.ORDER_LINES_MAX)] = ()


class Delivered(msgspec.Struct, frozen=True):
    """Everything has arrived."""


class Fulfilment(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one parcel; append-only. `at_place` is where, if the carrier said."""

    parcel_id: Uuid
    state: ParcelWord
    at_place: OptionalName = ""
    note: Annotated[str, msgspec.Meta(max_length=500)] = ""


class CancelRequested(msgspec.Struct, frozen=True):
    """The hub asks for the order not to be fulfilled."""

    reason: Reason


class CancelRefused(msgspec.Struct, frozen=True):
    """The shop fulfils nevertheless, usually because the parcel has left."""

    reason: Reason


class Cancelled(msgspec.Struct, frozen=True):
    """The order will not be fulfilled; from a hub without a request before it, because payment or stock failed."""

    reason: Note = ""


class Refunded(msgspec.Struct, frozen=True, kw_only=True):
    """Money went back to the shopper: for `quantity` of a line, or for shipping when `line_id` is null.

    `amount` is what the shopper got; `seller_part` is what of it the shop bears; `return_id` names what it is for.
    Of a `refund_id` each line is told, and counted, once.
    """

    refund_id: Uuid
    amount: Money
    seller_part: Money
    line_id: Uuid | None = None
    quantity: Annotated[int, msgspec.Meta(ge=0, le=limits.LINE_QUANTITY_MAX)] = 0
    return_id: Uuid | None = None


class Settled(msgspec.Struct, frozen=True):
    """The division of this order's money that the hub has booked."""

    settlement: SellerPart


class Transferred(msgspec.Struct, frozen=True):
    """`amount` reached the shop's account at the payment provider."""

    amount: Money


class PaidOut(msgspec.Struct, frozen=True):
    """`amount` is on its way to the shop's bank, there by `arrival`."""

    amount: Money
    arrival: UtcTime


class PayoutReturned(msgspec.Struct, frozen=True):
    """The shop's bank sent back `amount` of what was paid out: it is owed again, or lies in the shop's account."""

    amount: Money
    reason: Note = ""


EventBody = (
    Accepted
    | Declined
    | Shipped
    | Delivered
    | Fulfilment
    | CancelRequested
    | CancelRefused
    | Cancelled
    | Refunded
    | Settled
    | Transferred
    | PaidOut
    | PayoutReturned
    | ReturnBody
)

EVENT_BODIES: dict[str, type[EventBody]] = {
    "accepted": Accepted,
    "declined": Declined,
    "shipped": Shipped,
    "delivered": Delivered,
    "fulfilment": Fulfilment,
    "cancel_requested": CancelRequested,
    "cancel_refused": CancelRefused,
    "cancelled": Cancelled,
    "refunded": Refunded,
    "settled": Settled,
    "transferred": Transferred,
    "paid_out": PaidOut,
    "payout_returned": PayoutReturned,
    **RETURN_EVENTS,
}
SHOP_EVENTS = frozenset(
    {"accepted", "declined", "shipped", "delivered", "fulfilment", "cancel_refused", "cancelled", *SHOP_RETURN_EVENTS}
)
HUB_EVENTS = frozenset(
    {
        "cancel_requested",
        "cancelled",
        "refunded",
        "settled",
        "transferred",
        "paid_out",
        "payout_returned",
        *HUB_RETURN_EVENTS,
    }
)
KIND_OF_BODY: dict[type[EventBody], str] = {body: kind for kind, body in EVENT_BODIES.items()}


def may_say(speaker: PartyId, kind: str) -> bool:
    """Whether an event of that kind is this side's to say; a kind not known here is anybody's, and moves nothing."""
    return kind not in EVENT_BODIES or kind in (HUB_EVENTS if speaker.startswith("h") else SHOP_EVENTS)


class OrderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to an order; `sequence` runs from 1 without a gap per order and direction.

    `body` stays as received; `checks.event_body` reads it by `kind`.
    """

    id: Uuid
    order_id: Uuid
    sequence: Annotated[int, msgspec.Meta(ge=1, le=limits.ORDER_EVENTS_MAX)]
    kind: Word
    at: UtcTime
    body: msgspec.Raw = msgspec.Raw(b"{}")


# Pushing the log


class Quarantine(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is in the log but is not served, and why."""

    seq: Version
    key: Annotated[str, msgspec.Meta(max_length=limits.KEY_BYTES_MAX)]
    errors: Annotated[tuple[FieldError, ...], msgspec.Meta(max_length=100)]


class PushReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """A hub's answer to a push: its size now, its cosignature line on the checkpoint, and what it will not serve."""

    size: Version
    cosignature: Annotated[str, msgspec.Meta(max_length=1_000)]
    accepted: Version
    quarantined: Annotated[tuple[Quarantine, ...], msgspec.Meta(max_length=limits.BATCH_OPERATIONS_MAX)] = ()
