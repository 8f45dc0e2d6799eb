"""The ledger for people."""

from federation.vocabulary.money import Money
from marketplace.console.views.books import account_words, balance_cells, balances, purses, shops_in, shortfall

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
    """Debits and credits stand apart and are added up, boutiques' accounts of a kind in one row; empty ones last."""
    balance = balances(SUMS, NAMES)[0]
    assert (balance.debit, balance.credit) == (Money(12_500, "EUR"), Money(12_500, "EUR"))
    assert not balance.difference
    assert balance.rows[-1].words == "To give back to shoppers"
    owed = {row.words: row.credit for row in balance.rows if row.credit}
    assert owed["Commission earned"] == Money(2_500, "EUR")
    assert owed["Boutiques: held"] == Money(8_000, "EUR")


def test_boutiques_stand_one_by_one() -> None:
    """Each with what it has of each kind, owed to it or by it, leading to the entries."""
    shops = {shop.name: shop.sums for shop in balances(SUMS, NAMES)[0].shops}
    assert list(shops) == ["Aurora", "Corallo", "s1b"]
    assert shops["Aurora"] == (("/console/trial-balance/EUR/shop:s1a:held", Money(8_000, "EUR")), *[None] * 4)
    assert shops["Corallo"][-1] == ("/console/trial-balance/EUR/recv:s1c", Money(500, "EUR"))


def test_the_file_holds_every_account() -> None:
    """One row for each account, on one side."""
    rows = balance_cells(SUMS, NAMES)
    assert ("EUR", "Aurora, held", "shop:s1a:held", None, Money(8_000, "EUR")) in rows
    assert len(rows) == len(SUMS["EUR"])


def test_a_difference_is_not_hidden() -> None:
    """What is missing on one side is said."""
    assert balances({"EUR": {"bank": 5, "hub:commission": -3}}, {})[0].difference == Money(2, "EUR")


def test_what_is_here_less_what_is_others_is_the_hubs_own() -> None:
    """12.000 here, 9.000 of it boutiques’ and 1.000 the tax office’s; it needs what boutiques owe it."""
    purse = purses(SUMS)[0]
    assert [row.amount.amount_minor for row in purse.rows] == [12_000, -9_000, -1_000]
    assert purse.own == Money(2_000, "EUR")
    assert purse.needed == Money(500, "EUR")
    earned = [(row.words, row.amount.amount_minor) for row in purse.made_of]
    assert earned == [("Commission earned", 2_500), ("Boutiques owe us", -500)], "which comes to its own as well"
    assert (purse.kept, purse.commission, purse.at_hand) == tuple(Money(one, "EUR") for one in (9_000, 2_500, 12_000))
    assert shortfall([purse]) == {"EUR": 0}


def test_what_is_missing_is_the_shortfall() -> None:
    """A hub that owes more than it has is short by the difference, and currencies at nothing are left out."""
    shown = purses({"EUR": {"bank": 100, "customer:refund_due": -250, "hub:write_off": 150}, "USD": {"bank": 0}})
    assert shortfall(shown) == {"EUR": 150}
