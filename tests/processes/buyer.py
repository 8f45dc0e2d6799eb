"""A shopper who does not give up: asks again with the same key when no answer comes, pays, and watches the order."""

from collections.abc import Collection, Sequence
from typing import Any

import httpx
import msgspec

from federation.vocabulary.ids import new_token
from marketplace.api.documents import CheckoutAnswer, OrderAnswer
from marketplace.orders.domain.shop_order_life import UNSOLD
from tests.processes.waiting import until, until_none
from tests.processes.world import World

WITH_THE_SHOP = frozenset({"placed", "accepted", "shipped", "delivered"})
ENDED = frozenset({"paid", "refused", "cancelled"})
_BUSY = 500
_ADDRESS = {"name": "Ada Esempio", "line1": "Via dei Mille 12", "postcode": "90141", "town": "Palermo", "country": "IT"}


class Buyer:
    """One checkout, from the first attempt to the end."""

    def __init__(self, world: World, *lines: dict[str, Any]) -> None:
        self.world = world
        self.key = new_token()
        self.lines = lines
        self.address = _ADDRESS
        self.answer: CheckoutAnswer | None = None

    @property
    def content(self) -> dict[str, Any]:
        """The body of the checkout; the same each time."""
        return {
            "key": self.key,
            "country": "IT",
            "contact": {"email": "ada@shopper.example"},
            "address": self.address,
            "lines": list(self.lines),
        }

    async def try_once(self) -> CheckoutAnswer | None:
        """Ask the hub; None when no usable answer came. A refusal of the request itself fails the test."""
        try:
            answer = await self.world.http.post(f"{self.world.hub.url}/api/v1/checkout", json=self.content)
        except httpx.TransportError:
            return None
        if answer.status_code >= _BUSY:
            return None
        assert answer.is_success, f"{answer.status_code}: {answer.text}"
        self.answer = msgspec.json.decode(answer.content, type=CheckoutAnswer)
        return self.answer

    async def check_out(self) -> CheckoutAnswer:
        """Ask until there is an answer."""
        return await until("an answer to the checkout", self.try_once, every_seconds=0.2)

    async def use_card(self, lever: str) -> None:
        """Let the card do this on the provider's page."""
        assert self.answer is not None
        assert self.answer.redirect_url, f"nothing is held: {self.answer}"
        payment_id = self.answer.redirect_url.rpartition("/")[2]
        await self.world.pull(lever, payment_id)

    async def pay(self) -> None:
        """Pay with a card that works, if that was not done yet."""
        assert self.answer is not None
        payment_id = (self.answer.redirect_url or "").rpartition("/")[2]
        pages = {page["id"]: page["status"] for page in await self.world.at_provider("checkout.session")}
        if pages.get(payment_id) == "open":
            await self.use_card("pay")

    async def order(self) -> OrderAnswer | None:
        """The order as the hub tells it now; None when no answer came."""
        assert self.answer is not None
        try:
            answer = await self.world.http.get(f"{self.world.hub.url}/api/v1/orders/{self.answer.token}")
        except httpx.TransportError:
            return None
        if answer.status_code >= _BUSY:
            return None
        assert answer.is_success, f"{answer.status_code}: {answer.text}"
        return msgspec.json.decode(answer.content, type=OrderAnswer)

    async def until_parts(self, states: Collection[str] = WITH_THE_SHOP, seconds: float = 40.0) -> OrderAnswer:
        """Wait until the order is paid and every part that was paid for is in one of these states."""

        async def look() -> OrderAnswer | None:
            order = await self.order()
            if order is None or order.state != "paid":
                return None
            return order if {part.state for part in order.parts} - UNSOLD <= set(states) else None

        return await until(f"every part of {self.key} {'/'.join(sorted(states))}", look, seconds, 0.15)

    async def until_state(self, states: Collection[str], seconds: float = 40.0) -> OrderAnswer:
        """Wait until the whole order is in one of these states."""

        async def look() -> OrderAnswer | None:
            order = await self.order()
            return order if order is not None and order.state in states else None

        return await until(f"order of {self.key} {'/'.join(sorted(states))}", look, seconds, 0.15)

    async def walk_away(self) -> None:
        """Never come back: what the hub would notice within minutes is due now."""
        await self.world.act(
            self.world.hub,
            "UPDATE hub_order SET due_at = now() WHERE checkout_key = $1 AND due_at IS NOT NULL",
            self.key,
        )


async def buy(world: World, *lines: dict[str, Any]) -> Buyer:
    """Check out and pay."""
    buyer = Buyer(world, *lines)
    await buyer.check_out()
    await buyer.pay()
    return buyer


async def begun(world: World, buyers: Sequence[Buyer]) -> dict[str, str]:
    """The state of each of their orders that the hub has, by its checkout key."""
    found = await world.rows(
        world.hub,
        "SELECT checkout_key, state FROM hub_order WHERE checkout_key = ANY($1::text[])",
        [buyer.key for buyer in buyers],
    )
    return {row["checkout_key"]: row["state"] for row in found}


async def all_ended(world: World, buyers: Sequence[Buyer]) -> None:
    """Wait until each of their orders that was begun is paid, refused or cancelled."""

    async def open_ones() -> dict[str, str]:
        return {key: state for key, state in (await begun(world, buyers)).items() if state not in ENDED}

    await until_none("an open order", open_ones, 40.0, 0.2)
