"""What happened in the town before anybody looks: orders in every state, refunds, imports, a mail, a dead letter."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from federation.conversations.forms import Address
from federation.conversations.return_messages import ReturnAuthorised
from federation.conversations.vouchers import Voucher
from federation.documents.times import text_of
from federation.node import clock, mail, outbox
from federation.node.database import atomic, fetch_value
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import zero
from marketplace.orders import checkout, refunds, returning
from marketplace.orders.domain.refunds import RefundLine, RefundRequest
from marketplace.orders.domain.returns import Return, ReturnWish, WishedLine
from marketplace.orders.domain.values import Order
from marketplace.orders.reads import order_by_id
from marketplace.orders.store import parts as part_store
from payouts.adapters.stripe.states import REFERENCE
from payouts.domain.refund_by_hand import HandPayment
from payouts.service import papers, reads, refund_by_hand, statements
from payouts.standin import disputes, levers
from payouts.standin import refunds as paid_back
from shops.importers import service as importers
from shops.inventory.service import levels
from shops.orders.returns import store as return_store
from shops.orders.service import returns as shop_returns
from shops.orders.service.steps import Step
from shops.vouchers import service as vouchers
from shops.vouchers.domain.vouchers import OfferedVoucher
from tests.pages.town import Town, payment_of
from tests.shops.importers.exports import csv_of, head

AUTOMATIC, MANUAL, OTHER, DARK = "zagara-figlie", "tombolo-quattro", "ombra-corta", "titolo-750"
HOME = AUTOMATIC
"""The boutique whose portal is looked at."""


class Note(msgspec.Struct):
    """The body of a message that nobody wants."""

    word: str


async def trade(town: Town) -> None:
    """Everything, in the order in which it can happen; notes tokens and ids in the town's names."""
    await _vouchers(town)
    await _orders(town)
    await _money(town)
    await _sent_back(town)
    await _returns(town)
    await _unpaid(town)
    await _imports(town)
    await _letters(town)
    await _disputed(town)
    await _papers(town)
    await town.make_owner(AUTOMATIC, MANUAL)
    product = town.world[HOME].products[0]
    town.names |= {"handle": HOME, "product": product.id, "shop_id": str(town.shops[HOME])}


VOUCHER = "FRIENDS-OF-ZAGARA"
"""A voucher of the boutique whose portal is looked at."""


async def _vouchers(town: Town) -> None:
    """The boutique offers a voucher, and has ended another one."""
    shop_id, now = town.shops[HOME], clock.now()
    with town.house.at_shop():
        for code, words in ((VOUCHER, "For whoever asks by the door"), ("OLD-TIMES", "")):
            terms = Voucher(code=code, currency="EUR", percent_bp=1_250, starts_at=text_of(now), uses_max=50)
            made = OfferedVoucher(id=new_id(), terms=terms, words=words, made_at=now)
            async with atomic():
                await vouchers.offer(shop_id, made, now)
        async with atomic():
            await vouchers.stop(shop_id, made.id, now)
    await town.work()


async def _orders(town: Town) -> None:
    names = town.names
    names["shipped"] = await town.buy(await town.line(AUTOMATIC, 0), await town.line(MANUAL, 0))
    names["shipped_row"] = str(await town.row_of(AUTOMATIC))
    await town.ship(AUTOMATIC)
    await town.ship(MANUAL)
    names["declined"] = await town.buy(await town.line(MANUAL, 1))
    names["declined_row"] = str(await town.row_of(MANUAL))
    await town.decline(MANUAL)
    names["placed"] = await town.buy(*[await town.line(handle, 2) for handle in (AUTOMATIC, MANUAL, OTHER)])
    names["placed_row"] = str(await town.row_of(MANUAL))
    names["accepted_row"] = str(await town.row_of(AUTOMATIC))


async def _money(town: Town) -> None:
    """One piece that was sent comes back, after its boutique had its money."""
    with town.house.at_hub():
        for name in ("shipped", "placed"):
            token = town.names[name]
            town.names[f"{name}_id"] = str(await fetch_value("SELECT id FROM hub_order WHERE token = $1", token))
        order = await order_by_id(UUID(town.names["shipped_id"]))
        part = order.parts[0]
        wanted = RefundRequest(
            refund_id=new_id(), shop_order_id=part.shop_order_id, lines=(RefundLine(part.lines[0].line_id, 1),)
        )
        async with atomic():
            await refunds.refund(order.order_id, wanted, clock.now())
        placed = (await order_by_id(UUID(town.names["placed_id"]))).parts[0]
        town.names |= {"part": str(placed.shop_order_id), "line": str(placed.lines[0].line_id)}
        account = str(await fetch_value("SELECT provider_id FROM pay_shop_account LIMIT 1"))
        link = await town.house.hub.payments.provider.account_link(account, "", town.bases["shop"], "season")
        town.names |= {"account": account, "papers": link.url.removeprefix(town.bases["standin"])}
        town.names["paid_payment"] = str(await fetch_value("SELECT provider_id FROM pay_payment WHERE status = 'paid'"))
    await town.work()


async def _sent_back(town: Town) -> None:
    """Banks send the shipping of two parcels back: of one refund an operator says that it was transferred."""
    names = ("refund_failed", "refund_by_hand")
    with town.house.at_hub():
        order = await order_by_id(UUID(town.names["placed_id"]))
        for name, part in zip(names, order.parts[1:], strict=False):
            wanted = RefundRequest(refund_id=new_id(), shop_order_id=part.shop_order_id, shipping=True)
            async with atomic():
                await refunds.refund(order.order_id, wanted, clock.now())
            town.names[name] = str(wanted.refund_id)
    await town.work()
    for made in list(town.standin.all("refund")):
        if made["metadata"][REFERENCE].partition(":")[0] in {town.names[name] for name in names}:
            paid_back.fail(town.standin, made["id"], "expired_or_canceled_card")
    await town.work()
    with town.house.at_hub():
        found = await reads.refund_by_id(UUID(town.names["refund_by_hand"]))
        assert found is not None
        said = HandPayment(
            id=new_id(),
            refund_id=found.id,
            transferred=found.amount,
            given=zero(found.amount.currency),
            left_bank=found.amount,
            paid_on=clock.now().date(),
            reference="GAL-2026-4711",
            reason="The card has ended; the shopper told us an account.",
        )
        async with atomic():
            await refund_by_hand.propose(said, "second@example.com", clock.now())


async def _papers(town: Town) -> None:
    """A boutique's running month is closed: it has a statement and a commission invoice."""
    with town.house.at_hub():
        shop_id = str(town.shops[AUTOMATIC])
        await papers.close_shop(town.house.hub.payments, shop_id, clock.now() + timedelta(days=1), running=True)
        town.names |= {head.kind.value: str(head.id) for head in await statements.papers_of(shop_id)}


async def _returns(town: Town) -> None:
    """An order of which one return is agreed, one waits for its boutique, and a piece can still be given back."""
    names = town.names
    names["returned"] = await town.buy(*[await town.line(AUTOMATIC, place) for place in (8, 9, 10)])
    await town.ship(AUTOMATIC)
    with town.house.at_hub():
        order = await checkout.find(names["returned"])
        (part,) = await part_store.of_order(order.id)
        lines = await part_store.lines([part.id])
        names["returned_part"] = str(part.id)
        made = [await _ask(order, part.id, line.id) for line in lines[:2]]
        names["return_id"] = str(made[0].id)
    await town.work()
    shop_id = town.shops[AUTOMATIC]
    with town.house.at_shop():
        found = await return_store.page(shop_id, (), offset=0, limit=2)
        names["return_row"], names["asked_row"] = str(found[0].row), str(found[1].row)
        said = ReturnAuthorised(
            return_id=str(found[0].return_id),
            address=Address(
                name="Zagara", line1="Vicolo dei Lattarini 14", postcode="90133", town="Palermo", country="IT"
            ),
            send_by=text_of(clock.now().replace(year=2030)),
            paid_by="shop",
        )
        await shop_returns.authorise(shop_id, found[0].row, said, Step(new_id(), clock.now()))
    await town.work()


async def _ask(order: Order, part_id: UUID, line_id: UUID) -> Return:
    wish = ReturnWish(
        return_id=new_id(), shop_order_id=part_id, lines=(WishedLine(line_id, 1, "too_small"),), note="The sleeves"
    )
    async with atomic():
        return await returning.ask(order, wish, "http://hub.example", clock.now())


async def _unpaid(town: Town) -> None:
    """A checkout that waits for its payment, one at the bank's second question, one given up, one half refused."""
    names = town.names
    for name, place in (("open", 3), ("paying", 4), ("over", 5)):
        answer = await town.check_out([await town.line(AUTOMATIC, place)])
        names[name], names[f"{name}_payment"] = answer["token"], payment_of(answer)
    levers.give_up(town.standin, names["over_payment"])
    levers.pay_page(town.standin, names["paying_payment"], asks_bank=True)
    await town.work()
    names["held"] = await town.hold(await town.line(AUTOMATIC, 6))
    wanted = [await town.line(AUTOMATIC, 7), await town.line(OTHER, 7)]
    await _sold_over_the_counter(town, wanted[1])
    names["refused"] = await town.hold(*wanted)


async def _sold_over_the_counter(town: Town, line: dict[str, Any]) -> None:
    """The boutique sells all it has of a piece, and the hub has not heard yet."""
    shop_id, variant_id = town.shops[OTHER], line["variant_id"]
    with town.house.at_shop():
        async with atomic():
            await levels.set_levels(shop_id, {(variant_id, "main"): 0}, "correction", new_id(), clock.now())


async def _imports(town: Town) -> None:
    """A file with faults that was brought in, and one that waits to be looked at."""
    shop_id = town.shops[HOME]
    rows = [
        head("abito"),
        head("gonna", Type="Gonne", Variant_Price="180,00", Variant_Barcode="123"),
        head("astro", Type="Astronavi"),
    ]
    rows[0] |= {"Option2 Name": "Colore", "Option2 Value": "Pervinca"}
    content = csv_of(rows).encode()
    with town.house.at_shop():
        for name in ("done", "checked"):
            async with atomic():
                made = await importers.take_file(shop_id, f"{name}.csv", content, clock.now())
            town.names[f"import_{name}"] = str(made)
        async with atomic():
            await importers.start(shop_id, UUID(town.names["import_done"]), clock.now())
    await town.work()


async def _letters(town: Town) -> None:
    """A message that nobody wanted, in both nodes; the mails are there by themselves."""

    async def refuse(_message: outbox.Message) -> None:
        raise outbox.GiveUpError("the peer at http://127.0.0.1:9/fed/v1/parties/a-very-long-name does not answer")

    with town.house.at_hub():
        async with atomic():
            await outbox.enqueue("test.note", "somebody", Note("hello"), key="gates", queue="gates", now=clock.now())
        await outbox.Outbox({"test.note": refuse}).drain("gates", clock.now())
        town.names["mail"] = str((await mail.mails())[0].id)


async def _disputed(town: Town) -> None:
    """A bank asks about the order that was sent."""
    with town.house.at_hub():
        page_id = await fetch_value(
            "SELECT provider_id FROM pay_payment WHERE order_id = $1 AND status = 'paid'",
            UUID(town.names["shipped_id"]),
        )
    page = town.standin.find("checkout.session", page_id)
    charge = town.standin.find("payment_intent", page["payment_intent"])["latest_charge"]
    asked = disputes.open_dispute(town.standin, charge, 4_200, "product_not_received", inquiry=True)
    await town.work()
    with town.house.at_hub():
        found = await fetch_value("SELECT id FROM pay_dispute WHERE provider_id = $1", asked["id"])
        town.names |= {"dispute": str(found), "hub_id": str(town.house.hub_id)}
