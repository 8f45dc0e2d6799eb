"""Vectors of holds, orders, events and receipts."""

from typing import Any

from federation.conversations import checks, receipt
from federation.conversations.forms import Address, LinePieces
from federation.conversations.messages import (
    CancelRequested,
    EventBody,
    OrderEvent,
    OrderLine,
    Refunded,
    ReservationAnswer,
    ReservationLine,
    ReservationRequest,
    SellerPart,
    Settled,
    Shipped,
    ShopOrder,
)
from federation.conversations.receipt import Acknowledgement, Receipt
from federation.conversations.return_messages import JudgedLine, ReturnedLine, ReturnRefunded, ReturnRequested
from federation.documents import json
from federation.log.leaves import leaf_hash
from federation.vocabulary.money import Money
from tests.federation import protocol_example as example

ORDER, LINE, PARCEL, RETURN, REFUND = (f"01937b4e-0000-7000-8000-{number:012d}" for number in (2, 10, 11, 12, 13))
LATER = "2026-11-22T07:16:01Z"
PRICE = Money(18_900, "EUR")
SHIPPING = Money(900, "EUR")


def order() -> ShopOrder:
    """One line, priced from the first leaf of the example."""
    commission, vat = Money(1_890, "EUR"), Money(416, "EUR")
    part = SellerPart(commission=commission, commission_vat=vat, seller=PRICE - commission - vat, shipping=SHIPPING)
    line = OrderLine(
        line_id=LINE,
        product_id="1",
        variant_id="1-s",
        sku="1-s",
        title="Wool coat",
        quantity=1,
        unit_price=PRICE,
        leaf_hash=leaf_hash(example.LINES[0]).hex(),
        size_label="S",
        colour="Navy",
    )
    return ShopOrder(
        id=ORDER,
        number="G-1001-1",
        reservation_id=example.RESERVATION,
        placed_at=example.AT,
        currency="EUR",
        lines=(line,),
        shipping=SHIPPING,
        total=PRICE + SHIPPING,
        address=Address(name="Ada Rossi", line1="Via Roma 1", postcode="50123", town="Firenze", country="IT"),
        email="ada@example.org",
        money=part,
        answer_by="2026-11-24T07:16:00Z",
    )


BODIES: tuple[tuple[str, EventBody], ...] = (
    ("hub", CancelRequested(reason="changed my mind")),
    ("shop", Shipped(carrier="Posta", tracking="IT123", parcel_id=PARCEL, lines=(LinePieces(LINE, 1),))),
    ("hub", Settled(settlement=order().money)),
    ("hub", ReturnRequested(return_id=RETURN, lines=(ReturnedLine(LINE, 1, "too_small"),), withdrawal=True)),
    ("shop", ReturnRefunded(return_id=RETURN, lines=(JudgedLine(LINE, 1, 100, restocked=True),), shipping=True)),
    ("hub", Refunded(refund_id=REFUND, amount=PRICE, seller_part=PRICE, line_id=LINE, quantity=1, return_id=RETURN)),
)


def events() -> list[tuple[str, OrderEvent]]:
    """The events of BODIES, each side's numbered from 1."""
    numbers = {"hub": 0, "shop": 0}
    made = []
    for place, (speaker, body) in enumerate(BODIES):
        numbers[speaker] += 1
        event_id = f"01937b4e-0000-7000-8000-{100 + place:012d}"
        made.append((speaker, checks.make_event(event_id, ORDER, numbers[speaker], body, example.AT)))
    return made


def made() -> dict[str, Any]:
    """What the file holds beside its heading."""
    hold = ReservationRequest(id=example.RESERVATION, lines=(ReservationLine("1-s", 1),), ttl_seconds=900)
    answers = (
        ReservationAnswer(id=example.RESERVATION, state="held", expires_in_seconds=900),
        ReservationAnswer(id=example.RESERVATION, state="rejected", available={"1-s": 0}),
        ReservationAnswer(id=example.RESERVATION, state="confirmed"),
    )
    return {
        "hold": json.encode(hold).decode(),
        "hold_answers": [json.encode(answer).decode() for answer in answers],
        "order": json.encode(order()).decode(),
        "order_answer": json.encode({"id": ORDER}).decode(),
        "events": [{"from": speaker, "event": json.encode(event).decode()} for speaker, event in events()],
        "receipt": acknowledged(),
        "too_early": json.encode(Acknowledgement(sequence=3, expected=2)).decode(),
    }


def acknowledged() -> dict[str, Any]:
    """The receipt that the shop gives for the hub's first event."""
    event = events()[0][1]
    data = json.encode(event)
    said = Receipt(
        from_=example.HUB.party_id,
        to=example.SHOP.party_id,
        order=ORDER,
        sequence=event.sequence,
        event=event.id,
        sha256=receipt.digest(data),
        at=LATER,
    )
    note = receipt.sign(said, example.SHOP_KEY)
    answer = json.encode(Acknowledgement(sequence=event.sequence, receipt=note)).decode()
    return {"event": data.decode(), "note": note, "answer": answer}
