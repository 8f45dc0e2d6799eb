"""The state machine: which deeds there are, with what, and how the hub goes on after each."""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from payouts.domain.hold import HoldReason
from payouts.settings import PayoutSettings
from tests.machine.bank import OURS
from tests.machine.bench import Bench
from tests.machine.crashing import Ticks
from tests.machine.hub import SWEEPS, Build
from tests.machine.life import Life
from tests.machine.orders import Draft, drafts
from tests.machine.outside import Outside
from tests.machine.rest import come_to_rest

PICK = st.integers(0, 997)
DISPUTES_MAX = 3
CRASH = st.sampled_from((0, 0, 0, 1, 2, 3, 4, 6, 9, 14))
"""At which commit or call of the provider the process dies; zero: it does not."""

AMOUNT = st.integers(0, 4_000).map(lambda amount: max(0, amount - 2_000))
"""Of a refund: zero is one piece."""

OUTCOMES = st.sampled_from(("pay", "pay", "pay", "pay", "sofort", "decline", "give_up", "late"))
CALLS = (
    "POST /v1/transfers",
    "POST /v1/transfers",
    "POST /v1/transfers/tr_",
    "POST /v1/refunds",
    "POST /v1/refunds",
    "POST /v1/payouts",
    "POST /v1/payment_intents",
    "POST /v1/checkout/sessions",
    "GET /v",
)
FAILURES = ("drop_request", "drop_response", "drop_response", "fail_after", "refuse_409", "refuse_429", "refuse_500")
MISFORTUNES = [(kind, call) for kind in FAILURES for call in CALLS] + [
    ("balance_insufficient", call) for call in ("POST /v1/transfers", "POST /v1/refunds", "POST /v1/payouts") * 5
]
Then = tuple[str, int, tuple[str, str] | None]
THEN = st.tuples(
    st.sampled_from(("nothing", "work", "events", "all", "all", "all")),
    CRASH,
    st.sampled_from((None, None, True)).flatmap(lambda given: st.sampled_from(MISFORTUNES) if given else st.none()),
)
"""How the hub goes on after a deed, at which tick it dies, and what goes wrong at the provider."""

QUIETLY: Then = ("nothing", 0, None)
AT_ONCE: Then = ("all", 0, None)

ON_THE_WAY = st.lists(st.sampled_from(("drop", "duplicate", "delay", "reorder")), min_size=1, max_size=6)
JOBS = st.lists(st.sampled_from(tuple(SWEEPS)), min_size=1, max_size=3)
SETTINGS = st.builds(
    PayoutSettings,
    release_after=st.sampled_from(("shipped", "delivered")),
    release_window_days=st.sampled_from((0, 0, 2)),
    reserve_bp=st.sampled_from((0, 0, 1_000)),
    reserve_days=st.just(3),
    dispute_fee_borne_by=st.sampled_from(("hub", "shop")),
    payout_interval_seconds=st.just(0),
    bank=st.just(OURS),
)
HABITS = st.fixed_dictionaries(
    {
        "funds_delay_seconds": st.sampled_from((0, 0, 3_600)),
        "settle_delay_seconds": st.sampled_from((0, 0, 600)),
        "payout_delay_seconds": st.sampled_from((0, 3_600)),
        "day": st.sampled_from((2, 29)),
        "accounts": st.sampled_from(("v2", "v2", "v1")),
    }
)


class Deed(msgspec.Struct):
    """Something that can happen: by whom it is done, with what, and when it can be."""

    done: Callable[..., None]
    told: st.SearchStrategy[dict[str, Any]]
    when: Callable[[Any], object]


DEEDS: dict[str, Deed] = {}


def deed(**told: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Mark a method as a deed that is told such things."""

    def mark(method: Callable[..., None]) -> Callable[..., None]:
        DEEDS[method.__name__] = Deed(method, st.fixed_dictionaries(told), lambda _machine: True)
        return method

    return mark


def when(condition: Callable[[Any], object]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say when a deed can be done."""

    def mark(method: Callable[..., None]) -> Callable[..., None]:
        DEEDS[method.__name__].when = condition
        return method

    return mark


class Machine(RuleBasedStateMachine):
    """A hub's life, deed by deed. After each everything is looked at; in the end everything comes to rest.

    There is one rule, for a library that switches some rules off in each life would need many lives.
    """

    def __init__(self, bench: Bench, build: Build) -> None:
        super().__init__()
        self.bench = bench
        self.build = build
        self.well = False

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """One step, on the loop of the run and in the time of this life."""
        self.well = False
        with self.life.outside.present():
            self.bench.run(work)
        self.well = True

    @initialize(rules=SETTINGS, habits=HABITS, first=drafts(), second=drafts())
    def begin(self, rules: PayoutSettings, habits: dict[str, Any], first: Draft, second: Draft) -> None:
        """A hub opens, and two orders come in."""
        self.bench.wipe()
        self.life = Life(Outside(Ticks(), **habits), self.bench.url, rules, self.build)

        async def open_up() -> None:
            await self.life.begin()
            await self.life.buy(first, "sofort", 0)
            await self.life.buy(second, "pay", 0)
            await self.life.go_on("all", 0)
            for pick in range(len(self.life.parts())):
                await self.life.ship(pick, "delivered")
            await self.life.go_on("all", 0)

        self.run(open_up())

    def teardown(self) -> None:
        """The end, unless something was wrong before."""
        if not hasattr(self, "life"):
            return
        try:
            if self.well:
                self.run(come_to_rest(self.life))
        finally:
            self.bench.run(self.life.hub.stop())

    def then(self, deed: Coroutine[Any, Any, None], then: Then) -> None:
        """A deed, and how the hub goes on."""
        how, crash, misfortune = then
        if misfortune:
            self.life.outside.misfortune(*misfortune)

        async def both() -> None:
            await deed
            await self.life.go_on(how, crash)
            if self.life.slow:
                await self.life.write_all_down()
                await self.life.look()

        self.run(both())

    @rule(data=st.data())
    def live_on(self, data: st.DataObject) -> None:
        """One deed of those that can be done now."""
        name = data.draw(st.sampled_from([name for name in sorted(DEEDS) if DEEDS[name].when(self)]), label="deed")
        DEEDS[name].done(self, **data.draw(DEEDS[name].told, label=name))

    @deed(draft=drafts(), outcome=OUTCOMES, then=THEN, first=CRASH)
    def buy(self, *, draft: Draft, outcome: str, then: Then, first: int) -> None:
        self.then(self.life.buy(draft, outcome, first), then)

    @when(lambda self: self.life.has("payments", status="authorised"))
    @deed(pick=PICK, mask=st.integers(0, 7), then=THEN)
    def accept(self, *, pick: int, mask: int, then: Then) -> None:
        self.then(self.life.accept(pick, mask), then)

    @deed(draft=drafts(), then=THEN)
    def sell(self, *, draft: Draft, then: Then) -> None:
        async def to_the_end() -> None:
            await self.life.buy(draft, "sofort", 0)
            await self.life.go_on("all", 0)
            for pick in range(len(self.life.parts())):
                await self.life.ship(pick, "delivered")

        self.then(to_the_end(), then)

    @deed(pick=PICK, amount=AMOUNT, shipping=st.booleans(), then=THEN, first=CRASH)
    def refund(self, *, pick: int, amount: int, shipping: bool, then: Then, first: int) -> None:
        self.then(self.life.refund(pick, amount, first, shipping=shipping), then)

    @deed(pick=PICK, amount=AMOUNT, then=THEN)
    def refund_slowly(self, *, pick: int, amount: int, then: Then) -> None:
        """A worker that has read the refund as it was at first writes that down last."""

        async def slowly() -> None:
            await self.life.refund(pick, amount, 0, shipping=False)
            await self.life.go_on("work", 0)
            await self.life.see_newest_refund()

        self.then(slowly(), then)

    @when(lambda self: self.life.has("refunds", status="succeeded"))
    @deed(pick=PICK, slow=st.booleans(), then=THEN)
    def refund_returns(self, *, pick: int, slow: bool, then: Then) -> None:
        self.then(self.life.refund_returns(pick, slow=slow), AT_ONCE if slow else then)

    @when(lambda self: self.life.has("refunds", status="failed"))
    @deed(pick=PICK, then=THEN, first=CRASH)
    def retry_refund(self, *, pick: int, then: Then, first: int) -> None:
        self.then(self.life.retry_refund(pick, first), then)

    @when(lambda self: self.life.has("disputes"))
    @deed(pick=PICK, kind=st.sampled_from(("draft", "evidence", "evidence", "acceptance")), then=THEN)
    def answer(self, *, pick: int, kind: Any, then: Then) -> None:
        self.then(self.life.operators.answer(pick, kind), then)

    @when(lambda self: self.life.has("refunds", status="failed"))
    @deed(pick=PICK, then=THEN, first=CRASH)
    def settle_refund(self, *, pick: int, then: Then, first: int) -> None:
        self.then(self.life.operators.settle_refund(pick, first), then)

    @deed(pick=PICK, what=st.sampled_from(("return", "operator", "warn", "look")), then=THEN)
    def doubt(self, *, pick: int, what: str, then: Then) -> None:
        deeds = {"warn": self.life.warn, "look": self.life.lift_warning}
        deed = deeds[what](pick) if what in deeds else self.life.hold(pick, HoldReason(what))
        self.then(deed, then)

    @when(lambda self: len(self.life.facts["disputes"]) < DISPUTES_MAX)
    @deed(
        pick=PICK,
        share=st.sampled_from((100, 100, 40, 7)),
        inquiry=st.booleans(),
        reason=st.sampled_from(("general", "product_not_received")),
        then=THEN,
    )
    def dispute(self, *, pick: int, share: int, inquiry: bool, reason: str, then: Then) -> None:
        self.then(self.life.dispute(pick, share, inquiry=inquiry, reason=reason), then)

    @deed(
        pick=PICK,
        what=st.sampled_from(("restrict", "ready", "close", "replace", "debit", "break", "resume", "interface")),
        then=THEN,
    )
    def account(self, *, pick: int, what: str, then: Then) -> None:
        self.then(self.life.account(pick, what), then)

    @when(lambda self: self.life.has("payouts"))
    @deed(pick=PICK, slow=st.booleans(), then=THEN)
    def payout_returns(self, *, pick: int, slow: bool, then: Then) -> None:
        self.then(self.life.payout_returns(pick, slow=slow), AT_ONCE if slow else then)

    @deed(seconds=st.sampled_from((65, 700, 4_000, 90_000, 3 * 86_400)), then=THEN)
    def wait(self, *, seconds: int, then: Then) -> None:
        with self.life.outside.present():
            self.life.outside.pass_time(seconds)
        self.run(self.life.go_on(then[0], then[1]))

    @deed(pick=PICK, what=st.sampled_from(("shipped", "delivered", "release")), then=THEN)
    def ship(self, *, pick: int, what: str, then: Then) -> None:
        self.then(self.life.release(pick) if what == "release" else self.life.ship(pick, what), then)

    @when(lambda self: self.life.has("disputes"))
    @deed(pick=PICK, what=st.sampled_from(("escalate", "appeal", "choose", "won", "lost", "lost")), then=THEN)
    def dispute_goes_on(self, *, pick: int, what: str, then: Then) -> None:
        deeds = {"escalate": self.life.escalate, "appeal": self.life.appeal, "choose": self.life.choose}
        self.then(deeds[what](pick) if what in deeds else self.life.decide(pick, what), then)

    @deed(
        pick=PICK, amount=st.integers(-9_000, 9_000), what=st.sampled_from(("correct", "correct", "reserve")), then=THEN
    )
    def people(self, *, pick: int, amount: int, what: str, then: Then) -> None:
        if what == "correct":
            self.then(self.life.operators.correct(pick, amount, then[1]), then)
        else:
            self.then(self.life.operators.reserve(pick, abs(amount)), then)

    @when(lambda self: self.life.has("claims", status="owed"))
    @deed(pick=PICK, first=CRASH)
    def write_off(self, *, pick: int, first: int) -> None:
        self.then(self.life.operators.write_off(pick, first), QUIETLY)

    @deed(pick=PICK, then=THEN)
    def change_rail(self, *, pick: int, then: Then) -> None:
        self.then(self.life.operators.rail(pick), then)

    @when(lambda self: self.life.operators.concerns_bank())
    @deed(
        pick=PICK, what=st.sampled_from(("file", "paid", "paid", "refused", "returned", "fund")), then=THEN, first=CRASH
    )
    def bank(self, *, pick: int, what: str, then: Then, first: int) -> None:
        """Files go to our own bank, and its word comes back."""
        operators = self.life.operators
        match what:
            case "file":
                told = operators.file(first)
            case "fund":
                told = operators.fund_bank(pick % 100 + 1, first)
            case _:
                told = operators.hear_bank(pick, what, first)
        self.then(told, then)

    @deed(pick=PICK, first=CRASH)
    def papers(self, *, pick: int, first: int) -> None:
        """A period is closed in the middle of everything."""
        self.then(self.life.operators.close_papers(pick, first), QUIETLY)

    @deed(pick=PICK, per_mille=st.integers(700, 1_400), amount=st.integers(1, 50_000), then=THEN)
    def markets(self, *, pick: int, per_mille: int, amount: int, then: Then) -> None:
        async def both() -> None:
            await self.life.rates(pick, per_mille)
            if amount % 2:
                await self.life.top_up(amount)

        self.then(both(), then)

    @deed(pick=PICK, then=THEN, first=CRASH)
    def late_worker(self, *, pick: int, then: Then, first: int) -> None:
        if self.life.late:
            self.then(self.life.write_down(first), then)
        else:
            self.then(self.life.see(pick), QUIETLY)

    @deed(kinds=ON_THE_WAY, names=JOBS, crash=CRASH)
    def disturbed(self, *, kinds: list[str], names: list[str], crash: int) -> None:
        """Events come twice, late, in another order or never; then some of the jobs run, and others do not."""
        for kind in kinds:
            self.life.outside.misfortune(kind, "events")

        async def both() -> None:
            await self.life.go_on("events", crash)
            await self.life.hub.do(lambda: self.life.hub.sweep(names), crash)
            await self.life.look()

        self.run(both())


def live(bench: Bench, build: Build, lives: settings) -> None:
    """Live these lives with a hub built so: the same ones in each repetition that is not to be random."""
    steps = lives.stateful_step_count
    run_state_machine_as_test(lambda: Machine(bench, build), settings=lives, _min_steps=steps)  # type: ignore[arg-type]
