"""Each rule of money broken on purpose, by hand in the database: refused there and then, or found and said by the job.

The numbers are those of the design's list of invariants.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from federation.node import clock
from payouts import service
from payouts.invariants import breaches, check_books
from payouts.service.reconciling import reconcile
from tests.payouts.scene import MemoryScene, provider_id
from tests.payouts.worked_example import PART_A, PART_B, PART_C, euro
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps("payouts.piccolo_app")


@pytest.fixture
async def owner(scene: MemoryScene, database_urls: Urls) -> AsyncIterator[asyncpg.Connection]:
    """Somebody who may do anything in the database of a hub that has sold, sent, and been disputed."""
    payment = await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    scene.provider.disputes.open(provider_id(payment), euro(12333), "general", inquiry=False)
    await scene.hear()
    await reconcile(scene.pay, clock.now())
    assert await breaches(clock.now()) == []
    connection = await asyncpg.connect(database_urls.owner)
    yield connection
    await connection.close()


_UNBALANCED = (
    "INSERT INTO pay_txn (kind, reference, idem, content_hash, effective_at, legs) "
    "VALUES ('x', 'x', 'x', decode(repeat('00', 32), 'hex'), now(), 2)"
)
REFUSED = (
    (1, _UNBALANCED),
    (2, "UPDATE pay_entry SET amount = amount + 1"),
    (2, "DELETE FROM pay_entry"),
    (2, "UPDATE pay_txn SET kind = 'x'"),
    (2, "TRUNCATE pay_entry, pay_txn CASCADE"),
    (2, "UPDATE pay_dispute_line SET paid = paid + 1"),
    (2, "DELETE FROM pay_dispute_share"),
    (4, "UPDATE pay_account SET balance = 1 WHERE kind = 'held'"),
    (4, "UPDATE pay_account SET balance = 1 WHERE kind = 'releasable'"),
    (4, "UPDATE pay_account SET balance = 1 WHERE kind = 'in_transfer'"),
    (4, "UPDATE pay_account SET balance = -1 WHERE kind = 'recv'"),
    (6, "UPDATE pay_settlement SET refunded_minor = amount_minor + 1"),
    (6, "UPDATE pay_line SET refunded_minor = paid, disputed_minor = 1"),
    (8, "UPDATE pay_balance_move SET txn_id = (SELECT min(txn_id) FROM pay_balance_move)"),
    (8, "UPDATE pay_balance_move SET amount_minor = 1"),
    (8, "DELETE FROM pay_balance_move"),
)


async def test_the_database_itself_refuses(owner: asyncpg.Connection) -> None:
    """Not even its owner can do any of this: constraints and triggers say no, and nothing has changed."""
    for number, harm in REFUSED:
        with pytest.raises((asyncpg.IntegrityConstraintViolationError, asyncpg.RestrictViolationError)):
            await owner.execute(harm)
        assert await breaches(clock.now()) == [], f"{number}: {harm}"


FOUND = (
    (1, "txn-balanced", "pay_entry", "amount = amount {sign} 1 WHERE leg = 1"),
    (3, "balance-is-sum", "pay_account", "balance = balance {sign} -1 WHERE kind = 'held' AND owner = 'shop-c'"),
    (3, "balance-is-sum", "pay_account", "version = version {sign} 1 WHERE keeps_balance"),
    (3, "balance-chain", "pay_entry", "balance_after = balance_after {sign} 1"),
    (4, "claims-are-booked", "pay_claim", "amount_minor = amount_minor {sign} 1"),
    (5, "sent-within-received", "pay_payment", "settled_minor = settled_minor {sign} -30000"),
    (6, "refunds-within-lines", "pay_line", "refunded_minor = refunded_minor {sign} 1 WHERE line_id = 'ring'"),
    (6, "disputes-within-lines", "pay_line", "disputed_minor = disputed_minor {sign} -1"),
    (6, "disputes-are-booked", "pay_dispute", "funds = CASE funds WHEN 'borne' THEN 'taken' ELSE 'borne' END"),
    (6, "provision-is-undecided", "pay_dispute", "excess_minor = excess_minor {sign} 5"),
    (
        8,
        "one-transaction-per-movement",
        "pay_balance_move",
        "state = CASE state WHEN 'matched' THEN 'booked' ELSE 'matched' END WHERE type = 'transfer'",
    ),
)


async def test_the_job_finds_what_the_database_cannot_hold(scene: MemoryScene, owner: asyncpg.Connection) -> None:
    """With the guards off each harm is done, found by name, said to a person once however often it is looked for."""
    for number, rule, table, change in FOUND:
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await owner.execute(f"UPDATE {table} SET {change.format(sign='+')}")  # noqa: S608 - words of this file
        assert rule in {breach.rule for breach in await breaches(clock.now())}, f"{number}: {rule}"
        await check_books(scene.pay, clock.now())
        await owner.execute(f"UPDATE {table} SET {change.format(sign='-')}")  # noqa: S608 - words of this file
        assert await breaches(clock.now()) == [], f"{number}: {rule}"
    said = [(alert.kind, alert.reference) for alert in await service.alerts()]
    assert {rule for _, rule, _, _ in FOUND} <= {kind for kind, _ in said}
    assert len(said) == len(set(said))


async def test_a_transfer_without_an_answer_for_a_day_is_said(scene: MemoryScene, owner: asyncpg.Connection) -> None:
    """7: what has been in transfer for a day is named, with its settlement."""
    del scene
    await owner.execute(
        "UPDATE pay_transfer SET status = 'submitting', submitted_at = submitted_at - interval '25 hours' "
        "WHERE id = (SELECT min(id) FROM pay_transfer)"
    )
    assert "transfer-stuck" in {breach.rule for breach in await breaches(clock.now() + timedelta(minutes=1))}


async def test_a_payout_that_is_not_its_parts_is_said(scene: MemoryScene, owner: asyncpg.Connection) -> None:
    """9: what went to a bank is the sum of what it claims."""
    del scene
    await owner.execute(
        "INSERT INTO pay_payout (id, shop_id, account_id, amount_minor, currency, status, failure, created_at, "
        "updated_at) VALUES (gen_random_uuid(), 'shop-a', 'acct', 5, 'EUR', 'paid', '', now(), now())"
    )
    assert "payout-is-its-parts" in {breach.rule for breach in await breaches(clock.now())}


async def test_money_that_left_without_us_is_a_difference_to_the_cent(scene: MemoryScene) -> None:
    """8: the provider's balance is moved behind the list of its movements: said in both figures."""
    await scene.buy()
    await check_books(scene.pay, clock.now())
    assert [alert.kind for alert in await service.alerts()] == []
    hidden = scene.provider.moves.pop()
    scene.provider.move(hidden.account_id, hidden.money - euro(7), hidden.available_at, hidden.cause)
    assert [breach.rule for breach in await check_books(scene.pay, clock.now())] == ["books-match-provider"]


async def test_a_shortfall_is_a_condition_and_known_to_the_cent(scene: MemoryScene) -> None:
    """10: money leaves for our bank's costs: no rule is broken, and the alert says what is missing, then nothing."""
    await scene.buy()
    scene.provider.take_from_platform(euro(5000), "stripe_fee")
    assert await check_books(scene.pay, clock.now()) == []
    earned = 3359 - 1000 - 512 - 5000
    assert await service.shortfall() == {"EUR": -earned}
    [told] = [alert for alert in await service.alerts() if alert.kind == "shortfall"]
    assert f"{-earned / 100:.2f} EUR" in told.message
    scene.provider.take_from_platform(euro(-5000), "topup")
    scene.provider.take_from_platform(euro(-5000), "stripe_fee")
    await check_books(scene.pay, clock.now())
    assert [alert for alert in await service.alerts() if alert.kind == "shortfall"] == []
