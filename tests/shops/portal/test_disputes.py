"""The portal's pages of disputes, against a hub on another node."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest

from federation.conversations.disputes import Disputes, DisputeState, Statement
from federation.conversations.messages import Refunded
from federation.conversations.return_messages import ReturnedLine, ReturnRequested
from federation.node import clock
from federation.node.database import atomic, execute, fetch_value
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from shops.orders import store as orders
from shops.orders.domain.orders import Event
from shops.orders.service import returns
from shops.portal import dispute_words
from shops.settings import ShopNodeSettings
from tests.federation.http.test_disputes import DISPUTE, Hearing
from tests.shops.house import APPS, HUB, confirmed, order_of, placed, stocked
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
    assert "The hub has your file. A person there reads it" in await send_file(browser, page, pdf())
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
    hearing.takes = "answered"
    given = (await browser.get(page)).text
    assert "Galleria gave the bank its answer on" in given
    assert "the hub’s node sent" not in given, "somebody may have taken it to the bank by hand"
    hearing.files, hearing.files_sent = hearing.files * 2, 1
    given = (await browser.get(page)).text
    assert (given.count("the bank has it"), given.count("not among the files that the hub’s node sent")) == (1, 1)
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


class Decided(Hearing):
    """A hub with one dispute of that order, which stands so."""

    def __init__(self, order_id: str) -> None:
        super().__init__()
        self.order_id = order_id
        self.stands: DisputeState = "open"

    async def disputes(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> Disputes:
        known = await super().disputes(hub_id, shop_id, now)
        told = [msgspec.structs.replace(one, order_id=self.order_id, state=self.stands) for one in known.disputes]
        return Disputes(at=known.at, disputes=tuple(told))


async def received(shop_id: PartyId, hub_id: PartyId) -> tuple[str, int]:
    """A sold dress that came back: its order, and its return's row."""
    dress = await stocked(shop_id, 3)
    order = await order_of(shop_id, await confirmed(shop_id, (dress, 1), hub_id=hub_id))
    await placed(shop_id, order, hub_id)
    row = await orders.row_of(shop_id, (hub_id, UUID(order.id)))
    assert row is not None
    wish = ReturnRequested(return_id=str(new_id()), lines=(ReturnedLine(order.lines[0].line_id, 1, "too_small"),))
    async with atomic():
        await returns.hear(shop_id, await orders.order(shop_id, row), wish, clock.now())
    await execute("UPDATE shop_return SET state = 'received'")
    return order.id, int(await fetch_value("SELECT id FROM shop_return"))


async def test_a_boutique_is_told_before_it_takes_back_what_a_bank_gave_the_shopper(
    beside: Beside, shop_id: PartyId
) -> None:
    """The return says what the bank has done, in either stage; of a dispute that was won, or another order, nothing."""
    order_id, row = await received(shop_id, beside.hub.party_id)
    beside.hub.fed.hearing = hearing = Decided(order_id)
    page = f"{HOME}/returns/{row}"
    shown = (await beside.browser.get(page)).text
    assert "Until then the hub pays nothing back" in shown
    hearing.stands = "lost"
    shown = (await beside.browser.get(page)).text
    assert "does not pay that a second time" in shown
    assert f"{LIST}/{beside.hub.party_id}/{DISPUTE}" in shown
    hearing.stands = "won"
    assert "Look at the dispute" not in (await beside.browser.get(page)).text
    hearing.stands, hearing.order_id = "lost", str(new_id())
    assert "Look at the dispute" not in (await beside.browser.get(page)).text
    beside.way.lose_requests, beside.way.only = 9, "7102"
    assert (await beside.browser.get(page)).status_code == httpx.codes.OK


async def test_an_order_that_came_back_is_not_on_its_way(beside: Beside, shop_id: PartyId) -> None:
    """Once all its pieces were taken back, list, overview and order say so; its state on the wire stays."""
    beside.hub.fed.hearing = Hearing()
    _, row = await received(shop_id, beside.hub.party_id)
    await execute("UPDATE shop_order SET state = 'in_fulfilment'")
    await execute("UPDATE shop_order_line SET shipped = quantity")
    await execute("UPDATE shop_return_line SET received = quantity")
    browser, page = beside.browser, f"{HOME}/returns/{row}"
    number = await fetch_value("SELECT id FROM shop_order")
    pages = (HOME, f"{HOME}/orders?state=in_fulfilment", f"{HOME}/orders/{number}")
    for each in pages:
        assert "Returned</span>" not in (await browser.get(each)).text, each
    line_id = await fetch_value("SELECT line_id FROM shop_return_line")
    costs = "came to €189.00. Given back whole, it costs you your share of that, about €170.10"
    assert costs in (await browser.get(page)).text
    judged = {f"back_{line_id}": "1", f"percent_{line_id}": "100", "step": str(new_id())}
    sent = await form(browser, page, judged, action=f"{page}/refund")
    assert sent.status_code == httpx.codes.SEE_OTHER
    assert await fetch_value("SELECT refunded FROM shop_return_line") == 1
    for each in pages:
        assert "Returned</span>" in (await browser.get(each)).text, each
    assert await fetch_value("SELECT state FROM shop_order") == "in_fulfilment"
    await paid_back(shop_id, beside.hub.party_id)
    shown = (await browser.get(page)).text
    assert ("€189.00 <span" in shown, "of it borne by you: €170.10" in shown) == (True, True)


async def paid_back(shop_id: PartyId, hub_id: PartyId) -> None:
    """The hub tells of a dress of €189.00 that it has given the money back for the return."""
    refund = Refunded(
        refund_id=str(new_id()),
        amount=Money(18_900, "EUR"),
        seller_part=Money(17_010, "EUR"),
        return_id=str(await fetch_value("SELECT return_id FROM shop_return")),
    )
    told = Event(direction="in", kind="refunded", body=msgspec.json.encode(refund), said_at=clock.now())
    await orders.insert_event(shop_id, (hub_id, await fetch_value("SELECT order_id FROM shop_order")), new_id(), told)


async def accepted(shop_id: PartyId, hub_id: PartyId) -> tuple[str, int]:
    """A sold dress that is to be sent: its order's id and row."""
    dress = await stocked(shop_id, 3)
    order = await order_of(shop_id, await confirmed(shop_id, (dress, 1), hub_id=hub_id))
    await placed(shop_id, order, hub_id)
    row = await orders.row_of(shop_id, (hub_id, UUID(order.id)))
    assert row is not None
    await execute("UPDATE shop_order SET state = 'accepted'")
    return order.id, row


async def test_a_boutique_is_told_before_it_sends_what_a_bank_gave_the_shopper(
    beside: Beside, shop_id: PartyId
) -> None:
    """Above the form that ships stands what the bank did or asks; nothing once it is won or nothing is to be sent."""
    order_id, row = await accepted(shop_id, beside.hub.party_id)
    beside.hub.fed.hearing = hearing = Decided(order_id)
    page, browser = f"{HOME}/orders/{row}", beside.browser
    said: dict[DisputeState, str] = {
        "inquiry": "wait with sending until",
        "open": "Do not send the pieces before it has decided",
        "answered": "Do not send the pieces before it has decided",
        "lost": "nobody pays you for them any more",
        "prevented": "nobody pays you for them any more",
    }
    for stands, words in said.items():
        hearing.stands = stands
        shown = (await browser.get(page)).text
        assert 0 < shown.find(words) < shown.find("Ship a parcel"), stands
        assert f"{LIST}/{beside.hub.party_id}/{DISPUTE}" in shown
    hearing.stands = "won"
    assert "Look at the dispute" not in (await browser.get(page)).text
    hearing.stands = "lost"
    beside.way.lose_requests, beside.way.only = 9, "7102"
    assert "Ship a parcel" in (await browser.get(page)).text, "a silent hub keeps nobody from sending"
    beside.way.lose_requests = 0
    await execute("UPDATE shop_order SET state = 'cancelled'")
    assert "Look at the dispute" not in (await browser.get(page)).text


async def test_the_overview_names_what_is_to_be_told_and_by_when(beside: Beside, shop_id: PartyId) -> None:
    """A dispute without a word from the boutique stands first with its day, and its order is not one to ship."""
    order_id, _ = await accepted(shop_id, beside.hub.party_id)
    beside.hub.fed.hearing = hearing = Decided(order_id)
    shown = (await beside.browser.get(HOME)).text
    number = await fetch_value("SELECT number FROM shop_order")
    assert f"what you know of the dispute about order {number}" in shown
    assert f'{LIST}/{beside.hub.party_id}/{DISPUTE}"' in shown
    assert "Look before you send 1 order" in shown
    assert "Ship 1 order" not in shown
    hearing.said = Statement(by="Ada", text="It is packed.")
    shown = (await beside.browser.get(HOME)).text
    assert "what you know of the dispute" not in shown
    assert "Look before you send 1 order" in shown
    hearing.stands = "won"
    assert "Ship 1 order" in (await beside.browser.get(HOME)).text
    beside.way.lose_requests, beside.way.only = 9, "7102"
    assert "Ship 1 order" in (await beside.browser.get(HOME)).text


def test_every_state_and_reason_has_words() -> None:
    """Each reason that has words has what helps, and an unknown one has both."""
    assert set(dispute_words.REASONS) == set(dispute_words.HELPS)
    assert set(dispute_words.STATES) == set(dispute_words.MEANT)
