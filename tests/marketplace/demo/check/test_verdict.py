"""The verdict over the check's figures: pure arithmetic, every way of being wrong has its sentence."""

from typing import Any

import msgspec
import pytest

from marketplace.demo.check.figures import Books, Kill, Line, Movement, Part, Race, Report, Sale, Search
from marketplace.demo.check.verdict import faults_of, owed_to


def line(unit_price: int, quantity: int = 1, **more: Any) -> Line:
    """A line of something whose boutique sells in the hub's own currency, unless told otherwise."""
    told = {"list_price": unit_price, "list_currency": "EUR", **more}
    return Line(title="Coat", quantity=quantity, unit_price=unit_price, **told)


BACK = line(10_000, 2, refunded_quantity=1, refunded=10_000)
FIRST = Part("Zagara", paid=20_000, commission=2_000, vat=440, shipping=900, seller=17_560, lines=(BACK,))
SECOND = Part("Corallo", paid=10_000, commission=1_000, vat=0, shipping=0, seller=9_000, lines=(line(10_000),))
THIRD = Part("Bora", paid=5_000, commission=500, vat=110, shipping=500, seller=4_390, lines=(line(5_000),))
POUND = line(11_800, list_price=10_000, list_currency="GBP")
FOURTH = Part("Wren", paid=11_800, commission=1_180, vat=0, shipping=0, seller=10_620, lines=(POUND,))

GOOD = Report(
    passed=False,
    faults=(),
    shops=3,
    nodes=5,
    list_currencies={"EUR": 3},
    products_published=30,
    listings=30,
    found=30,
    missing=0,
    stale=0,
    searches=(Search("dress", 3, 4.0),),
    order=Sale("G-1", "EUR", 36_400, (FIRST, SECOND, THIRD)),
    refund=Movement("Zagara", 10_000, "EUR", "refunded"),
    transfers=(
        Movement("Zagara", 17_560, "EUR", "paid"),
        Movement("Zagara", 900, "EUR", "paid"),
        Movement("Corallo", 9_000, "EUR", "paid"),
        Movement("Bora", 4_890, "EUR", "paid"),
    ),
    claims=(Movement("Zagara", 8_780, "EUR", "owed"),),
    payouts=(
        Movement("Zagara", 18_460, "EUR", "paid"),
        Movement("Corallo", 9_000, "EUR", "paid"),
        Movement("Bora", 4_890, "EUR", "paid"),
    ),
    trial_balance={"EUR": 0},
    dispute=Movement("", 1_500, "EUR", "lost"),
    books=Books(at_provider={"EUR": 4_711}),
    race=Race(3, 40, 3),
    kills=(Kill("hub-worker", 1, "placed"), Kill("shops-3-web", 1, "placed")),
    phases=(),
)


def test_figures_that_add_up_have_no_fault() -> None:
    """A sale, a refund of half of one part, and payouts of exactly what is owed are in order."""
    assert faults_of(GOOD) == ()


def sold_abroad(fourth: Part = FOURTH) -> Report:
    """The good report with a part of a boutique that sells in pounds."""
    sent = Movement(fourth.shop, fourth.seller, "EUR", "paid")
    return msgspec.structs.replace(
        GOOD,
        list_currencies={"EUR": 3, "GBP": 1},
        order=Sale("G-1", "EUR", 36_400 + fourth.paid, (*GOOD.order.parts, fourth)),
        transfers=(*GOOD.transfers, sent),
        payouts=(*GOOD.payouts, sent),
    )


def test_where_boutiques_sell_in_pounds_one_of_them_must_be_in_the_sale() -> None:
    """With such boutiques the sale has a fourth part, in their currency; without, three are enough."""
    assert faults_of(sold_abroad()) == ()
    without = msgspec.structs.replace(GOOD, list_currencies={"CHF": 1, "EUR": 2})
    assert any("3 parts, not 4" in fault for fault in faults_of(without))
    at_home = msgspec.structs.replace(FOURTH, lines=(line(11_800),))
    assert any("sell in EUR, GBP" in fault for fault in faults_of(sold_abroad(at_home)))


@pytest.mark.parametrize(
    ("bent", "words"),
    [
        (line(9_999, 2, refunded_quantity=1, refunded=9_999), "come to 19998"),
        (line(10_000, 2, refunded_quantity=1, refunded=9_000), "1 at 10000 went back for 9000"),
        (line(10_000, 2, refunded_quantity=3, refunded=30_000), "3 at 10000"),
        (line(10_000, 2), "its lines say 0"),
        (line(10_000, 2, list_price=9_000, refunded_quantity=1, refunded=10_000), "costs 9000"),
    ],
)
def test_each_line_that_does_not_add_up_is_named(bent: Line, words: str) -> None:
    """Lines make up their part, give back their own price for each piece, and keep the boutique's price at home."""
    first = msgspec.structs.replace(FIRST, lines=(bent,))
    report = msgspec.structs.replace(GOOD, order=Sale("G-1", "EUR", 36_400, (first, SECOND, THIRD)))
    assert any(words in fault for fault in faults_of(report)), faults_of(report)


def test_a_refund_takes_its_share_from_the_seller_only_once() -> None:
    """Half of two equal pieces back leaves half of the seller's share and all of the shipping."""
    assert owed_to(FIRST, GOOD) == 17_560 // 2 + 900
    assert owed_to(SECOND, GOOD) == 9_000


def test_odd_cents_of_a_refund_stay_with_the_boutique() -> None:
    """The hub's VAT of 6.95 gives 3.48 of a half back, so the boutique gives one cent less."""
    part = Part("Zagara", paid=31_600, commission=3_160, vat=695, shipping=0, seller=27_745)
    report = msgspec.structs.replace(GOOD, refund=Movement("Zagara", 15_800, "EUR", "refunded"))
    assert owed_to(part, report) == 13_873


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"listings": 29}, "the hub lists 29"),
        ({"found": 29}, "search finds 29"),
        ({"missing": 1}, "1 products are missing"),
        ({"products_published": 0, "listings": 0}, "published nothing"),
        ({"searches": (Search("dress", 0, 4.0),)}, "'dress' found nothing"),
        ({"trial_balance": {"EUR": 1}}, "off by 1 in EUR"),
        ({"trial_balance": {}}, "no trial balance"),
        ({"race": Race(3, 40, 4)}, "4 were sold"),
        ({"race": Race(3, 40, 2)}, "2 were sold"),
        ({"kills": GOOD.kills[:1]}, "1 of 2"),
        ({"kills": (Kill("hub-worker", 0, "placed"), GOOD.kills[1])}, "never started again"),
        ({"transfers": GOOD.transfers[1:]}, "Zagara is owed 9680"),
        ({"claims": ()}, "was sent 18460"),
        ({"dispute": Movement("", 1_500, "EUR", "open")}, "ended as open"),
        ({"books": Books()}, "told no balance"),
        ({"books": Books(at_provider={"EUR": 1}, unmatched=("charge of 5 EUR",))}, "charge of 5 EUR"),
        ({"books": Books(at_provider={"EUR": 1}, broken=("sum: 1",))}, "do not hold: sum"),
        ({"payouts": GOOD.payouts[1:]}, "its bank got 0"),
        ({"refund": Movement("Zagara", 0, "EUR", "waiting")}, "the refund of 0"),
        ({"order": Sale("G-1", "EUR", 36_401, GOOD.order.parts)}, "the order to 36401"),
        ({"order": Sale("G-1", "EUR", 36_400, (FIRST, SECOND))}, "2 parts"),
    ],
)
def test_each_wrong_figure_is_named(changes: dict[str, Any], words: str) -> None:
    """Whatever does not add up is said in a sentence with its figures."""
    faults = faults_of(msgspec.structs.replace(GOOD, **changes))
    assert any(words in fault for fault in faults), faults


def test_a_part_that_does_not_divide_is_named() -> None:
    """Paid is commission, VAT and the seller's share to the cent."""
    bent = msgspec.structs.replace(FIRST, seller=17_559)
    report = msgspec.structs.replace(GOOD, order=Sale("G-1", "EUR", 36_400, (bent, SECOND, THIRD)))
    assert any("does not divide" in fault for fault in faults_of(report))
