"""Shops' accounts: papers on pages made for one visit, accounts that are gone, and the ones that replace them."""

import pytest

from federation.node import clock
from federation.node.database import atomic, fetch
from payouts import service
from payouts.adapters.memory import Fault, MemoryProvider
from payouts.domain.payout import odd_minor
from payouts.errors import AccountNotReadyError, IllegalMoveError, ProviderRefusedError, ProviderUnavailableError
from tests.payouts.scene import MemoryScene
from tests.payouts.worked_example import PART_A, PART_C, A, C, euro

pytestmark = pytest.mark.apps("payouts.piccolo_app")

PAGE = "https://shop.example/portal/c/getting-paid"


async def standing(shop_id: str) -> tuple[str, int]:
    """How a shop's account stands, and the how manieth it is."""
    account = await service.account_of(shop_id)
    assert account is not None
    return account.standing, account.number


async def account_id(shop_id: str) -> str:
    """What the provider calls the shop's account."""
    account = await service.account_of(shop_id)
    assert account is not None
    return str(account.provider_id)


async def test_each_visit_gets_a_page_of_its_own(committed: object) -> None:
    """Two requests make two pages, also when the first answer was lost; coming back changes nothing by itself."""
    scene = MemoryScene(MemoryProvider(clock.now(), accounts_ready=False))
    await scene.open_accounts()
    assert await standing(C) == ("papers", 1)
    scene.provider.faults.append(Fault("account_link", ProviderUnavailableError("cut off"), "after"))
    with pytest.raises(ProviderUnavailableError):
        await service.link_to_papers(scene.pay, C, PAGE, PAGE, scene.now)
    pages = {(await service.link_to_papers(scene.pay, C, PAGE, PAGE, scene.now)).url for _ in range(2)}
    assert len(pages) == 2
    assert await standing(C) == ("papers", 1)
    scene.provider.complete_account(await account_id(C))
    await scene.hear()
    assert await standing(C) == ("ready", 1)


async def test_a_closed_account_stops_the_money_until_there_is_another(scene: MemoryScene) -> None:
    """Shares wait, the operator is told, no page is made; the new account gets what was not sent, and only that."""
    await scene.buy()
    await scene.release(PART_A)
    first = await account_id(A)
    with pytest.raises(IllegalMoveError):
        async with atomic():
            await service.replace_account(A, scene.now)
    scene.provider.close_account(first)
    await scene.hear()
    assert await standing(A) == ("closed", 1)
    assert [alert.kind for alert in await service.alerts()] == ["account-closed"]
    with pytest.raises(AccountNotReadyError):
        await service.link_to_papers(scene.pay, A, PAGE, PAGE, scene.now)
    async with atomic():
        await service.replace_account(A, scene.now)
    await scene.drain()
    assert await standing(A) == ("ready", 2)
    assert await account_id(A) != first
    await scene.hear()
    assert await standing(A) == ("ready", 2)
    await service.run_payouts(scene.pay, scene.now)
    assert await service.payouts(A) == []
    await scene.check()


async def test_an_account_below_zero_is_sent_nothing(scene: MemoryScene) -> None:
    """What is sent there would be swallowed: the share waits, and goes out once the account is above zero again."""
    await scene.buy()
    account = await account_id(C)
    scene.provider.move(account, euro(-500), scene.provider.now)
    await scene.release(PART_C)
    rows = await fetch("SELECT DISTINCT status, block_reason FROM pay_settlement WHERE shop_id = $1", C)
    assert [(row["status"], row["block_reason"]) for row in rows] == [("blocked", "negative")]
    scene.provider.move(account, euro(500), scene.provider.now)
    await scene.sweep()
    assert {each.status.value for each in await service.settlements(C)} == {"sent"}


def test_some_currencies_leave_in_whole_units() -> None:
    """The hundredths of forints and their like wait; cents leave."""
    assert [odd_minor(12_345, currency) for currency in ("HUF", "ISK", "TWD", "UGX", "EUR", "JPY")] == [45] * 4 + [
        0
    ] * 2


async def test_an_address_that_comes_later_has_the_account_asked_for_anew(committed: object) -> None:
    """A provider that wants one refuses at first; the boutique's next presentation brings it, and then nothing more."""
    scene = MemoryScene(MemoryProvider(clock.now()))
    scene.provider.faults.append(Fault("create_account", ProviderRefusedError("an address is missing"), times=9))

    async def presents(email: str) -> None:
        async with atomic():
            await service.ensure_account(C, "Cleo", "DE", "EUR", scene.now, email=email)
        await scene.drain()

    await presents("")
    assert await standing(C) == ("papers", 1)
    assert scene.provider.accounts == {}
    scene.provider.faults.clear()
    for email in ("cleo@example.com", "cleo@example.com", "", "other@example.com"):
        await presents(email)
    assert await standing(C) == ("ready", 2)
    assert scene.provider.calls_of("create_account") == 1
