"""What a boutique may see of its money at this hub: every movement on its accounts, and the papers issued to it."""

from uuid import UUID

from payouts.domain.account_lines import StatementLine, line_of
from payouts.domain.papers import MEDIA_TYPES, PaperFile, PaperForm, PaperHead, file_name
from payouts.paper_ports import Office
from payouts.store import account_lines as lines_store
from payouts.store import papers as papers_store

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
    return [line_of(entry, numbers.get(entry.shop_order_id, "") if entry.shop_order_id else "") for entry in entries]


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
