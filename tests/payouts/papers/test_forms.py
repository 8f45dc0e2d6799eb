"""Papers as PDF and CSV: drawn from the document alone, whatever the names, however long."""

import csv
import re
from io import StringIO
from itertools import pairwise

import msgspec
import pytest
from reportlab.platypus import Paragraph

from payouts.domain.invoice import Invoice, OrderSum, RateSum
from payouts.domain.papers import LegalParty
from payouts.domain.statement import BankPayout, Entry, EntryKind, Standing, Statement
from payouts.domain.statement_csv import COLUMNS, statement_csv
from payouts.papers.figures import amount_text, day_text, period_text, rate_text
from payouts.papers.invoice_pdf import invoice_pdf, invoice_story
from payouts.papers.rows import Row, RowList
from payouts.papers.statement_pdf import party_text, statement_pdf
from payouts.papers.words import INVOICE_WORDS, KIND_WORDS, STATEMENT_WORDS

HUB = LegalParty(id="h1", name="Galleria", legal_name="Galleria S.r.l.", address="Via Roma 1\nMilano", vat_id="IT1")
SHOP = LegalParty(id="s1", name="Maison Łukaszewicz-Grünewald & Filles d’Été " * 3, address="Žižkov", country="CZ")


def entry(number: int) -> Entry:
    """A sale with a long name and a note that a spreadsheet would run."""
    return Entry(
        at=f"2026-11-{number % 28 + 1:02d}T10:00:00Z",
        kind=EntryKind.SALE,
        txn=number,
        amount_minor=9_120,
        paid_minor=11_643,
        coupon_minor=357,
        commission_minor=-1_200,
        commission_vat_minor=-240,
        referral_minor=-1_440,
        vat_inside_minor=1_941,
        order=f"G-{number}-1",
        title="Abito lungo «Žluťoučký kůň» in seta plissettata con maniche a sbuffo e cintura ricamata, 42 " * 2,
        quantity=2,
        note="=HYPERLINK(1)",
    )


def statement(count: int, language: str = "it") -> Statement:
    """A statement of so many sales."""
    return Statement(
        kind="statement",
        version=1,
        number="ST-2026-00001",
        draft=False,
        hub=HUB,
        boutique=SHOP,
        language=language,
        currency="EUR",
        period_start="2026-11-01T00:00:00Z",
        period_end="2026-12-01T00:00:00Z",
        issued_at="2026-12-01T00:10:00Z",
        previous="",
        opening_minor=-500,
        closing_minor=count * 9_120 - 500,
        standing=Standing(held_minor=count * 9_120, owed_minor=500),
        entries=tuple(entry(number) for number in range(count)),
        payouts=(BankPayout(at="2026-11-03T00:00:00Z", amount_minor=8_911, state="paid", arrives_at="2026-11-05"),),
    )


def pages(made: bytes) -> int:
    """How many pages a PDF has."""
    return len(re.findall(rb"/Type /Page\b", made))


def test_a_statement_has_as_many_pages_as_it_needs_and_the_same_bytes_each_time() -> None:
    """Two hundred entries with long names break between rows; nothing at all is a page as well."""
    made = statement_pdf(statement(200))
    assert made == statement_pdf(statement(200))
    assert pages(made) > 10
    assert pages(statement_pdf(statement(0, "en"))) == 1
    draft = msgspec.structs.replace(statement(1), draft=True, number="")
    assert statement_pdf(draft) != statement_pdf(statement(1))


def test_a_list_that_goes_on_says_on_each_page_what_came_before() -> None:
    """Rows break between pages, never within; each page begins with the sum so far, and ends where there is room."""
    rows = [Row("1 Nov 2026", f"Sale {place}", "order", (f"{place}",), carried=(f"to {place}",)) for place in range(90)]
    whole = RowList(("Day", "What", "Amount"), [*rows, Row("", "Total", "", ("90",), is_sum=True)], "Before")
    whole.wrap(480, 700)
    assert whole.split(480, 20) == [], "not even one row has place there"
    left, texts = [whole], []
    while left:
        page, *left = left[0].split(480, 700)
        assert page.wrap(480, 700)[1] <= 700
        texts.append([(row.title, row.numbers) for row in page.rows])
    assert len(texts) > 2
    for before, page_texts in pairwise(texts):
        assert page_texts[0] == ("Before", (f"to {before[-1][1][0]}",))
    assert [text for page_texts in texts for text in page_texts if text[0] != "Before"] == [
        *((row.title, row.numbers) for row in rows), ("Total", ("90",))
    ]  # fmt: skip


INVOICE = Invoice(
    kind="credit_note",
    version=1,
    number="NC-2026-00001",
    hub=HUB,
    boutique=SHOP,
    language="en",
    currency="EUR",
    period_start="2026-11-01T00:00:00Z",
    period_end="2026-12-01T00:00:00Z",
    issued_at="2026-12-01T00:10:00Z",
    refers_to="FC-2026-00001",
    refers_to_date="2026-11-01T00:10:00Z",
    rates=(RateSum(vat_bp=0, treatment="reverse-charge", net_minor=100, vat_minor=0, lines=1),),
    orders=tuple(OrderSum(order=f"G-{place}", net_minor=1, vat_minor=0) for place in range(100)),
    net_minor=100,
    vat_minor=0,
    gross_minor=100,
)


def test_an_invoice_and_a_credit_note_are_drawn() -> None:
    """With rates, the words of their VAT, and order by order."""
    assert pages(invoice_pdf(INVOICE)) > 2
    assert pages(invoice_pdf(msgspec.structs.replace(INVOICE, kind="invoice", language="it", refers_to=""))) > 2


def test_who_a_party_is_never_takes_more_than_a_page() -> None:
    """As many lines as its profile may have, in each field: still a paper, with everything of it."""
    tall = LegalParty(
        id="s1", name="a\n" * 40, legal_name="b\n" * 100, address="W\n" * 200, country="CZ", vat_id="c\n" * 15
    )
    text = party_text(tall, "VAT")
    assert (len(text.splitlines()), text.count("W"), text.count("b"), text.count("c")) == (4, 200, 100, 15)
    assert pages(statement_pdf(msgspec.structs.replace(statement(1), boutique=tall, hub=tall)))
    assert pages(invoice_pdf(msgspec.structs.replace(INVOICE, boutique=tall, hub=tall)))
    assert party_text(HUB, "VAT").splitlines() == ["Galleria", "Galleria S.r.l.", "Via Roma 1", "Milano", "VAT IT1"]


REVERSED = Invoice(
    kind="invoice",
    version=1,
    number="FC-2026-00001",
    hub=HUB,
    boutique=msgspec.structs.replace(SHOP, name="Maison", vat_id="CZ1", vat_id_checked="2026-11-22 VIES"),
    language="en",
    currency="EUR",
    period_start="2026-11-01T00:00:00Z",
    period_end="2026-12-01T00:00:00Z",
    issued_at="2026-12-01T00:10:00Z",
    refers_to="",
    refers_to_date="",
    rates=(RateSum(vat_bp=0, treatment="reverse-charge", net_minor=100, vat_minor=0, lines=1),),
    orders=(OrderSum(order="G-1", net_minor=100, vat_minor=0),),
    net_minor=100,
    vat_minor=0,
    gross_minor=100,
)


def with_check(invoice: Invoice, checked: str) -> Invoice:
    """The same invoice where the boutique's VAT id was looked up like this."""
    return msgspec.structs.replace(invoice, boutique=msgspec.structs.replace(invoice.boutique, vat_id_checked=checked))


def said_on(invoice: Invoice) -> list[str]:
    """Each paragraph of an invoice, as it is drawn."""
    return [each.getPlainText() for each in invoice_story(invoice) if isinstance(each, Paragraph)]


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("en", "The recipient’s VAT id was found in the register VIES on 22 November 2026."),
        ("it", "La partita IVA del destinatario risultava nel registro VIES il 22 novembre 2026."),
    ],
)
def test_under_the_words_of_the_reverse_charge_stands_who_found_the_vat_id(language: str, line: str) -> None:
    """Right under them, with register and day; not where no register was asked, nor where VAT is charged."""
    invoice = msgspec.structs.replace(REVERSED, language=language)
    said = said_on(invoice)
    assert said[said.index(INVOICE_WORDS[language]["reverse-charge"]) + 1] == line
    assert invoice_pdf(invoice) != invoice_pdf(with_check(invoice, ""))
    assert line not in said_on(with_check(invoice, ""))
    taxed = (msgspec.structs.replace(invoice.rates[0], vat_bp=2_200, treatment="", vat_minor=22),)
    assert line not in said_on(msgspec.structs.replace(invoice, rates=taxed))


def test_a_table_adds_up_and_runs_nothing() -> None:
    """Stable columns; each balance follows from the one before; a person's text is never a formula."""
    rows = list(csv.DictReader(StringIO(statement_csv(statement(3)).decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row["kind"] for row in rows] == ["opening", "sale", "sale", "sale", "closing", "bank_payout_paid"]
    assert [row["balance"] for row in rows[:5]] == ["-5.00", "86.20", "177.40", "268.60", "268.60"]
    assert rows[1]["note"] == "'=HYPERLINK(1)"
    assert (rows[1]["paid"], rows[1]["commission"], rows[1]["amount"]) == ("116.43", "-12.00", "91.20")
    assert (rows[5]["moved"], rows[5]["amount"]) == ("89.11", "")


def test_every_word_is_there_in_every_language() -> None:
    """The languages say the same things, and every kind of entry."""
    for words in (STATEMENT_WORDS, INVOICE_WORDS):
        assert {tuple(sorted(each)) for each in words.values()} == {tuple(sorted(words["en"]))}
    assert all(set(kinds) == set(EntryKind) for kinds in KIND_WORDS.values())


def test_figures_are_written_as_the_reader_writes_them() -> None:
    """Separators, signs, months, rates, and currencies without a small unit."""
    assert amount_text(-123_450, "EUR", "it") == "−1.234,50"
    assert amount_text(123_450, "EUR", "en") == "1,234.50"
    assert amount_text(1_234, "JPY", "en") == "1,234"
    assert amount_text(5, "EUR", "it") == "0,05"
    assert day_text("2026-11-03T00:00:00Z", "it") == "3 novembre 2026"
    assert period_text("2026-11-01T00:00:00Z", "2026-12-01T00:00:00Z", "en") == "November 2026"
    assert period_text("2026-11-10T08:00:00Z", "2026-12-01T00:00:00Z", "en") == "10 November 2026 – 30 November 2026"
    assert rate_text(2_550, "it") == "25,5\u00a0%"
