"""What may be asked back until when, and what of it is given back."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.vocabulary.money import Money
from marketplace.errors import ReturnInvalidError
from marketplace.orders.domain import refunds, returns
from marketplace.orders.domain.refunds import Refundable, RefundLine
from marketplace.orders.domain.returns import Return, Returnable, ReturnLine, ReturnWish, WishedLine
from marketplace.orders.domain.values import Line

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PART, DRESS, HAT = UUID(int=1), UUID(int=2), UUID(int=3)


def line(line_id: UUID = DRESS, **changes: object) -> Line:
    """Three sold pieces, all sent."""
    plain = Line(
        id=line_id, shop_order_id=PART, position=0, product_id="p", variant_id="v", sku="s", title="Dress",
        size_label="42", colour="Notte", leaf_hash="0" * 64, quantity=3, unit_minor=10_000, list_unit_minor=10_000,
        commission_bp=1_000, vat_bp=0, commission_minor=3_000, commission_vat_minor=0, seller_minor=27_000,
        shipped_quantity=3,
    )  # fmt: skip
    return msgspec.structs.replace(plain, **changes)


def a_return(state: str, number: int = 9, **changes: object) -> Return:
    """A return in some state."""
    plain = Return(
        id=UUID(int=number), order_id=UUID(int=8), shop_order_id=PART, shop_id="s1", state="requested",
        withdrawal=True, note="", requested_at=NOW, changed_at=NOW,
    )  # fmt: skip
    return msgspec.structs.replace(plain, state=state, **changes)


@pytest.mark.parametrize(
    ("country", "shop_days", "days"), [("IT", 0, 14), ("IT", 30, 30), ("US", 0, 0), ("US", 10, 10), ("CH", 14, 14)]
)
def test_the_longer_of_law_and_promise_holds(country: str, shop_days: int, days: int) -> None:
    """Fourteen days from arrival in the Union whatever the boutique says; elsewhere what it says."""
    assert returns.last_day(NOW, country, shop_days) == NOW + timedelta(days=days)
    assert returns.last_day(None, country, shop_days) is None


@pytest.mark.parametrize(
    ("state", "left"),
    [("requested", 1), ("authorised", 1), ("in_transit", 1), ("received", 1), ("refunded", 1), ("refused", 3),
     ("withdrawn", 3), ("rejected", 3)],
)  # fmt: skip
def test_pieces_are_free_again_when_a_return_came_to_nothing(state: str, left: int) -> None:
    """Two of three were asked back: they count while it is open or done, not when it was refused or withdrawn."""
    asked = ReturnLine(return_id=UUID(int=9), line_id=DRESS, quantity=2, reason="other")
    (found,) = returns.returnable([line()], [a_return(state)], [asked])
    assert found.left == left


def test_only_what_was_sent_and_not_refunded_otherwise_can_come_back() -> None:
    """One of three sent; or two refunded by the operator; or one refunded through a return that counts anyway."""
    assert returns.returnable([line(shipped_quantity=1)], [], [])[0].left == 1
    assert returns.returnable([line(refunded_quantity=2)], [], [])[0].left == 1
    done = ReturnLine(return_id=UUID(int=9), line_id=DRESS, quantity=1, reason="other", refunded=1, percent=100)
    assert returns.returnable([line(refunded_quantity=1)], [a_return("refunded")], [done])[0].left == 2


@pytest.mark.parametrize(
    ("wished", "until", "words"),
    [
        ((), None, "at least one"),
        (((DRESS, 4),), None, "3 can be given back"),
        (((HAT, 1),), None, "does not belong"),
        (((DRESS, 1), (DRESS, 1)), None, "once"),
        (((DRESS, 1),), NOW - timedelta(seconds=1), "over"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_a_sentence(
    wished: tuple[tuple[UUID, int], ...], until: datetime | None, words: str
) -> None:
    """Nothing, too much, a stranger's, one piece twice, too late."""
    wish = ReturnWish(return_id=UUID(int=7), shop_order_id=PART, lines=tuple(WishedLine(*one) for one in wished))
    left = returns.returnable([line()], [], [])
    with pytest.raises(ReturnInvalidError, match=words):
        returns.check_wish(wish, left, until, NOW)


def test_overdue_is_what_a_person_should_look_at() -> None:
    """Unanswered after three days, agreed a week past its last day, over never."""
    assert not returns.is_overdue(a_return("requested"), NOW + timedelta(days=3))
    assert returns.is_overdue(a_return("requested"), NOW + timedelta(days=3, seconds=1))
    agreed = a_return("authorised", send_by=NOW)
    assert not returns.is_overdue(agreed, NOW + timedelta(days=7))
    assert returns.is_overdue(agreed, NOW + timedelta(days=7, seconds=1))
    assert not returns.is_overdue(a_return("refunded"), NOW + timedelta(days=900))


@given(
    quantity=st.integers(1, 9),
    unit_minor=st.integers(1, 99_999),
    percents=st.lists(st.tuples(st.integers(1, 9), st.integers(1, 100)), max_size=12),
)
def test_shares_never_give_back_more_than_was_paid(
    quantity: int, unit_minor: int, percents: list[tuple[int, int]]
) -> None:
    """However many returns and refunds follow each other, a line gives back its price at most."""
    whole = unit_minor * quantity
    left = whole
    for pieces, percent in percents:
        known = (Refundable("d", "Dress", quantity, Money(unit_minor, "EUR"), Money(left, "EUR")),)
        kept = refunds.possible((RefundLine("d", pieces, percent),), known)
        taken = refunds.taken(kept, known, Money(0, "EUR")).amount_minor
        assert 0 <= taken <= left
        left -= taken
    assert left >= 0


def test_what_was_paid_for_pieces_is_counted_on_from_those_given_back() -> None:
    """After voucher and coupon, to the cent in all, however they come back."""
    sold = line(voucher_minor=1_000, coupon_minor=100)
    left = [Returnable(line=msgspec.structs.replace(sold, refunded_quantity=gone), left=3 - gone) for gone in range(3)]
    assert left[0].paid_minor(3) == 28_900
    assert [one.paid_minor(1) for one in left] == [9_633, 9_634, 9_633]
