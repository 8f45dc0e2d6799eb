"""What each event posts: the worked example's rows in figures."""

from uuid import UUID

import pytest

from payouts.domain import postings, postings_desk
from payouts.domain.giveback import Components
from payouts.domain.ledger import Account, AccountKind, Leg, Posting, posting
from payouts.domain.postings import Bearer, Given, HubBooks
from payouts.domain.split import split_preview
from payouts.errors import LedgerUnbalancedError
from tests.payouts.worked_example import COUPON_MINOR, ORDER, SHARES, TOTAL, A, C, euro

PAYMENT, REFUND, CLAIM, SETTLEMENT = (UUID(int=number) for number in range(10, 14))
BOOKS = HubBooks(vat_country="FR")


def legs(each: Posting) -> dict[str, int]:
    """A posting's legs by account code."""
    return {leg.account.code: leg.amount for leg in each.legs}


def test_row_1_capture() -> None:
    """The charge makes 347.59 pending; shops, referrer, hub and tax office are owed their parts."""
    made = postings.capture(PAYMENT, ORDER, split_preview(SHARES, COUPON_MINOR), BOOKS)
    assert legs(made) == {
        "provider:pending": 34759,
        "hub:promo": 1000,
        "shop:shop-a:held": -12890,
        "shop:shop-b:held": -7610 - 1440,
        "shop:shop-c:held": -9988,
        "hub:commission": -3359,
        "vat:payable:FR": -472,
    }


def test_row_2_funds() -> None:
    """The provider's fee is the hub's expense; the rest becomes available."""
    assert legs(postings.settle_funds(PAYMENT, TOTAL, euro(546))) == {
        "hub:provider_fees": 546,
        "provider:pending": -34759,
        "provider:available": 34213,
    }


def test_row_3_release_and_transfer() -> None:
    """A share goes from held over releasable and in-transfer out of the available balance, or back."""
    amount = euro(12200)
    assert legs(postings_desk.release(SETTLEMENT, A, amount, euro(0))) == {
        "shop:shop-a:held": 12200,
        "shop:shop-a:releasable": -12200,
    }
    assert legs(postings.transfer_intent(SETTLEMENT, 1, A, amount)) == {
        "shop:shop-a:releasable": 12200,
        "shop:shop-a:in_transfer": -12200,
    }
    assert legs(postings.transfer_sent(SETTLEMENT, 1, A, amount)) == {
        "shop:shop-a:in_transfer": 12200,
        "provider:available": -12200,
    }
    assert legs(postings.transfer_failed(SETTLEMENT, 1, A, amount)) == {
        "shop:shop-a:in_transfer": 12200,
        "shop:shop-a:releasable": -12200,
    }


def test_row_4_refund_of_one_ring_after_transfer() -> None:
    """The shop owes its part back, the hub gives up commission and gets coupon back, the shopper is owed 48.50."""
    part = Components(4850, 4499, 500, 0, 0, 149)
    given = Given("EUR", (part,))
    due = postings.refund_due(REFUND, euro(4850), given, [Bearer(AccountKind.CLAIM, C, 4499)], BOOKS)
    assert legs(due) == {
        "hub:commission": 500,
        "hub:promo": -149,
        "recv:shop-c": 4499,
        "customer:refund_due": -4850,
    }
    assert legs(postings.refund_paid(REFUND, 1, euro(4850), euro(4850), euro(4850))) == {
        "customer:refund_due": 4850,
        "provider:available": -4850,
    }
    assert legs(postings.claim_reversed(CLAIM, 1, C, euro(4499))) == {
        "provider:available": 4499,
        "recv:shop-c": -4499,
    }


def test_row_7_netting_and_write_off() -> None:
    """A claim is netted from what the shop is sent next, or becomes the hub's loss."""
    assert legs(postings.claim_netted(CLAIM, SETTLEMENT, 1, A, euro(3810))) == {
        "shop:shop-a:releasable": 3810,
        "recv:shop-a": -3810,
    }
    assert legs(postings.claim_written_off(CLAIM, A, euro(3810))) == {"hub:write_off": 3810, "recv:shop-a": -3810}


def test_money_that_confirms_nothing_waits_in_suspense() -> None:
    """A late or mismatched payment goes to suspense, and from there back to whoever paid."""
    assert legs(postings.misdirected(PAYMENT, euro(100))) == {"provider:pending": 100, "suspense": -100}
    assert legs(postings.suspense_returned(REFUND, euro(100))) == {"suspense": 100, "customer:refund_due": -100}


def test_hub_payout_goes_to_the_bank() -> None:
    """The hub's own earnings leave the provider for its bank."""
    assert legs(postings.hub_payout(PAYMENT, euro(7))) == {"bank": 7, "provider:available": -7}


def test_same_content_hashes_alike_and_other_content_differs() -> None:
    """The order in which legs are given does not matter, an amount does."""
    commission, promo = Account(AccountKind.COMMISSION, "", "EUR"), Account(AccountKind.PROMO, "", "EUR")
    one = posting("k", "r", "i", [(commission, 5), (promo, -5)])
    assert one.content_hash == posting("k", "r", "i", [(promo, -5), (commission, 5)]).content_hash
    assert one.content_hash != posting("k", "r", "i", [(promo, -6), (commission, 6)]).content_hash


def test_unbalanced_postings_cannot_be_made() -> None:
    """Legs that do not sum to zero in each currency, nothing at all, and an account named twice are refused."""
    euros, pounds = Account(AccountKind.BANK, "", "EUR"), Account(AccountKind.BANK, "", "GBP")
    for wrong in ([(euros, 5)], [(euros, 5), (pounds, -5)], [(euros, 5), (euros, -5)]):
        with pytest.raises(LedgerUnbalancedError):
            posting("k", "r", "i", wrong)
    with pytest.raises(LedgerUnbalancedError):
        Posting("k", "r", "i", (Leg(euros, 5), Leg(euros, -5)))
