"""A hub with boutiques in memory and a till, driven step by step: shoppers buy, workers run, boutiques answer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from federation.conversations import checks
from federation.conversations.forms import Address
from federation.conversations.messages import EventBody, OrderEvent
from federation.documents.times import text_of
from federation.node import clock, mail
from federation.node.database import atomic, fetch
from federation.node.outbox import Message, Outbox
from federation.service.context import create_federation
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from marketplace.accounts.setup import open_hub
from marketplace.currencies.adapters.table import TableRates
from marketplace.desk import GalleryDesk
from marketplace.hub import Hub
from marketplace.orders import basket, checkout, reads
from marketplace.orders.adapters.memory import MemoryBoutiques
from marketplace.orders.domain.values import Part
from marketplace.orders.drafting import Checkout
from marketplace.orders.store import orders as order_store
from marketplace.orders.store import parts as part_store
from marketplace.orders.tasks import order_handlers
from marketplace.orders.views import Contact, OrderView
from marketplace.papers.office import HubOffice
from marketplace.payments import OrderMoney
from marketplace.settings import HubSettings
from payouts.adapters.memory import MemoryProvider
from payouts.domain.payment import Capture
from payouts.service.context import Payments
from payouts.service.payments import observe_payment
from payouts.settings import PayoutSettings
from payouts.tasks import payments_handlers
from search.adapters.memory import MemoryEngine
from search.documents import LISTINGS
from search.service import Catalog
from tests.marketplace.listings.builders import open_boutique, product, profile, put, shop_id_of, variant

APPS = ("federation.piccolo_app", "payouts.piccolo_app", "marketplace.piccolo_app")
ADDRESS = Address(name="Ada Lovelace", line1="Via Roma 1", postcode="90133", town="Palermo", country="IT")
PRICE_MINOR = 10_000
SHIPPING_MINOR = 690
FLOAT_MINOR = 100_000
"""The hub's own money at the provider, from which the fees of refunded payments are borne."""


class Visitor:
    """A shopper's session."""

    def __init__(self) -> None:
        self.data: dict[str, Any] = {}


class World:
    """The hub and everything around it."""

    def __init__(self, state_dir: Path, *, capture: Capture = "automatic") -> None:
        settings = HubSettings(
            capture=capture,
            node_name="Test hub",
            public_url="http://127.0.0.1:17301",
            database_url="postgresql://unused",
            broker_url="none:",
            state_dir=state_dir,
            secret_key="test-secret-key-of-32-characters!",
            environment="test",
            log_level="CRITICAL",
            stripe_key="key",
            stripe_webhook_secrets=("secret",),
            legal_name="Galleria di prova S.r.l.",
            legal_address="Via dei Fiori 12, 20121 Milano",
            vat_id="IT12345670017",
        )
        payout_settings = PayoutSettings(vat_country="IT", release_after="shipped", release_window_days=0)
        self.till = MemoryProvider(clock.now())
        self.till.take_from_platform(Money(-FLOAT_MINOR, "EUR"))
        self.boutiques = MemoryBoutiques()
        self.desk = GalleryDesk(settings)
        self.hub = Hub(
            settings=settings,
            federation=create_federation(settings, hub_desk=self.desk),
            payments=Payments(self.till, OrderMoney(settings, payout_settings), payout_settings, HubOffice(settings)),
            catalog=Catalog(MemoryEngine(LISTINGS)),
            boutiques=self.boutiques,
            rates=TableRates(Path("no rates")),
        )
        self.events: dict[str, int] = {}
        self.ahead_seconds = 0

    async def open(self, letters: str = "abc", pieces: int = 3) -> None:
        """Set the hub up with a boutique per letter, each with `pieces` of one dress at 100.00, shipping 6.90."""
        async with atomic():
            opened = await open_hub(self.hub.settings, "Hub", "op@example.com", clock.now())
        self.hub_id = opened.hub_id
        for letter in letters:
            await self.stock(letter, pieces)

    async def stock(self, letter: str, pieces: int, price_minor: int = PRICE_MINOR) -> None:
        """One boutique with its dress."""
        dress = product(f"p-{letter}", variant(f"v-{letter}", price_minor))
        shop_id = await open_boutique(letter, [dress], {f"v-{letter}": pieces}, clock.now())
        self.boutiques.stock(shop_id, f"v-{letter}", pieces)
        await self.present(letter)

    async def present(self, letter: str, **changes: Any) -> None:
        """A boutique's profile as it says it, with what is told about it beside the usual."""
        async with atomic():
            presented = [put(9, profile(f"shop-{letter}", **changes))]
            await self.desk.records_accepted(self.hub_id, PartyId(shop_id_of(letter)), presented, clock.now())

    async def fill(self, wanted: Mapping[str, int]) -> Visitor:
        """A shopper with so many dresses of each boutique in the basket."""
        visitor = Visitor()
        for letter, quantity in wanted.items():
            await basket.add(visitor, shop_id_of(letter), f"p-{letter}", f"v-{letter}", quantity, now=clock.now())
        return visitor

    async def begin(self, visitor: Visitor, key: str = "", **changes: Any) -> str:
        """Send the checkout form; returns the order's token."""
        view = await basket.basket_view(visitor, "IT", clock.now())
        values: dict[str, Any] = {
            "key": key or checkout.new_checkout_key(),
            "quote": view.quote,
            "country": "IT",
            "contact": Contact(email="ada@example.com", note="Ring twice"),
            "address": ADDRESS,
        }
        return await checkout.begin(self.hub, visitor, Checkout(**(values | changes)), clock.now())

    async def hold(self, wanted: Mapping[str, int]) -> str:
        """Fill a basket, begin, and ask the boutiques; returns the order's token."""
        token = await self.begin(await self.fill(wanted))
        await checkout.hold_all(self.hub, token, clock.now())
        return token

    async def pay(self, token: str) -> None:
        """Go to the payment page and pay there; the provider's word arrives."""
        await checkout.proceed(self.hub, token, clock.now())
        await self.money_arrives(token)

    async def money_arrives(self, token: str) -> None:
        """The provider has the shopper's money and says so."""
        payment_id = await self.provider_payment(token)
        self.till.pay(payment_id)
        await observe_payment(self.hub.payments, self.till.payments[payment_id], clock.now())

    async def shopper_gives_up(self, token: str) -> None:
        """The shopper leaves the payment page for good, and the provider says so."""
        payment_id = await self.provider_payment(token)
        self.till.give_up(payment_id)
        await observe_payment(self.hub.payments, self.till.payments[payment_id], clock.now())

    async def provider_payment(self, token: str) -> str:
        """What the provider calls the order's payment."""
        own = str((await checkout.find(token)).payment_id)
        return next(one.id for one in self.till.payments.values() if one.reference == own)

    def refunded(self) -> int:
        """Minor units that went back to shoppers."""
        return sum(one.amount.amount_minor for one in self.till.refunds.values() if one.status == "succeeded")

    async def buy(self, wanted: Mapping[str, int]) -> str:
        """All of it: hold, pay, and let the workers run."""
        token = await self.hold(wanted)
        await self.pay(token)
        await self.work()
        return token

    async def work(self, ahead_seconds: int = 600, rounds: int = 12) -> None:
        """Let the workers deliver until nothing more is due, their time moving on by `ahead_seconds` each round."""
        outbox = Outbox(
            {
                **order_handlers(self.hub),
                **payments_handlers(self.hub.payments),
                **mail.mail_handlers(self.hub.settings),
                "fed.event": self._deliver_event,
            }
        )
        idle = 0
        for _ in range(rounds):
            self.ahead_seconds += ahead_seconds
            now = clock.now() + timedelta(seconds=self.ahead_seconds)
            idle = 0 if sum([await outbox.drain(queue, now) for queue in ("sync", "money", "mail")]) else idle + 1
            if idle > 1:
                return

    async def _deliver_event(self, message: Message) -> None:
        """Boutiques take what the hub tells them; `told` reads it."""

    async def told(self, letter: str) -> list[str]:
        """The kinds of event the hub has for a boutique, in order."""
        rows = await fetch(
            "SELECT body FROM fed_event_out WHERE remote_id = $1 ORDER BY order_id, sequence", shop_id_of(letter)
        )
        return [checks.read(row["body"], OrderEvent).kind for row in rows]

    async def says(self, letter: str, token: str, body: EventBody, now: datetime | None = None) -> None:
        """A boutique says something about its part of an order."""
        part = await self.part(token, letter)
        sequence = self.events.get(str(part.id), 0) + 1
        self.events[str(part.id)] = sequence
        event = checks.make_event(str(new_id()), str(part.id), sequence, body, text_of(clock.now()))
        async with atomic():
            await self.desk.order_event(self.hub_id, PartyId(shop_id_of(letter)), event, now or clock.now())

    async def part(self, token: str, letter: str) -> Part:
        """A boutique's part of an order."""
        order = await checkout.find(token)
        return next(one for one in await part_store.of_order(order.id) if one.shop_id == shop_id_of(letter))

    async def states(self, token: str) -> dict[str, str]:
        """Every part's state by boutique."""
        order = await checkout.find(token)
        return {part.shop_id[2]: part.state for part in await part_store.of_order(order.id)}

    async def view(self, token: str) -> OrderView:
        """The order as its shopper sees it."""
        return await reads.order_view(token)

    async def mails(self) -> list[str]:
        """Subjects of the mails sent, oldest first."""
        return [one.subject for one in reversed(await mail.mails())]

    def left(self, letter: str) -> int:
        """Pieces on a boutique's shelf."""
        return self.boutiques.left[shop_id_of(letter), f"v-{letter}"]

    def sold(self, letter: str) -> int:
        """Pieces a boutique has sold."""
        return self.boutiques.sold.get((shop_id_of(letter), f"v-{letter}"), 0)

    async def order_id(self, token: str) -> UUID:
        """The order's own id."""
        order = await order_store.by_token(token)
        assert order is not None
        return order.id
