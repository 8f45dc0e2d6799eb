"""Paying by our own bank: each share in one file, and what comes back is owed again."""

from datetime import timedelta
from uuid import UUID
from xml.etree.ElementTree import fromstring

import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.memory import MemoryProvider
from payouts.domain.bank_file import NAMESPACE, BankDetails, checked_details
from payouts.domain.hold import Hold, HoldReason
from payouts.domain.records import BankFileRecord
from payouts.errors import BankDetailsError, IllegalMoveError
from payouts.service import adjusting, bank_files, sending, terms
from payouts.settings import PayoutSettings
from payouts.store import audit, standings
from tests.payouts.scene import MemoryScene
from tests.payouts.service.test_adjusting import TAKE, approve, propose
from tests.payouts.service.test_releasing import RING, at_once
from tests.payouts.worked_example import PART_A, PART_C, A, C

pytestmark = pytest.mark.apps("payouts.piccolo_app")

OURS = BankDetails("Galleria", "IT60X0542811101000000123456")
THEIRS = checked_details("Cleo Ringe", "DE89 3704 0044 0532 0130 00", "COBADEFFXXX")
ADA = "ada@example.com"


@pytest.fixture
def bank(committed: object) -> MemoryScene:
    """A hub with a bank account of its own, whose accounts at the provider are never ready."""
    settings = PayoutSettings(payout_interval_seconds=0, bank=OURS)
    return MemoryScene(MemoryProvider(clock.now(), accounts_ready=False), settings)


async def queue(scene: MemoryScene) -> None:
    """C is paid by bank, and its share of the worked example is released."""
    await scene.buy()
    async with atomic():
        await terms.pay_by_bank(C, THEIRS, ADA, scene.now)
    await scene.release(PART_C)


async def make(scene: MemoryScene) -> BankFileRecord:
    made = await wanted(scene)
    assert made is not None
    return made


async def wanted(scene: MemoryScene) -> BankFileRecord | None:
    async with atomic():
        return await bank_files.make_file(scene.pay, ADA, "Galleria", scene.now.date(), scene.now)


async def statuses(shop_id: str = C) -> set[str]:
    return {each.status.value for each in await service.settlements(shop_id)}


async def test_a_file_pays_everything_that_waits_once(bank: MemoryScene) -> None:
    """One payment per boutique; queued, in a file, paid: each step in the ledger, the last against our bank."""
    await queue(bank)
    assert await statuses() == {"queued"}
    await bank.check()
    made = await make(bank)
    assert (made.amount, made.payments) == (Money(9988, "EUR"), 1)
    root = fromstring(made.content)  # noqa: S314 - our own file
    assert [found.text for found in root.iter(f"{{{NAMESPACE}}}InstdAmt")] == ["99.88"]
    assert (await bank.balances())["shop:shop-c:in_transfer"] == -9988
    assert await statuses() == {"submitting"}
    await bank.sweep()
    assert bank.provider.transfers == {}
    with pytest.raises(BankDetailsError, match="nothing waits"):
        await make(bank)
    (payment,) = await bank_files.open_payments(made.id)
    for _ in range(2):
        async with atomic():
            await bank_files.mark_paid(bank.pay, payment.id, bank.now, bank.now)
    assert await statuses() == {"sent"}
    balances = await bank.balances()
    assert (balances["bank"], balances.get("shop:shop-c:in_transfer", 0)) == (-9988, 0)
    assert await bank_files.at_bank() == Money(-9988, "EUR")
    assert ("payout", C, "paid") in bank.listener.heard
    (money,) = await service.shop_money(C)
    assert (money.sent.amount_minor, money.paid_out.amount_minor) == (9988, 9988)
    await bank.check()
    assert (await bank_files.file(made.id)).content == made.content


async def test_a_file_under_way_is_no_call_without_an_answer(bank: MemoryScene) -> None:
    """Days with the bank neither stop the comparison with the provider nor look like a transfer that got stuck."""
    await queue(bank)
    await make(bank)
    assert await statuses() == {"submitting"}
    assert await audit.is_quiet()
    assert await audit.transfers_without_answer(bank.now + timedelta(days=9)) == []
    assert len(await standings.oldest_unreleased(bank.now + timedelta(days=60), 50)) >= len(
        await service.settlements(C)
    )


async def test_what_the_bank_returns_is_owed_again(bank: MemoryScene) -> None:
    """Paid and then sent back: the debt is open again, an alert says so, the next file pays it on somebody's word."""
    await queue(bank)
    (payment,) = await bank_files.open_payments((await make(bank)).id)
    async with atomic():
        await bank_files.mark_paid(bank.pay, payment.id, bank.now, bank.now)
    for _ in range(2):
        async with atomic():
            await bank_files.mark_returned(bank.pay, payment.id, "AC04 account closed", bank.now)
    assert {(each.status.value, each.block_reason) for each in await service.settlements(C)} == {("blocked", "refused")}
    assert (await bank.balances())["shop:shop-c:releasable"] == -9988
    assert await bank_files.at_bank() == Money(0, "EUR")
    assert [alert.kind for alert in await service.alerts()] == ["payout-returned"]
    (money,) = await service.shop_money(C)
    assert (money.sent.amount_minor, money.paid_out.amount_minor) == (0, 0)
    await bank.check()
    await bank.sweep(later_seconds=7_200)
    assert await statuses() == {"blocked"}
    async with atomic():
        await terms.pay_by_bank(C, checked_details("Cleo", "FR1420041010050500013M02606", ""), ADA, bank.now)
        for each in await service.settlements(C):
            await sending.try_again(each.id, bank.now)
    await bank.drain()
    again = await make(bank)
    assert b"FR1420041010050500013M02606" in again.content
    (payment,) = await bank_files.open_payments(again.id)
    async with atomic():
        await bank_files.mark_paid(bank.pay, payment.id, bank.now, bank.now)
    assert len([heard for heard in bank.listener.heard if heard[0] == "settlement" and heard[3] == "sent"]) == 2
    assert [change.was_paid for change in bank.listener.payouts] == [False, True, False]
    await bank.check()


async def test_what_the_bank_refuses_never_left(bank: MemoryScene) -> None:
    """Refused before it was paid: back to releasable; it cannot be called paid afterwards."""
    await queue(bank)
    (payment,) = await bank_files.open_payments((await make(bank)).id)
    with pytest.raises(BankDetailsError, match="what the bank said"):
        async with atomic():
            await bank_files.mark_returned(bank.pay, payment.id, " ", bank.now)
    async with atomic():
        await bank_files.mark_returned(bank.pay, payment.id, "RC01", bank.now)
    assert await bank_files.at_bank() == Money(0, "EUR")
    assert await statuses() == {"blocked"}
    with pytest.raises(IllegalMoveError):
        async with atomic():
            await bank_files.mark_paid(bank.pay, payment.id, bank.now, bank.now)
    await bank.check()


async def test_two_operators_at_once_make_one_file(bank: MemoryScene) -> None:
    """Each share is in exactly one file, also when the button is pressed twice."""
    await queue(bank)
    answers = await at_once(lambda: make(bank), lambda: make(bank), lambda: make(bank))
    assert sorted(type(answer).__name__ for answer in answers) == [
        "BankDetailsError",
        "BankDetailsError",
        "BankFileRecord",
    ]
    assert len(await bank_files.files()) == 1
    await bank.check()


async def test_debts_are_netted_before_the_file(bank: MemoryScene) -> None:
    """What a boutique owes is withheld from its payment; what is refunded while it waits is not paid."""
    await bank.buy()
    async with atomic():
        await terms.pay_by_bank(A, THEIRS, ADA, bank.now)
    await propose(bank, TAKE)
    await approve(bank, TAKE)
    await bank.release(PART_A)
    assert (await make(bank)).amount == Money(12_890 - 2_000, "EUR")
    assert [claim.status.value for claim in await service.claims(A)] == ["recovered"]
    assert len(await adjusting.newest()) == 1
    await bank.check()


async def test_a_debt_that_takes_all_leaves_no_file_and_is_netted(bank: MemoryScene) -> None:
    """Where debts take all that waits there is nothing to pay, and that stays so: no share waits for ever."""
    await queue(bank)
    more = msgspec.structs.replace(TAKE, id=UUID(int=73), shop_id=C, amount=Money(-20_000, "EUR"))
    await propose(bank, more)
    await approve(bank, more)
    assert await wanted(bank) is None
    assert await statuses() == {"netted"}
    assert [(claim.status.value, claim.outstanding_minor) for claim in await service.claims(C)] == [("owed", 10_012)]
    await bank.check()


async def test_what_is_refunded_while_it_waits_is_not_paid(bank: MemoryScene) -> None:
    """A queued share still lies with us: the refund takes from it. One in a file makes a claim, which is owed."""
    await queue(bank)
    await bank.refund(RING)
    made = await make(bank)
    assert made.amount == Money(9988 - 4499, "EUR")
    (payment,) = await bank_files.open_payments(made.id)
    async with atomic():
        await bank_files.mark_paid(bank.pay, payment.id, bank.now, bank.now)
    await bank.refund(
        service.RefundRequest(refund_id=UUID(int=72), order_id=RING.order_id, shop_order_id=PART_C, shipping=True)
    )
    assert [(claim.status.value, claim.outstanding_minor) for claim in await service.claims(C)] == [("owed", 990)]
    await bank.check()


async def test_a_hold_keeps_a_share_out_of_the_file(bank: MemoryScene) -> None:
    """A dispute that comes while it waits stops it before it is paid."""
    await queue(bank)
    async with atomic():
        await service.freeze(Hold(reason=HoldReason.DISPUTE, reference="d", shop_order_id=PART_C), bank.now)
    assert await wanted(bank) is None
    assert {each.block_reason for each in await service.settlements(C)} == {"dispute"}
    await bank.check()


async def test_without_a_bank_or_for_yesterday_there_is_no_file(bank: MemoryScene) -> None:
    """The hub needs an account of its own, and no bank pays in the past."""
    await queue(bank)
    with pytest.raises(BankDetailsError, match="past"):
        async with atomic():
            yesterday = bank.now.date() - timedelta(days=1)
            await bank_files.make_file(bank.pay, ADA, "Galleria", yesterday, bank.now)
    bank.pay = service.Payments(bank.provider, bank.listener, PayoutSettings())
    with pytest.raises(BankDetailsError, match="no bank account"):
        await make(bank)


async def test_a_shop_can_go_back_to_the_provider(bank: MemoryScene) -> None:
    """What waits for a file is sent through the account instead."""
    await queue(bank)
    account = await service.account_of(C)
    assert account is not None
    bank.provider.complete_account(str(account.provider_id))
    await bank.hear()
    async with atomic():
        await terms.pay_by_provider(C, bank.now)
    await bank.drain()
    assert await statuses() == {"sent"}
    assert sum(one.amount.amount_minor for one in bank.provider.transfers.values()) == 9988
    await bank.check()
