"""Reading wire forms: sums, currencies and repeats are judged, and events carry typed bodies."""

from typing import Any

import msgspec
import pytest

from federation import limits
from federation.conversations import checks
from federation.conversations.forms import Address
from federation.conversations.messages import (
    EVENT_BODIES,
    Accepted,
    Cancelled,
    CancelRefused,
    CancelRequested,
    Declined,
    Delivered,
    EventBody,
    Fulfilment,
    OrderEvent,
    OrderLine,
    PaidOut,
    PayoutReturned,
    Refunded,
    ReservationLine,
    ReservationRequest,
    SellerPart,
    Settled,
    Shipped,
    ShippedLine,
    ShopOrder,
    StockBatch,
    StockHeartbeat,
    StockRegister,
    Transferred,
)
from federation.conversations.return_messages import (
    JudgedLine,
    ReturnAuthorised,
    ReturnDecided,
    ReturnedLine,
    ReturnInTransit,
    ReturnReceived,
    ReturnRefunded,
    ReturnRefused,
    ReturnRejected,
    ReturnRequested,
    ReturnWithdrawn,
)
from federation.documents import json
from federation.vocabulary.errors import GalleriaError, RecordInvalidError, TooLargeError
from federation.vocabulary.money import Money

ID = "01937b4e-0000-7000-8000-000000000001"
OTHER_ID = "01937b4e-0000-7000-8000-000000000002"
AT = "2026-11-22T07:16:00Z"


def euros(amount_minor: int) -> Money:
    return Money(amount_minor, "EUR")


PART = SellerPart(commission=euros(4_000), commission_vat=euros(880), seller=euros(35_120), shipping=euros(900))
ORDER = ShopOrder(
    id=ID,
    number="G-7K3Q-2",
    reservation_id=OTHER_ID,
    placed_at=AT,
    currency="EUR",
    lines=(
        OrderLine(
            line_id=ID,
            product_id="1",
            variant_id="1-s",
            sku="RJ-S",
            title="Ribbed jumper",
            quantity=2,
            unit_price=euros(20_000),
            leaf_hash="ab" * 32,
        ),
    ),
    shipping=euros(900),
    total=euros(40_900),
    address=Address(name="A. Reader", line1="Via Fillungo 1", postcode="55100", town="Lucca", country="IT"),
    email="a@example.org",
    money=PART,
)
BODIES: list[EventBody] = [
    Accepted(),
    Declined("sold in the shop"),
    Shipped(carrier="Post", tracking="X1", lines=(ShippedLine(ID, 1),)),
    Delivered(),
    Fulfilment(parcel_id=ID, state="in_transit", at_place="Lyon"),
    CancelRequested("changed mind"),
    CancelRefused("already left"),
    Cancelled("payment failed"),
    Refunded(refund_id=ID, amount=euros(100), seller_part=euros(90), line_id=ID, quantity=1),
    Settled(PART),
    Transferred(euros(100)),
    PaidOut(euros(100), AT),
    PayoutReturned(euros(100), "account closed"),
    ReturnRequested(return_id=ID, lines=(ReturnedLine(ID, 1, "too_small"),), withdrawal=True, note="Sorry"),
    ReturnAuthorised(return_id=ID, address=ORDER.address, send_by=AT, paid_by="shop", label="R-1"),
    ReturnRefused(ID, "made to measure"),
    ReturnInTransit(return_id=ID, carrier="Post", tracking="X2"),
    ReturnWithdrawn(ID),
    ReturnReceived(return_id=ID, lines=(ShippedLine(ID, 1),)),
    ReturnRefunded(return_id=ID, lines=(JudgedLine(ID, 1, 80, restocked=True),), shipping=True),
    ReturnRejected(ID, "worn"),
    ReturnDecided(return_id=ID, lines=(JudgedLine(ID, 1),), reason="the boutique is silent"),
]


def faults(message: msgspec.Struct) -> list[tuple[str, str]]:
    """The pointers and codes with which `message` is refused; none if it passes."""
    try:
        checks.check(message)
    except RecordInvalidError as refusal:
        return [(fault.pointer, fault.code) for fault in refusal.errors]
    return []


def test_a_good_order_reads_back() -> None:
    """An order survives the wire, and fields of a later version are ignored."""
    data = json.encode(ORDER)
    assert checks.read(data, ShopOrder) == ORDER
    assert checks.read(data[:-1] + b',"zzz":1}', ShopOrder) == ORDER


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"total": euros(40_901)}, [("/total", "sum")]),
        ({"shipping": euros(901), "total": euros(40_901)}, [("/money/shipping", "sum")]),
        ({"shipping": euros(-1)}, [("/shipping", "range"), ("/total", "sum"), ("/money/shipping", "sum")]),
        ({"currency": "USD"}, [("/currency", "mixed")]),
        ({"placed_at": "2026-02-30T00:00:00Z"}, [("/placed_at", "time")]),
        ({"total": Money(40_900, "USD")}, [("/currency", "mixed")]),
        ({"lines": ORDER.lines * 2, "total": euros(80_900)}, [("/lines", "duplicate"), ("/money", "sum")]),
        ({"money": msgspec.structs.replace(PART, seller=euros(35_121))}, [("/money", "sum")]),
        (
            {"money": msgspec.structs.replace(PART, commission=Money(4_000, "USD"))},
            [("/money/commission/currency", "mixed")],
        ),
        (
            {"lines": (msgspec.structs.replace(ORDER.lines[0], unit_price=euros(-1)),), "total": euros(898)},
            [("/lines/0/unit_price", "range"), ("/money", "sum")],
        ),
    ],
)
def test_an_order_adds_up_in_one_currency(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Lines, shipping, total and the seller's part must agree; each fault is pointed at."""
    assert faults(msgspec.structs.replace(ORDER, **changes)) == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"quantity":2', b'"quantity":0'),
        (b'"quantity":2', b'"quantity":1001'),
        (b'"country":"IT"', b'"country":"Italy"'),
        (b'"email":"a@example.org"', b'"email":"nobody"'),
        (b'"number":"G-7K3Q-2"', b'"number":"g 7"'),
        (b'"placed_at":"2026-11-22T07:16:00Z"', b'"placed_at":"yesterday"'),
        (ID.encode(), ID.upper().encode()),
        (ID.encode(), ID.encode() + b"\\n"),
        (b'"leaf_hash":"' + b"ab" * 32, b'"leaf_hash":"' + b"ab" * 32 + b"\\n"),
        (b'"currency":"EUR"', b'"currency":"DEM"'),
    ],
)
def test_an_order_outside_its_bounds_is_refused(old: bytes, new: bytes) -> None:
    """Quantities, codes, addresses, times, ids and currencies all have their form."""
    data = json.encode(ORDER)
    assert old in data
    with pytest.raises(RecordInvalidError):
        checks.read(data.replace(old, new), ShopOrder)


def test_a_huge_message_is_not_read() -> None:
    """The size is bounded before anything else."""
    with pytest.raises(TooLargeError):
        checks.read(b" " * (limits.DOCUMENT_BYTES_MAX + 1), ShopOrder)


def test_a_variant_stands_once_in_a_reservation_or_batch() -> None:
    """Two lines for one variant would let a reader count either; a variant at two places is fine."""
    twice = (ReservationLine("a", 1), ReservationLine("a", 2))
    assert faults(ReservationRequest(id=ID, lines=twice, ttl_seconds=60)) == [("/lines", "duplicate")]
    assert faults(ReservationRequest(id=ID, lines=twice[:1], ttl_seconds=60)) == []
    beat = StockHeartbeat(vseq_high=2, count=1, digest="ab" * 32)
    one = StockRegister(variant_id="a", quantity=1, vseq=1)
    cellar = StockRegister(variant_id="a", quantity=1, vseq=2, location="cellar")
    assert faults(StockBatch(heartbeat=beat, registers=(one, one))) == [("/registers", "duplicate")]
    assert faults(StockBatch(heartbeat=beat, registers=(one, cellar))) == []


@pytest.mark.parametrize("ttl_seconds", [59, 901])
def test_a_hold_lasts_a_minute_to_a_quarter_of_an_hour(ttl_seconds: int) -> None:
    """Other times are refused when read."""
    request = ReservationRequest(id=ID, lines=(ReservationLine("a", 1),), ttl_seconds=ttl_seconds)
    with pytest.raises(RecordInvalidError):
        checks.read(json.encode(request), ReservationRequest)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: type(body).__name__)
def test_every_event_carries_its_typed_body(body: EventBody) -> None:
    """An event of each kind survives the wire with its body."""
    event = checks.make_event(ID, OTHER_ID, 1, body, AT)
    again = checks.read(json.encode(event), OrderEvent)
    assert again.kind in EVENT_BODIES
    assert checks.event_body(again) == body


def test_all_kinds_are_tried() -> None:
    """The list above misses none."""
    assert {type(body) for body in BODIES} == set(EVENT_BODIES.values())


def test_a_later_versions_event_is_kept_unread() -> None:
    """An unknown kind has no typed body and no fault."""
    event = OrderEvent(id=ID, order_id=OTHER_ID, sequence=1, kind="gift_wrapped", at=AT, body=msgspec.Raw(b'{"a":1}'))
    assert checks.event_body(checks.read(json.encode(event), OrderEvent)) is None


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("declined", b"{}"),
        ("refunded", b'{"refund_id":"x"}'),
        ("transferred", b'{"amount":{"amount_minor":-1,"currency":"EUR"}}'),
        (
            "refunded",
            json.encode(Refunded(refund_id=ID, amount=euros(1), seller_part=Money(1, "USD"))),
        ),
        (
            "settled",
            json.encode(Settled(msgspec.structs.replace(PART, seller=euros(-1)))),
        ),
    ],
)
def test_a_bad_event_body_is_refused_when_read(kind: str, body: bytes) -> None:
    """Reading an event reads its body: a wrong one never reaches a desk."""
    event = OrderEvent(id=ID, order_id=OTHER_ID, sequence=1, kind=kind, at=AT, body=msgspec.Raw(body))
    with pytest.raises(GalleriaError):
        checks.read(json.encode(event), OrderEvent)
