"""Hubs with one deliberate mistake each: the story that shows it, and what the machine names when it finds it.

Mistakes are put in where the hub is put together: around the provider, at the edge of the database, among the jobs.
Only the tables of life cycles have no such place; theirs are exchanged for the length of a test.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from types import ModuleType
from typing import Any
from uuid import UUID

import msgspec

from federation.node.transactions import Connection
from federation.vocabulary.money import Money
from payouts.adapters.stripe import accounts
from payouts.dispute_ports import BalanceMove, DisputeState
from payouts.domain import postings_desk
from payouts.domain.adjustment import AdjustmentRecord
from payouts.domain.dispute import FundsStage
from payouts.domain.evidence import HandIn
from payouts.domain.ledger import Account, AccountKind, Posting, posting
from payouts.domain.lifecycle import LifeCycle
from payouts.domain.payout import PAYOUT, PayoutStatus, PayoutStep
from payouts.domain.records import SettlementRecord, TransferRecord
from payouts.domain.refund import REFUND, RefundStatus, RefundStep
from payouts.ports import PaymentProvider, PaymentState, RefundState, ReversalState, TransferState
from payouts.service import adjusting, bank_payouts, refund_payment, sending, voiding
from payouts.store import rows, statements
from payouts.store.statements import LastStatement
from tests.machine import stories
from tests.machine.arithmetic import half_up
from tests.machine.crashing import CrashingDatabase, Ticks
from tests.machine.hub import SWEEPS, Build, stripe_provider
from tests.machine.outside import Outside
from tests.machine.stories import Story


class Mutant(msgspec.Struct, frozen=True):
    """A mistake: what is put together otherwise, what is exchanged, and the rule that must be named of its story.

    `found` begins a line of what the machine says.
    """

    name: str
    story: Story
    found: str
    build: Build = Build()
    exchanged: tuple[tuple[ModuleType, str, object], ...] = ()


class Wrapped:
    """A provider of whom one call is answered by a mistaken hub's own hand; all others as they are."""

    def __init__(self, provider: PaymentProvider) -> None:
        self.provider = provider

    def __getattr__(self, name: str) -> Any:
        return getattr(self.provider, name)


class PaysTwice(Wrapped):
    """Has every transfer made once more, for safety's sake."""

    async def transfer(
        self, reference: str, account_id: str, amount: Money, payment_id: str, key: str
    ) -> TransferState:
        made = await self.provider.transfer(reference, account_id, amount, "", f"{key}:again")
        await self.provider.transfer(reference, account_id, amount, payment_id, key)
        return made


class ForgetsItsKey(Wrapped):
    """Has a new key for every try, also of what may have worked."""

    def __init__(self, provider: PaymentProvider) -> None:
        super().__init__(provider)
        self.tries = 0

    async def refund(self, reference: str, payment_id: str, amount: Money, key: str) -> RefundState:
        self.tries += 1
        return await self.provider.refund(reference, payment_id, amount, f"{key}:{self.tries}:{id(self)}")


class ForgetsTheAttempt(Wrapped):
    """Tries again with the key of the first try, which is answered with its refusal for a day."""

    async def transfer(
        self, reference: str, account_id: str, amount: Money, payment_id: str, key: str
    ) -> TransferState:
        return await self.provider.transfer(reference, account_id, amount, payment_id, _first(key))

    async def refund(self, reference: str, payment_id: str, amount: Money, key: str) -> RefundState:
        return await self.provider.refund(reference, payment_id, amount, _first(key))


def _first(key: str) -> str:
    return f"{key.rpartition(':')[0]}:0"


class ClawsBackTwice(Wrapped):
    """Takes what it takes back from a shop, and a cent once more."""

    async def reverse_transfer(self, reference: str, transfer_id: str, amount: Money, key: str) -> ReversalState:
        made = await self.provider.reverse_transfer(reference, transfer_id, amount, key)
        await self.provider.reverse_transfer(reference, transfer_id, Money(1, amount.currency), f"{key}:again")
        return made


class CallsItDone(Wrapped):
    """Says that a refund is paid while it waits for funds."""

    async def refund(self, reference: str, payment_id: str, amount: Money, key: str) -> RefundState:
        seen = await self.provider.refund(reference, payment_id, amount, key)
        taken = seen.taken or Money(amount.amount_minor, "EUR")
        return msgspec.structs.replace(seen, status="succeeded", taken=taken)


class RoundsUp(Wrapped):
    """Thinks that an exchanged payment came to a cent more."""

    async def get_payment(self, payment_id: str) -> PaymentState:
        seen = await self.provider.get_payment(payment_id)
        if seen.gross is None or seen.amount.currency == seen.gross.currency:
            return seen
        return msgspec.structs.replace(seen, gross=seen.gross + Money(1, seen.gross.currency))


class Disputes(Wrapped):
    """The provider's disputes, without what they cost."""

    async def get_dispute(self, dispute_id: str) -> DisputeState:
        return _without_fees(await self.provider.get_dispute(dispute_id))  # type: ignore[attr-defined]

    async def list_disputes(self, limit: int = 100) -> Sequence[DisputeState]:
        return [_without_fees(each) for each in await self.provider.list_disputes(limit)]  # type: ignore[attr-defined]


class Drawer(Wrapped):
    """The provider's disputes, where what is to be handed in is laid down only."""

    async def submit_evidence(self, dispute_id: str, hand_in: HandIn, key: str) -> DisputeState:
        draft = msgspec.structs.replace(hand_in, draft=True)
        state: DisputeState = await self.provider.submit_evidence(dispute_id, draft, key)  # type: ignore[attr-defined]
        return state


class LaysItDown(Wrapped):
    """Hands evidence in without handing it in."""

    @property
    def disputes(self) -> Drawer:
        return Drawer(self.provider.disputes)  # type: ignore[arg-type]


class OverlooksFees(Wrapped):
    """Does not see what a dispute costs."""

    @property
    def disputes(self) -> Disputes:
        return Disputes(self.provider.disputes)  # type: ignore[arg-type]


def _without_fees(seen: DisputeState) -> DisputeState:
    def free(move: BalanceMove) -> BalanceMove:
        return msgspec.structs.replace(move, fee=Money(0, move.fee.currency))

    return msgspec.structs.replace(seen, moves=tuple(free(move) for move in seen.moves))


Edit = Callable[[str, tuple[Any, ...]], tuple[Any, ...] | None]
"""Other values for a statement; None: it finds nothing."""


class EditedDatabase(CrashingDatabase):
    """A database that is told something else than what the hub's code says."""

    edit: Edit

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        async with super().acquire() as own:
            yield _Edited(own, self.edit)


class _Edited:
    def __init__(self, own: Connection, edit: Edit) -> None:
        self._own = own
        self._edit = edit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    async def fetch(self, query: str, *args: object) -> list[Any]:
        values = self._edit(query, args)
        return [] if values is None else await self._own.fetch(query, *values)


def edited(edit: Edit) -> Callable[[Ticks], CrashingDatabase]:
    """Databases with this edit."""

    def make(ticks: Ticks) -> CrashingDatabase:
        database = EditedDatabase(ticks)
        database.edit = edit
        return database

    return make


_COLUMNS = slice(6, 10)
"""Of a posting's statement: the legs' kinds, owners, currencies and amounts."""


def _forget_a_leg(query: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """A posting of more than two legs is written without its last one."""
    if "INSERT INTO pay_txn" not in query or len(args[6]) <= len(("debit", "credit")):
        return args
    return (*args[:6], *(column[:-1] for column in args[_COLUMNS]))


def _keep_the_vat(query: str, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The VAT given back with a commission is booked as commission."""
    if "INSERT INTO pay_txn" not in query or args[0] != "refund_due" or "vat:payable" not in args[6]:
        return args
    vat, commission = args[6].index("vat:payable"), args[6].index("hub:commission")
    amounts = list(args[9])
    amounts[commission] += amounts[vat]
    columns = (*args[6:9], amounts)
    return (*args[:6], *([each for place, each in enumerate(column) if place != vat] for column in columns))


def _see_no_holds(query: str, args: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """Looking for holds that stand finds none."""
    standing = "pay_hold" in query and query.lstrip().startswith("SELECT") and "FOR UPDATE" not in query
    return None if standing else args


class NothingIsAtomic(CrashingDatabase):
    """Each statement is a transaction of its own."""

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Connection]:
        async with super().acquire() as own:
            yield _Loose(own)


class _Loose:
    def __init__(self, own: Connection) -> None:
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self._own, name)

    def transaction(self) -> Any:
        return _no_transaction()


@asynccontextmanager
async def _no_transaction() -> AsyncIterator[None]:
    yield


def _never_forgetting(outside: Outside) -> PaymentProvider:
    """A provider that remembers a key for ever finds who tries again with the old one."""
    outside.world.settings = msgspec.structs.replace(outside.world.settings, key_lifetime_seconds=10**9)
    return ForgetsTheAttempt(stripe_provider(outside))


def _provider(kind: type[Wrapped]) -> Build:
    def make(outside: Outside) -> PaymentProvider:
        return kind(stripe_provider(outside))

    return Build(provider=make)


_LAST_WORD_PAYOUT = LifeCycle(
    "payout",
    {**PAYOUT.moves, (PayoutStatus.FAILED, PayoutStep.PAID): PayoutStatus.PAID},
)
_LAST_WORD_REFUND = LifeCycle(
    "refund",
    {
        **REFUND.moves,
        (RefundStatus.SUCCEEDED, RefundStep.DELAYED): RefundStatus.PENDING,
        (RefundStatus.FAILED, RefundStep.SUCCEEDED): RefundStatus.SUCCEEDED,
    },
)


async def _no_bank_file(settlement: SettlementRecord) -> TransferRecord | None:
    """Whatever is under way is at the provider."""
    return await rows.transfer_under_way(settlement.id, settlement.attempt)


def _back_to_the_provider(settlement_id: UUID, attempt: int, shop_id: str, amount: Money) -> Posting:
    """What our bank gets back is booked at the provider."""
    posted = postings_desk.bank_sent(settlement_id, attempt, shop_id, amount)
    shop, provider = Account(AccountKind.RELEASABLE, shop_id, "EUR"), Account(AccountKind.PROVIDER_AVAILABLE, "", "EUR")
    legs = [(provider, amount.amount_minor), (shop, -amount.amount_minor)]
    return posting("transfer_returned", posted.reference, f"transfer_returned:{settlement_id}:{attempt}", legs)


def _paid_from_nowhere(
    refund_id: UUID, attempt: int, owed: Money, settled: Money, paid: tuple[Money, Money]
) -> Posting:
    """What our bank paid to a shopper is booked as a loss."""
    del settled
    legs = [
        (Account(AccountKind.REFUND_DUE, "", owed.currency), owed.amount_minor),
        (Account(AccountKind.WRITE_OFF, "", owed.currency), -sum(each.amount_minor for each in paid)),
    ]
    return posting("refund_by_hand", str(refund_id), f"refund_by_hand:{refund_id}:{attempt}", legs)


async def _takes_no_for_yes(adjustment_id: UUID, by: str, note: str, now: datetime) -> AdjustmentRecord:
    """A correction that somebody turned down is posted."""
    del note
    return await adjusting.approve(adjustment_id, by, now)


def _nothing_before(last: LastStatement | None) -> tuple[datetime | None, dict[int, int]]:
    """Each statement tells all that ever happened."""
    del last
    return None, {}


class KeepsTheRate(Wrapped):
    """Thinks that a refund costs what its money came to when it was paid."""

    async def refund(self, reference: str, payment_id: str, amount: Money, key: str) -> RefundState:
        return await self._at_old_rate(await self.provider.refund(reference, payment_id, amount, key), payment_id)

    async def _at_old_rate(self, seen: RefundState, payment_id: str) -> RefundState:
        payment = await self.provider.get_payment(payment_id)
        if seen.taken is None or payment.gross is None:
            return seen
        then = half_up(payment.gross.amount_minor, seen.amount.amount_minor, payment.amount.amount_minor)
        return msgspec.structs.replace(seen, taken=Money(then, seen.taken.currency))


MUTANTS = (
    Mutant("pays-twice", stories.sale, "twice: the provider has 2 of transfer ", _provider(PaysTwice)),
    Mutant(
        "forgets-its-key", stories.refund_unanswered, "twice: the provider has 2 of refund ", _provider(ForgetsItsKey)
    ),
    Mutant(
        "forgets-the-attempt",
        stories.transfer_refused,
        "it does not come to rest: ['share sale blocked ",
        Build(provider=_never_forgetting),
    ),
    Mutant(
        "claws-back-twice",
        stories.refund_of_the_unpaid_out,
        "twice: the provider has 2 of transfer_reversal ",
        _provider(ClawsBackTwice),
    ),
    Mutant("calls-it-done", stories.refund, "oracle: ('provider', 'EUR') ", _provider(CallsItDone)),
    Mutant("rounds-up", stories.sale, "oracle: ('provider', 'EUR') ", _provider(RoundsUp)),
    Mutant("overlooks-fees", stories.dispute, "oracle: ('hub:dispute_fees', 'EUR') ", _provider(OverlooksFees)),
    Mutant(
        "forgets-a-leg",
        stories.sale,
        "mistake: pay.event CheckViolationError('ledger transaction ",
        Build(database=edited(_forget_a_leg)),
    ),
    Mutant("keeps-the-vat", stories.refund, "oracle: ('vat:payable', 'EUR') ", Build(database=edited(_keep_the_vat))),
    Mutant("sees-no-holds", stories.hold, "hold: share ", Build(database=edited(_see_no_holds))),
    Mutant(
        "nothing-is-atomic",
        stories.refunds_cut_short,
        "oracle: ('customer:refund_due', 'EUR') ",
        Build(database=NothingIsAtomic),
    ),
    Mutant(
        "sweeps-no-more",
        stories.transfer_given_up,
        "7: 7025 of share ",
        Build(sweeps=tuple(name for name in SWEEPS if name not in {"submitting", "blocked"})),
    ),
    Mutant(
        "last-word-of-payouts",
        stories.payout_seen_late,
        "9: movement ",
        exchanged=((bank_payouts, "PAYOUT", _LAST_WORD_PAYOUT),),
    ),
    Mutant(
        "last-word-of-refunds",
        stories.refund_seen_late,
        "oracle: ('customer:refund_due', 'EUR') ",
        exchanged=((refund_payment, "REFUND", _LAST_WORD_REFUND),),
    ),
    Mutant(
        "overlooks-files",
        stories.by_bank,
        "bank: the hub did not take it ",
        exchanged=((sending, "_under_way", _no_bank_file),),
    ),
    Mutant(
        "mistakes-its-bank",
        stories.by_bank,
        "oracle: ('bank', 'EUR') ",
        exchanged=((postings_desk, "bank_returned", _back_to_the_provider),),
    ),
    Mutant(
        "reads-no-rejection",
        stories.by_bank,
        "it does not come to rest: ['share ",
        exchanged=((accounts, "REJECTED", "rejected for ever"),),
    ),
    Mutant(
        "sets-aside-twice",
        stories.two_disputes,
        "oracle: ('shop-a', 'EUR') ",
        exchanged=((voiding, "_SET_ASIDE", frozenset[FundsStage]()),),
    ),
    Mutant(
        "takes-no-for-yes",
        stories.papers,
        "oracle: ('hub:adjustment', 'EUR') ",
        exchanged=((adjusting, "reject", _takes_no_for_yes),),
    ),
    Mutant("lays-it-down", stories.two_disputes, "answer: of ", _provider(LaysItDown)),
    Mutant(
        "pays-from-nowhere",
        stories.papers,
        "oracle: ('bank', 'EUR') ",
        exchanged=((postings_desk, "refund_by_hand", _paid_from_nowhere),),
    ),
    Mutant("keeps-the-rate", stories.held_while_rates_move, "oracle: ('provider', 'EUR') ", _provider(KeepsTheRate)),
    Mutant("tells-it-again", stories.papers, "9 papers: ", exchanged=((statements, "_before", _nothing_before),)),
)
