"""What waits for a person, counted over rows as they come about."""

from datetime import timedelta

import pytest

from federation.node import clock
from federation.node.database import execute
from federation.vocabulary.money import Money
from payouts.service.hands import BANK_SILENT_DAYS, Hands, hands
from payouts.service.reconciling import reconcile
from tests.payouts.scene import MemoryScene

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def now_and_later(scene: MemoryScene, days: int) -> tuple[Hands, Hands]:
    """What waits, and what will if nobody does anything for so many days."""
    now = clock.now()
    settings = scene.pay.settings
    return await hands(settings, now), await hands(settings, now + timedelta(days=days))


async def test_disputes_press_as_their_day_comes(scene: MemoryScene) -> None:
    """Undecided ones are counted at once, as pressing three days before the evidence is due; answered ones are not."""
    await scene.buy()
    (payment,) = scene.provider.payments
    scene.provider.disputes.open(payment, Money(5_000, "EUR"), inquiry=False)
    await scene.hear()
    now, later = await now_and_later(scene, days=5)
    assert (now.disputes, now.disputes_pressing) == (1, 0)
    assert (later.disputes, later.disputes_pressing) == (1, 1)
    assert later.dispute_due_at == now.dispute_due_at is not None
    await execute("UPDATE pay_dispute SET answer = 'given', status = 'evidence'")
    _, later = await now_and_later(scene, days=5)
    assert (later.disputes, later.disputes_pressing, later.dispute_due_at) == (1, 0, None)


async def test_money_that_stands_still_is_counted(scene: MemoryScene) -> None:
    """Movements nobody understands, refunds that failed or wait for funds, shares that are blocked or kept too long."""
    await scene.buy()
    scene.provider.take_from_platform(Money(1_234, "EUR"))
    await reconcile(scene.pay, clock.now())
    await execute("UPDATE pay_settlement SET status = 'blocked', block_reason = 'account' WHERE kind = 'referral'")
    now, later = await now_and_later(scene, days=scene.pay.settings.holding_days_max + 1)
    assert (now.unmatched, now.blocked, now.kept_long) == (1, 1, 0)
    assert now.unmatched_since is not None
    assert later.kept_long == later.blocked + 6
    assert (now.refunds_failed, now.refunds_unfunded, now.debts, now.paused) == (0, 0, 0, 0)


async def test_a_bank_file_is_missed_after_its_day(scene: MemoryScene) -> None:
    """Two days after a file should have been carried out its silence counts, until the bank's word on every payment."""
    await execute(
        "INSERT INTO pay_bank_file (id, message_id, currency, amount_minor, payments, execute_on, content, made_by,"
        " made_at) VALUES (gen_random_uuid(), 'm', 'EUR', 100, 1, current_date, 'x', 'op', now())"
    )
    await execute(
        "INSERT INTO pay_payout (id, shop_id, account_id, amount_minor, currency, status, failure, rail, bank_file_id,"
        " created_at, updated_at) SELECT gen_random_uuid(), 'a', 'IT60', 100, 'EUR', 'submitting', '', 'bank', id,"
        " now(), now() FROM pay_bank_file"
    )
    now, later = await now_and_later(scene, days=BANK_SILENT_DAYS + 1)
    assert (now.files_unheard, later.files_unheard) == (0, 1)
    await execute("UPDATE pay_payout SET status = 'paid', arrival_at = now()")
    _, later = await now_and_later(scene, days=BANK_SILENT_DAYS + 1)
    assert later.files_unheard == 0
