"""The page of how each hub pays the boutique."""

from datetime import datetime
from pathlib import Path

import httpx
import pytest

from federation.conversations.paying import (
    BankAccount,
    BankChange,
    BankSaid,
    BankStanding,
    PapersAsked,
    PayingState,
)
from federation.documents.times import text_of
from federation.vocabulary.errors import QuotaError
from federation.vocabulary.ids import PartyId
from shops.settings import ShopNodeSettings
from tests.shops.house import APPS, HUB, OTHER_HUB
from tests.shops.portal.conftest import HOME
from tests.shops.portal.hub_beside import hub_beside
from tests.shops.portal.test_hubs import linked
from tests.support.clients import form
from tests.support.postgres import Server

pytestmark = pytest.mark.apps(*APPS)


async def test_a_hub_that_does_not_answer_is_said_to(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Without a hub there is nothing to be paid by; one that is silent is shown as that, and leads nowhere."""
    assert "linked with no hub yet" in (await browser.get(f"{HOME}/getting-paid")).text
    await linked(shop_id, HUB, "Aurora")
    page = (await browser.get(f"{HOME}/getting-paid")).text
    assert "Aurora" in page
    assert "Does not answer" in page
    papers = await browser.get(f"{HOME}/getting-paid/{HUB}/papers")
    assert papers.status_code == httpx.codes.OK
    assert "look again later" in papers.text
    assert (await browser.get(f"{HOME}/getting-paid/{OTHER_HUB}/papers")).status_code == httpx.codes.NOT_FOUND


async def test_a_boutique_says_its_account(
    pg: Server, settings: ShopNodeSettings, shop_id: PartyId, tmp_path: Path
) -> None:
    """An IBAN with a mistake is refused here; a good one goes to the hub, which shows it masked and waiting.

    Who says too many is told when the next is taken, as the hub says.
    """
    async with hub_beside(pg, settings, shop_id, tmp_path) as beside:
        cashier = Cashier()
        beside.hub.fed.cashier = cashier
        assert "Say your account" in (await beside.browser.get(f"{HOME}/getting-paid")).text
        path = f"{HOME}/getting-paid/{beside.hub.party_id}/bank"
        typed = {"holder": "Nove srl", "iban": "IT60X0542811101000000123457", "bic": ""}
        wrong = await form(beside.browser, f"{HOME}/getting-paid", typed, action=path)
        assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
        assert "compare it once more" in wrong.text
        assert 'value="IT60X0542811101000000123457"' in wrong.text
        right = typed | {"iban": "it60 x054 2811 1010 0000 0123 456"}
        sent = await form(beside.browser, f"{HOME}/getting-paid", right, action=path)
        assert sent.status_code == httpx.codes.SEE_OTHER
        page = (await beside.browser.get(f"{HOME}/getting-paid")).text
        assert "you get a letter" in page
        assert "Your boutique said another account" in page
        assert [one.iban for one in cashier.said] == ["IT60X0542811101000000123456"]
        assert [one.by for one in cashier.said] == ["Atelier Nove"]
        for seconds, words in ((30, "in this minute"), (24 * 3600, "Say the right one tomorrow")):
            cashier.refusal = QuotaError("too many", retry_after_seconds=seconds)
            often = await form(beside.browser, f"{HOME}/getting-paid", right, action=path)
            assert often.status_code == httpx.codes.UNPROCESSABLE_ENTITY
            assert words in often.text


class Cashier:
    """A hub that pays by bank and remembers what it was told."""

    def __init__(self) -> None:
        self.said: list[BankSaid] = []
        self.refusal: QuotaError | None = None

    async def standing(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> PayingState:
        del hub_id, shop_id
        told = [
            BankChange(
                account=BankAccount(holder=one.holder, iban="IT60 … 3456"), said_by="boutique", said_at=text_of(now)
            )
            for one in self.said
        ]
        return PayingState(standing="none", bank=BankStanding(waits=told[-1] if told else None))

    async def papers(self, hub_id: PartyId, shop_id: PartyId, asked: PapersAsked, now: datetime) -> PayingState:
        del asked
        return await self.standing(hub_id, shop_id, now)

    async def say_bank(self, hub_id: PartyId, shop_id: PartyId, said: BankSaid, now: datetime) -> PayingState:
        if self.refusal is not None:
            raise self.refusal
        self.said.append(said)
        return await self.standing(hub_id, shop_id, now)
