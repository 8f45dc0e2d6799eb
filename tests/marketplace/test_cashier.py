"""What the hub tells its boutiques of how they are paid."""

from datetime import timedelta

import msgspec
import pytest

from federation.conversations import checks
from federation.conversations.paying import BankSaid, PapersAsked, PayingState
from federation.documents import json
from federation.documents.times import text_of
from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.errors import ConflictError
from federation.vocabulary.ids import PartyId
from marketplace.cashier import HubCashier
from payouts import service as payouts
from payouts.adapters.memory import Fault, MemoryProvider
from payouts.domain.bank_file import BankDetails
from payouts.errors import BankDetailsError, ProviderUnavailableError
from payouts.service import bank_changes
from payouts.settings import PayoutSettings
from tests.payouts.scene import MemoryScene

pytestmark = pytest.mark.apps("federation.piccolo_app", "payouts.piccolo_app", "marketplace.piccolo_app")

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


async def test_a_boutique_says_its_account_and_sees_what_became_of_it(committed: object) -> None:
    """Only where the hub pays by bank; its word waits for an operator, stands masked, rests, and may be turned down."""
    scene = MemoryScene(MemoryProvider(clock.now(), accounts_ready=False))
    said = BankSaid(holder="Cleo", iban="DE89370400440532013000", by="Cleo")
    with pytest.raises(ConflictError, match="not by bank"):
        await HubCashier(scene.pay).say_bank(HUB, SHOP, said, scene.now)
    settings = PayoutSettings(bank=BankDetails("Hub", "IT60X0542811101000000123456"))
    cashier = HubCashier(msgspec.structs.replace(scene.pay, settings=settings))
    with pytest.raises(BankDetailsError, match="check digits"):
        wrong = msgspec.structs.replace(said, iban="DE89370400440532013001")
        await cashier.say_bank(HUB, SHOP, wrong, scene.now)
    bank = (await cashier.say_bank(HUB, SHOP, said, scene.now)).bank
    assert bank is not None
    assert bank.waits is not None
    assert (bank.pays, bank.waits.account.iban, bank.waits.said_by) == (None, "DE89\u00a0…\u00a03000", "boutique")
    async with atomic():
        await bank_changes.reject(
            (await bank_changes.waiting())[0].id, "op@example.com", "appelle cet e\u0301te\u0301", scene.now
        )
    bank = checks.read(json.encode(await cashier.standing(HUB, SHOP, scene.now)), PayingState).bank
    assert bank is not None
    assert bank.refused is not None
    assert (bank.waits, bank.refused.note) == (None, "appelle cet \u00e9t\u00e9")
    await cashier.say_bank(HUB, SHOP, said, scene.now)
    async with atomic():
        await bank_changes.approve((await bank_changes.waiting())[0].id, "op@example.com", settings, scene.now)
    bank = (await cashier.standing(HUB, SHOP, scene.now)).bank
    assert bank is not None
    assert bank.pays is not None
    assert (bank.pays.iban, bank.usable_from, bank.refused) == (
        "DE89\u00a0…\u00a03000",
        text_of(scene.now + timedelta(days=3)),
        None,
    )
