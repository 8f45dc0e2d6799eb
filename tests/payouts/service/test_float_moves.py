"""Money of the hub's own balance on its way to its bank, no more than the bank has to pay."""

import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.money import Money
from payouts import service
from payouts.adapters.memory import Fault, MemoryProvider
from payouts.errors import BankDetailsError, ProviderUnavailableError
from payouts.service import bank_files, float_moves
from payouts.service.reconciling import reconcile
from payouts.settings import PayoutSettings
from tests.payouts.scene import MemoryScene
from tests.payouts.service.test_bank_files import ADA, OURS, make, queue
from tests.payouts.worked_example import euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")


@pytest.fixture
def bank(committed: object) -> MemoryScene:
    """A hub with a bank account of its own, whose accounts at the provider are never ready."""
    settings = PayoutSettings(payout_interval_seconds=0, bank=OURS)
    return MemoryScene(MemoryProvider(clock.now(), accounts_ready=False), settings)


async def begin(scene: MemoryScene, amount: Money) -> None:
    async with atomic():
        await float_moves.begin(scene.pay, amount, ADA, scene.now)


async def test_what_the_bank_has_to_pay_is_moved_there_once(bank: MemoryScene) -> None:
    """Only what is due by bank; an answer that was lost moves nothing twice; the provider's list books it."""
    with pytest.raises(BankDetailsError, match="at most"):
        await begin(bank, euro(1))
    await queue(bank)
    assert await float_moves.needed("EUR") == euro(9988)
    with pytest.raises(BankDetailsError, match=r"99\.88"):
        await begin(bank, euro(9989))
    bank.provider.faults.append(Fault("payout", ProviderUnavailableError("gone"), "after"))
    await begin(bank, euro(9988))
    assert await float_moves.needed("EUR") == euro(0)
    await bank.drain()
    await bank.sweep(later_seconds=7_200)
    (made,) = bank.provider.payouts.values()
    assert (made.account_id, made.amount) == ("", euro(9988))
    await reconcile(bank.pay, bank.now)
    assert await bank_files.at_bank() == euro(9988)
    assert await float_moves.needed("EUR") == euro(0)
    bank.provider.arrive(made.id)
    await bank.hear()
    assert [one.status.value for one in await float_moves.newest()] == ["paid"]
    (payment,) = await bank_files.open_payments((await make(bank)).id)
    async with atomic():
        await bank_files.mark_paid(bank.pay, payment.id, bank.now, bank.now)
    assert await bank_files.at_bank() == euro(0)
    await bank.check()


async def test_what_came_back_can_be_moved_again(bank: MemoryScene) -> None:
    """Refused or returned, it is where it was, somebody is told, and the same sum is needed again."""
    await queue(bank)
    await begin(bank, euro(9000))
    await bank.drain()
    (made,) = bank.provider.payouts.values()
    await reconcile(bank.pay, bank.now)
    bank.provider.failing_banks.add("")
    bank.provider.arrive(made.id)
    await bank.hear()
    await reconcile(bank.pay, bank.now)
    assert [(one.status.value, one.failure) for one in await float_moves.newest()] == [("failed", "account_closed")]
    assert [alert.kind for alert in await service.alerts()] == ["float-failed"]
    assert await bank_files.at_bank() == euro(0)
    assert await float_moves.needed("EUR") == euro(9988)
    await bank.check()


async def test_a_second_move_waits_until_the_first_was_answered(bank: MemoryScene) -> None:
    """While the provider has not said what became of one, another is refused in words; afterwards the rest can go."""
    await queue(bank)
    await begin(bank, euro(9000))
    with pytest.raises(BankDetailsError, match="being asked for"):
        await begin(bank, euro(988))
    assert len(await float_moves.newest()) == 1
    await bank.drain()
    await begin(bank, euro(988))
    await bank.drain()
    assert sorted(made.amount.amount_minor for made in bank.provider.payouts.values()) == [988, 9000]
