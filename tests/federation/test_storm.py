"""Two nodes through bad weather: requests lost, answers lost, requests repeated. In the calm after it all agrees."""

import contextlib
import random
from datetime import timedelta

import pytest

from federation.conversations.messages import Accepted, Cancelled, ReservationLine, ReservationRequest, Shipped
from federation.node import clock
from federation.node.database import atomic
from federation.service import catalogue, orders, pull, replicas, reservations, stock
from federation.tasks import heartbeats
from federation.vocabulary.errors import PeerError
from federation.vocabulary.ids import new_id
from tests.federation.goods import gone, order, product, with_title
from tests.federation.nodes import Node, Pair
from tests.federation.peer import Weather
from tests.federation.service.test_catalogue import append

STEPS = 60
PIECES = 12


class Trial:
    """One run: what was tried, and what must be true in the end."""

    def __init__(self, pair: Pair, seed: int) -> None:
        self.pair = pair
        self.dice = random.Random(seed)  # noqa: S311 - a repeatable trial, no secret
        self.order_id = str(new_id())
        self.told_by_shop: list[str] = []
        self.told_by_hub: list[str] = []
        self.pending: list[ReservationRequest] = []
        self.confirmed: set[str] = set()

    async def begin(self) -> None:
        """Publish, stock and place the order that both sides will talk about, in fair weather."""
        await append(self.pair.shop, product(1))
        self.pair.shop.shop_desk.put("v1", PIECES)
        await self.pair.settle()
        placed = order(str(new_id()), "0" * 64)
        self.order_id = placed.id
        with self.pair.hub.here() as fed:
            await orders.place_order_remote(fed, self.pair.hub.party_id, self.pair.shop.party_id, placed, clock.now())

    async def step(self) -> None:
        """Do something, then let one of the workers run, retries included."""
        deeds = (self.publish, self.restock, self.shop_tells, self.hub_tells, self.buy, self.look)
        with contextlib.suppress(PeerError):
            await self.dice.choice(deeds)()
        await self.dice.choice((self.pair.shop, self.pair.hub)).drain_later()

    async def publish(self) -> None:
        """Put, change or delete some products."""
        numbers = self.dice.sample(range(20), 3)
        await append(
            self.pair.shop,
            *(
                gone(number)
                if self.dice.random() < 0.3
                else with_title(product(number), f"Dress {self.dice.randrange(5)}")
                for number in numbers
            ),
        )

    async def restock(self) -> None:
        """Change the stock of something."""
        with self.pair.shop.here():
            async with atomic():
                vseq = self.pair.shop.shop_desk.put(f"w{self.dice.randrange(5)}", self.dice.randrange(9))
                await stock.announce_stock(self.pair.shop.party_id, vseq, clock.now())

    async def shop_tells(self) -> None:
        """The shop says that something happened to the order."""
        await self._tell(self.pair.shop, self.pair.hub, self.told_by_shop, self.dice.choice((Accepted(), Shipped())))

    async def hub_tells(self) -> None:
        """The hub says that something happened to the order."""
        await self._tell(self.pair.hub, self.pair.shop, self.told_by_hub, Cancelled())

    async def _tell(self, node: Node, other: Node, told: list[str], body: Accepted | Shipped | Cancelled) -> None:
        with node.here():
            async with atomic():
                event = await orders.send_event(node.party_id, other.party_id, self.order_id, body, clock.now())
        told.append(event.id)

    async def buy(self) -> None:
        """Hold a piece and confirm it; what stays unknown is asked again later."""
        self.pending.append(ReservationRequest(id=str(new_id()), lines=(ReservationLine("v1", 1),), ttl_seconds=300))
        await self.settle_purchases()

    async def settle_purchases(self) -> None:
        """Go on with every purchase whose outcome is not definite yet."""
        ends = (self.pair.hub.party_id, self.pair.shop.party_id)
        for request in list(self.pending):
            with self.pair.hub.here() as fed:
                answer = await reservations.hold_remote(fed, *ends, request, clock.now())
                if answer.state == "held":
                    await reservations.confirm_remote(fed, *ends, request.id, clock.now())
                    self.confirmed.add(request.id)
            self.pending.remove(request)

    async def look(self) -> None:
        """Heartbeat and pull."""
        await self.sweep(pull.LIVE_INTERVAL)

    async def sweep(self, ahead: timedelta) -> None:
        """What the sweeps of both nodes do a while from now."""
        with self.pair.shop.here():
            await heartbeats(clock.now() + ahead)
        await self.pair.shop.drain_later(int(ahead.total_seconds()))
        with self.pair.hub.here() as fed:
            await pull.pull_due(fed, clock.now() + ahead)

    async def calm(self) -> None:
        """Fair weather until everything has been delivered."""
        self.pair.way.weather = None
        self.pair.shop.fed.breaker("127.0.0.1:7102").answered()
        self.pair.hub.fed.breaker("127.0.0.1:7101").answered()
        for _ in range(6):
            await self.pair.shop.drain_later(3_600)
            await self.pair.hub.drain_later(3_600)
        await self.settle_purchases()
        await self.sweep(2 * pull.LIVE_INTERVAL)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_everything_agrees_after_the_storm(pair: Pair, seed: int) -> None:
    """Catalogue, stock and events are equal on both sides, nothing was taken twice, and no piece was sold twice."""
    trial = Trial(pair, seed)
    await trial.begin()
    weather = pair.way.weather = Weather(random.Random(seed))  # noqa: S311 - a repeatable trial, no secret
    for _ in range(STEPS):
        await trial.step()
    await trial.calm()
    assert weather.struck >= 5
    shop_desk, hub_desk = pair.shop.shop_desk, pair.hub.hub_desk
    with pair.hub.here():
        (view,) = await replicas.replica_states(pair.hub.party_id, clock.now())
    with pair.shop.here():
        state = await catalogue.log_state(pair.shop.party_id)
        published = await catalogue.published(pair.shop.party_id)
        hashes = {key: await catalogue.own_leaf_hash(pair.shop.party_id, key) for key in hub_desk.records}
    assert (view.size, view.state, view.freshness) == (state.size, "live", "fresh")
    assert len(hub_desk.records) == published
    assert {key: record.leaf_hash for key, record in hub_desk.records.items()} == hashes
    assert hub_desk.stock == {name: register.quantity for name, register in shop_desk.registers.items()}
    assert [event.id for event in hub_desk.events] == trial.told_by_shop
    assert [event.id for event in shop_desk.events] == trial.told_by_hub
    assert shop_desk.registers["v1"].quantity == PIECES - len(trial.confirmed) >= 0
    assert trial.pending == []
