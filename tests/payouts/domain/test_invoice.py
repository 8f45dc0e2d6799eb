"""Which commissions stand on which paper, and papers that do not add up."""

from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec
import pytest

from payouts.domain.invoice import (
    CommissionItem,
    Invoice,
    OrderSum,
    RateSum,
    check_invoice,
    missing_details,
    order_sums,
    plan_papers,
    rate_sums,
)
from payouts.domain.papers import LegalParty, PaperKind, Period, month_of, next_period, number_of
from payouts.errors import StatementBrokenError

INVOICE, ORDER = UUID(int=9), UUID(int=1)
PARTY = LegalParty(id="x", name="X", legal_name="X SAS", address="Lyon", country="FR", vat_id="FR1")


def item(
    number: int, net: int, *, line: str = "dress", invoiced_on: UUID | None = None, vat_bp: int = 2_000
) -> CommissionItem:
    """A charge, or what is given back."""
    kind: Literal["charged", "given_back"] = "charged" if net > 0 else "given_back"
    return CommissionItem(
        id=number,
        kind=kind,
        shop_order_id=ORDER,
        line_id=line,
        net_minor=net,
        vat_minor=net * vat_bp // 10_000,
        vat_bp=vat_bp,
        vat_treatment="domestic",
        effective_at=datetime(2026, 11, number, tzinfo=UTC),
        invoiced_on=invoiced_on,
    )


def test_given_back_before_the_invoice_lowers_it_and_afterwards_is_credited() -> None:
    """Each item stands on exactly one paper; one invoice has one credit note however much is given back."""
    items = [item(1, 1_000), item(2, -400), item(3, -200, line="ring", invoiced_on=INVOICE), item(4, 500, line="hat")]
    plan = plan_papers(items)
    assert [one.id for one in plan.invoice] == [1, 2, 4]
    assert {paper: [one.id for one in found] for paper, found in plan.credits.items()} == {INVOICE: [3]}


def test_what_comes_to_nothing_or_less_waits() -> None:
    """A sale that was given back whole, and something given back whose charge is not there yet."""
    assert plan_papers([item(1, 500), item(2, -500)]).invoice == ()
    assert [one.id for one in plan_papers([item(1, 500), item(2, -300, line="ring")]).invoice] == [1]
    assert plan_papers([]).invoice == ()


def test_sums_are_by_rate_and_by_order() -> None:
    """Highest rate first; a credit note's amounts are positive."""
    items = [item(1, -1_000), item(2, -500, vat_bp=0, line="ring")]
    rates = rate_sums(items, sign=-1)
    assert [(rate.vat_bp, rate.net_minor, rate.vat_minor, rate.lines) for rate in rates] == [
        (2_000, 1_000, 200, 1),
        (0, 500, 0, 1),
    ]
    assert order_sums(items, {ORDER: "G-1"}, sign=-1) == (OrderSum(order="G-1", net_minor=1_500, vat_minor=200),)


def test_what_the_law_wants_is_named() -> None:
    """Names, addresses, the hub's VAT id; the boutique's where it accounts for the tax itself."""
    assert missing_details(PARTY, PARTY, {"reverse-charge"}) == ()
    bare = LegalParty(id="y", name="Y")
    assert missing_details(PARTY, bare, {"domestic"}) == ("boutique-name", "boutique-address")
    assert missing_details(bare, PARTY, ()) == ("hub-name", "hub-address", "hub-vat-id")
    assert "boutique-vat-id" in missing_details(PARTY, bare, {"reverse-charge"})


def rate(**changes: int | str) -> RateSum:
    """The one rate of the invoice below."""
    made = RateSum(vat_bp=2_000, treatment="domestic", net_minor=1_000, vat_minor=200, lines=2)
    return msgspec.structs.replace(made, **changes)


GOOD = Invoice(
    kind="invoice",
    version=1,
    number="FC-2026-00001",
    hub=PARTY,
    boutique=PARTY,
    language="en",
    currency="EUR",
    period_start="2026-11-01T00:00:00Z",
    period_end="2026-12-01T00:00:00Z",
    issued_at="2026-12-01T00:10:00Z",
    refers_to="",
    refers_to_date="",
    rates=(rate(),),
    orders=(OrderSum(order="G-1", net_minor=1_000, vat_minor=200),),
    net_minor=1_000,
    vat_minor=200,
    gross_minor=1_200,
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"net_minor": 999}, "net is 999"),
        ({"gross_minor": 1_201}, "total 1201"),
        ({"rates": (rate(vat_minor=210),), "vat_minor": 210}, "VAT is 210"),
        ({"rates": (rate(treatment="reverse-charge"),)}, "beside reverse-charge"),
        ({"rates": (rate(vat_bp=2_200),)}, "2200 basis points"),
        ({"rates": (rate(net_minor=-1_000),), "net_minor": -1_000}, "net is -1000"),
    ],
)
def test_an_invoice_that_does_not_add_up_is_refused(changes: dict[str, object], said: str) -> None:
    """By rates, by orders, in its total, at its rates."""
    check_invoice(GOOD)
    with pytest.raises(StatementBrokenError, match=said):
        check_invoice(msgspec.structs.replace(GOOD, **changes))


def test_periods_follow_one_another() -> None:
    """Month by month from the first movement; what is late comes on the next; a quiet shop gets none."""
    november = month_of(datetime(2026, 11, 22, 12, tzinfo=UTC))
    december = Period(november.end, datetime(2027, 1, 1, tzinfo=UTC))
    assert next_period(None, 0, None) is None
    assert next_period(None, 0, november.start.replace(day=22)) == november
    assert next_period(november.end, 0, None) is None
    assert next_period(november.end, 5, None) == december
    assert next_period(november.end, 0, november.start.replace(day=30)) == december
    assert next_period(november.end, 0, datetime(2027, 3, 5, tzinfo=UTC)) == month_of(datetime(2027, 3, 5, tzinfo=UTC))
    early = november.start.replace(day=10)
    assert next_period(early, 1, None) == Period(early, november.end)
    assert number_of(PaperKind.CREDIT_NOTE, 2026, 12) == "NC-2026-00012"
