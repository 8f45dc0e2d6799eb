"""Pieces that come back, between a real hub and a real shop node: from the wish to the money and the shelf."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from federation.conversations.forms import Address
from federation.conversations.messages import Shipped
from federation.conversations.return_messages import ReturnAuthorised
from federation.documents.times import text_of
from federation.node import clock, mail
from federation.node.database import atomic, fetch_value
from federation.node.web import web_node
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from marketplace.errors import OrderNotFoundError, OrderStateError, ReturnInvalidError
from marketplace.orders import checkout, returning
from marketplace.orders.cancelling import ask_to_cancel
from marketplace.orders.domain.returns import Return, ReturnWish, WishedLine
from marketplace.orders.domain.values import Line, Part
from marketplace.orders.store import parts as part_store
from marketplace.orders.store import returns as return_store
from payouts import service as payouts
from shops.errors import OrderStateError as ShopOrderStateError
from shops.inventory.store import registers
from shops.orders import store as shop_orders
from shops.orders.domain.returns import Judgement, ReturnView
from shops.orders.returns import store as shop_returns
from shops.orders.service import returns as desk
from shops.orders.service import steps
from shops.orders.service.steps import Step
from tests.marketplace.house import House, house
from tests.marketplace.listings.builders import profile
from tests.marketplace.test_sale import line, order
from tests.support.postgres import Server

PRICE_MINOR = 10_000
SHIPPING_MINOR = 690
STOCK = 3
FLOAT_MINOR = 100_000
"""The hub's own money at the provider, from which it gives back what it has sent on already."""

HOME = Address(name="Aurora", line1="Via Maqueda 5", postcode="90133", town="Palermo", country="IT")


class Sale:
    """One order of two dresses at both ends: the shopper's hub and the boutique's node."""

    def __init__(self, running: House, shop_id: PartyId, token: str) -> None:
        self.running = running
        self.shop_id = shop_id
        self.token = token

    async def part(self) -> tuple[Part, list[Line]]:
        """The boutique's part as the hub has it."""
        found = await checkout.find(self.token)
        (part,) = await part_store.of_order(found.id)
        return part, await part_store.lines([part.id])

    async def row(self) -> int:
        """The order's number in the boutique's portal."""
        return (await shop_orders.order_rows(self.shop_id))[0].row

    async def send(self, *, deliver: bool = True) -> None:
        """The boutique sends everything, and it arrives."""
        with self.running.at_shop():
            row = await self.row()
            await steps.ship(self.shop_id, row, Shipped(carrier="Poste", tracking="X1"), step())
            if deliver:
                await steps.deliver(self.shop_id, row, step())
        await self.running.work()

    async def ask(self, quantity: int, *, return_id: UUID | None = None, reason: Any = "too_small") -> Return:
        """The shopper asks to give so many pieces back."""
        with self.running.at_hub():
            part, lines = await self.part()
            wish = ReturnWish(
                return_id=return_id or new_id(),
                shop_order_id=part.id,
                lines=(WishedLine(lines[0].id, quantity, reason),),
                note="The sleeves",
            )
            async with atomic():
                made = await returning.ask(await checkout.find(self.token), wish, "http://hub", clock.now())
        await self.running.work()
        return made

    async def at_desk(self) -> ReturnView:
        """The newest return as the boutique sees it."""
        with self.running.at_shop():
            return (await shop_returns.page(self.shop_id, (), offset=0, limit=9))[-1]

    async def authorise(self) -> None:
        """The boutique agrees and says where to."""
        view = await self.at_desk()
        said = ReturnAuthorised(
            return_id=str(view.return_id),
            address=HOME,
            send_by=text_of(clock.now().replace(year=2030)),
            paid_by="shop",
            label=view.number,
        )
        with self.running.at_shop():
            await desk.authorise(self.shop_id, view.row, said, step())
        await self.running.work()

    async def receive(self) -> None:
        """The parcel is with the boutique."""
        view = await self.at_desk()
        with self.running.at_shop():
            await desk.receive(self.shop_id, view.row, {}, step())
        await self.running.work()

    async def judge(
        self, quantity: int, percent: int = 100, *, restock: bool = True, click: Step | None = None
    ) -> None:
        """The boutique gives money back for so many pieces."""
        view = await self.at_desk()
        said = {view.lines[0].line_id: Judgement(quantity, percent, restock)}
        with self.running.at_shop():
            await desk.refund(self.shop_id, view.row, (said, False, "Thank you"), click or step())
        await self.running.work()

    async def refuse(self, reason: str) -> None:
        """The boutique says no."""
        view = await self.at_desk()
        with self.running.at_shop():
            await desk.refuse(self.shop_id, view.row, reason, step())
        await self.running.work()

    async def cancel(self) -> None:
        """The boutique stops its order, as it was asked."""
        with self.running.at_shop():
            await steps.cancel(self.shop_id, await self.row(), "", step())
        await self.running.work()

    async def kept(self, made: Return) -> Return:
        """A return as the hub has it now."""
        with self.running.at_hub():
            found = await return_store.by_id(made.id)
        assert found is not None
        return found

    async def shelf(self) -> int:
        """Pieces in the boutique."""
        with self.running.at_shop():
            return sum(one.on_hand for one in await registers.levels(self.shop_id, ["p1-42"]))

    def given_back(self) -> int:
        """Minor units that went back to the shopper."""
        refunds = self.running.till.refunds.values()
        return sum(one.amount.amount_minor for one in refunds if one.status == "succeeded")

    async def books_balance(self) -> bool:
        """Whether the ledger sums to zero in every currency."""
        with self.running.at_hub():
            return set((await payouts.trial_balance_totals()).values()) == {0}

    async def mails(self) -> list[str]:
        """Subjects of what the hub wrote, oldest first."""
        with self.running.at_hub():
            return [one.subject for one in reversed(await mail.mails())]


def step() -> Step:
    """A click."""
    return Step(new_id(), clock.now())


@pytest.fixture
async def sale(pg: Server, tmp_path: Path) -> AsyncIterator[Sale]:
    """Two of three dresses bought and paid; the boutique has accepted."""
    async with house(pg, tmp_path) as running:
        running.till.take_from_platform(Money(-FLOAT_MINOR, "EUR"))
        shop_id = await running.open_shop(profile("aurora", order_acceptance="automatic"), [line("p1", STOCK)])
        transport = httpx.ASGITransport(app=running.hub_app)  # type: ignore[arg-type]
        base_url = web_node(running.hub_app).settings.public_url
        async with httpx.AsyncClient(transport=transport, base_url=base_url) as browser:
            bought = await browser.post("/api/v1/checkout", json=order((shop_id, "p1", 2)))
        await running.money_arrives()
        await running.work()
        yield Sale(running, shop_id, bought.json()["token"])


async def test_from_the_wish_to_the_money_and_the_shelf(sale: Sale) -> None:
    """Asked, agreed, sent, received, judged: one dress is paid back to the cent and hangs on its rail again."""
    await sale.send()
    asked_as = new_id()
    made = await sale.ask(1, return_id=asked_as)
    assert (await sale.ask(1, return_id=asked_as)).id == made.id
    assert made.withdrawal
    view = await sale.at_desk()
    assert (view.number, view.state, view.pieces, view.note) == (made.number, "requested", 1, "The sleeves")
    await sale.authorise()
    agreed = await sale.kept(made)
    assert (agreed.state, agreed.address, agreed.paid_by) == ("authorised", HOME, "shop")
    with sale.running.at_hub():
        for _ in range(2):
            async with atomic():
                await returning.sent(await checkout.find(sale.token), made.id, ("Poste", "R9"), clock.now())
    await sale.running.work()
    view = await sale.at_desk()
    assert (view.state, view.tracking) == ("in_transit", "R9")
    await sale.receive()
    assert await sale.shelf() == STOCK - 2
    click = step()
    for _ in range(2):
        await sale.judge(1, click=click)
    assert await sale.shelf() == STOCK - 1
    assert ((await sale.kept(made)).state, sale.given_back()) == ("refunded", PRICE_MINOR)
    assert await sale.books_balance()
    with sale.running.at_shop():
        found = await shop_orders.order(sale.shop_id, await sale.row())
        assert (found.lines[0].refunded, found.money.refunded_minor) == (1, PRICE_MINOR)
    said = await sale.mails()
    for word in ("Your return", "awaits", "has your return", "Refund"):
        assert any(word in one for one in said)
    with sale.running.at_shop():
        assert [one.subject for one in await mail.mails()] == [
            f"Un reso a cui rispondere: {made.number} dell’ordine {found.number}"
        ]


async def test_a_worn_piece_gives_back_a_share_and_stays_off_the_rail(sale: Sale) -> None:
    """Eighty per cent of one dress; the rest of its price can be given back later, never more than was paid."""
    await sale.send()
    await sale.ask(1)
    await sale.authorise()
    await sale.receive()
    await sale.judge(1, 80, restock=False)
    assert (sale.given_back(), await sale.shelf()) == (8_000, STOCK - 2)
    assert await sale.books_balance()
    await sale.ask(1)
    await sale.authorise()
    await sale.receive()
    await sale.judge(1)
    assert sale.given_back() == 18_000
    assert await sale.books_balance()


async def test_withdrawing_from_all_of_it_gives_the_parcel_back_too(sale: Sale) -> None:
    """A shopper in the Union who returns the whole part gets the standard delivery back as well."""
    await sale.send()
    await sale.ask(2)
    await sale.authorise()
    await sale.receive()
    await sale.judge(2)
    with sale.running.at_hub():
        part, _ = await sale.part()
    assert sale.given_back() == 2 * PRICE_MINOR + part.shipping_minor
    assert await sale.books_balance()


async def test_no_more_comes_back_than_was_bought_and_sent(sale: Sale) -> None:
    """Three of two, a piece twice, a stranger's line, before it was sent: refused with a sentence, nothing asked."""
    with pytest.raises(ReturnInvalidError, match="cancel"):
        await sale.ask(1)
    await sale.send()
    with pytest.raises(ReturnInvalidError, match="2 can be given back"):
        await sale.ask(3)
    await sale.ask(1)
    with pytest.raises(ReturnInvalidError, match="1 can be given back"):
        await sale.ask(2)
    with sale.running.at_hub():
        found = await checkout.find(sale.token)
        part, _ = await sale.part()
        for wish in (
            ReturnWish(return_id=new_id(), shop_order_id=part.id, lines=(WishedLine(new_id(), 1),)),
            ReturnWish(return_id=new_id(), shop_order_id=part.id, lines=()),
        ):
            with pytest.raises(ReturnInvalidError):
                await returning.ask(found, wish, "http://hub", clock.now())
        with pytest.raises(OrderNotFoundError):
            lines = (WishedLine(new_id(), 1),)
            await returning.ask(
                found, ReturnWish(return_id=new_id(), shop_order_id=new_id(), lines=lines), "", clock.now()
            )
        assert await fetch_value("SELECT count(*) FROM hub_return") == 1


async def test_no_more_is_given_back_than_arrived_and_was_paid(sale: Sale) -> None:
    """Two judged of one that came: refused at the desk; refunded by the operator meanwhile: nothing twice."""
    await sale.send()
    made = await sale.ask(2)
    await sale.authorise()
    view = await sale.at_desk()
    with sale.running.at_shop():
        await desk.receive(sale.shop_id, view.row, {view.lines[0].line_id: 1}, step())
        with pytest.raises(RecordInvalidError, match="1 arrived"):
            said = {view.lines[0].line_id: Judgement(2, 100, restock=True)}
            await desk.refund(sale.shop_id, view.row, (said, False, ""), step())
    await sale.running.work()
    with sale.running.at_hub():
        found = await checkout.find(sale.token)
        async with atomic():
            await returning.decide(found, made.id, (False, "The boutique is slow"), clock.now())
        async with atomic():
            await returning.decide(found, made.id, (False, "again"), clock.now())
    await sale.judge(1)
    with sale.running.at_hub():
        part, _ = await sale.part()
    assert sale.given_back() == 2 * PRICE_MINOR + part.shipping_minor
    assert (await sale.at_desk()).state == "refunded"
    assert await sale.books_balance()


async def test_a_boutique_may_say_no_and_a_shopper_think_better(sale: Sale) -> None:
    """Refused and rejected with a reason; withdrawn before it is sent; each frees the pieces for another return."""
    await sale.send()
    made = await sale.ask(1)
    view = await sale.at_desk()
    with sale.running.at_shop():
        with pytest.raises(RecordInvalidError):
            await desk.refuse(sale.shop_id, view.row, "  ", step())
        await desk.refuse(sale.shop_id, view.row, "Made to measure", step())
        with pytest.raises(ShopOrderStateError):
            await desk.receive(sale.shop_id, view.row, {}, step())
    await sale.running.work()
    refused = await sale.kept(made)
    assert (refused.state, refused.reason) == ("refused", "Made to measure")
    other = await sale.ask(2)
    with sale.running.at_hub():
        for _ in range(2):
            async with atomic():
                await returning.withdraw(await checkout.find(sale.token), other.id, clock.now())
    await sale.running.work()
    assert (await sale.at_desk()).state == "withdrawn"
    await sale.ask(2)
    await sale.authorise()
    await sale.receive()
    view = await sale.at_desk()
    with sale.running.at_shop():
        await desk.reject(sale.shop_id, view.row, "Worn", step())
    await sale.running.work()
    assert sale.given_back() == 0
    with sale.running.at_hub(), pytest.raises(OrderStateError):
        await returning.sent(await checkout.find(sale.token), other.id, ("", ""), clock.now())
    assert (await sale.mails())[-1].endswith("back")


async def test_a_wish_to_cancel_that_meets_the_parcel_is_answered_by_itself(sale: Sale) -> None:
    """The shopper asks while the boutique ships: the boutique's word holds, and the hub hears a no without a click."""
    with sale.running.at_shop():
        await steps.ship(sale.shop_id, await sale.row(), Shipped(), step())
    with sale.running.at_hub():
        part, _ = await sale.part()
        async with atomic():
            await ask_to_cancel(part.id, "changed my mind", clock.now())
    await sale.running.work()
    with sale.running.at_hub():
        part, _ = await sale.part()
    assert (part.state, part.cancellation, sale.given_back()) == ("shipped", "refused", 0)
    with sale.running.at_shop():
        found = await shop_orders.order(sale.shop_id, await sale.row())
    assert (found.state, found.cancellation) == ("in_fulfilment", "refused")
    await sale.running.work()


async def test_shipping_what_somebody_wishes_to_cancel_answers_the_wish(sale: Sale) -> None:
    """The boutique reads the wish and ships nevertheless: that is its no, told before the parcel."""
    with sale.running.at_hub():
        part, _ = await sale.part()
        async with atomic():
            await ask_to_cancel(part.id, "changed my mind", clock.now())
    await sale.running.work()
    await sale.send(deliver=False)
    with sale.running.at_hub():
        part, _ = await sale.part()
    assert (part.state, part.cancellation) == ("shipped", "refused")
