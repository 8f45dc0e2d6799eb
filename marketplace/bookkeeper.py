"""What the hub tells each boutique of its account: the answer to `federation.ports.Bookkeeper`.

Carries what payouts knows into the words of the protocol; decides nothing. Texts leave in Unicode normal form C, or the
whole answer could not be sent.
"""

import unicodedata
from datetime import datetime
from uuid import UUID

from federation import limits
from federation.conversations.accounts import (
    AccountLine,
    AccountLines,
    AccountState,
    BankPayout,
    Debt,
    KeptReserve,
    LinePart,
    PaidOrder,
    Paper,
    PaperFile,
    PaperForm,
    Papers,
    Position,
    WaitingShare,
)
from federation.documents.times import text_of
from federation.vocabulary.ids import PartyId
from payouts.domain import papers as paper_words
from payouts.domain.account_lines import StatementLine
from payouts.domain.papers import PaperHead
from payouts.domain.records import PayoutRecord
from payouts.paper_ports import Office
from payouts.service import statements
from payouts.service.shop_view import ShopView, shop_view_of

TITLE_CHARACTERS_MAX = 200
NOTE_CHARACTERS_MAX = 2_000
ORDER_CHARACTERS_MAX = 60


class HubBookkeeper:
    """Answers out of one hub's books; `office` knows the numbers and words of its orders."""

    def __init__(self, office: Office) -> None:
        self._office = office

    async def account(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> AccountState:
        """How the boutique stands at this moment."""
        del hub_id
        view = await shop_view_of(shop_id, limits.ACCOUNT_ROWS_MAX, limits.ACCOUNT_PAYOUTS_MAX, now)
        return state_of(view, now)

    async def lines(self, hub_id: PartyId, shop_id: PartyId, after: int, limit: int) -> AccountLines:
        """Movements of all currencies in the order of the ledger; a page of very many parts ends early."""
        del hub_id
        found = await statements.account_lines(self._office, shop_id, "", after, limit)
        kept = fitting(found)
        return AccountLines(tuple(map(_line, kept)), more=len(found) >= limit or len(kept) < len(found))

    async def papers(self, hub_id: PartyId, shop_id: PartyId) -> Papers:
        """The heads of what was issued to the boutique."""
        del hub_id
        heads = await statements.papers_of(shop_id)
        return Papers(tuple(_paper(head) for head in heads[: limits.PAPERS_MAX] if head.forms))

    async def paper(self, hub_id: PartyId, shop_id: PartyId, paper_id: UUID, form: PaperForm) -> bytes | None:
        """One form of a paper of this boutique."""
        del hub_id
        found = await statements.paper(shop_id, paper_id, paper_words.PaperForm(form))
        return None if found is None else found.content


def state_of(view: ShopView, now: datetime) -> AccountState:
    """A shop's view in the words of the protocol."""
    return AccountState(
        at=text_of(now),
        standing=view.standing,
        paused=_text(view.paused, NOTE_CHARACTERS_MAX),
        positions=tuple(
            Position(
                currency=money.currency,
                held=money.held.amount_minor,
                releasable=money.releasable.amount_minor,
                in_transfer=money.in_transfer.amount_minor,
                reserve=view.reserved.get(money.currency, 0),
                owed=money.owed_back.amount_minor,
                sent=money.sent.amount_minor,
                paid_out=money.paid_out.amount_minor,
            )
            for money in view.money
        ),
        waiting=tuple(
            WaitingShare(
                order_id=str(share.shop_order_id),
                kind=share.kind,
                currency=share.currency,
                amount=share.amount_minor,
                why=share.why,
                until=None if share.until is None else text_of(share.until),
            )
            for share in view.waiting
        ),
        reserves=tuple(
            KeptReserve(
                order_id=str(kept.shop_order_id),
                currency=kept.currency,
                amount=kept.amount_minor,
                until=text_of(kept.until),
            )
            for kept in view.reserves
        ),
        debts=tuple(
            Debt(
                order_id=None if debt.shop_order_id is None else str(debt.shop_order_id),
                currency=debt.currency,
                cause=debt.cause,
                state=debt.state,
                amount=debt.amount_minor,
                left=debt.left_minor,
                since=text_of(debt.since),
            )
            for debt in view.debts
        ),
        payouts=tuple(_payout(payout, view.paid_orders.get(payout.id, [])) for payout in view.payouts),
    )


def _payout(payout: PayoutRecord, orders: list[tuple[UUID, int]]) -> BankPayout:
    named = orders[: limits.ACCOUNT_PAYOUT_ORDERS_MAX]
    return BankPayout(
        id=str(payout.id),
        currency=payout.currency,
        amount=payout.amount_minor,
        state=payout.status.value,
        way=payout.rail,
        began_at=text_of(payout.created_at),
        arrives_at=None if payout.arrival_at is None else text_of(payout.arrival_at),
        failure=_text(payout.failure, NOTE_CHARACTERS_MAX),
        count=len(orders),
        orders=tuple(PaidOrder(str(order_id), amount) for order_id, amount in named),
    )


def fitting(found: list[StatementLine]) -> list[StatementLine]:
    """As many from the front as have no more parts in all than a page may have; always the first."""
    kept: list[StatementLine] = []
    parts = 0
    for line in found:
        parts += len(line.parts)
        if kept and parts > limits.ACCOUNT_PARTS_MAX:
            break
        kept.append(line)
    return kept


def _line(line: StatementLine) -> AccountLine:
    return AccountLine(
        id=line.id,
        at=text_of(line.at),
        kind=line.kind,
        account=line.account,
        currency=line.currency,
        amount=line.amount_minor,
        balance=line.balance_minor,
        order_id=line.order_id or None,
        order=_text(line.order, ORDER_CHARACTERS_MAX),
        title=_text(line.title, TITLE_CHARACTERS_MAX),
        note=_text(line.note, NOTE_CHARACTERS_MAX),
        parts=tuple(
            LinePart(part.kind.value, part.amount_minor, _text(part.title, TITLE_CHARACTERS_MAX))
            for part in line.parts[: limits.ACCOUNT_PARTS_MAX]
        ),
    )


def _text(text: str, characters_max: int) -> str:
    return unicodedata.normalize("NFC", text)[:characters_max]


def _paper(head: PaperHead) -> Paper:
    return Paper(
        id=str(head.id),
        kind=head.kind.value,
        number=head.number,
        currency=head.currency,
        period_start=text_of(head.period_start),
        period_end=text_of(head.period_end),
        issued_at=text_of(head.issued_at),
        total=head.total_minor,
        time_zone=head.time_zone,
        files=tuple(PaperFile(form.form.value, form.sha256, form.size_bytes) for form in head.forms),
    )
