"""The portal's pages of disputes, against a hub on another node."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID

import httpx
import pytest

from federation.vocabulary.ids import PartyId
from shops.portal import dispute_words
from shops.settings import ShopNodeSettings
from tests.federation.http.test_disputes import DISPUTE, Hearing
from tests.shops.house import APPS, HUB
from tests.shops.portal.conftest import HOME
from tests.shops.portal.hub_beside import Beside, hub_beside
from tests.support.clients import csrf_token, form
from tests.support.evidence_files import pdf
from tests.support.postgres import Server

pytestmark = pytest.mark.apps(*APPS)
LIST = f"{HOME}/money/disputes"


@pytest.fixture
async def beside(pg: Server, settings: ShopNodeSettings, shop_id: PartyId, tmp_path: Path) -> AsyncIterator[Beside]:
    """A hub that knows of one dispute."""
    async with hub_beside(pg, settings, shop_id, tmp_path) as made:
        yield made


async def send_file(browser: httpx.AsyncClient, page: str, content: bytes, kind: str = "delivery") -> str:
    """Hand a file in by the page's form; the page afterwards."""
    token = csrf_token((await browser.get(page)).text)
    sent = await browser.post(
        f"{page}/files", data={"csrf_token": token, "kind": kind}, files={"file": ("proof.pdf", content)}
    )
    assert sent.status_code == httpx.codes.SEE_OTHER, sent.text[:300]
    return (await browser.get(page)).text


async def test_a_boutique_reads_and_answers_a_dispute(beside: Beside) -> None:
    """What is said, what helps, its words and files to the hub; refusals in words; nothing more once it is over."""
    browser, hearing = beside.browser, Hearing()
    beside.hub.fed.hearing = hearing
    page = f"{LIST}/{beside.hub.party_id}/{DISPUTE}"
    listed = (await browser.get(LIST)).text
    assert "The shopper says that it never arrived." in listed
    assert f"{beside.hub.party_id}/{DISPUTE}" in listed
    shown = (await browser.get(page)).text
    assert "proof of delivery" in shown
    words = {"text": "It was handed over.", "carrier": "Poste", "tracking": "PT-1", "shipped_on": "2026-11-20"}
    sent = await form(browser, page, words, action=f"{page}/statement")
    assert sent.status_code == httpx.codes.SEE_OTHER
    assert hearing.said is not None
    assert (hearing.said.by, hearing.said.text) == ("Atelier Nove", "It was handed over.")
    shown = (await browser.get(page)).text
    assert "The hub has your words." in shown
    assert "Galleria has this from Atelier Nove" in shown
    assert "The hub has your file." in await send_file(browser, page, pdf())
    assert "Only whole PDF" in await send_file(browser, page, b"MZ\x90")
    assert "Choose a file" in await send_file(browser, page, pdf(), "gossip")
    assert [one.content for one in hearing.files] == [pdf()]
    wrong = await form(browser, page, words | {"shipped_on": "yesterday"}, action=f"{page}/statement")
    assert wrong.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "It was handed over." in wrong.text
    hearing.takes = "late"
    token = csrf_token((await browser.get(LIST)).text)
    late = await browser.post(f"{page}/statement", data={"csrf_token": token} | words)
    assert dispute_words.WHY_NOT["late"] in late.text
    over = (await browser.get(page)).text
    assert dispute_words.WHY_NOT["late"] in over
    assert "It was handed over." in over
    assert (await browser.get(f"{LIST}/{beside.hub.party_id}/{UUID(int=7)}")).status_code == httpx.codes.NOT_FOUND
    assert (await browser.get(f"{LIST}/{HUB}/{DISPUTE}")).status_code == httpx.codes.NOT_FOUND


async def test_a_silent_hub_loses_no_words(beside: Beside) -> None:
    """The list says who is silent; a statement that did not go through comes back to be copied."""
    browser = beside.browser
    beside.hub.fed.hearing = Hearing()
    page = f"{LIST}/{beside.hub.party_id}/{DISPUTE}"
    token = csrf_token((await browser.get(page)).text)
    beside.way.lose_requests, beside.way.only = 9, "7102"
    assert "Galleria does not answer at the moment" in (await browser.get(LIST)).text
    sent = await browser.post(f"{page}/statement", data={"csrf_token": token, "text": "Three pages of it."})
    assert sent.status_code == httpx.codes.BAD_GATEWAY
    assert "Three pages of it." in sent.text


def test_every_state_and_reason_has_words() -> None:
    """Each reason that has words has what helps, and an unknown one has both."""
    assert set(dispute_words.REASONS) == set(dispute_words.HELPS)
    assert set(dispute_words.STATES) == set(dispute_words.MEANT)
