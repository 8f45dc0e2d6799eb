"""Issuing commission invoices and credit notes: everything that is open of a boutique and became due before a moment.

In the caller's transaction, so that number, paper and the items on it are one; a crash leaves none of them. When the
law wants details that are not known nothing is issued: the items wait, an alert says what is missing.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Literal
from uuid import UUID

import msgspec

from federation.vocabulary.ids import new_id
from federation.vocabulary.wording import Sentence, as_sentence, sentence
from federation.vocabulary.zones import zone_of
from payouts.domain import papers
from payouts.domain.invoice import (
    DETAILS,
    CommissionItem,
    Detail,
    Invoice,
    check_invoice,
    missing_details,
    order_sums,
    plan_papers,
    rate_sums,
)
from payouts.domain.papers import LegalParty, PaperForm, PaperKind, PaperRecord, Period
from payouts.errors import PaymentMissingError, StatementBrokenError
from payouts.paper_ports import Office
from payouts.store import desk, lists, rows
from payouts.store import invoices as store
from payouts.store import papers as paper_store

WAITS = "invoice-waits"
"""The alert while details are missing; its reference is the shop."""


class _Parties(msgspec.Struct, frozen=True):
    hub: LegalParty
    boutique: LegalParty


class _Content(msgspec.Struct, frozen=True):
    """What stands on one paper, and the invoice it refers to if it is a credit note."""

    kind: Literal["invoice", "credit_note"]
    items: Sequence[CommissionItem]
    original: PaperRecord | None = None


async def issue(office: Office, shop_id: str, currency: str, period: Period, now: datetime) -> list[PaperRecord]:
    """Issue what is open of a shop and effective before the period's end; nothing when details are missing.

    Raises StatementBrokenError when our rows are not what the ledger holds.
    """
    items = await _open_items(shop_id, currency, period)
    unlike = await store.unlike_ledger(shop_id, currency, period.end)
    if unlike is not None:
        raise StatementBrokenError(
            sentence("our rows of transaction %(txn)s do not come to the commission it booked", txn=unlike)
        )
    plan = plan_papers(items)
    if not plan.invoice and not plan.credits:
        return []
    parties = _Parties(await office.hub(), await office.boutique(shop_id))
    missing = missing_details(parties.hub, parties.boutique, {item.vat_treatment for item in items})
    if missing:
        await rows.raise_alert(WAITS, shop_id, waiting_words(parties.boutique, missing), now)
        return []
    await desk.clear_alert_of(WAITS, shop_id, now)
    contents = [_Content("invoice", plan.invoice)] if plan.invoice else []
    for invoice_id, credited in plan.credits.items():
        contents.append(_Content("credit_note", credited, await _invoice(invoice_id)))
    return [await _issue(office, parties, content, (currency, period), now) for content in contents]


async def _open_items(shop_id: str, currency: str, period: Period) -> list[CommissionItem]:
    items = await store.open_items(shop_id, currency, period.end)
    exchanged = await lists.lines_exchanged({item.shop_order_id for item in items}, currency)
    return [msgspec.structs.replace(item, exchanged=(item.shop_order_id, item.line_id) in exchanged) for item in items]


def waiting_words(boutique: LegalParty, missing: Sequence[Detail]) -> Sentence:
    """Why there is no invoice, for people."""
    return sentence(
        "the commission invoice of %(boutique)s waits for %(details)s",
        boutique=boutique.name,
        details=tuple(as_sentence(DETAILS[one]) for one in missing),
    )


async def _invoice(paper_id: UUID) -> PaperRecord:
    found = await paper_store.papers.get(paper_id)
    if found is None:
        raise PaymentMissingError(sentence("there is no invoice %(id)s", id=paper_id))
    return found


async def _issue(
    office: Office, parties: _Parties, content: _Content, place: tuple[str, Period], now: datetime
) -> PaperRecord:
    currency, period = place
    kind = PaperKind(content.kind)
    number = await paper_store.next_number(kind, now.astimezone(zone_of(office.time_zone)).year)
    invoice = await _document(office, parties, content, place, now)
    invoice = msgspec.structs.replace(invoice, number=number.text)
    check_invoice(invoice)
    document = papers.canonical(invoice)
    record = PaperRecord(
        id=new_id(),
        kind=kind,
        shop_id=parties.boutique.id,
        currency=currency,
        series_year=number.year,
        series_place=number.place,
        number=number.text,
        period_start=period.start,
        period_end=period.end,
        issued_at=now,
        opening_minor=0,
        total_minor=invoice.gross_minor,
        refers_to=None if content.original is None else content.original.id,
        time_zone=office.time_zone,
        document=document,
        sha256=sha256(document).digest(),
    )
    await paper_store.papers.add(record)
    await paper_store.add_form(record.id, PaperForm.JSON, await office.seal(document, now))
    await store.give_paper(record.id, [item.id for item in content.items])
    return record


async def _document(
    office: Office, parties: _Parties, content: _Content, place: tuple[str, Period], now: datetime
) -> Invoice:
    currency, period = place
    sign = 1 if content.kind == "invoice" else -1
    words = await office.words({item.shop_order_id for item in content.items})
    rates = rate_sums(content.items, sign=sign)
    net, vat = sum(rate.net_minor for rate in rates), sum(rate.vat_minor for rate in rates)
    original = content.original
    return Invoice(
        kind=content.kind,
        version=1,
        number="",
        hub=parties.hub,
        boutique=parties.boutique,
        language=papers.language_of(parties.boutique.country),
        currency=currency,
        period_start=papers.time_text(period.start),
        period_end=papers.time_text(period.end),
        issued_at=papers.time_text(now),
        refers_to="" if original is None else original.number,
        refers_to_date="" if original is None else papers.time_text(original.issued_at),
        rates=rates,
        orders=order_sums(content.items, {found: order.number for found, order in words.items()}, sign=sign),
        net_minor=net,
        vat_minor=vat,
        gross_minor=net + vat,
        time_zone=office.time_zone,
    )
