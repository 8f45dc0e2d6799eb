"""Queries over issued papers: they are numbered and added, never changed, and read by their shop or by all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from federation.node import database
from payouts.domain.papers import FormHead, Number, PaperForm, PaperHead, PaperKind, PaperRecord, number_of
from payouts.paper_tables import Paper
from payouts.store.shelf import Shelf
from payouts.store.statements import Cut

papers = Shelf(Paper, PaperRecord)

_HEADS = """
SELECT paper.id, paper.kind, paper.shop_id, paper.number, paper.currency, paper.period_start, paper.period_end,
    paper.issued_at, paper.total_minor, paper.refers_to, paper.time_zone,
    coalesce((
        SELECT json_agg(json_build_object('form', form, 'sha256', encode(sha256, 'hex'), 'size_bytes', size_bytes)
            ORDER BY form)::text
        FROM pay_paper_form WHERE paper_id = paper.id
    ), '[]') AS forms
FROM pay_paper AS paper
"""
_NEWEST = "ORDER BY paper.issued_at DESC, paper.number DESC"

_FORMS = msgspec.json.Decoder(tuple[FormHead, ...])


async def next_number(kind: PaperKind, year: int) -> Number:
    """The next number of a series, taken for good when the open transaction commits and given again when it does not.

    Whoever issues in the same series waits until then: so there is neither a gap nor a number twice.
    """
    place: int = await database.fetch_value(
        "INSERT INTO pay_paper_series AS series (name, last) VALUES ($1, 1) "
        "ON CONFLICT (name) DO UPDATE SET last = series.last + 1 RETURNING last",
        f"{kind.value}:{year}",
    )
    return Number(year, place, number_of(kind, year, place))


async def add_form(paper_id: UUID, form: PaperForm, content: bytes) -> None:
    """Keep one form of a paper; the first one made stays."""
    await database.execute(
        "INSERT INTO pay_paper_form (paper_id, form, content, sha256, size_bytes) "
        "VALUES ($1, $2, $3::bytea, sha256($3::bytea), octet_length($3::bytea)) ON CONFLICT DO NOTHING",
        paper_id,
        form.value,
        content,
    )


async def add_cuts(paper_id: UUID, cuts: Sequence[Cut]) -> None:
    """Keep where a statement cut the ledger."""
    await database.execute_many(
        "INSERT INTO pay_paper_cut (paper_id, account_id, version, balance_minor) VALUES ($1, $2, $3, $4)",
        [(paper_id, cut.account_id, cut.version, cut.balance_minor) for cut in cuts],
    )


def _head(row: Mapping[str, Any]) -> PaperHead:
    values = dict(row)
    return msgspec.convert({**values, "forms": _FORMS.decode(values["forms"])}, PaperHead)


async def heads_of_shop(shop_id: str, limit: int) -> list[PaperHead]:
    """A shop's newest papers, newest first."""
    sql = f"{_HEADS} WHERE paper.shop_id = $1 {_NEWEST} LIMIT $2"
    return [_head(row) for row in await database.fetch(sql, shop_id, limit)]


async def heads(
    kind: PaperKind | None, shop_id: str, period: tuple[datetime, datetime] | None, page: tuple[int, int]
) -> list[PaperHead]:
    """A page (limit, offset) of all papers: of a kind, of a shop (empty: of all), ending in a period."""
    start, end = period or (None, None)
    sql = f"""{_HEADS} WHERE ($1::text IS NULL OR paper.kind = $1) AND ($2 = '' OR paper.shop_id = $2)
        AND ($3::timestamptz IS NULL OR (paper.period_end > $3 AND paper.period_start < $4))
        {_NEWEST} LIMIT $5 OFFSET $6"""
    rows = await database.fetch(sql, None if kind is None else kind.value, shop_id, start, end, *page)
    return [_head(row) for row in rows]


async def first_period() -> datetime | None:
    """When the period of the oldest paper began; None without papers."""
    first: datetime | None = await database.fetch_value("SELECT min(period_start) FROM pay_paper")
    return first


async def head_of(paper_id: UUID) -> PaperHead | None:
    """One paper."""
    row = await database.fetch_one(f"{_HEADS} WHERE paper.id = $1", paper_id)
    return None if row is None else _head(row)


async def content_of(paper_id: UUID, form: PaperForm) -> bytes | None:
    """One form as it was issued."""
    content: bytes | None = await database.fetch_value(
        "SELECT content FROM pay_paper_form WHERE paper_id = $1 AND form = $2", paper_id, form.value
    )
    return content


async def without_pdf(limit: int, alert: str) -> list[UUID]:
    """Papers whose PDF was not made yet, oldest first; those of which an alert of this kind is open come last."""
    rows = await database.fetch(
        "SELECT id FROM pay_paper AS paper WHERE NOT EXISTS ("
        "SELECT 1 FROM pay_paper_form WHERE paper_id = paper.id AND form = 'pdf') ORDER BY EXISTS ("
        "SELECT 1 FROM pay_alert WHERE kind = $2 AND reference = paper.id::text AND cleared_at IS NULL), "
        "issued_at, id LIMIT $1",
        limit,
        alert,
    )
    return [UUID(int=row["id"].int) for row in rows]


async def invoiced_until(shop_id: str, currency: str) -> datetime | None:
    """Where the period ends that a shop's last invoice or credit note in a currency is about; None without one."""
    end: datetime | None = await database.fetch_value(
        "SELECT max(period_end) FROM pay_paper WHERE kind <> 'statement' AND shop_id = $1 AND currency = $2",
        shop_id,
        currency,
    )
    return end


async def shops_to_close(before: datetime) -> list[tuple[str, str]]:
    """Shops and currencies with accounts whose last statement, if any, ends before a moment."""
    rows = await database.fetch(
        """SELECT DISTINCT account.owner, account.currency FROM pay_account AS account
        WHERE account.keeps_balance AND NOT EXISTS (
            SELECT 1 FROM pay_paper AS paper WHERE paper.kind = 'statement' AND paper.shop_id = account.owner
                AND paper.currency = account.currency AND paper.period_end >= $1
        ) ORDER BY 1, 2""",
        before,
    )
    return [(row["owner"], row["currency"]) for row in rows]
