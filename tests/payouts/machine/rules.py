"""The state machine: which deeds there are, with what, and how the hub goes on after each."""

from collections.abc import Coroutine
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from payouts.domain.hold import HoldReason
from payouts.settings import PayoutSettings
from tests.payouts.machine.bench import Bench
from tests.payouts.machine.crashing import Ticks
from tests.payouts.machine.hub import SWEEPS, Build
from tests.payouts.machine.life import Life
from tests.payouts.machine.orders import Draft, drafts
from tests.payouts.machine.outside import Outside
from tests.payouts.machine.rest import come_to_rest

PICK = st.integers(0, 997)
CRASH = st.sampled_from((0, 0, 0, 1, 2, 3, 4, 6, 9, 14))
"""At which commit or call of the provider the process dies; zero: it does not."""

THEN = st.sampled_from(("nothing", "work", "events", "all", "all"))
OUTCOMES = st.sampled_from(("pay", "pay", "pay", "pay", "sofort", "decline", "give_up", "late"))
CALLS = (
    "POST /v1/transfers",
    "POST /v1/refunds",
    "POST /v1/payouts",
    "POST /v1/checkout/sessions",
    "POST /v1/payment_intents",
    "GET /v1/",
    "GET /v2/",
    "POST /v1/transfers/tr_",
)
FAILURES = ("drop_request", "drop_response", "fail_after", "refuse_409", "refuse_429", "refuse_500")
MISFORTUNES = [(kind, call) for kind in FAILURES for call in CALLS] + [
    ("balance_insufficient", call) for call in ("POST /v1/transfers", "POST /v1/refunds", "POST /v1/payouts")
]
ON_THE_WAY = st.lists(st.sampled_from(("drop", "duplicate", "delay", "reorder")), min_size=1, max_size=6)
SETTINGS = st.builds(
    PayoutSettings,
    release_after=st.sampled_from(("shipped", "delivered")),
    release_window_days=st.sampled_from((0, 0, 2)),
    reserve_bp=st.sampled_from((0, 0, 1_000)),
    reserve_days=st.just(3),
    dispute_fee_borne_by=st.sampled_from(("hub", "shop")),
    payout_interval_seconds=st.just(0),
)
HABITS = st.fixed_dictionaries(
    {
        "funds_delay_seconds": st.sampled_from((0, 0, 3_600)),
        "settle_delay_seconds": st.sampled_from((0, 0, 600)),
        "payout_delay_seconds": st.sampled_from((0, 3_600)),
    }
)


class Machine(RuleBasedStateMachine):
    """A hub's life, deed by deed. After each everything is looked at; in the end everything comes to rest."""

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

    @initialize(settings=SETTINGS, habits=HABITS, first=drafts(), second=drafts())
    def begin(self, settings: PayoutSettings, habits: dict[str, int], first: Draft, second: Draft) -> None:
        """A hub opens, and two orders come in."""
        self.bench.wipe()
        self.life = Life(Outside(Ticks(), **habits), self.bench.url, settings, self.build)

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

    def then(self, deed: Coroutine[Any, Any, None], how: str, crash: int) -> None:
        """A deed, and how the hub goes on."""

        async def both() -> None:
            await deed
            await self.life.go_on(how, crash)

        self.run(both())

    @rule(draft=drafts(), outcome=OUTCOMES, then=THEN, first=CRASH, crash=CRASH)
    def buy(self, *, draft: Draft, outcome: str, then: str, first: int, crash: int) -> None:
        self.then(self.life.buy(draft, outcome, first), then, crash)

    @precondition(lambda self: self.life.has("payments", status="authorised"))
    @rule(pick=PICK, mask=st.integers(0, 7), then=THEN, crash=CRASH)
    def accept(self, *, pick: int, mask: int, then: str, crash: int) -> None:
        self.then(self.life.accept(pick, mask), then, crash)

    @rule(pick=PICK, moment=st.sampled_from(("shipped", "delivered")), then=THEN, crash=CRASH)
    def ship(self, *, pick: int, moment: str, then: str, crash: int) -> None:
        self.then(self.life.ship(pick, moment), then, crash)

    @rule(pick=PICK, then=THEN, crash=CRASH)
    def release(self, *, pick: int, then: str, crash: int) -> None:
        self.then(self.life.release(pick), then, crash)

    @rule(pick=PICK, amount=st.integers(1, 9_000), shipping=st.booleans(), then=THEN, first=CRASH, crash=CRASH)
    def refund(self, *, pick: int, amount: int, shipping: bool, then: str, first: int, crash: int) -> None:
        self.then(self.life.refund(pick, amount, first, shipping=shipping), then, crash)

    @precondition(lambda self: self.life.has("refunds", status="succeeded"))
    @rule(pick=PICK, then=THEN, crash=CRASH)
    def refund_returns(self, *, pick: int, then: str, crash: int) -> None:
        self.then(self.life.refund_returns(pick), then, crash)

    @precondition(lambda self: self.life.has("refunds", status="failed"))
    @rule(pick=PICK, then=THEN, first=CRASH, crash=CRASH)
    def retry_refund(self, *, pick: int, then: str, first: int, crash: int) -> None:
        self.then(self.life.retry_refund(pick, first), then, crash)

    @rule(pick=PICK, reason=st.sampled_from((HoldReason.RETURN, HoldReason.OPERATOR)), then=THEN, crash=CRASH)
    def hold(self, *, pick: int, reason: HoldReason, then: str, crash: int) -> None:
        self.then(self.life.hold(pick, reason), then, crash)

    @rule(pick=PICK, lift=st.booleans(), then=THEN, crash=CRASH)
    def warn(self, *, pick: int, lift: bool, then: str, crash: int) -> None:
        self.then(self.life.lift_warning(pick) if lift else self.life.warn(pick), then, crash)

    @rule(
        pick=PICK,
        share=st.sampled_from((100, 100, 40, 7)),
        inquiry=st.booleans(),
        reason=st.sampled_from(("general", "product_not_received")),
        then=THEN,
        crash=CRASH,
    )
    def dispute(self, *, pick: int, share: int, inquiry: bool, reason: str, then: str, crash: int) -> None:
        self.then(self.life.dispute(pick, share, inquiry=inquiry, reason=reason), then, crash)

    @precondition(lambda self: self.life.has("disputes"))
    @rule(pick=PICK, what=st.sampled_from(("escalate", "appeal", "choose")), then=THEN, crash=CRASH)
    def dispute_goes_on(self, *, pick: int, what: str, then: str, crash: int) -> None:
        deeds = {"escalate": self.life.escalate, "appeal": self.life.appeal, "choose": self.life.choose}
        self.then(deeds[what](pick), then, crash)

    @precondition(lambda self: self.life.has("disputes"))
    @rule(pick=PICK, outcome=st.sampled_from(("won", "lost")), then=THEN, crash=CRASH)
    def decide(self, *, pick: int, outcome: str, then: str, crash: int) -> None:
        self.then(self.life.decide(pick, outcome), then, crash)

    @rule(
        pick=PICK,
        what=st.sampled_from(("restrict", "ready", "close", "replace", "debit", "break", "resume")),
        then=THEN,
        crash=CRASH,
    )
    def account(self, *, pick: int, what: str, then: str, crash: int) -> None:
        self.then(self.life.account(pick, what), then, crash)

    @precondition(lambda self: self.life.has("payouts"))
    @rule(pick=PICK, then=THEN, crash=CRASH)
    def payout_returns(self, *, pick: int, then: str, crash: int) -> None:
        self.then(self.life.payout_returns(pick), then, crash)

    @rule(pick=PICK, per_mille=st.integers(960, 1_040))
    def rates(self, *, pick: int, per_mille: int) -> None:
        self.then(self.life.rates(pick, per_mille), "nothing", 0)

    @rule(amount=st.integers(1, 50_000), then=THEN)
    def top_up(self, *, amount: int, then: str) -> None:
        self.then(self.life.top_up(amount), then, 0)

    @rule(pick=PICK, basis_points=st.sampled_from((0, 500, 9_000)))
    def reserve(self, *, pick: int, basis_points: int) -> None:
        self.then(self.life.reserve(pick, basis_points), "nothing", 0)

    @rule(pick=PICK, amount=st.integers(-9_000, 9_000), then=THEN, first=CRASH, crash=CRASH)
    def correct(self, *, pick: int, amount: int, then: str, first: int, crash: int) -> None:
        self.then(self.life.correct(pick, amount, first), then, crash)

    @precondition(lambda self: self.life.has("claims", status="owed"))
    @rule(pick=PICK, first=CRASH)
    def write_off(self, *, pick: int, first: int) -> None:
        self.then(self.life.write_off(pick, first), "nothing", 0)

    @rule(pick=PICK)
    def see(self, *, pick: int) -> None:
        self.then(self.life.see(pick), "nothing", 0)

    @precondition(lambda self: self.life.late)
    @rule(then=THEN, first=CRASH, crash=CRASH)
    def write_down(self, *, then: str, first: int, crash: int) -> None:
        self.then(self.life.write_down(first), then, crash)

    @rule(what=st.sampled_from(MISFORTUNES))
    def misfortune(self, *, what: tuple[str, str]) -> None:
        self.life.outside.misfortune(*what)

    @rule(kinds=ON_THE_WAY, crash=CRASH)
    def disturbed_events(self, *, kinds: list[str], crash: int) -> None:
        for kind in kinds:
            self.life.outside.misfortune(kind, "events")
        self.run(self.life.go_on("events", crash))

    @rule(seconds=st.sampled_from((65, 700, 4_000, 90_000, 3 * 86_400)), then=THEN, crash=CRASH)
    def wait(self, *, seconds: int, then: str, crash: int) -> None:
        with self.life.outside.present():
            self.life.outside.pass_time(seconds)
        self.run(self.life.go_on(then, crash))

    @rule(names=st.lists(st.sampled_from(tuple(SWEEPS)), min_size=1, max_size=3), crash=CRASH)
    def some_jobs(self, *, names: list[str], crash: int) -> None:
        async def run_them() -> None:
            await self.life.hub.do(lambda: self.life.hub.sweep(names), crash)
            await self.life.look()

        self.run(run_them())
