"""What shoppers read of refunds: a sentence for each standing in both languages, and nothing done before it is."""

from datetime import UTC, date, datetime

import msgspec
import pytest

from federation.node.languages import speaking
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from marketplace.orders.domain.refund_words import (
    WORDS,
    RefundShown,
    Transferred,
    paid_back,
    still_owed,
    together,
    words_of,
)
from marketplace.storefront.words import WORDING
from payouts.domain.refund_standing import RefundStanding

DAY = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


TRANSFERRED = Transferred(Money(700, "EUR"), Money(300, "EUR"), Money(0, "EUR"), date(2026, 11, 12), "GAL 4711")


def refund(standing: RefundStanding) -> RefundShown:
    """Ten euro that go back."""
    ids = new_id(), new_id()
    return RefundShown(
        refund_id=ids[0],
        shop_order_id=ids[1],
        amount=Money(1_000, "EUR"),
        standing=standing,
        asked_at=DAY,
        changed_at=DAY,
        transferred=TRANSFERRED if standing is RefundStanding.PAID_BY_HAND else None,
    )


@pytest.mark.parametrize("standing", list(RefundStanding))
def test_each_standing_is_said_in_both_languages(standing: RefundStanding) -> None:
    """Every standing has words of its own, an Italian sentence and a look; only what has left is paid back."""
    one = refund(standing)
    english = words_of(one, "22 Nov 2026")
    with speaking("it"):
        italian = WORDING.said(english)
    assert italian != english
    assert "%" not in english + italian
    assert english.startswith("Paid back on 22 Nov 2026") == (one.paid_back == one.amount) == (standing == "paid-back")
    assert one.look[1]
    assert bool(one.paid_back) + bool(one.still_owed) + (standing == "void") == 1


def test_a_transfer_is_told_with_its_day_and_reference() -> None:
    """The day is the bank's, and what a dispute had given is not said to have come from us."""
    one = refund(RefundStanding.PAID_BY_HAND)
    assert one.day == date(2026, 11, 12)
    assert "reference GAL 4711, but for what your own bank had given you" in words_of(one, "12 Nov 2026")
    assert paid_back([one, refund(RefundStanding.PAID_BACK), refund(RefundStanding.ASKED)], "EUR") == Money(
        1_700, "EUR"
    )
    whole = msgspec.structs.replace(one, transferred=msgspec.structs.replace(TRANSFERRED, given=Money(0, "EUR")))
    assert words_of(whole, "12 Nov 2026") == "Paid back by bank transfer on 12 Nov 2026, reference GAL 4711."


def test_what_a_dispute_gave_and_took_again_is_owed() -> None:
    """Only what was transferred is paid back; the rest is said to be owed and looks like it."""
    part = Transferred(Money(700, "EUR"), Money(0, "EUR"), Money(300, "EUR"), date(2026, 11, 12), "GAL 4711")
    one = msgspec.structs.replace(refund(RefundStanding.PAID_BY_HAND), transferred=part)
    assert "has taken back: we pay you that too" in words_of(one, "12 Nov 2026")
    with speaking("it"):
        assert "reference" not in WORDING.said(words_of(one, "12 nov 2026"))
    assert (one.paid_back, still_owed([one], "EUR"), one.look[0]) == (Money(700, "EUR"), Money(300, "EUR"), "todo")


def test_no_two_standings_are_said_alike() -> None:
    """Whoever reads can tell each from the others."""
    assert len(set(WORDS.values())) == len(WORDS) == len(RefundStanding)
    assert together([refund(RefundStanding.ASKED)] * 3, "EUR") == Money(3_000, "EUR")
