"""Sending shops their shares, whatever breaks in between."""

import asyncio
import contextvars
from datetime import timedelta

import pytest

from federation.node import clock
from federation.node.database import atomic, current, fetch, using
from payouts import service
from payouts.adapters.memory import Fault, MemoryProvider
from payouts.errors import (
    AccountNotReadyError,
    InsufficientBalanceError,
    ProviderBusyError,
    ProviderConflictError,
    ProviderRefusedError,
    ProviderUnavailableError,
)
from payouts.service.releasing import release_order
from payouts.service.sending import send_settlement
from tests.payouts.scene import CrashError, MemoryScene
from tests.payouts.worked_example import PART_A, PART_B, PART_C, A, B, C

pytestmark = pytest.mark.apps("payouts.piccolo_app")


async def sent_by_account(scene: MemoryScene) -> dict[str, int]:
    """What each shop's account at the provider was sent."""
    sent: dict[str, int] = {}
    for made in scene.provider.transfers.values():
        shop = scene.provider.accounts[made.account_id].reference
        sent[shop] = sent.get(shop, 0) + made.amount.amount_minor
    return sent


ALL_SENT = {A: 12890, B: 7610 + 1440, C: 9988}


async def test_released_shares_are_sent(scene: MemoryScene) -> None:
    """Row 3 of the worked example: 319.28 leave in seven transfers and the hub keeps its part."""
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    assert await sent_by_account(scene) == ALL_SENT
    books = await scene.balances()
    assert books["provider:available"] == 34759 - 512 - 31928
    assert not [code for code in books if code.startswith("shop:")]
    assert {each.status.value for each in await service.settlements()} == {"sent"}
    assert ("settlement", "2", "sale", "sent", "7120") in scene.listener.heard
    await scene.check()


async def test_releasing_twice_sends_once(scene: MemoryScene) -> None:
    """A second release finds nothing held."""
    await scene.buy()
    await scene.release(PART_A)
    await scene.release(PART_A)
    assert len(scene.provider.transfers) == 3
    await scene.check()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("error", [CrashError(), ProviderUnavailableError("lost"), ProviderBusyError("busy")])
async def test_crash_around_the_call_sends_once(scene: MemoryScene, when: str, error: Exception) -> None:
    """Whether the process died before or after the provider moved the money, it is moved exactly once."""
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", error, when, times=2))  # type: ignore[arg-type]
    await scene.release(PART_A, PART_B, PART_C)
    await scene.check(quiet=False)
    await scene.sweep()
    assert await sent_by_account(scene) == ALL_SENT
    await scene.drain(later_seconds=600)
    assert scene.provider.calls_of("transfer") == 7
    await scene.check()


async def test_crash_after_the_result_changes_nothing(scene: MemoryScene) -> None:
    """Every message delivered once more, after all was done, moves nothing."""
    await scene.buy()
    await scene.release(PART_A, PART_B, PART_C)
    books = await scene.balances()
    for row in await fetch("SELECT id FROM pay_settlement"):
        await send_settlement(scene.pay, row["id"], clock.now())
    assert await scene.balances() == books
    assert len(scene.provider.transfers) == 7


async def test_forgotten_key_is_looked_up_before_sending_again(committed: object) -> None:
    """A transfer without an answer for a day is found by its reference: the provider may have forgotten the key."""
    scene = MemoryScene(MemoryProvider(clock.now()))
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", CrashError(), "after"))
    await scene.release(PART_C)
    scene.provider.forget_keys()
    await scene.sweep(later_seconds=24 * 3600)
    assert (await sent_by_account(scene))[C] == 9988
    assert len(scene.provider.transfers) == 2
    await scene.check()


async def test_shop_without_a_ready_account_waits(committed: object) -> None:
    """Shares of a shop whose account is not ready stay held, and are sent once it is."""
    scene = MemoryScene(MemoryProvider(clock.now(), accounts_ready=False))
    await scene.buy()
    await scene.release(PART_C)
    assert {each.status.value for each in await service.settlements(C)} == {"held"}
    await scene.check()
    account = await service.account_of(C)
    assert account is not None
    assert account.standing == "papers"
    scene.provider.complete_account(str(account.provider_id))
    await scene.hear()
    await scene.sweep()
    assert await sent_by_account(scene) == {C: 9988}
    await scene.check()


@pytest.mark.parametrize(
    ("error", "reason"),
    [(InsufficientBalanceError("no funds"), "balance"), (AccountNotReadyError("closed"), "account")],
)
async def test_definite_refusal_is_undone_and_tried_anew(scene: MemoryScene, error: Exception, reason: str) -> None:
    """After a refusal the money is releasable again and the next try has a new key, as old keys replay the refusal."""
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", error, "before", times=2))
    await scene.release(PART_C)
    assert {each.block_reason for each in await service.settlements(C)} == {reason}
    assert (await service.shop_money(C))[0].releasable.amount_minor == 9988
    await scene.check()
    if reason == "account":
        await service.shop_accounts.open_account(scene.pay, C, clock.now() + timedelta(seconds=1))
    await scene.sweep()
    assert await sent_by_account(scene) == {C: 9988}
    assert {each.attempt for each in await service.settlements(C)} == {2}
    await scene.check()


async def test_an_account_closed_unheard_of_is_found_when_it_takes_nothing(scene: MemoryScene) -> None:
    """Nobody told that the account is gone: the refusal of a transfer has it read anew, and a person is told."""
    await scene.buy()
    account = await service.account_of(C)
    assert account is not None
    scene.provider.close_account(str(account.provider_id))
    await scene.release(PART_C)
    assert {each.block_reason for each in await service.settlements(C)} == {"account"}
    account = await service.account_of(C)
    assert account is not None
    assert (account.standing, account.ready) == ("closed", False)
    assert "account-closed" in {each.kind for each in await service.alerts()}
    await scene.check()


async def test_refusal_of_a_repeated_call_that_had_worked_is_not_believed(scene: MemoryScene) -> None:
    """The answer was lost and the repetition refused, but the transfer exists: it is recorded, not sent again."""
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", CrashError(), "after", times=2))
    await scene.release(PART_C)
    scene.provider.faults.append(Fault("transfer", InsufficientBalanceError("no funds"), "before", times=2))
    await scene.sweep()
    assert await sent_by_account(scene) == {C: 9988}
    assert {each.attempt for each in await service.settlements(C)} == {1}
    await scene.check()


async def test_refusal_without_a_meaning_calls_a_person(scene: MemoryScene) -> None:
    """An unknown refusal blocks the transfer, raises an alert and is not tried again by itself."""
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", ProviderRefusedError("no"), "before", times=2))
    await scene.release(PART_C)
    await scene.sweep()
    assert {each.block_reason for each in await service.settlements(C)} == {"refused"}
    assert {alert.kind for alert in await service.alerts()} == {"transfer-refused"}
    await scene.check()


async def test_key_with_other_parameters_is_our_mistake(scene: MemoryScene) -> None:
    """A conflict of keys is never repeated by itself: an alert, and the row stays as it is."""
    await scene.buy()
    scene.provider.faults.append(Fault("transfer", ProviderConflictError("other"), "before", times=2))
    await scene.release(PART_C)
    assert {alert.kind for alert in await service.alerts()} == {"transfer-conflict"}
    assert {each.status.value for each in await service.settlements(C)} == {"submitting"}
    assert scene.provider.transfers == {}


async def test_many_workers_send_once(scene: MemoryScene) -> None:
    """Eight workers taking up the same settlement at once make one transfer."""
    await scene.buy()
    async with atomic():
        await service.release(PART_B, scene.now)
    await release_order(scene.pay, PART_B, clock.now())
    database, ids = current(), [each.id for each in await service.settlements(B) if each.status.value == "releasable"]

    async def worker() -> None:
        with using(database):
            for each in ids:
                await send_settlement(scene.pay, each, clock.now())

    await asyncio.gather(*(asyncio.create_task(worker(), context=contextvars.Context()) for _ in range(8)))
    assert len(scene.provider.transfers) == len(ids) == 2
    await scene.drain()
    await scene.check()
