"""The papers of money: statements, commission invoices and credit notes, issued once and never changed.

A paper has a number of a gapless series (one for each kind and year of the hub) and stands in several forms, each kept
byte for byte as it was issued.
"""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

import msgspec


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
    invoice or a credit note (positive).
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
    forms: tuple[FormHead, ...] = ()


class PaperFile(msgspec.Struct, frozen=True, kw_only=True):
    """One form of a paper as it is handed out."""

    name: str
    media_type: str
    content: bytes


class Period(msgspec.Struct, frozen=True, order=True):
    """A stretch of time from `start` to before `end`, both in UTC."""

    start: datetime
    end: datetime


def number_of(kind: PaperKind, year: int, place: int) -> str:
    """A paper's number: the series, the year and the place in it."""
    return f"{PREFIXES[kind]}-{year}-{place:05d}"


def month_of(moment: datetime) -> Period:
    """The calendar month (UTC) that a moment is in."""
    start = datetime(moment.year, moment.month, 1, tzinfo=UTC)
    return Period(start, datetime(start.year + start.month // 12, start.month % 12 + 1, 1, tzinfo=UTC))


def file_name(kind: PaperKind, number: str, form: PaperForm) -> str:
    """What a form is called when it is saved."""
    return f"{kind.value.replace('_', '-')}-{number}.{form.value}"
