"""A boutique for tests: opened on the test's database, with goods of known figures, and a hub that orders from it."""

from pathlib import Path
from typing import Any

import msgspec

from federation.conversations.forms import Address
from federation.conversations.messages import (
    OrderLine,
    ReservationLine,
    ReservationRequest,
    SellerPart,
    ShopOrder,
)
from federation.documents import json
from federation.log.records import product_key
from federation.node import clock
from federation.node.database import atomic
from federation.service.catalogue import own_leaf_hash
from federation.service.orders import take_order
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from federation.vocabulary.product import Colour, Product, ShippingRate, ShopProfile, Size, Theme, Variant
from shops.catalog import service as catalog
from shops.desk import BoutiqueDesk
from shops.inventory.service import levels
from shops.inventory.store import registers
from shops.service import OpenedShop, open_shop
from shops.settings import ShopNodeSettings
from tests.support.postgres import Urls

APPS = ("federation.piccolo_app", "shops.piccolo_app")
HUB = PartyId("h1" + "a" * 32)
OTHER_HUB = PartyId("h1" + "b" * 32)
DESK = BoutiqueDesk()


def shop_settings(urls: Urls, folder: Path) -> ShopNodeSettings:
    """Settings of a shop node on the test's database."""
    return ShopNodeSettings(
        node_name="Test boutiques",
        public_url="http://127.0.0.1:17200",
        database_url=urls.app,
        broker_url="none:",
        state_dir=folder,
        secret_key="test-secret-key-of-32-characters!",
        environment="test",
        log_level="CRITICAL",
    )


def profile(handle: str = "atelier-nove", **changes: Any) -> ShopProfile:
    """A valid profile."""
    plain = ShopProfile(
        handle=handle,
        name="Atelier Nove",
        town="Palermo",
        country="IT",
        currency="EUR",
        theme=Theme(ground="#FBFAF7", ink="#161513", accent="#6B1F2A", pairing=1, monogram="AN"),
        shipping=(ShippingRate(countries=("IT", "FR"), price=Money(900, "EUR"), days_min=2, days_max=4),),
        tagline={"en": "Linen, cut by hand"},
        order_acceptance="manual",
    )
    return msgspec.structs.replace(plain, **changes)


def euros(cents: int) -> Money:
    return Money(cents, "EUR")


def variant(sku: str, cents: int = 18_900, **changes: Any) -> Variant:
    """A valid variant whose id is its SKU."""
    plain = Variant(
        id=sku,
        sku=sku,
        size=Size(system="IT", value="42", label="42"),
        colour=Colour(name="Notte", family="navy"),
        price=euros(cents),
    )
    return msgspec.structs.replace(plain, **changes)


def product(product_id: str = "dress", *variants: Variant, **changes: Any) -> Product:
    """A valid product, by default with one variant called `<id>-42`."""
    plain = Product(
        id=product_id,
        title={"en": f"The {product_id}"},
        category="dresses",
        gender="women",
        variants=variants or (variant(f"{product_id}-42"),),
    )
    return msgspec.structs.replace(plain, **changes)


async def opened(settings: ShopNodeSettings, handle: str = "atelier-nove", **changes: Any) -> OpenedShop:
    """A boutique, opened and committed."""
    async with atomic():
        return await open_shop(settings, profile(handle, **changes), f"owner@{handle}.example", clock.now())


async def stocked(shop_id: PartyId, stock: int, product_id: str = "dress", cents: int = 18_900) -> str:
    """A published product with so many pieces of its one variant; returns the variant's id."""
    sku = f"{product_id}-42"
    async with atomic():
        await catalog.save_product(shop_id, product(product_id, variant(sku, cents)), clock.now())
        await levels.set_levels(shop_id, {(sku, "main"): stock}, "correction", new_id(), clock.now())
    return sku


def request(*lines: tuple[str, int], ttl_seconds: int = 900) -> ReservationRequest:
    """A fresh reservation request."""
    return ReservationRequest(
        id=str(new_id()), lines=tuple(ReservationLine(*line) for line in lines), ttl_seconds=ttl_seconds
    )


async def sellable(shop_id: PartyId, variant_id: str) -> int:
    """What hubs are told of a variant."""
    told = (await registers.table_after(shop_id, 0, 1_000)).registers
    return sum(register.quantity for register in told if register.variant_id == variant_id)


async def on_hand(shop_id: PartyId, variant_id: str) -> int:
    """What lies in the boutique."""
    return sum(level.on_hand for level in await registers.levels(shop_id, [variant_id]))


async def confirmed(shop_id: PartyId, *lines: tuple[str, int], hub_id: PartyId = HUB) -> str:
    """A confirmed reservation of these pieces; returns its id."""
    asked = request(*lines)
    async with atomic():
        answer = await DESK.hold(shop_id, hub_id, asked, clock.now())
        assert answer.state == "held"
    async with atomic():
        await DESK.confirm(shop_id, hub_id, asked.id, clock.now())
    return asked.id


async def order_of(
    shop_id: PartyId, reservation_id: str, quantity: int = 1, *, product_id: str = "dress", **line_changes: Any
) -> ShopOrder:
    """A valid order of one product's pieces at today's price, with ten per cent commission and no VAT on it."""
    leaf_hash = await own_leaf_hash(shop_id, product_key(product_id)) or "0" * 64
    line = OrderLine(
        line_id=str(new_id()),
        product_id=product_id,
        variant_id=f"{product_id}-42",
        sku=f"{product_id}-42",
        title=f"The {product_id}",
        quantity=quantity,
        unit_price=euros(18_900),
        leaf_hash=leaf_hash,
        size_label="42",
        colour="Notte",
    )
    line = msgspec.structs.replace(line, **line_changes)
    goods = line.unit_price * quantity
    commission = euros(goods.amount_minor // 10)
    return ShopOrder(
        id=str(new_id()),
        number="G-7K3Q-2",
        reservation_id=reservation_id,
        placed_at="2026-11-22T08:00:00Z",
        currency="EUR",
        lines=(line,),
        shipping=euros(900),
        total=goods + euros(900),
        address=Address(name="Ada Lumière", line1="1 rue Mercière", postcode="69002", town="Lyon", country="FR"),
        email="ada@example.org",
        money=SellerPart(
            commission=commission, commission_vat=euros(0), seller=goods - commission, shipping=euros(900)
        ),
    )


async def placed(shop_id: PartyId, order: ShopOrder, hub_id: PartyId = HUB) -> None:
    """Place an order as the federation does."""
    async with atomic():
        await take_order(DESK, shop_id, hub_id, json.encode(order), clock.now())
