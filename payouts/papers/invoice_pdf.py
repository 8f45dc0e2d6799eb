"""A commission invoice or credit note as PDF, drawn from the document alone."""

from collections.abc import Iterator
from functools import partial

import msgspec
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from federation.node.paper import Sheet, heading, paper, table, words
from federation.vocabulary.zones import zone_of
from payouts.domain.invoice import Invoice, RateSum
from payouts.papers.figures import amount_text, day_text, period_text, rate_text, zone_text
from payouts.papers.rows import Row, RowList
from payouts.papers.statement_pdf import letters_told, party_text
from payouts.papers.words import INVOICE_WORDS


def invoice_pdf(invoice: Invoice) -> bytes:
    """The whole paper on A4. Raises ZoneUnknownError where its zone is not known."""
    said = INVOICE_WORDS[invoice.language]
    name = f"{said[invoice.kind]} {invoice.number}"
    sheet = Sheet(
        title=f"{name}, {invoice.boutique.name}",
        author=invoice.hub.name,
        language=invoice.language,
        foot=f"{invoice.hub.name} \u00b7 {name} \u00b7 {invoice.boutique.name}",
        page_words=lambda number, count: said["page"].format(number=number, count=count),
    )
    return paper(sheet, list(invoice_story(invoice)))


def invoice_story(invoice: Invoice) -> Iterator[Flowable]:
    """What stands on the paper, block by block."""
    said, language, zone = INVOICE_WORDS[invoice.language], invoice.language, zone_of(invoice.time_zone)
    name = f"{said[invoice.kind]} {invoice.number}"
    amount = partial(amount_text, currency=invoice.currency, language=language)
    yield words(invoice.hub.name, "label")
    yield words(name, "title")
    yield Spacer(0, 4 * mm)
    yield table(
        [[said["from"], said["for"]],
         [party_text(invoice.hub, said["vat_id"]), party_text(invoice.boutique, said["vat_id"])]],
        [1, 1],
    )  # fmt: skip
    yield Spacer(0, 4 * mm)
    facts = [
        [said["issued"], day_text(invoice.issued_at, language, zone)],
        [said["period"], period_text(invoice.period_start, invoice.period_end, language, zone)],
    ]
    if invoice.refers_to:
        day = day_text(invoice.refers_to_date, language, zone)
        facts.append([said["refers"], said["refers_value"].format(number=invoice.refers_to, day=day)])
    yield table(facts, [1, 2], head=0)
    yield Spacer(0, 2 * mm)
    yield words(said["days"].format(currency=invoice.currency, zone=zone_text(invoice.time_zone)), "small")
    service = said["service" if invoice.kind == "invoice" else "service_back"].format(hub=invoice.hub.name)
    yield from heading(service)
    rows = [[said["rate"], said["net"], said["vat"], said["gross"]]]
    rows += [
        [_rate(rate, invoice), amount(rate.net_minor), amount(rate.vat_minor),
         amount(rate.net_minor + rate.vat_minor)]
        for rate in invoice.rates
        if rate.net_minor or rate.vat_minor
    ]  # fmt: skip
    total = f"{said['total']} ({invoice.currency})"
    rows.append([total, amount(invoice.net_minor), amount(invoice.vat_minor), amount(invoice.gross_minor)])
    yield table(rows, [3, 2, 2, 2], numbers=(1, 2, 3), totals=1)
    yield Spacer(0, 3 * mm)
    for treatment in dict.fromkeys(rate.treatment for rate in invoice.rates):
        if treatment in said:
            yield words(said[treatment])
        if treatment == "reverse-charge" and invoice.boutique.vat_id_checked:
            day, _, register = invoice.boutique.vat_id_checked.partition(" ")
            yield words(said["vat_id_checked"].format(register=register, day=day_text(day, language)))
    yield words(said["settled" if invoice.kind == "invoice" else "settled_back"])
    yield from heading(said["orders"])
    yield RowList(("", said["order"], said["net"], said["vat"]), list(_orders(invoice, total)), said["carried"])
    yield Spacer(0, 4 * mm)
    yield words(said["check"].format(hub=invoice.hub.name), "small")
    yield from letters_told(msgspec.json.encode(invoice).decode(), said)


def _rate(rate: RateSum, invoice: Invoice) -> str:
    """A rate, and why there is no VAT where there is none."""
    why = INVOICE_WORDS[invoice.language].get(f"short-{rate.treatment}")
    text = rate_text(rate.vat_bp, invoice.language)
    return text if why is None else f"{text} \u00b7 {why}"


def _orders(invoice: Invoice, total: str) -> Iterator[Row]:
    """Order by order what stands on the paper and is not nothing, and what they come to."""
    amount = partial(amount_text, currency=invoice.currency, language=invoice.language)
    net = vat = 0
    for each in invoice.orders:
        if each.net_minor or each.vat_minor:
            net, vat = net + each.net_minor, vat + each.vat_minor
            numbers = (amount(each.net_minor), amount(each.vat_minor) if each.vat_minor else "\u2013")
            yield Row("", each.order, "", numbers, carried=(amount(net), amount(vat)))
    yield Row("", total, "", (amount(net), amount(vat)), is_sum=True)
