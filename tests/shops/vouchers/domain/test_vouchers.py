"""Whether an order's discounts are the boutique's own: the right code, in its time, to the cent."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from federation.conversations.messages import ShopOrder
from federation.conversations.vouchers import Voucher
from federation.vocabulary.ids import new_id
from shops.vouchers.domain.vouchers import TRAVEL, UNHEARD, OfferedVoucher, Taking, refusal
from tests.shops.house import euros
from tests.shops.orders.domain.test_checking import order

HELD_AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
HUB = "h1"
TAKING = Taking(HUB, HELD_AT)
SECOND = timedelta(seconds=1)
IN_DOLLARS = Voucher(code="AUTUMN", currency="USD", percent_bp=1_000, starts_at="2026-11-01T00:00:00Z")


def offered(**changes: Any) -> OfferedVoucher:
    """Ten per cent off everything, without end."""
    terms = Voucher(code="AUTUMN", currency="EUR", percent_bp=1_000, starts_at="2026-11-01T00:00:00Z")
    voucher = OfferedVoucher(id=new_id(), terms=terms, words="", made_at=HELD_AT)
    return msgspec.structs.replace(voucher, **changes)


def ended(ago: timedelta) -> OfferedVoucher:
    """One that the boutique ended so long before the hold, which the hub heard at once."""
    return offered(stopped_at=HELD_AT - ago, heard={HUB: HELD_AT - ago})


def with_discount(minor: int, code: str = "AUTUMN") -> ShopOrder:
    """An order of two dresses at 189.00 with so much off."""
    return msgspec.structs.replace(order(discount=euros(minor)), voucher=code)


def test_what_the_voucher_takes_off_is_taken() -> None:
    """An order without a voucher is as it was; one with the right discount is the boutique's own wish."""
    assert refusal(order(), None, TAKING) is None
    assert refusal(with_discount(3_780), offered(), TAKING) is None


@pytest.mark.parametrize(
    ("minor", "code", "known", "why"),
    [
        (3_781, "AUTUMN", offered(), "does not take this off"),
        (3_780, "AUTUMN", None, "has no voucher"),
        (3_780, "", offered(), "names no voucher"),
        (3_780, "AUTUMN", ended(TRAVEL + SECOND), "was not offered"),
        (3_780, "AUTUMN", offered(stopped_at=HELD_AT - UNHEARD - TRAVEL - SECOND), "was not offered"),
        (3_780, "AUTUMN", offered(terms=IN_DOLLARS), "is in USD, the order in EUR"),
    ],
)
def test_a_discount_of_the_hubs_own_making_is_refused(
    minor: int, code: str, known: OfferedVoucher | None, why: str
) -> None:
    """A cent too much, an unknown code, none at all, one that ended long before: the order is declined."""
    assert why in str(refusal(with_discount(minor, code), known, TAKING))


def test_a_voucher_that_has_just_ended_is_still_taken() -> None:
    """The shopper was paying."""
    assert refusal(with_discount(3_780), ended(TRAVEL), TAKING) is None
    last_day = msgspec.structs.replace(offered().terms, ends_at="2026-11-22T08:30:00Z")
    assert refusal(with_discount(3_780), offered(terms=last_day), TAKING) is None
    assert offered(terms=last_day).is_over(HELD_AT)


def test_an_end_counts_from_when_the_hub_heard_of_it() -> None:
    """Who could not be told sells by it, for three days at the most; what another hub heard is nothing to this one."""
    deaf = offered(stopped_at=HELD_AT - timedelta(days=2))
    assert refusal(with_discount(3_780), deaf, TAKING) is None
    other = msgspec.structs.replace(deaf, heard={"h2": HELD_AT - timedelta(days=2)})
    assert refusal(with_discount(3_780), other, TAKING) is None
    told = msgspec.structs.replace(deaf, heard={HUB: HELD_AT - TRAVEL})
    assert refusal(with_discount(3_780), told, TAKING) is None
    assert deaf.is_over(HELD_AT)
