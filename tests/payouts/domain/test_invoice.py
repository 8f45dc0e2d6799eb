"""Which commissions stand on which paper, and papers that do not add up."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal
from uuid import UUID

import msgspec
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from payouts.domain.amounts import portion, rate_of
from payouts.domain.giveback import Components, given_back
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
from payouts.domain.settling import settle_lines, settled_back
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
        ({"net_minor": 999}, "net total is 9.99 EUR"),
        ({"gross_minor": 1_201}, "total 12.01 EUR"),
        ({"rates": (rate(vat_minor=210),), "vat_minor": 210}, "VAT is 2.10 EUR"),
        ({"rates": (rate(treatment="reverse-charge"),)}, "VAT of 2.00 EUR stands where none is charged"),
        ({"rates": (rate(vat_bp=2_200),)}, "not 22 % of 10.00 EUR"),
        ({"rates": (rate(net_minor=-1_000),), "net_minor": -1_000}, "net total is -10.00 EUR"),
    ],
)
def test_an_invoice_that_does_not_add_up_is_refused(changes: dict[str, object], said: str) -> None:
    """By rates, by orders, in its total, at its rates."""
    check_invoice(GOOD)
    with pytest.raises(StatementBrokenError, match=said):
        check_invoice(msgspec.structs.replace(GOOD, **changes))


@st.composite
def sold(draw: st.DrawFn) -> tuple[int, list[Components]]:
    """A rate of VAT in basis points, and lines whose commission is taxed at it."""
    vat_bp = draw(st.sampled_from([500, 770, 1_000, 1_700, 2_200, 2_550, 2_700]))
    lines = []
    for _ in range(draw(st.integers(1, 6))):
        commission, seller = draw(st.integers(0, 20_000)), draw(st.integers(0, 50_000))
        vat = rate_of(commission, vat_bp)
        lines.append(Components(seller + commission + vat, seller, commission, vat))
    return vat_bp, lines


def check_issued(booked: Sequence[Components], vat_bp: int, *, exchanged: bool, sign: int = 1) -> None:
    """Check the paper of what was charged (`sign` 1) or given back, if there is one."""
    items = [
        msgspec.structs.replace(
            item(1, sign * one.commission, line=str(place), vat_bp=vat_bp),
            vat_minor=sign * one.vat,
            exchanged=exchanged,
        )
        for place, one in enumerate(booked)
    ]
    rates, orders = rate_sums(items, sign=sign), order_sums(items, {}, sign=sign)
    net, vat = rates[0].net_minor, rates[0].vat_minor
    if net >= 0 and net + vat > 0:
        figures = {"net_minor": net, "vat_minor": vat, "gross_minor": net + vat}
        check_invoice(msgspec.structs.replace(GOOD, rates=rates, orders=orders, **figures))


@given(sold(), st.integers(400, 2_200), st.data())
@settings(max_examples=200, deadline=None)
def test_what_was_rounded_or_exchanged_line_by_line_still_adds_up(
    sale: tuple[int, list[Components]], per_mille: int, data: st.DataObject
) -> None:
    """Commission and VAT are rounded apart, by an exchange (of pounds into yen, say) and by what is given back."""
    vat_bp, lines = sale
    paid = sum(line.paid for line in lines)
    assume(paid)
    settled = settle_lines(lines, portion(paid, per_mille, 1_000))
    check_issued(lines, vat_bp, exchanged=False)
    check_issued(settled, vat_bp, exchanged=True)
    back, settled_then = [], []
    for line, whole in zip(lines, settled, strict=True):
        before = data.draw(st.integers(0, line.paid))
        after = data.draw(st.integers(before, line.paid))
        back.append(given_back(line, after) - given_back(line, before))
        settled_then.append(settled_back(whole, after, line.paid) - settled_back(whole, before, line.paid))
    check_issued(back, vat_bp, exchanged=False, sign=-1)
    check_issued(settled_then, vat_bp, exchanged=True, sign=-1)


def test_a_sale_in_pounds_at_a_hub_of_yen_has_an_invoice() -> None:
    """One line whose VAT the exchange carried two yen from its rate; twelve yen away is no rounding of one line."""
    (line,) = settle_lines([Components(100_000, 96_023, 3_615, 362)], 188_500)
    assert line.vat - rate_of(line.commission, 1_000) == 2
    check_issued([line], 1_000, exchanged=True)
    wrong = Components(line.paid, line.seller, line.commission, line.vat + 10)
    with pytest.raises(StatementBrokenError, match="not 10 % of"):
        check_issued([wrong], 1_000, exchanged=True)


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
