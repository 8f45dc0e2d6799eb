"""Queries over issued papers and their forms; nothing here is ever changed, only added and read."""

from uuid import UUID

import msgspec

from federation.node import database
from payouts.domain.papers import FormHead, PaperForm, PaperHead

_HEADS = """
SELECT paper.id, paper.kind, paper.shop_id, paper.number, paper.currency, paper.period_start, paper.period_end,
    paper.issued_at, paper.total_minor,
    coalesce((
        SELECT json_agg(json_build_object('form', form, 'sha256', encode(sha256, 'hex'), 'size_bytes', size_bytes)
            ORDER BY form)::text
        FROM pay_paper_form WHERE paper_id = paper.id
    ), '[]') AS forms
FROM pay_paper AS paper
"""

_FORMS = msgspec.json.Decoder(tuple[FormHead, ...])


def _head(row: msgspec.Struct) -> PaperHead:
    values = dict(row)  # type: ignore[call-overload]  # a row of the driver
    return msgspec.convert({**values, "forms": _FORMS.decode(values["forms"])}, PaperHead)


async def heads_of_shop(shop_id: str, limit: int) -> list[PaperHead]:
    """A shop's newest papers, newest first."""
    sql = f"{_HEADS} WHERE paper.shop_id = $1 ORDER BY paper.issued_at DESC, paper.number DESC LIMIT $2"
    return [_head(row) for row in await database.fetch(sql, shop_id, limit)]


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
