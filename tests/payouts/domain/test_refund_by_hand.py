"""What two people may say about a refund that the provider will not pay."""

from datetime import date
from typing import Any
from uuid import UUID

import msgspec
import pytest

from federation.vocabulary.money import Money
from payouts.domain import postings_desk
from payouts.domain.refund_by_hand import HandPayment, Owed, check
from payouts.errors import RefundRefusedError
from tests.payouts.domain.test_postings import legs
from tests.payouts.worked_example import euro

REFUND = UUID(int=5)
OWED = Owed(
    amount=euro(4_850),
    settled=euro(4_850),
    given_at_most=euro(1_000),
    unborne=euro(1_000),
    since=date(2026, 11, 2),
    today=date(2026, 11, 12),
)
PAID = HandPayment(
    id=UUID(int=6),
    refund_id=REFUND,
    transferred=euro(3_850),
    given=euro(1_000),
    left_bank=euro(3_850),
    paid_on=date(2026, 11, 10),
    reference="GAL 4711",
    reason="the card is closed",
)
NONE = {"transferred": euro(0), "left_bank": euro(0), "paid_on": None, "reference": ""}
YEN = msgspec.structs.replace(OWED, amount=Money(8_619, "JPY"), given_at_most=Money(0, "JPY"))
IN_YEN = msgspec.structs.replace(PAID, transferred=Money(8_619, "JPY"), given=Money(0, "JPY"), left_bank=euro(4_700))


def test_what_comes_to_what_is_owed_is_taken() -> None:
    """By a transfer and what a dispute gave, by either alone, in another currency at a rate of another day."""
    check(PAID, OWED)
    check(msgspec.structs.replace(PAID, transferred=euro(4_850), given=euro(0), left_bank=euro(4_850)), OWED)
    wholly = msgspec.structs.replace(OWED, given_at_most=euro(4_850))
    check(msgspec.structs.replace(PAID, given=euro(4_850), **NONE), wholly)
    check(IN_YEN, YEN)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"transferred": euro(3_849), "left_bank": euro(3_849)}, "exactly what the shopper is owed: 48.50 EUR"),
        ({"transferred": euro(5_850), "given": euro(-1_000), "left_bank": euro(5_850)}, "exactly"),
        ({"transferred": euro(3_849), "given": euro(1_001), "left_bank": euro(3_849)}, "no more than 10.00 EUR"),
        ({"given": euro(4_850), **NONE}, "no more than 10.00 EUR"),
        ({"transferred": Money(3_850, "USD"), "given": Money(1_000, "USD")}, "owed in EUR"),
        ({"left_bank": euro(3_851)}, "is the one that was transferred"),
        ({"left_bank": Money(3_850, "USD")}, "left our bank in EUR"),
        ({"reference": ""}, "reference"),
        ({"reference": "x" * 141}, "reference"),
        ({"reference": "a\nb"}, "reference"),
        ({"paid_on": None}, "from 2026-11-02 to today"),
        ({"paid_on": date(2026, 11, 1)}, "from 2026-11-02 to today"),
        ({"paid_on": date(2026, 11, 13)}, "from 2026-11-02 to today"),
        ({"reason": "  "}, "say why"),
        ({"reason": "x" * 501}, "say why"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(changes: dict[str, Any], says: str) -> None:
    """Wrong sums, more than a dispute gave, a day or reference nobody finds, no reason."""
    with pytest.raises(RefundRefusedError, match=says):
        check(msgspec.structs.replace(PAID, **changes), OWED)


def test_nothing_is_written_off_that_no_dispute_gave_and_no_rate_is_far_off() -> None:
    """Without a lost dispute the money is owed; a slip of the pen in another currency is no rate."""
    with pytest.raises(RefundRefusedError, match="pay it in another way"):
        check(PAID, msgspec.structs.replace(OWED, given_at_most=euro(0)))
    for cents in (0, 470, 47_000):
        with pytest.raises(RefundRefusedError, match=r"came to 48\.50 EUR"):
            check(msgspec.structs.replace(IN_YEN, left_bank=euro(cents)), YEN)
    wholly = msgspec.structs.replace(OWED, given_at_most=euro(4_850))
    for left in ({"reference": "GAL 1"}, {"paid_on": OWED.today}, {"left_bank": euro(1)}):
        with pytest.raises(RefundRefusedError, match="leave out"):
            check(msgspec.structs.replace(PAID, given=euro(4_850), **(NONE | left)), wholly)


def test_what_is_posted_in_one_currency_and_in_two() -> None:
    """The debt ends against our bank and what the dispute had cost; a rate of another day is the hub's result."""
    made = postings_desk.refund_by_hand(REFUND, 2, euro(4_850), euro(4_850), (euro(3_850), euro(1_000)))
    assert legs(made) == {"customer:refund_due": 4_850, "bank": -3_850, "hub:write_off": -1_000}
    made = postings_desk.refund_by_hand(REFUND, 2, Money(8_619, "JPY"), euro(4_850), (euro(4_700), euro(0)))
    assert sorted((leg.account.code, leg.account.currency, leg.amount) for leg in made.legs) == [
        ("bank", "EUR", -4_700),
        ("customer:refund_due", "JPY", 8_619),
        ("fx", "EUR", 4_850),
        ("fx", "JPY", -8_619),
        ("hub:fx", "EUR", -150),
    ]
