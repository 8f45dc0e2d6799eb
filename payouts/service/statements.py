"""What a boutique may see of its money at this hub: every movement on its accounts, and the papers issued to it."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from payouts.domain.account_lines import DIVIDED, AccountEntry, LinePart, StatementLine, line_of, parts_of
from payouts.domain.papers import MEDIA_TYPES, PaperFile, PaperForm, PaperHead, file_name
from payouts.domain.statement_entries import entries_of
from payouts.errors import StatementBrokenError
from payouts.paper_ports import Office
from payouts.service.statement_making import facts_of
from payouts.store import account_lines as lines_store
from payouts.store import papers as papers_store
from payouts.store import statements as statement_store

_log = structlog.get_logger(__name__)

LINES_MAX = 500
"""The most movements that one page holds."""
PAPERS_MAX = 500
"""The most papers a list holds: the newest ones."""


async def currencies_of(shop_id: str) -> list[str]:
    """The currencies in which there are movements on a shop's accounts."""
    return await lines_store.currencies_of(shop_id)


async def account_lines(office: Office, shop_id: str, currency: str, after: int, limit: int) -> list[StatementLine]:
    """The movements on a shop's accounts beyond the one with id `after`, in the order of the ledger.

    `currency` may be empty: then of all its currencies.

    An id lower than one already read can still come when two things happened at the same moment: then a line's balance
    less its amount is not the balance before it on that account, and the reader begins again from 0.
    """
    entries = await lines_store.entries_after(shop_id, currency, after, min(max(limit, 1), LINES_MAX))
    words = await office.words({entry.shop_order_id for entry in entries if entry.shop_order_id is not None})
    numbers = {shop_order_id: order.number for shop_order_id, order in words.items()}
    parts = await _parts(office, shop_id, [entry for entry in entries if entry.is_first and entry.posting in DIVIDED])
    return [
        line_of(
            entry,
            numbers.get(entry.shop_order_id, "") if entry.shop_order_id else "",
            parts.get((entry.txn, entry.currency), ()) if entry.is_first else (),
        )
        for entry in entries
    ]


async def _parts(
    office: Office, shop_id: str, entries: Sequence[AccountEntry]
) -> dict[tuple[int, str], tuple[LinePart, ...]]:
    """The components of these entries' transactions; none of one that our rows do not come to."""
    found: dict[tuple[int, str], tuple[LinePart, ...]] = {}
    for currency in sorted({entry.currency for entry in entries}):
        txns = [entry.txn for entry in entries if entry.currency == currency]
        events = await statement_store.events_of(txns, shop_id, currency)
        facts = await facts_of(office, events, shop_id, currency)
        for event in events:
            try:
                found[event.txn, currency] = parts_of(entries_of(event, facts))
            except StatementBrokenError as error:
                _log.error("movement_does_not_add_up", shop=shop_id, txn=event.txn, reason=error.detail)
    return found


async def papers_of(shop_id: str) -> list[PaperHead]:
    """The papers issued to a shop, newest first."""
    return await papers_store.heads_of_shop(shop_id, PAPERS_MAX)


async def paper(shop_id: str, paper_id: UUID, form: PaperForm) -> PaperFile | None:
    """One form of a paper of this shop, byte for byte as it was issued; None when the shop has no such paper."""
    head = await papers_store.head_of(paper_id)
    if head is None or head.shop_id != shop_id:
        return None
    content = await papers_store.content_of(paper_id, form)
    if content is None:
        return None
    return PaperFile(name=file_name(head.kind, head.number, form), media_type=MEDIA_TYPES[form], content=content)
