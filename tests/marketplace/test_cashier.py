"""What the hub tells its boutiques of how they are paid."""

import pytest

from federation.conversations.paying import PapersAsked
from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.ids import PartyId
from marketplace.cashier import HubCashier
from payouts import service as payouts
from payouts.adapters.memory import Fault, MemoryProvider
from payouts.errors import ProviderUnavailableError
from tests.payouts.scene import MemoryScene

pytestmark = pytest.mark.apps("payouts.piccolo_app")

HUB, SHOP = PartyId("h1hub"), PartyId("s1shop")
HERE = "https://shop.example/portal/a/getting-paid"
ASKED = PapersAsked(refresh_url=f"{HERE}/papers", return_url=HERE)


async def test_a_boutique_is_told_how_it_stands_and_where_to_go(committed: object) -> None:
    """Before it is linked nothing is opened; then papers are missing, then it is ready, read at the provider."""
    scene = MemoryScene(MemoryProvider(clock.now(), accounts_ready=False))
    cashier = HubCashier(scene.pay)
    assert (await cashier.standing(HUB, SHOP, scene.now)).standing == "none"
    assert (await cashier.papers(HUB, SHOP, ASKED, scene.now)).page is None
    async with atomic():
        await payouts.ensure_account(SHOP, "Shop", "FR", "EUR", scene.now)
    found = await cashier.papers(HUB, SHOP, ASKED, scene.now)
    assert (found.standing, scene.provider.links) == ("papers", [(ASKED.refresh_url, ASKED.return_url)])
    assert found.page is not None
    account = await payouts.account_of(SHOP)
    assert account is not None
    scene.provider.complete_account(str(account.provider_id))
    assert (await cashier.standing(HUB, SHOP, scene.now)).standing == "ready"
    assert (await cashier.papers(HUB, SHOP, ASKED, scene.now)).page is not None
    scene.provider.close_account(str(account.provider_id))
    await scene.hear()
    found = await cashier.papers(HUB, SHOP, ASKED, scene.now)
    assert (found.standing, found.page) == ("closed", None)


async def test_a_silent_provider_leaves_what_was_known(committed: object) -> None:
    """The boutique is told how it stood when the provider last answered."""
    scene = MemoryScene(MemoryProvider(clock.now(), accounts_ready=False))
    async with atomic():
        await payouts.ensure_account(SHOP, "Shop", "FR", "EUR", scene.now)
    await scene.drain()
    scene.provider.faults.append(Fault("get_account", ProviderUnavailableError("away")))
    assert (await HubCashier(scene.pay).standing(HUB, SHOP, scene.now)).standing == "papers"
