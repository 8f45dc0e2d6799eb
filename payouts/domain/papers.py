"""The papers of money: statements, commission invoices and credit notes, issued once and never changed.

A paper has a number of a gapless series (one for each kind and year of the hub) and stands in several forms, each kept
byte for byte as it was issued.
"""

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum
from uuid import UUID

import msgspec

from federation.vocabulary.zones import UTC_NAME


class PaperKind(StrEnum):
    """What a paper is."""

    STATEMENT = "statement"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class PaperForm(StrEnum):
    """A form a paper is had in; `json` is the signed one."""

    JSON = "json"
    PDF = "pdf"
    CSV = "csv"


MEDIA_TYPES = {
    PaperForm.JSON: "application/json",
    PaperForm.PDF: "application/pdf",
    PaperForm.CSV: "text/csv; charset=utf-8",
}

PREFIXES = {PaperKind.STATEMENT: "ST", PaperKind.INVOICE: "FC", PaperKind.CREDIT_NOTE: "NC"}
"""How the numbers of each series begin."""


class FormHead(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a paper: `sha256` in hexadecimal."""

    form: PaperForm
    sha256: str
    size_bytes: int


class PaperHead(msgspec.Struct, frozen=True, kw_only=True):
    """A paper in a list.

    The period ends before `period_end`; `total_minor` is a statement's closing balance, else the gross amount of an
    invoice or a credit note (positive). `time_zone` is where its days are counted.
    """

    id: UUID
    kind: PaperKind
    shop_id: str
    number: str
    currency: str
    period_start: datetime
    period_end: datetime
    issued_at: datetime
    total_minor: int
    refers_to: UUID | None = None
    time_zone: str = UTC_NAME
    forms: tuple[FormHead, ...] = ()


class PaperRecord(msgspec.Struct, frozen=True, kw_only=True):
    """A paper as its row holds it: the place in its series, and the document's bytes with their digest."""

    id: UUID
    kind: PaperKind
    shop_id: str
    currency: str
    series_year: int
    series_place: int
    number: str
    period_start: datetime
    period_end: datetime
    issued_at: datetime
    opening_minor: int
    total_minor: int
    refers_to: UUID | None = None
    time_zone: str = UTC_NAME
    document: bytes
    sha256: bytes


class Number(msgspec.Struct, frozen=True):
    """A number of a series: the year, the place in it, and how it is written."""

    year: int
    place: int
    text: str


class PaperFile(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a paper as it is handed out."""

    name: str
    media_type: str
    content: bytes


class LineWords(msgspec.Struct, frozen=True):
    """A sold line in words; `goods_vat_bp` is the rate of the VAT inside its price, in basis points."""

    title: str
    goods_vat_bp: int = 0


class OrderWords(msgspec.Struct, frozen=True):
    """A shop order in words: its number, and its lines by their ids."""

    number: str
    lines: Mapping[str, LineWords] = {}


class LegalParty(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a paper is from or for: `id` as the federation knows it, the rest as the law wants it.

    `vat_id_checked` is the day on which a register found the VAT id right, and which one, as `2026-11-22 VIES`; empty
    where none was asked.
    """

    id: str
    name: str
    legal_name: str = ""
    address: str = ""
    country: str = ""
    vat_id: str = ""
    vat_id_checked: str = ""


class Period(msgspec.Struct, frozen=True, order=True):
    """A stretch of time from `start` to before `end`, both in UTC."""

    start: datetime
    end: datetime


def canonical(document: msgspec.Struct) -> bytes:
    """A document as it is kept and signed: one line of JSON, names sorted, no space, text in Unicode normal form C."""
    text = msgspec.json.encode(document, order="sorted").decode()
    return unicodedata.normalize("NFC", text).encode()


def number_of(kind: PaperKind, year: int, place: int) -> str:
    """A paper's number: the series, the year and the place in it."""
    return f"{PREFIXES[kind]}-{year}-{place:05d}"


def month_of(moment: datetime, zone: tzinfo = UTC) -> Period:
    """The calendar month of a zone that a moment is in."""
    local = moment.astimezone(zone)
    start = datetime(local.year, local.month, 1, tzinfo=zone)
    end = datetime(start.year + start.month // 12, start.month % 12 + 1, 1, tzinfo=zone)
    return Period(start.astimezone(UTC), end.astimezone(UTC))


def next_period(
    last_end: datetime | None, opening_minor: int, first: datetime | None, zone: tzinfo = UTC
) -> Period | None:
    """The period after `last_end` that the next paper is about; None when there is nothing to tell.

    `first` is when the oldest thing without a paper became effective. Months in which nothing was owed and nothing
    happened have no paper; what came late into an ended period stands on the next one. A period begins where the last
    one ended, whatever zone that was counted in, and ends with the month of this one.
    """
    if last_end is not None and (opening_minor or (first is not None and first < last_end)):
        return Period(last_end, month_of(last_end, zone).end)
    if first is None:
        return None
    start = month_of(first, zone).start
    start = start if last_end is None else max(start, last_end)
    return Period(start, month_of(start, zone).end)


def end_of_second(moment: datetime) -> datetime:
    """The whole second after a moment: papers name times to the second, and all that was before is before it."""
    return moment.replace(microsecond=0) + timedelta(seconds=1)


def time_text(moment: datetime) -> str:
    """A moment as documents write it: RFC 3339, UTC, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def local_text(time: str, zone: tzinfo) -> str:
    """A document's time by the clocks of a zone: 2026-11-30T23:30:00Z is 2026-12-01T00:30:00+01:00 in Rome."""
    return time if zone is UTC else datetime.fromisoformat(time).astimezone(zone).isoformat()


def language_of(country: str) -> str:
    """The language in which papers are written for a boutique of this country."""
    return "it" if country == "IT" else "en"


def file_name(kind: PaperKind, number: str, form: PaperForm) -> str:
    """What a form is called when it is saved."""
    return f"{kind.value.replace('_', '-')}-{number}.{form.value}"
