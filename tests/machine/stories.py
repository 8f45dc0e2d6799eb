"""Lives written down deed by deed, where chance would need too many: each shows one kind of mistake, if it is there.

They are told with the machine's own deeds, looked at after each, and come to rest in the end like any other life.
"""

from collections.abc import Callable

from payouts.settings import PayoutSettings
from tests.machine.bank import OURS
from tests.machine.bench import Bench
from tests.machine.hub import Build
from tests.machine.orders import Draft
from tests.machine.rules import AT_ONCE, QUIETLY, Machine, Then

RULES = PayoutSettings(
    release_after="delivered", release_window_days=0, reserve_bp=0, payout_interval_seconds=0, bank=OURS
)
HABITS = {"funds_delay_seconds": 0, "settle_delay_seconds": 0, "payout_delay_seconds": 3_600}
MINUTES = 700
A_DAY = 90_000
THREE_DAYS = 3 * 86_400
BY_MESSAGES: Then = ("work", 0, None)
UNREACHED = ("drop_request", "POST /v1/transfers")
_FIRST, _SECOND = 0, 1
_REFUSED = 5
"""Picks of shops, and of a correction of the third that is turned down."""

Story = Callable[[Machine], None]


def told(bench: Bench, build: Build, story: Story) -> None:
    """Live this life, with a hub built so, to its end."""
    machine = Machine(bench, build)
    try:
        story(machine)
    finally:
        machine.teardown()


def _basket(currency: str = "EUR") -> Draft:
    """Two shops, of which one was recommended, with a coupon of the hub's."""
    sent = {"quantity": 2, "price": 4_999, "discount": 0, "referral_bp": 1_200}
    own = {"quantity": 1, "price": 8_000, "discount": 17, "referral_bp": 0}
    return {
        "currency": currency,
        "manual": False,
        "coupon_bp": 300,
        "bears_fee": False,
        "parts": [
            {"shop": "shop-a", "shipping": 490, "lines": [sent]},
            {"shop": "shop-b", "shipping": 0, "lines": [own]},
        ],
    }


def _begin(machine: Machine) -> None:
    """One order in euros and one in pounds, delivered and sent on."""
    machine.begin(rules=RULES, habits=HABITS, first=_basket(), second=_basket("GBP"))


def _refund(machine: Machine, then: Then, crash: int = 0) -> None:
    """The first piece of the first order goes back."""
    machine.refund(pick=0, amount=0, shipping=False, then=then, first=crash)


def _refund_in_vain(machine: Machine) -> None:
    """The first piece of the first order goes back, and the shopper's bank does not take the money."""
    _refund(machine, AT_ONCE)
    machine.markets(pick=0, per_mille=1_000, amount=50_001, then=AT_ONCE)
    machine.wait(seconds=MINUTES, then=AT_ONCE)
    machine.refund_returns(pick=0, slow=False, then=AT_ONCE)


def sale(machine: Machine) -> None:
    """Two orders are paid, delivered, sent to their shops and paid out."""
    _begin(machine)


def _sell(machine: Machine) -> int:
    """One more order is paid; the number of its last part."""
    machine.buy(draft=_basket(), outcome="pay", then=AT_ONCE, first=0)
    return len(machine.life.parts()) - 1


def refund(machine: Machine) -> None:
    """A piece goes back after its shop's money has left for its bank, and waits for funds."""
    _begin(machine)
    _refund(machine, AT_ONCE)
    machine.wait(seconds=MINUTES, then=AT_ONCE)


def refund_of_the_unpaid_out(machine: Machine) -> None:
    """A part of a line goes back while its shop's money still lies on its account."""
    _begin(machine)
    newest = _sell(machine)
    machine.ship(pick=newest, what="delivered", then=BY_MESSAGES)
    machine.refund(pick=-1, amount=1_000, shipping=False, then=BY_MESSAGES, first=0)
    machine.wait(seconds=MINUTES, then=AT_ONCE)


def refund_unanswered(machine: Machine) -> None:
    """The answer to a refund is lost."""
    _begin(machine)
    _refund(machine, ("all", 0, ("drop_response", "POST /v1/refunds")))
    machine.wait(seconds=MINUTES, then=AT_ONCE)


def refunds_cut_short(machine: Machine) -> None:
    """The process dies at the first, the second, the third commit of a refund."""
    _begin(machine)
    for crash in range(1, 7):
        machine.refund(pick=0, amount=100, shipping=False, then=QUIETLY, first=crash)


def refund_seen_late(machine: Machine) -> None:
    """A worker saw a refund wait for funds, and writes that down when it is paid."""
    _begin(machine)
    _refund(machine, BY_MESSAGES)
    machine.late_worker(pick=len(machine.life.facts["payments"]), then=QUIETLY, first=0)
    machine.markets(pick=0, per_mille=1_000, amount=50_001, then=QUIETLY)
    machine.wait(seconds=MINUTES, then=AT_ONCE)
    machine.late_worker(pick=0, then=QUIETLY, first=0)


def payout_seen_late(machine: Machine) -> None:
    """A worker saw a payout arrive, and writes that down when the bank has sent it back."""
    _begin(machine)
    machine.wait(seconds=MINUTES, then=AT_ONCE)
    machine.payout_returns(pick=0, slow=True, then=AT_ONCE)


def dispute(machine: Machine) -> None:
    """A shopper's bank takes a part of the first charge back."""
    _begin(machine)
    machine.dispute(pick=0, share=40, inquiry=False, reason="general", then=AT_ONCE)


def hold(machine: Machine) -> None:
    """Something stands in the way of an order before it arrives."""
    _begin(machine)
    newest = _sell(machine)
    machine.doubt(pick=newest, what="operator", then=AT_ONCE)
    machine.ship(pick=newest, what="delivered", then=AT_ONCE)


def transfer_refused(machine: Machine) -> None:
    """A transfer is refused for want of funds, once."""
    _begin(machine)
    newest = _sell(machine)
    machine.ship(pick=newest, what="delivered", then=("all", 0, ("balance_insufficient", "POST /v1/transfers")))


def transfer_given_up(machine: Machine) -> None:
    """The provider cannot be reached with a transfer until its message is given up; a day later it can."""
    _begin(machine)
    newest = _sell(machine)
    machine.ship(pick=newest, what="delivered", then=("work", 0, UNREACHED))
    machine.life.outside.misfortune(*UNREACHED)
    machine.wait(seconds=THREE_DAYS, then=BY_MESSAGES)
    machine.wait(seconds=A_DAY, then=AT_ONCE)


def by_bank(machine: Machine) -> None:
    """Accounts of the provider's older interface; one is closed, its shop paid by file: paid, and then sent back."""
    machine.begin(rules=RULES, habits=HABITS | {"accounts": "v1"}, first=_basket(), second=_basket("GBP"))
    machine.change_rail(pick=_SECOND, then=QUIETLY)
    newest = _sell(machine)
    machine.account(pick=_FIRST, what="close", then=AT_ONCE)
    for part in (newest - 1, newest):
        machine.ship(pick=part, what="delivered", then=AT_ONCE)
    machine.bank(pick=0, what="file", then=QUIETLY, first=0)
    machine.wait(seconds=MINUTES, then=AT_ONCE)
    machine.bank(pick=0, what="paid", then=QUIETLY, first=0)
    machine.bank(pick=0, what="returned", then=QUIETLY, first=0)


def two_disputes(machine: Machine) -> None:
    """A refund came back; then two disputes of the same charge stand at once. One is lost, the other won."""
    _begin(machine)
    _refund_in_vain(machine)
    for _ in range(2):
        machine.dispute(pick=0, share=40, inquiry=False, reason="general", then=AT_ONCE)
    machine.answer(pick=0, kind="evidence", then=("all", 0, ("drop_response", "POST /v1/disputes")))
    machine.wait(seconds=THREE_DAYS, then=AT_ONCE)


def held_while_rates_move(machine: Machine) -> None:
    """Pounds are held, the pound falls, they are taken; it falls again, and a piece goes back."""
    _begin(machine)
    machine.buy(draft=_basket("GBP") | {"manual": True}, outcome="pay", then=AT_ONCE, first=0)
    machine.markets(pick=0, per_mille=1_300, amount=50_001, then=QUIETLY)
    machine.accept(pick=0, mask=7, then=AT_ONCE)
    machine.wait(seconds=MINUTES, then=AT_ONCE)
    machine.markets(pick=0, per_mille=1_300, amount=2, then=QUIETLY)
    machine.refund(pick=-1, amount=0, shipping=False, then=AT_ONCE, first=0)


def papers(machine: Machine) -> None:
    """Papers are closed; a refund is paid by our bank, one correction agreed to and one not; they are closed again."""
    _begin(machine)
    machine.papers(pick=_FIRST, first=0)
    _refund_in_vain(machine)
    machine.settle_refund(pick=0, then=AT_ONCE, first=0)
    machine.people(pick=_SECOND, amount=1_000, what="correct", then=QUIETLY)
    machine.people(pick=_REFUSED, amount=1_000, what="correct", then=QUIETLY)
    machine.papers(pick=_FIRST, first=3)


STORIES: tuple[Story, ...] = (
    refund_of_the_unpaid_out,
    refund_unanswered,
    refunds_cut_short,
    refund_seen_late,
    payout_seen_late,
    dispute,
    hold,
    transfer_refused,
    transfer_given_up,
    by_bank,
    two_disputes,
    held_while_rates_move,
    papers,
)
"""All but those with which others begin."""
