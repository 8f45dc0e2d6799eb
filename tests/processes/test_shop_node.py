"""A shop node is killed during orders and imports: no piece is sold twice, no product doubled, the log stays whole."""

import asyncio
import random
import signal
from pathlib import Path
from typing import Any

import pytest

from federation.node import clock
from federation.node.database import atomic
from marketplace.orders.domain.shop_order_life import UNSOLD
from shops.importers import service as importers
from tests.processes.books import adds_up
from tests.processes.buyer import Buyer
from tests.processes.goods import MANY, import_lines
from tests.processes.waiting import until
from tests.processes.world import World

pytestmark = [pytest.mark.processes, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="package")]

LINES = 250


@pytest.mark.parametrize("seed", [21])
async def test_killed_during_orders(world: World, seed: int) -> None:
    """Holds, confirmations and orders that a dying shop node cut off end as one sale each, or as nothing."""
    chance = random.Random(seed)  # noqa: S311 - moments of a test
    lines = [world.shelf(handle).line(MANY) for handle in ("alba", "brina")]
    asking = [asyncio.create_task(_buy_what_is_held(world, lines)) for _ in range(4)]
    await asyncio.sleep(chance.uniform(0.05, 1.2))
    await world.kill("shops-1-web", "shops-1-worker")
    await world.leases_end(world.node_of("alba"))
    buyers = await asyncio.gather(*asking)
    await world.back("shops-1-web", "shops-1-worker")
    for buyer in buyers:
        order = await buyer.until_state({"paid"})
        assert buyer.answer
        refused = {part.shop_id for part in buyer.answer.refused}
        ordered = {part.shop_id for part in order.parts if part.state not in UNSOLD}
        assert ordered == {line["shop_id"] for line in lines} - refused, "what was set aside is what was sold"
    await adds_up(world)


async def _buy_what_is_held(world: World, lines: list[dict[str, Any]]) -> Buyer:
    """Pay for what the boutiques set aside; a shopper to whom none gave anything in time begins again."""

    async def held() -> Buyer | None:
        buyer = Buyer(world, *lines)
        return buyer if (await buyer.check_out()).redirect_url else None

    buyer = await until("something set aside", held)
    await buyer.pay()
    return buyer


async def test_killed_between_payment_and_order(world: World) -> None:
    """A boutique that was paid for while it was away hears of it when it is back."""
    buyer = Buyer(world, world.shelf("alba").line(MANY))
    await buyer.check_out()
    await world.kill("shops-1-web", "shops-1-worker")
    await buyer.pay()
    await buyer.until_parts()
    await world.back("shops-1-web", "shops-1-worker")
    await adds_up(world)


async def test_a_job_half_done_when_the_worker_dies(world: World) -> None:
    """An uploaded file goes on where it stood: every line once, no product doubled."""
    node, shop = world.node_of("alba"), world.shops["alba"]
    content = b"\n".join(import_lines("job", LINES))
    async with world.fleet.inside(node), atomic():
        import_id = await importers.take_file(shop.shop_id, "job.jsonl", content, clock.now())
        await importers.start(shop.shop_id, import_id, clock.now())

    async def half_done() -> bool:
        at = await world.value(node, "SELECT next_line FROM shop_import WHERE import_id = $1", import_id)
        return bool(at > 1)

    await until("some lines imported", half_done, every_seconds=0.01)
    await world.kill("shops-1-worker")
    state = await world.value(node, "SELECT state FROM shop_import WHERE import_id = $1", import_id)
    assert state == "waiting", "killed too late to prove anything: make the file longer"
    await world.leases_end(node)

    async def done() -> bool:
        row = (await world.rows(node, "SELECT * FROM shop_import WHERE import_id = $1", import_id))[0]
        return (row["state"], row["imported"], row["rejected"]) == ("done", LINES, 0)

    await until("the whole file imported", done, 40.0)
    await adds_up(world)


async def test_a_command_killed_half_way_is_simply_run_again(world: World, tmp_path: Path) -> None:
    """`galleria import`, killed at some line and run again, leaves the same catalogue as one whole run."""
    node = world.node_of("brina")
    file = tmp_path / "catalogue.jsonl"
    file.write_bytes(b"\n".join(import_lines("command", LINES)))
    running = await world.command(node, "import", "brina", str(file))

    async def half_done() -> int:
        return int(await world.value(node, "SELECT count(*) FROM shop_product WHERE product_id LIKE 'command-%'"))

    await until("some lines imported", half_done, every_seconds=0.01)
    running.send_signal(signal.SIGKILL)
    await running.wait()
    assert await half_done() < LINES, "killed too late to prove anything: make the file longer"
    again = await world.command(node, "import", "brina", str(file))
    assert await again.wait() == 0
    assert await half_done() == LINES
    await adds_up(world)
