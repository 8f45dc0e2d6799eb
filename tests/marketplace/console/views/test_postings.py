"""Postings and entries of the ledger for people."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from federation.vocabulary.money import Money
from marketplace.console.views.postings import entry_rows, kind_words, posting_rows
from payouts.service.reads import AccountEntry

ORDER = UUID(int=9)


def entry(number: int, txn_id: int, code: str, amount: int, **changes: Any) -> AccountEntry:
    """One leg of a sale."""
    values: dict[str, Any] = {
        "kind": "capture",
        "reference": str(ORDER),
        "currency": "EUR",
        "balance_after": None,
        "effective_at": datetime(2026, 11, 22, tzinfo=UTC),
    }
    return AccountEntry(id=number, txn_id=txn_id, code=code, amount=amount, **(values | changes))


def test_legs_stand_together_debits_first() -> None:
    """A posting is a row with its legs, each leading to its account."""
    legs = [entry(1, 7, "hub:commission", -100), entry(2, 7, "bank", 100), entry(3, 8, "bank", 5)]
    sale, other = posting_rows(legs, {})
    assert [(side.account, side.debit, side.credit) for side in sale.sides] == [
        ("Our bank", Money(100, "EUR"), None),
        ("Commission earned", None, Money(100, "EUR")),
    ]
    assert (sale.words, other.number) == ("sale", 8)
    assert sale.sides[1].url == "/console/trial-balance/EUR/hub:commission"


def test_entries_lead_to_what_they_are_about() -> None:
    """An order by its number, a correction to its list, anything else as it is written; boutiques' balances as owed."""
    about_order = entry(1, 7, "shop:a:held", -100, balance_after=-100)
    correction = entry(2, 8, "hub:adjustment", 5, kind="adjustment", reference="x")
    strange = entry(3, 9, "suspense", 5, kind="a_new_kind", reference="y")
    shown = entry_rows([about_order, correction, strange], {str(ORDER): ORDER}, {ORDER: "G-1"})
    assert [(row.about, row.url) for row in shown] == [
        ("G-1", f"/console/money/orders/{ORDER}"), ("Corrections", "/console/money/corrections"), ("y", ""),
    ]  # fmt: skip
    assert shown[0].after == Money(100, "EUR")
    assert kind_words("a_new_kind") == "a new kind"
