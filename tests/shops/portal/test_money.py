"""The money pages of the portal, against a hub on another node whose books the test writes."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest

from federation.conversations.accounts import (
    AccountState,
    BankPayout,
    Debt,
    KeptReserve,
    LinePart,
    PaidOrder,
    Position,
    WaitingShare,
)
from federation.conversations.disputes import Disputes
from federation.node import clock
from federation.node.database import execute
from federation.node.listing import Sorting, Span
from federation.vocabulary.ids import PartyId
from federation.vocabulary.movements import MOVEMENTS, WAITS
from shops.dealings import store as dealings
from shops.money import renewing, store
from shops.orders import store as order_store
from shops.portal import money_words
from shops.settings import ShopNodeSettings
from tests.federation.http.test_disputes import DISPUTE, Hearing
from tests.marketplace.markup import faults
from tests.shops.house import APPS, OTHER_HUB, confirmed, order_of, placed, stocked
from tests.shops.money.books import AT, Books, line, signed
from tests.shops.portal.conftest import HOME
from tests.shops.portal.hub_beside import Beside, hub_beside
from tests.shops.portal.test_hubs import linked
from tests.support.clients import form
from tests.support.postgres import Server

pytestmark = pytest.mark.apps(*APPS)
MONEY = f"{HOME}/money"
ELSEWHERE = "01900000-0000-7000-8000-00000000000e"
SOON = "2026-12-06T00:00:00Z"


@pytest.fixture
async def beside(pg: Server, settings: ShopNodeSettings, shop_id: PartyId, tmp_path: Path) -> AsyncIterator[Beside]:
    """A hub of its own node."""
    async with hub_beside(pg, settings, shop_id, tmp_path) as made:
        yield made


class HearingOf(Hearing):
    """A hub with one dispute, of that order."""

    def __init__(self, order_id: str) -> None:
        super().__init__()
        self.order_id = order_id

    async def disputes(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> Disputes:
        known = await super().disputes(hub_id, shop_id, now)
        told = tuple(msgspec.structs.replace(one, order_id=self.order_id) for one in known.disputes)
        return Disputes(at=known.at, disputes=told)


async def sold(shop_id: PartyId, hub_id: PartyId) -> str:
    """An order of one dress at that hub; its id."""
    dress = await stocked(shop_id, 3)
    order = await order_of(shop_id, await confirmed(shop_id, (dress, 1), hub_id=hub_id))
    await placed(shop_id, order, hub_id)
    return order.id


def state_of(order_id: str) -> AccountState:
    """A boutique with a bit of everything."""
    return AccountState(
        at=AT,
        standing="ready",
        paused="account_closed",
        positions=(
            Position(
                currency="EUR", held=41_200, releasable=2000, in_transfer=3500, reserve=1791, owed=4500, sent=90_000,
                paid_out=72_090,
            ),
        ),
        waiting=(
            WaitingShare(order_id=order_id, kind="sale", currency="EUR", amount=17_010, why="window", until=SOON),
            WaitingShare(order_id=order_id, kind="shipping", currency="EUR", amount=900, why="window", until=SOON),
            WaitingShare(order_id=ELSEWHERE, kind="referral", currency="EUR", amount=1440, why="delivered"),
            WaitingShare(order_id=order_id, kind="sale", currency="EUR", amount=21_850, why="moonlight"),
        ),
        reserves=(KeptReserve(order_id=order_id, currency="EUR", amount=1791, until=SOON),),
        debts=(
            Debt(order_id=order_id, currency="EUR", cause="refund", state="owed", amount=8000, left=4500, since=AT),
        ),
        payouts=(
            BankPayout(
                id=ELSEWHERE, currency="EUR", amount=17_910, state="in_transit", began_at=AT, arrives_at=SOON, count=3,
                orders=(PaidOrder(order_id, 17_010), PaidOrder(ELSEWHERE, 900)),
            ),
            BankPayout(
                id=ELSEWHERE, currency="EUR", amount=5400, state="failed", began_at=AT, failure="account_closed",
                count=1, orders=(PaidOrder(order_id, 5400),),
            ),
        ),
    )  # fmt: skip


def books_of(order_id: str) -> Books:
    """The same in movements."""
    books = Books()
    books.state = state_of(order_id)
    named = {"order": "G-7K3Q-2", "order_id": order_id}
    parts = (LinePart("paid", 18_900, "The dress"), LinePart("commission", -1890, "The dress"))
    books.lines_there = [
        line(1, 17_910, 17_910, parts=parts, **named),
        line(2, 23_290, 41_200),
        line(3, 1440, 1440, kind="referral", account="releasable"),
        line(4, 560, 2000, kind="adjustment", account="releasable", note="Postage we owed you"),
        line(5, 3500, 3500, kind="transfer_started", account="in_transfer"),
        line(6, 1791, 1791, kind="reserve_kept", account="reserve", **named),
        line(7, 4500, 4500, kind="refund", account="owed", note="return R-FB170FD7", **named),
    ]
    return books


async def test_the_overview_says_where_all_of_it_is_and_why(beside: Beside, shop_id: PartyId) -> None:
    """Sums in one place each; reasons with their day, one that is not known too; what is owed and how it is taken."""
    order_id = await sold(shop_id, beside.hub.party_id)
    beside.hub.fed.bookkeeper = books_of(order_id)
    page = (await beside.browser.get(MONEY)).text
    for said in (
        "Yours at Galleria, in EUR", "€439.91", "€179.10", "Waits for the shopper’s time to give it back",
        "the next on 6 Dec 2026", "Waits for a reason this page does not know", "Another boutique’s sale",
        "It is kept from what is sent to you next", "€45.00", "Kept as a reserve", "€17.91",
        "Earned by sending shoppers on", "€14.40", "Your payouts rest",
    ):  # fmt: skip
        assert said in page, said
    payouts = (await beside.browser.get(f"{MONEY}/payouts")).text
    for said in ("On its way to your bank", "and 2 others", "That account is closed", "Check the bank details"):
        assert said in payouts, said
    assert payouts.count("expected") == 1, "only what is under way is expected"
    file = (await beside.browser.get(f"{MONEY}/payouts?as=csv")).content.decode("utf-8-sig").splitlines()
    assert [row.split(",")[2] for row in file[1:]] == ["179.10", "54.00"]
    italian = (await beside.browser.get(f"{MONEY}?lang=it")).text
    assert "Aspetta che passi il tempo del cliente per restituirlo" in italian


async def test_what_a_bank_took_counts_against_its_order(beside: Beside, shop_id: PartyId) -> None:
    """Sums by order agree with the account: less what the bank took, and what was taken back is no debt any more."""
    hub_id = beside.hub.party_id
    order_id = await sold(shop_id, hub_id)
    named = {"order": "G-7K3Q-2", "order_id": order_id}
    books = Books()
    books.lines_there = [
        line(1, 17_910, 17_910, **named),
        line(2, -17_910, 0, kind="transfer", **named),
        line(3, 17_910, 17_910, kind="dispute", account="owed", **named),
        line(4, 500, 18_410, kind="dispute_fee", account="owed", **named),
        line(5, -10_000, 8410, kind="claim_reversed", account="owed", **named),
    ]
    books.state = AccountState(at=AT, standing="ready", positions=(Position(currency="EUR", owed=8410),))
    beside.hub.fed.bookkeeper = books
    await order_store.add_transfer(shop_id, (hub_id, UUID(order_id)), 17_910)
    overview = (await beside.browser.get(MONEY)).text
    assert overview.count("€84.10") >= 2, "the account and the sums of the orders say the same"
    assert "Taken back by shoppers’ banks" in overview
    (sum_of_all,) = await order_store.money_sums(shop_id)
    (sales,) = await dealings.sales(shop_id)
    assert (sum_of_all.due_minor, sum_of_all.owed_minor) == (sales.due_minor, sales.owed_minor) == (-500, -8410)
    (row,) = (await order_store.order_page(shop_id, (), Span(5, Sorting("owed")))).rows
    assert row.money == sum_of_all
    listed = (await beside.browser.get(f"{MONEY}/orders")).text
    for said in ("Taken by banks", "−€184.10", "€79.10", "−€84.10"):
        assert said in listed, said
    page = (await beside.browser.get(f"{HOME}/orders/{row.row}")).text
    for said in (
        "Taken back by the shopper’s bank",
        "Taken back from your account, or let off",
        "−€100.00",
        "You owe the hub",
    ):
        assert said in page, said
    assert "You owe the hub" in (await beside.browser.get(HOME)).text
    beside.hub.fed.hearing = HearingOf(order_id)
    for path in ("", f"/{hub_id}/{DISPUTE}"):
        disputed = (await beside.browser.get(f"{MONEY}/disputes{path}")).text
        for said in ("Disputed of what was paid for it", "€123.33", "Taken from you", "€184.10"):
            assert said in disputed, said


async def test_movements_are_listed_filtered_and_taken_along(beside: Beside, shop_id: PartyId) -> None:
    """What only moves is left out until it is asked for; the file holds what the filters leave."""
    order_id = await sold(shop_id, beside.hub.party_id)
    beside.hub.fed.bookkeeper = books_of(order_id)
    page = (await beside.browser.get(f"{MONEY}/movements")).text
    assert page.count("<tr>") == 1 + 5
    assert "Postage we owed you" in page
    assert "What it is made of" in page
    assert "The dress" in page
    every = (await beside.browser.get(f"{MONEY}/movements?show=all")).text
    assert every.count("<tr>") == 1 + 7
    own = (await beside.browser.get(f"{MONEY}/movements?order=g-7k3q&show=all&since=2026-11-22&until=2026-11-22")).text
    assert own.count("<tr>") == 1 + 3
    assert "Movements of order g-7k3q" in own
    assert "Yours in all" in every
    assert "Lies there" not in own, "balances of the whole account say nothing about one order"
    assert "Yours in all" not in own
    assert "No movements like that" in (await beside.browser.get(f"{MONEY}/movements?until=2026-11-21")).text
    file = await beside.browser.get(f"{MONEY}/movements?kind=refund&as=csv")
    (row,) = file.content.decode("utf-8-sig").splitlines()[1:]
    assert row.split(",")[2:9] == [
        "Given back to the shopper",
        "G-7K3Q-2",
        "Owed by you",
        "EUR",
        "45.00",
        "45.00",
        "-45.00",
    ]
    assert "Reso R-FB170FD7" in (await beside.browser.get(f"{MONEY}/movements?lang=it")).text


async def test_papers_are_saved_once_they_fit(beside: Beside, shop_id: PartyId) -> None:
    """The paper's page says what was checked; a file of other bytes, or for somebody else, is not handed on."""
    books, browser = Books(), beside.browser
    beside.hub.fed.bookkeeper = books
    assert "No papers yet" in (await browser.get(f"{MONEY}/papers")).text
    good = books.issue("ST-2026-00001", {"pdf": b"%PDF", "json": await signed(beside.hub, "ST-2026-00001", shop_id)})
    bad = books.issue("ST-2026-00002", {"json": await signed(beside.hub, "ST-2026-00002", OTHER_HUB), "csv": b"a\r\n"})
    books.contents[bad.id, "csv"] = b"b\r\n"
    listed = (await browser.get(f"{MONEY}/papers")).text
    assert "1 Oct 2026 to 31 Oct 2026" in listed
    assert f"galleria verify statement.json --hub {beside.hub.party_id}<" in listed
    shown = (await browser.get(f"{MONEY}/papers/{good.id}")).text
    assert "Untouched" in shown
    assert f"galleria verify statement-ST-2026-00001.json --hub {beside.hub.party_id}<" in shown
    saved = await browser.get(f"{MONEY}/papers/{good.id}/pdf")
    assert (saved.content, saved.headers["content-type"]) == (b"%PDF", "application/pdf")
    assert saved.headers["content-disposition"] == 'attachment; filename="statement-ST-2026-00001.pdf"'
    assert "could not be checked" in (await browser.get(f"{MONEY}/papers/{bad.id}")).text
    refused = await browser.get(f"{MONEY}/papers/{bad.id}/csv")
    assert refused.status_code == httpx.codes.BAD_GATEWAY
    assert refused.content != b"b\r\n"
    for missing in (f"{good.id}/csv", f"{good.id}/exe", ELSEWHERE, f"{ELSEWHERE}/pdf"):
        assert (await browser.get(f"{MONEY}/papers/{missing}")).status_code == httpx.codes.NOT_FOUND


async def test_each_hub_has_an_account_of_its_own(beside: Beside, shop_id: PartyId) -> None:
    """With two hubs one is chosen, addresses keep the choice, and the silent one says so."""
    beside.hub.fed.bookkeeper = books_of(await sold(shop_id, beside.hub.party_id))
    await linked(shop_id, OTHER_HUB, "Borea")
    page = (await beside.browser.get(f"{MONEY}?hub={beside.hub.party_id}")).text
    assert "Yours at Galleria, in EUR" in page
    assert f'href="/portal/atelier-nove/money/payouts?hub={beside.hub.party_id}"' in page
    other = (await beside.browser.get(f"{MONEY}/movements?hub={OTHER_HUB}")).text
    assert "Borea does not answer at the moment." in other
    assert "It has told nothing yet." in other


async def test_books_are_renewed_unasked_and_before_a_boutique_leaves(beside: Beside, shop_id: PartyId) -> None:
    """A link, and a word about money, have the hub asked; its age is said; the last archive has what it told last."""
    order_id = await sold(shop_id, beside.hub.party_id)
    beside.hub.fed.bookkeeper = books = books_of(order_id)
    await execute("DELETE FROM shop_account_renewal")
    await linked(shop_id, OTHER_HUB, "Borea")
    await renewing.want_missing(clock.now())
    assert set(await store.renewals(shop_id)) == {beside.hub.party_id, OTHER_HUB}
    page = (await beside.browser.get(f"{MONEY}?hub={beside.hub.party_id}")).text
    assert ", just now." in page
    assert "Your node keeps this up to date though nobody looks" in page
    beside.way.apps.pop("127.0.0.1:7102")
    await execute("UPDATE shop_account_renewal SET failures = 3")
    await execute("UPDATE shop_account SET told_at = told_at - interval '30 hours'")
    page = (await beside.browser.get(f"{MONEY}?hub={beside.hub.party_id}")).text
    assert faults(page) == []
    for said in ("30 hours ago; it lies on your own node", "asked it 3 times in vain since", "€439.91"):
        assert said in page, said
    assert "Galleria tells nothing of your money any more" in (await beside.browser.get(HOME)).text
    beside.way.apps["127.0.0.1:7102"] = beside.hub.app
    books.lines_there.append(line(8, 100, 41_300))
    await form(beside.browser, f"{HOME}/leave", {"word": "atelier-nove"}, action=f"{HOME}/leave/stop")
    assert (await store.copy(shop_id, beside.hub.party_id)).lines == 8


def test_every_code_of_the_protocol_has_words_here() -> None:
    """Each kind of movement and reason is said, and each failure code has what to do."""
    assert set(money_words.KIND_WORDS) == set(MOVEMENTS)
    assert all(WAITS.values())
    assert all(all(money_words.failure_words(code)) for code in ("account_closed", "insufficient_funds", "moonlight"))
