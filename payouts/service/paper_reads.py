"""What the hub's operators see of papers: every one that was issued, what stands on it, and what waits to be issued."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from payouts.domain.invoice import DETAILS, Detail, Invoice
from payouts.domain.papers import MEDIA_TYPES, PaperFile, PaperForm, PaperHead, PaperKind, Period, file_name
from payouts.domain.statement import Statement
from payouts.errors import PaymentMissingError
from payouts.service.invoicing import WAITS
from payouts.service.papers import BROKEN
from payouts.store import lists
from payouts.store import papers as store

HELD_UP = (BROKEN, WAITS)
"""The alerts about papers that cannot be issued."""
ALERTS_MAX = 200


class PaperView(msgspec.Struct, frozen=True, kw_only=True):
    """A paper with the document as it was issued, and the number of the invoice it refers to."""

    head: PaperHead
    statement: Statement | None = None
    invoice: Invoice | None = None


class PaperTrouble(msgspec.Struct, frozen=True, kw_only=True):
    """Why a boutique has no statement, or no invoice (then `missing` says which details it waits for), since when."""

    shop_id: str
    message: str
    missing: tuple[Detail, ...]
    since: datetime


async def papers(
    kind: PaperKind | None, shop_id: str, period: Period | None, limit: int, offset: int
) -> Sequence[PaperHead]:
    """A page of the papers, newest first: of a kind, of a boutique (empty: of all), about a period."""
    return await store.heads(kind, shop_id, None if period is None else (period.start, period.end), (limit, offset))


async def first_period() -> datetime | None:
    """When the period of the oldest paper began; None without papers."""
    return await store.first_period()


async def paper(paper_id: UUID) -> PaperView:
    """One paper. Raises PaymentMissingError when there is none."""
    head, record = await store.head_of(paper_id), await store.papers.get(paper_id)
    if head is None or record is None:
        raise PaymentMissingError("there is no such paper")
    if head.kind is PaperKind.STATEMENT:
        return PaperView(head=head, statement=msgspec.json.decode(record.document, type=Statement))
    return PaperView(head=head, invoice=msgspec.json.decode(record.document, type=Invoice))


async def file(paper_id: UUID, form: PaperForm) -> PaperFile:
    """One form of any paper. Raises PaymentMissingError when there is none."""
    head, content = await store.head_of(paper_id), await store.content_of(paper_id, form)
    if head is None or content is None:
        raise PaymentMissingError("there is no such paper")
    return PaperFile(name=file_name(head.kind, head.number, form), media_type=MEDIA_TYPES[form], content=content)


async def troubles() -> list[PaperTrouble]:
    """What keeps papers from being issued, the newest first."""
    found = [alert for alert in await lists.alerts_open(ALERTS_MAX) if alert.kind in HELD_UP]
    return [
        PaperTrouble(
            shop_id=alert.reference.partition(":")[0],
            message=alert.message,
            missing=tuple(one for one, words in DETAILS.items() if alert.kind == WAITS and words in alert.message),
            since=alert.raised_at,
        )
        for alert in found
    ]
