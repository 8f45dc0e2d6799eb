"""The ledger for people."""

from federation.vocabulary.money import Money
from marketplace.console.views.books import account_words, balances, purses, shops_in

SUMS = {
    "EUR": {
        "provider:available": 12_000,
        "shop:s1a:held": -8_000,
        "shop:s1b:releasable": -1_000,
        "recv:s1c": 500,
        "hub:commission": -2_500,
        "vat:payable:IT": -1_000,
        "customer:refund_due": 0,
    }
}
NAMES = {"s1a": "Aurora", "s1c": "Corallo"}


def test_accounts_are_named() -> None:
    """Boutiques by their name, or by their id when they have left; unknown codes stay as they are."""
    codes = ("shop:s1a:held", "shop:s1b:in_transfer", "recv:s1c", "vat:payable:IT", "bank", "fx:USD")
    words = [account_words(code, NAMES) for code in codes]
    assert words == ["Aurora, held", "s1b, being sent", "Corallo, owes us", "VAT to pay in IT", "Our bank", "fx:USD"]
    assert shops_in(SUMS["EUR"]) == {"s1a", "s1b", "s1c"}


def test_both_sides_come_to_the_same() -> None:
    """Debits and credits stand apart and are added up; empty accounts come last."""
    balance = balances(SUMS, NAMES)[0]
    assert (balance.debit, balance.credit) == (Money(12_500, "EUR"), Money(12_500, "EUR"))
    assert not balance.difference
    assert balance.rows[-1].words == "To give back to shoppers"
    assert {row.code: row.credit for row in balance.rows}["hub:commission"] == Money(2_500, "EUR")


def test_a_difference_is_not_hidden() -> None:
    """What is missing on one side is said."""
    assert balances({"EUR": {"bank": 5, "hub:commission": -3}}, {})[0].difference == Money(2, "EUR")


def test_the_sums_an_operator_thinks_in() -> None:
    """Owed to boutiques by stage, owed by them, earned, and at the provider: each a positive amount."""
    purse = purses(SUMS)[0]
    amounts = [purse.held, purse.ready, purse.sending, purse.claims, purse.commission, purse.vat, purse.at_hand]
    assert [amount.amount_minor for amount in amounts] == [8_000, 1_000, 0, 500, 2_500, 1_000, 12_000]
