"""What people at the hub do by hand: corrections by two, debts given up, bank files and the bank's word, papers.

`ada` does, `bob` agrees. Whatever they are told no to is told so again by the next look, if it should have been taken.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import TypeVar
from uuid import UUID

import msgspec

from federation.node import clock, database
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from payouts import service
from payouts.domain.adjustment import Proposal
from payouts.domain.bank_file import BankDetails
from payouts.domain.dispute import UNDECIDED
from payouts.domain.evidence import Evidence
from payouts.domain.refund_by_hand import HandPayment
from payouts.domain.statement import Entry, EntryKind, Statement
from payouts.errors import StatementBrokenError
from payouts.service import (
    adjusting,
    bank_files,
    evidence,
    float_moves,
    papers,
    refund_by_hand,
    statement_making,
    terms,
)
from payouts.service.evidence import AnswerKind
from tests.machine import facts as reading
from tests.machine.bank import IBANS, PAID, RETURNED
from tests.machine.checks import Checks
from tests.machine.facts import Facts
from tests.machine.hub import Hub
from tests.machine.model import HOME, Model
from tests.machine.office import Office
from tests.machine.orders import SHOPS
from tests.machine.outside import Outside

T = TypeVar("T")
CURRENCIES = ("EUR", "GBP", "JPY")
HUB_ACCOUNTS = ("hub:commission", "hub:promo", "bank")
SENT = (EntryKind.TRANSFER, EntryKind.TRANSFER_RETURNED, EntryKind.CLAIM_REVERSED)
A_MOMENT = 2
"""Seconds after which a statement that is closed has all that happened before."""


class Operators:
    """The people of one hub."""

    def __init__(self, outside: Outside, hub: Hub, model: Model, checks: Checks) -> None:
        self.outside = outside
        self.hub = hub
        self.model = model
        self.checks = checks

    # What is owed, put right.

    async def reserve(self, pick: int, basis_points: int) -> None:
        """A shop agrees that part of its shares is kept back for a while."""
        shop = SHOPS[pick % len(SHOPS)]
        await self.hub.command(terms.set_reserve, shop, basis_points or None, 10, clock.now())

    async def correct(self, pick: int, amount: int, crash: int) -> None:
        """One proposes what a shop or an account of the hub is corrected by, another agrees, or does not."""
        account = HUB_ACCOUNTS[pick % len(HUB_ACCOUNTS)] if pick % 4 == 0 else ""
        shop = "" if account else SHOPS[pick % len(SHOPS)]
        given = Money(amount or 1, HOME)
        proposal = Proposal(id=new_id(), amount=given, reason="a mistake", shop_id=shop, hub_account=account)
        if not await self.hub.command(adjusting.propose, proposal, "ada", self.hub.settings, clock.now()):
            return
        alone = await self.hub.command(adjusting.approve, proposal.id, "ada", clock.now())
        assert not alone, "two people: who proposed a correction agreed to it as well"
        if pick % 5 == 0:
            await self.hub.command(adjusting.reject, proposal.id, "bob", "no mistake", clock.now(), crash=crash)
        elif await self.hub.command(adjusting.approve, proposal.id, "bob", clock.now(), crash=crash):
            self.model.adjusted[account or shop] += given.amount_minor

    async def write_off(self, pick: int, crash: int) -> None:
        """A person gives a debt up."""
        claim = _one([each for each in self.checks.facts["claims"] if each["status"] == "owed"], pick)
        if claim is None:
            return
        claim_id = UUID(claim["id"])
        rest = claim["amount"] - claim["reversed"] - claim["netted"]
        if await self.hub.command(service.write_off_claim, claim_id, "gone", "ada", clock.now(), crash=crash):
            self.model.written_off[claim["id"]] = rest

    async def settle_refund(self, pick: int, crash: int) -> None:
        """A failed refund is paid to the shopper from our own bank: one says so, another agrees."""
        found = _one([each for each in self.checks.facts["refunds"] if each["status"] == "failed"], pick)
        stands = await self.hub.do(partial(refund_by_hand.situation, UUID(found["id"]), clock.now())) if found else None
        if found is None or stands is None or stands.owed is None:
            return
        owed = stands.owed
        left = owed.amount if owed.amount.currency == HOME else owed.settled + Money(pick % 2, HOME)
        wish = HandPayment(
            id=new_id(),
            refund_id=UUID(found["id"]),
            transferred=owed.amount,
            given=Money(0, owed.amount.currency),
            left_bank=left,
            paid_on=clock.now().date(),
            reference="SCT 1",
            reason="the card is closed",
        )
        if not await self.hub.command(refund_by_hand.propose, wish, "ada", clock.now()):
            return
        alone = await self.hub.command(refund_by_hand.approve, self.hub.pay, wish.id, "ada", clock.now())
        assert not alone, "two people: who proposed how a refund was settled agreed to it as well"
        if await self.hub.command(refund_by_hand.approve, self.hub.pay, wish.id, "bob", clock.now(), crash=crash):
            self.model.by_hand[found["id"]] = left.amount_minor
        else:
            await self.hub.command(refund_by_hand.reject, wish.id, "bob", "not now", clock.now())

    async def answer(self, pick: int, kind: AnswerKind) -> None:
        """Somebody writes down what speaks for the shop and hands it in, or lays it down, or gives the dispute up."""
        row = _one([each for each in self.checks.facts["disputes"] if each["status"] in UNDECIDED], pick)
        if row is not None:
            dispute_id, said = UUID(row["id"]), Evidence(uncategorized_text=f"It was sent {pick} times.")
            await self.hub.command(evidence.write_evidence, dispute_id, said, clock.now())
            await self.hub.command(evidence.answer, dispute_id, kind, clock.now())

    # Our own bank.

    async def rail(self, pick: int) -> None:
        """A shop is paid by our bank from now on, to its one or its other account, or through the provider again."""
        shop = SHOPS[pick % len(SHOPS)]
        if pick % 4 == 0:
            await self.hub.command(terms.pay_by_provider, shop, clock.now())
            return
        details = BankDetails(shop, IBANS[shop][pick % 2])
        usable_from = clock.now() + timedelta(days=3) if pick % 7 == 0 else None

        async def agree() -> None:
            await terms.pay_by_bank(shop, details, "bob", clock.now(), usable_from=usable_from)

        await self.hub.command(agree)

    async def file(self, crash: int) -> None:
        """Somebody makes a file of all that waits, exports it twice, and hands both to the bank."""

        async def make() -> None:
            await bank_files.make_file(self.hub.pay, "ada", "Galleria", clock.now().date(), clock.now())

        await self.hub.command(make, crash=crash)
        for made in await self.hub.do(bank_files.files) or []:
            for _ in range(2):
                exported = await self.hub.do(partial(bank_files.file, made.record.id))
                if exported is not None:
                    self.outside.bank.take(exported.content)

    async def hear_bank(self, pick: int, word: str, crash: int) -> None:
        """The bank has carried out a payment, refused it or had it sent back, and somebody tells the hub."""
        bank = self.outside.bank
        name = _one(bank.paid() if word == RETURNED else bank.open(), pick)
        if name is None:
            return
        bank.say(name, word)
        payout_id, now = UUID(name), clock.now()
        if word == PAID:
            told = self.hub.command(bank_files.mark_paid, self.hub.pay, payout_id, now, now, crash=crash)
        else:
            told = self.hub.command(bank_files.mark_returned, self.hub.pay, payout_id, "AC04", now, crash=crash)
        assert await told, f"bank: the hub did not take it that payment {name} is {word}"

    async def fund_bank(self, share: int, crash: int) -> None:
        """Somebody moves some of what the bank has to pay there from the provider."""

        async def begin() -> None:
            most = await float_moves.needed(HOME)
            amount = Money(most.amount_minor * share // 100, HOME)
            await float_moves.begin(self.hub.pay, amount, "ada", clock.now())

        await self.hub.command(begin, crash=crash)

    async def end_at_bank(self) -> None:
        """Everything that waits for the bank goes there, and is paid."""
        await self.file(0)
        for _ in self.outside.bank.open():
            await self.hear_bank(0, PAID, 0)
        await self.fund_bank(100, 0)

    # Papers.

    async def close_papers(self, pick: int, crash: int) -> None:
        """Somebody closes the running period of a shop: its statement says what the model says at that moment."""
        shop = SHOPS[pick % len(SHOPS)]
        self.outside.pass_time(A_MOMENT)
        for attempt in range(2):
            await self._closed(shop, 0 if attempt else crash)
        await self.read_papers(shop)

    async def _closed(self, shop: str, crash: int) -> None:
        try:
            await self.hub.do(lambda: papers.close_shop(self.hub.pay, shop, clock.now(), running=True), crash)
        except StatementBrokenError as error:
            raise AssertionError(f"9 papers: {shop}: {error.detail}") from error

    async def read_papers(self, shop: str) -> None:
        """9: a shop's statements follow one another, and with the draft come to what the model says it is owed."""
        facts = await self._facts()
        books = self.model.books(facts)
        for currency in CURRENCIES:
            issued = await self.hub.do(partial(_statements, shop, currency)) or []
            draft = await self._draft(shop, currency)
            told = [*issued, draft]
            for before, after in pairwise(told):
                assert before.closing_minor == after.opening_minor, (
                    f"9 papers: {after.number} of {shop} does not follow"
                )
            owed = -books.get((shop, currency), 0)
            closed = issued[-1].closing_minor if issued else 0
            assert (closed, draft.closing_minor) == (owed, owed), (
                f"9 papers: {shop} is owed {owed} {currency}, statements say {closed}, a draft {draft.closing_minor}"
            )
            if currency == HOME:
                self._read_entries(facts, shop, [entry for each in told for entry in each.entries])

    def _read_entries(self, facts: Facts, shop: str, entries: list[Entry]) -> None:
        """9: what a shop got and what was corrected for it stands in its statements."""
        sums: dict[EntryKind, int] = defaultdict(int)
        for entry in entries:
            sums[entry.kind] += entry.amount_minor
        sent = -sum(sums[kind] for kind in SENT)
        ways = (*self.model.given(facts), *self.model.paid_by_bank(facts))
        got = sum(amount for to, amount in ways if to == shop)
        assert sent == got, f"9 papers: {shop} got {got}, its statements say {sent}"
        corrected = self.model.adjusted[shop]
        said = sums[EntryKind.ADJUSTMENT]
        assert said == corrected, f"9 papers: {shop} was corrected by {corrected}, its statements say {said}"

    async def _draft(self, shop: str, currency: str) -> Statement:
        async def read() -> Statement:
            async with atomic():
                return await statement_making.draft(Office(), shop, currency, clock.now())

        try:
            made = await self.hub.do(read)
        except StatementBrokenError as error:
            raise AssertionError(f"9 papers: {shop}: {error.detail}") from error
        assert made is not None
        return made

    async def _facts(self) -> Facts:
        facts = await self.hub.do(reading.read)
        assert facts is not None
        self.model.absorb(facts)
        return facts

    def concerns_bank(self) -> bool:
        """Whether there is anything to do with our bank."""
        waits = any(each["status"] == "queued" for each in self.checks.facts["shares"])
        return waits or bool(self.outside.bank.payments)


async def _statements(shop: str, currency: str) -> list[Statement]:
    rows = await database.fetch(
        "SELECT document FROM pay_paper WHERE kind = 'statement' AND shop_id = $1 AND currency = $2 "
        "ORDER BY period_start",
        shop,
        currency,
    )
    return [msgspec.json.decode(row["document"], type=Statement) for row in rows]


def _one(among: Sequence[T], pick: int) -> T | None:
    return among[pick % len(among)] if among else None
