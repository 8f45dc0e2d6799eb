"""Moving a sale from the shopper's currency to the hub's."""

from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.vocabulary.money import Money
from payouts.domain import postings
from payouts.domain.giveback import Components, given_back
from payouts.domain.ledger import AccountKind, Posting
from payouts.domain.postings import Given, HubBooks
from payouts.domain.settling import added, settle_lines, settled_back
from payouts.domain.split import split_preview
from tests.payouts.worked_example import COUPON_MINOR, ORDER, SHARES, TOTAL, A, B

BOOKS = HubBooks(vat_country="FR")
PAYMENT, REFUND = UUID(int=10), UUID(int=11)


@st.composite
def components(draw: st.DrawFn) -> Components:
    """A line as a sale divides it."""
    seller, commission, vat, referral = (draw(st.integers(0, limit)) for limit in (10**6, 10**5, 10**4, 10**5))
    coupon = draw(st.integers(0, seller + commission + vat + referral))
    return Components(seller + commission + vat + referral - coupon, seller, commission, vat, referral, coupon)


lines = st.lists(components(), min_size=1, max_size=8).filter(lambda found: any(line.paid for line in found))


def balanced(line: Components) -> bool:
    """Whether a line's shares come to what was paid for it."""
    return line.paid == line.seller + line.commission + line.vat + line.referral - line.coupon


@given(lines, st.integers(0, 10**9))
@settings(max_examples=200, deadline=None)
def test_every_share_is_settled_to_the_last_unit(charged: list[Components], gross: int) -> None:
    """Whatever a payment came to, its lines sum to that, each line's shares to the line, and nobody goes below zero."""
    settled = settle_lines(charged, gross)
    assert sum(line.paid for line in settled) == gross
    for line in settled:
        assert balanced(line)
        assert min(line.paid, line.seller, line.commission, line.vat, line.referral, line.coupon) >= 0


@given(lines, st.integers(0, 10**8), st.data())
@settings(max_examples=200, deadline=None)
def test_what_goes_back_never_exceeds_what_was_settled(
    charged: list[Components], gross: int, data: st.DataObject
) -> None:
    """Any part gives back no more than its share; a line refunded whole gives back exactly what it was settled at."""
    for line, whole in zip(charged, settle_lines(charged, gross), strict=True):
        done = data.draw(st.integers(0, line.paid))
        back = settled_back(whole, done, line.paid)
        assert balanced(back)
        assert 0 <= back.seller <= whole.seller
        assert 0 <= back.paid <= whole.paid
        if line.paid:
            assert settled_back(whole, line.paid, line.paid) == whole


def example() -> tuple[list[postings.Divided], Money]:
    """The worked example paid in yen at 178.43 and settled at 195.00 euro: a charge of ¥34759."""
    divided = []
    for share in split_preview(SHARES, COUPON_MINOR):
        parts = [
            Components(line.paid, line.seller, line.commission, line.vat, line.referral, line.coupon)
            for line in share.lines
        ]
        referrers = [line.referrer for line in share.lines]
        shipping = Components(share.shipping, share.shipping)
        for referrer, line in zip([*referrers, ""], [*parts, shipping], strict=True):
            divided.append(postings.Divided(share.shop_id, referrer, line, Components(0, 0)))
    settled = settle_lines([line.charged for line in divided], 19_500)
    return [
        postings.Divided(line.shop_id, line.referrer, line.charged, whole)
        for line, whole in zip(divided, settled, strict=True)
    ], Money(19_500, "EUR")


def legs(each: Posting, currency: str) -> dict[str, int]:
    """A posting's legs in one currency by account code."""
    return {leg.account.code: leg.amount for leg in each.legs if leg.account.currency == currency}


def test_fx_settle_moves_every_share() -> None:
    """In yen nothing is left of the capture; in euro it stands again, to the cent of what the provider gave."""
    divided, gross = example()
    settling = postings.Settling(
        payment_id=PAYMENT,
        order_id=ORDER,
        received=Money(TOTAL.amount_minor, "JPY"),
        gross=gross,
        refunded=0,
        refunded_settled=0,
        lines=tuple(divided),
    )
    made = postings.fx_settle(settling, BOOKS)
    yen, euro = legs(made, "JPY"), legs(made, "EUR")
    assert yen == {
        "provider:pending": -34759,
        "hub:promo": -1000,
        "shop:shop-a:held": 12890,
        "shop:shop-b:held": 7610 + 1440,
        "shop:shop-c:held": 9988,
        "hub:commission": 3359,
        "vat:payable:FR": 472,
    }
    assert euro["provider:pending"] == 19_500
    assert sum(euro.values()) == 0
    assert set(euro) == set(yen)
    whole = added([line.settled for line in divided])
    assert -euro["hub:commission"] == whole.commission
    assert -euro[f"shop:{A}:held"] == sum(line.settled.seller for line in divided if line.shop_id == A)
    assert -euro[f"shop:{B}:held"] == whole.referral + sum(line.settled.seller for line in divided if line.shop_id == B)


def test_a_refund_decided_before_stays_owed_in_yen() -> None:
    """What went back already is not settled with the rest: both its sides wait in `fx` until the shopper has it."""
    divided, gross = example()
    dress = divided[0]
    half = dress.charged.paid // 2
    back, back_settled = given_back(dress.charged, half), settled_back(dress.settled, half, dress.charged.paid)
    left = postings.Divided(A, B, dress.charged - back, dress.settled - back_settled)
    settling = postings.Settling(
        payment_id=PAYMENT,
        order_id=ORDER,
        received=Money(TOTAL.amount_minor, "JPY"),
        gross=gross,
        refunded=half,
        refunded_settled=back_settled.paid,
        lines=(left, *divided[1:]),
    )
    made = postings.fx_settle(settling, BOOKS)
    assert (legs(made, "JPY")["fx"], legs(made, "EUR")["fx"]) == (half, -back_settled.paid)


def test_a_refund_after_settling_costs_the_parties_what_they_got() -> None:
    """The shopper is owed yen, shops and hub give back euro; what the day's rate makes of it is the hub's result."""
    part = Components(2720, 2523, 281, 0, 0, 84)
    owed = Money(4850, "JPY")
    bearer = postings.Bearer(AccountKind.HELD, "shop-c", 2523)
    made = postings.refund_due(REFUND, owed, Given("EUR", (part,)), [bearer], BOOKS)
    assert legs(made, "JPY") == {"fx": 4850, "customer:refund_due": -4850}
    assert legs(made, "EUR") == {"shop:shop-c:held": 2523, "hub:commission": 281, "hub:promo": -84, "fx": -2720}
    paid = postings.refund_paid(REFUND, 1, owed, Money(2720, "EUR"), Money(2755, "EUR"))
    assert legs(paid, "JPY") == {"customer:refund_due": 4850, "fx": -4850}
    assert legs(paid, "EUR") == {"fx": 2720, "hub:fx": 35, "provider:available": -2755}
