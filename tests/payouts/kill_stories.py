"""The stories in which every point is met, each with what there must be at the provider in the end, to the cent."""

from collections.abc import Awaitable, Callable, Mapping
from uuid import UUID

import msgspec

from federation.node import clock
from federation.node.database import atomic
from payouts import service
from payouts.adapters.memory import Fault
from payouts.adapters.memory.books import PLATFORM, Cause
from payouts.domain.bank_file import BankDetails
from payouts.domain.evidence import Evidence
from payouts.errors import InsufficientBalanceError, ProviderUnavailableError
from payouts.service import float_moves, terms
from payouts.service.disputes import lift_warning
from payouts.service.evidence import AnswerKind, answer, write_evidence
from payouts.service.hearings import FileSaid, hand_in
from payouts.service.reconciling import reconcile
from payouts.settings import PayoutSettings
from payouts.store import disputes as dispute_store
from tests.payouts.kill_lives import Life, Made
from tests.payouts.kill_points import Point
from tests.payouts.worked_example import ORDER, PART_C, TOTAL, A, C, euro
from tests.support.evidence_files import pdf

OURS = BankDetails("Galleria", "IT60X0542811101000000123456")
THEIRS = BankDetails("Cleo Ringe", "DE89370400440532013000")
RING = service.RefundRequest(
    refund_id=UUID(int=900), order_id=ORDER, shop_order_id=PART_C, parts=(service.RefundPart("ring", quantity=1),)
)
PAID, SENT = Made(1, 34759), Made(7, 31928)
RING_BACK, RING_CLAIMED = Made(1, 4850), Made(1, 4499)


class Story(msgspec.Struct, frozen=True):
    """What happens, and what there is at the provider in the end."""

    tell: Callable[[Life], Awaitable[None]]
    ends_with: Mapping[str, Made]
    settings: PayoutSettings = PayoutSettings(payout_interval_seconds=0)


async def _papers(life: Life) -> None:
    """An account is opened, a boutique goes to its papers, and hands them in."""
    life.provider.accounts_ready = False
    await life.does(life.open_accounts)
    await life.does(lambda: service.link_to_papers(life.pay, A, "http://hub/again", "http://hub/back", life.now))
    for account_id in list(life.provider.accounts):
        life.provider.complete_account(account_id)
    await life.does(life.hear)
    assert {each.ready for each in await service.accounts()} == {True}


async def _sale(life: Life) -> None:
    await life.does(life.has_float, life.open_accounts, life.asks, life.pays, life.hear, life.sends_all)


async def _bought_to_the_bank(life: Life) -> None:
    """Paid, sent, paid out, and looked over at night."""
    await _sale(life)
    await life.does(life.pays_out, life.money_arrives, life.hear, life.looks_over_the_books)


async def _no_event_ever_comes(life: Life) -> None:
    """The same and a refund, told by no event: the regular jobs look for themselves."""
    await life.does(life.has_float, life.open_accounts, life.asks, life.pays, life.recover, life.sends_all)
    life.provider.take_from_platform(euro(60_000))
    await life.does(_refund(life))
    life.provider.take_from_platform(euro(-60_000))
    await life.does(life.recover, life.pays_out, life.money_arrives, life.recover)


async def _keys_forgotten(life: Life) -> None:
    """Everything is made once and its answer lost; a day later the provider knows the keys no more."""
    await _loses_answers(life, lambda: _sale(life), "transfer")
    await _loses_answers(life, lambda: life.does(_refund(life)), "refund", "reverse_transfer")
    await _loses_answers(life, lambda: life.does(life.pays_out), "payout")
    await life.does(life.money_arrives, life.recover)


async def _loses_answers(life: Life, happens: Callable[[], Awaitable[None]], *calls: str) -> None:
    lost = [Fault(call, ProviderUnavailableError("lost"), "after", times=9) for call in calls]
    life.provider.faults.extend(lost)
    await happens()
    life.provider.forget_keys()
    await life.does(life.recover)
    life.provider.faults.clear()
    life.provider.forget_keys()
    await life.does(life.recover)


def _refund(life: Life) -> Callable[[], Awaitable[object]]:
    return lambda: life.refund(RING)


async def _refunded(life: Life) -> None:
    """A ring goes back after everything was sent, and is clawed back."""
    await _sale(life)
    await life.does(_refund(life), life.hear)


async def _held_then_taken(life: Life) -> None:
    """Held on a card, and taken once the boutiques have accepted."""
    await life.does(life.has_float, life.open_accounts, life.is_held_on_a_card, life.takes_what_is_held, life.hear)


async def _given_up(life: Life) -> None:
    """The order is cancelled before it is paid."""

    async def cancels() -> None:
        async with atomic():
            await service.cancel_payment(ORDER, life.now)
        await life.drain()

    await life.does(life.asks, cancels, life.hear)
    assert {each.status for each in life.provider.payments.values()} == {"cancelled"}


async def _refused_at_first(life: Life) -> None:
    """The provider refuses transfers for lack of money and allows them later; a refused reversal stays owed."""
    life.provider.faults.append(Fault("transfer", InsufficientBalanceError("no funds"), times=99))
    await _sale(life)
    life.provider.faults.clear()
    await life.does(life.recover)
    life.provider.faults.append(Fault("reverse_transfer", InsufficientBalanceError("no funds"), times=99))
    await life.does(_refund(life), life.hear)
    life.provider.faults.clear()


async def _disputed(life: Life, outcome: AnswerKind) -> None:
    await _sale(life)
    warning = life.provider.disputes.warn(life.payment_id)
    await life.does(life.hear)

    async def looks_into_it() -> None:
        async with atomic():
            await lift_warning(warning, "an operator", "a good customer", life.now)
        await life.drain()

    await life.does(looks_into_it)
    number = life.provider.disputes.open(life.payment_id, TOTAL, "general", inquiry=False)
    await life.does(life.hear)

    async def answers() -> None:
        dispute = await dispute_store.by_provider_id(number)
        assert dispute is not None
        if dispute.answer == "none":
            async with atomic():
                file = FileSaid(
                    dispute_id=dispute.id, shop_id=A, kind="delivery", media_type="application/pdf", content=pdf()
                )
                (proof,) = (await hand_in(file, life.now)).files
                told = Evidence(uncategorized_text="It was delivered.")
                await write_evidence(dispute.id, told, life.now, {proof.id: "shipping_documentation"})
                await answer(dispute.id, outcome, life.now)
        await life.drain()

    await life.does(answers)
    if outcome == "evidence":
        life.provider.disputes.decide(number, "won")
    await life.does(life.hear)


async def _disputed_and_won(life: Life) -> None:
    """The bank takes everything back, is told why not, and gives it back: the boutiques are sent it again."""
    await _disputed(life, "evidence")


async def _disputed_and_given_up(life: Life) -> None:
    """The same, and the operator accepts it: the boutiques' money is taken back and stays so."""
    await _disputed(life, "acceptance")


async def _disputed_meanwhile(life: Life) -> None:
    """A refund was made, its answer and its event were lost; before it is asked again a bank has taken a part."""
    await _sale(life)
    heard = len(life.provider.events)
    life.provider.faults.append(Fault("refund", ProviderUnavailableError("lost"), "after"))
    await life.does(_refund(life))
    del life.provider.events[heard:]
    life.provider.disputes.open(life.payment_id, euro(1_000), "general", inquiry=False)
    await life.does(life.hear, life.recover)


async def _came_back(life: Life) -> None:
    """A refund comes back from the shopper's bank, which only the list of movements tells; it is tried again."""
    await _refunded(life)
    refund = next(iter(life.provider.refunds.values()))
    if refund.taken is not None:
        life.provider.refunds[refund.id] = msgspec.structs.replace(refund, status="failed", reason="lost card")
        cause = Cause("refund_failure", refund.id, refund.reference)
        life.provider.move(PLATFORM, refund.taken, life.provider.now, cause)
    await life.does(lambda: reconcile(life.pay, clock.now()))

    async def again() -> None:
        found = await service.refund_by_id(RING.refund_id)
        assert found is not None
        if found.status == "failed":
            async with atomic():
                await service.retry_refund(RING.refund_id, life.now)
        await life.drain()

    await life.does(again, life.hear)


async def _paid_out_by_itself(life: Life) -> None:
    """The provider pays a boutique by a schedule of its own, and says what was in it."""
    await _sale(life)
    account = await service.account_of(A)
    assert account is not None
    life.provider.pay_out_by_itself(str(account.provider_id))
    await life.does(life.hear, life.money_arrives, life.recover)


async def _to_our_own_bank(life: Life) -> None:
    """One boutique is paid by bank file, and what our bank has to pay it is moved there from the provider."""

    async def by_bank() -> None:
        async with atomic():
            await terms.pay_by_bank(C, THEIRS, "an operator", life.now)

    async def moved() -> None:
        if not await float_moves.newest():
            async with atomic():
                await float_moves.begin(life.pay, await float_moves.needed("EUR"), "an operator", life.now)
        await life.drain()

    await life.does(by_bank)
    await _sale(life)
    await life.does(moved, life.recover, life.money_arrives, life.recover)


TO_THE_BANK = {"payment": PAID, "transfer": SENT, "payout": Made(3, 31928)}


async def _to_our_own_bank_in_doubt(life: Life) -> None:
    """The same, with every answer lost and every key forgotten."""
    await _loses_answers(life, lambda: _to_our_own_bank(life), "payout")


BANKED = PayoutSettings(payout_interval_seconds=0, bank=OURS)
FORGETS = PayoutSettings(payout_interval_seconds=0, key_lifetime_seconds=0)

STORIES: Mapping[str, Story] = {
    "papers": Story(_papers, {}),
    "to the bank": Story(_bought_to_the_bank, TO_THE_BANK),
    "keys forgotten": Story(
        _keys_forgotten,
        {
            "payment": PAID,
            "transfer": SENT,
            "refund": RING_BACK,
            "reversal": RING_CLAIMED,
            "payout": Made(3, 31928 - 4499),
        },
        FORGETS,
    ),
    "no event ever": Story(
        _no_event_ever_comes,
        {
            "payment": PAID,
            "transfer": SENT,
            "refund": RING_BACK,
            "reversal": RING_CLAIMED,
            "payout": Made(3, 31928 - 4499),
        },
    ),
    "refunded": Story(_refunded, {"payment": PAID, "transfer": SENT, "refund": RING_BACK, "reversal": RING_CLAIMED}),
    "came back": Story(_came_back, {"payment": PAID, "transfer": SENT, "refund": RING_BACK, "reversal": RING_CLAIMED}),
    "disputed meanwhile": Story(
        _disputed_meanwhile,
        {"payment": PAID, "transfer": SENT, "refund": RING_BACK, "reversal": Made(8, 4499 + 917)},
    ),
    "refused at first": Story(_refused_at_first, {"payment": PAID, "transfer": SENT, "refund": RING_BACK}),
    "held": Story(_held_then_taken, {"payment": PAID}),
    "given up": Story(_given_up, {}),
    "won": Story(
        _disputed_and_won,
        {"payment": PAID, "transfer": Made(7 + 4, 2 * 31928), "reversal": SENT},
    ),
    "by itself": Story(_paid_out_by_itself, {"payment": PAID, "transfer": SENT, "payout": Made(1, 12_890)}),
    "our own bank": Story(
        _to_our_own_bank, {"payment": PAID, "transfer": Made(5, 31928 - 9988), "payout": Made(1, 9988)}, BANKED
    ),
    "our own bank's keys forgotten": Story(
        _to_our_own_bank_in_doubt,
        {"payment": PAID, "transfer": Made(5, 31928 - 9988), "payout": Made(1, 9988)},
        msgspec.structs.replace(BANKED, key_lifetime_seconds=0),
    ),
    "lost": Story(_disputed_and_given_up, {"payment": PAID, "transfer": SENT, "reversal": SENT}),
}

MET_IN: Mapping[Point, str] = {
    Point("payouts.invariants.differences", "balance"): "to the bank",
    Point("automatic_payouts._listed", "payout_contents"): "by itself",
    Point("bank_payouts._ask", "payout"): "to the bank",
    Point("bank_payouts._ask", "payouts_of"): "keys forgotten",
    Point("bank_payouts.send_payout", "get_payout"): "no event ever",
    Point("bank_payouts._begin", "get_account"): "to the bank",
    Point("capturing.capture_at_provider", "capture_payment"): "held",
    Point("claiming._reverse", "reverse_transfer"): "refunded",
    Point("claiming._reversal_of", "reversals_of"): "refused at first",
    Point("claiming._within_reach", "get_account"): "refunded",
    Point("dispute_sweeps.sweep_disputes", "list_disputes"): "no event ever",
    Point("disputes.see_dispute", "get_dispute"): "won",
    Point("disputes.see_warning", "get_warning"): "lost",
    Point("events.list_missed", "list_events"): "to the bank",
    Point("events._see_payment", "get_payment"): "to the bank",
    Point("events._see_refund", "get_refund"): "refunded",
    Point("events._see_payout", "get_payout"): "to the bank",
    Point("evidence.send_answer", "accept_dispute"): "lost",
    Point("evidence._uploaded", "upload_evidence"): "won",
    Point("evidence._hand_in", "submit_evidence"): "won",
    Point("float_moves._ask", "payout"): "our own bank",
    Point("float_moves._ask", "payouts_of"): "our own bank's keys forgotten",
    Point("float_moves.send_move", "get_payout"): "our own bank",
    Point("payments.start_payment", "create_payment"): "to the bank",
    Point("payments.cancel_at_provider", "get_payment"): "given up",
    Point("payments.cancel_at_provider", "cancel_payment"): "given up",
    Point("payments.refresh_payment", "get_payment"): "no event ever",
    Point("reconciling._read", "balance_transactions"): "to the bank",
    Point("reconciling._of_refund_failure", "get_refund"): "came back",
    Point("refund_payment._ask", "refund"): "refunded",
    Point("refund_payment._ask", "refunds_of"): "keys forgotten",
    Point("refund_payment._look_for", "refunds_of"): "disputed meanwhile",
    Point("refund_payment.send_refund", "get_refund"): "no event ever",
    Point("sending.send_settlement", "transfers_of"): "refused at first",
    Point("sending._is_below_zero", "get_account"): "to the bank",
    Point("sending._ask", "transfers_of"): "keys forgotten",
    Point("sending._ask", "transfer"): "to the bank",
    Point("shop_accounts.open_account", "create_account"): "papers",
    Point("shop_accounts.refresh_account", "get_account"): "papers",
    Point("shop_accounts.link_to_papers", "account_link"): "papers",
}
"""In which story the process dies at a point. `test_every_point_has_its_story` fails when the code has another one."""

NOT_REPEATED = {Point("payments.cancel_at_provider", "cancel_payment")}
"""Calls not made again once they had their effect, since a look before them shows it: two lives instead of one."""
