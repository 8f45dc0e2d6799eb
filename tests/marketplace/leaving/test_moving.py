"""A boutique moves while a shopper buys from it: the money, the piece and the order arrive once, at its new node."""

from pathlib import Path

from federation.node import database
from payouts import service as payouts
from tests.marketplace.leaving.moving_town import town
from tests.marketplace.test_sale import line, order
from tests.support.clients import talking
from tests.support.postgres import Server


async def test_a_purchase_during_the_move(pg: Server, tmp_path: Path) -> None:
    """Held at the old node and paid while it answers neither yes nor no, the sale is confirmed at the new one."""
    async with town(pg, tmp_path) as there, talking(there.house.hub_app) as browser:
        shop = await there.open("aurora", [line("p1", 3)])
        bought = await browser.post("/api/v1/checkout", json=order((shop.shop_id, "p1", 2)))
        assert bought.json()["refused"] == []
        archive = await there.leave(shop.shop_id)
        await there.house.money_arrives()
        await there.house.work()
        seen = f"/api/v1/orders/{bought.json()['token']}"
        assert [part["state"] for part in (await browser.get(seen)).json()["parts"]] == ["confirming"]
        await there.arrive(shop, archive)
        await there.settle()
        paid = (await browser.get(seen)).json()
        assert [part["state"] for part in paid["parts"]] == ["placed"]
        assert paid["refunded"]["amount_minor"] == 0
        with there.new.here():
            assert await database.fetch_value("SELECT count(*) FROM shop_order") == 1
            left = await database.fetch_one("SELECT on_hand, held FROM shop_register WHERE variant_id = 'p1-42'")
        assert left is not None
        assert (left["on_hand"], left["held"]) == (1, 0)
        with there.house.at_shop():
            assert await database.fetch_value("SELECT count(*) FROM shop_order") == 0
        with there.house.at_hub():
            assert set((await payouts.trial_balance_totals()).values()) == {0}
