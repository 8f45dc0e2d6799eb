"""Commission invoices and credit notes: which commissions stand on which paper, and that the paper adds up.

A commission is charged on a line when the sale is booked (or its payment exchanged), and given back with refunds and
lost disputes. What is given back of a commission that was invoiced stands on a credit note to that invoice; what was
not invoiced yet lowers the next invoice. Amounts are the ledger's own, rounded line by line at the sale.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money
from federation.vocabulary.wording import message, sentence
from federation.vocabulary.zones import UTC_NAME, ZoneName
from payouts.domain.amounts import rate_of
from payouts.domain.papers import LegalParty
from payouts.errors import StatementBrokenError

UNTAXED = frozenset({"reverse-charge", "outside-scope"})
"""Treatments under which the hub adds no VAT."""

Detail = Literal["hub-name", "hub-address", "hub-vat-id", "boutique-name", "boutique-address", "boutique-vat-id"]


ROUNDED_MINOR, EXCHANGED_MINOR = 2, 4
"""How far rounding may carry one line's VAT from the rate of its commission, in minor units.

Charge and what is given back are rounded apart, up to 1.8 together; an exchange then makes up to 2.2 times as many
units of each (pence in yen) and rounds each again, as does what is given back of it: at most 6 in all.
"""

DETAILS: Mapping[Detail, str] = {
    "hub-name": message("the hub's legal name"),
    "hub-address": message("the hub's address"),
    "hub-vat-id": message("the hub's VAT id"),
    "boutique-name": message("the boutique's legal name"),
    "boutique-address": message("the boutique's address"),
    "boutique-vat-id": message("the boutique's VAT id"),
}
"""What may be missing, in words."""


class CommissionItem(msgspec.Struct, frozen=True, kw_only=True):
    """What a ledger transaction charged on one line, or (negative) gave back; `invoiced_on` is the charge's invoice.

    With `exchanged` it was sold in another currency than this.
    """

    id: int
    kind: Literal["charged", "given_back"]
    shop_order_id: UUID
    line_id: str
    net_minor: int
    vat_minor: int
    vat_bp: int
    vat_treatment: str
    effective_at: datetime
    invoiced_on: UUID | None = None
    exchanged: bool = False


class RateSum(msgspec.Struct, frozen=True, kw_only=True):
    """All commissions of one rate (basis points) and treatment.

    `lines` is how many amounts were rounded for it, `exchanged` how many of them from another currency.
    """

    vat_bp: int
    treatment: str
    net_minor: int
    vat_minor: int
    lines: int
    exchanged: int = 0


class OrderSum(msgspec.Struct, frozen=True, kw_only=True):
    """The commissions of one shop order, by its number."""

    order: str
    net_minor: int
    vat_minor: int


class Invoice(msgspec.Struct, frozen=True, kw_only=True):
    """The document of an invoice, or of a credit note (whose amounts are what is given back, and positive).

    `refers_to` and `refers_to_date` name the invoice that a credit note corrects. Its times are in UTC, its days and
    months those of `time_zone` (papers issued before it was told: UTC).
    """

    kind: Literal["invoice", "credit_note"]
    version: Literal[1]
    number: str
    hub: LegalParty
    boutique: LegalParty
    language: str
    currency: str
    period_start: str
    period_end: str
    issued_at: str
    refers_to: str
    refers_to_date: str
    rates: tuple[RateSum, ...]
    orders: tuple[OrderSum, ...]
    net_minor: int
    vat_minor: int
    gross_minor: int
    time_zone: ZoneName = UTC_NAME


class Plan(msgspec.Struct, frozen=True):
    """Which items stand on the period's invoice (none: there is none), and which on a credit note to which invoice."""

    invoice: tuple[CommissionItem, ...]
    credits: Mapping[UUID, tuple[CommissionItem, ...]]


def plan_papers(items: Sequence[CommissionItem]) -> Plan:
    """Divide open items among papers; what comes to nothing waits for the next invoice.

    So does what is given back of a charge that is neither invoiced nor among the items: clocks that differ a little can
    place it just after the period's end.
    """
    own: dict[tuple[UUID, str], list[CommissionItem]] = {}
    credited: dict[UUID, list[CommissionItem]] = {}
    for item in items:
        if item.kind == "given_back" and item.invoiced_on is not None:
            credited.setdefault(item.invoiced_on, []).append(item)
        else:
            own.setdefault((item.shop_order_id, item.line_id), []).append(item)
    covered = [found for found in own.values() if sum(item.net_minor + item.vat_minor for item in found) >= 0]
    invoice = tuple(sorted((item for found in covered for item in found), key=lambda item: item.id))
    if not any((sum(item.net_minor for item in invoice), sum(item.vat_minor for item in invoice))):
        invoice = ()
    return Plan(invoice, {paper_id: tuple(found) for paper_id, found in credited.items()})


def rate_sums(items: Iterable[CommissionItem], *, sign: int) -> tuple[RateSum, ...]:
    """The sums by rate and treatment, highest rate first; `sign` -1 for what is given back."""
    sums: dict[tuple[int, str], list[int]] = {}
    for item in items:
        found = sums.setdefault((item.vat_bp, item.vat_treatment), [0, 0, 0, 0])
        found[0] += sign * item.net_minor
        found[1] += sign * item.vat_minor
        found[2] += 1
        found[3] += item.exchanged
    return tuple(
        RateSum(vat_bp=rate, treatment=treatment, net_minor=net, vat_minor=vat, lines=lines, exchanged=exchanged)
        for (rate, treatment), (net, vat, lines, exchanged) in sorted(
            sums.items(), key=lambda each: (-each[0][0], each[0][1])
        )
    )


def order_sums(items: Iterable[CommissionItem], numbers: Mapping[UUID, str], *, sign: int) -> tuple[OrderSum, ...]:
    """The sums by shop order, in the order of their first item."""
    sums: dict[UUID, list[int]] = {}
    for item in items:
        found = sums.setdefault(item.shop_order_id, [0, 0])
        found[0] += sign * item.net_minor
        found[1] += sign * item.vat_minor
    return tuple(
        OrderSum(order=numbers.get(shop_order_id, str(shop_order_id)), net_minor=net, vat_minor=vat)
        for shop_order_id, (net, vat) in sums.items()
    )


def missing_details(hub: LegalParty, boutique: LegalParty, treatments: Iterable[str]) -> tuple[Detail, ...]:
    """What the law wants on the invoice and is not known (Directive 2006/112/EC, art. 226 points 3 to 5)."""
    wanted: list[tuple[Detail, str]] = [
        ("hub-name", hub.legal_name),
        ("hub-address", hub.address),
        ("hub-vat-id", hub.vat_id),
        ("boutique-name", boutique.legal_name),
        ("boutique-address", boutique.address),
    ]
    if "reverse-charge" in treatments:
        wanted.append(("boutique-vat-id", boutique.vat_id))
    return tuple(name for name, value in wanted if not value.strip())


_NET = message("the net total is %(told)s, by rates %(rates)s, by orders %(orders)s")
_VAT = message("the VAT is %(told)s, by rates %(rates)s, by orders %(orders)s")


def check_invoice(invoice: Invoice) -> None:
    """Raises StatementBrokenError, saying where, when an invoice or credit note does not add up."""

    def money(minor: int) -> Money:
        return Money(minor, invoice.currency)

    for pattern, told, rates, orders in (
        (_NET, invoice.net_minor, [r.net_minor for r in invoice.rates], [o.net_minor for o in invoice.orders]),
        (_VAT, invoice.vat_minor, [r.vat_minor for r in invoice.rates], [o.vat_minor for o in invoice.orders]),
    ):
        if not told == sum(rates) == sum(orders):
            by = {"rates": money(sum(rates)), "orders": money(sum(orders))}
            raise StatementBrokenError(sentence(pattern, told=money(told), **by))
    if invoice.gross_minor != invoice.net_minor + invoice.vat_minor or invoice.gross_minor <= 0:
        raise StatementBrokenError(
            sentence(
                "the total %(total)s is not net and VAT together, or not positive", total=money(invoice.gross_minor)
            )
        )
    for rate in invoice.rates:
        _check_rate(rate, invoice.currency)


def _check_rate(rate: RateSum, currency: str) -> None:
    net, vat = Money(rate.net_minor, currency), Money(rate.vat_minor, currency)
    whole, hundredths = divmod(rate.vat_bp, 100)
    percent = f"{whole}.{hundredths:02}".rstrip("0").rstrip(".")
    if rate.treatment in UNTAXED and rate.vat_minor:
        raise StatementBrokenError(sentence("VAT of %(vat)s stands where none is charged", vat=vat))
    if rate.net_minor < 0:
        raise StatementBrokenError(sentence("%(net)s at %(percent)s %% is less than nothing", net=net, percent=percent))
    most = 1 + ROUNDED_MINOR * rate.lines + EXCHANGED_MINOR * rate.exchanged
    if abs(rate.vat_minor - rate_of(rate.net_minor, rate.vat_bp)) > most:
        raise StatementBrokenError(
            sentence("VAT of %(vat)s is not %(percent)s %% of %(net)s", vat=vat, percent=percent, net=net)
        )
