"""What a boutique exports is what the importer makes of it, whatever the kind of export."""

from pathlib import Path

import msgspec
import pytest

from federation.node import clock
from federation.node.database import Database, atomic
from federation.vocabulary.product import Product
from marketplace.demo.opener import bring_in
from marketplace.demo.world import boutiques
from marketplace.demo.world.making import DemoBoutique
from shops import service as shop_service
from shops.catalog import store as catalog
from shops.inventory.store import registers
from tests.shops.house import APPS, shop_settings
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps(*APPS)


def first_of(kind: str) -> DemoBoutique:
    """The first boutique that exports in this way and writes at least two languages."""
    for name in boutiques.house_names():
        made = boutiques.boutique(name)
        if made.export == kind and len(made.profile.story) > 1:
            return made
    raise AssertionError(f"no house exports as {kind}")


def comparable(product: Product) -> dict[str, object]:
    """What must survive: everything but ids of variants, GTIN-less order of languages, and where pictures lie."""
    plain: dict[str, object] = msgspec.to_builtins(product)
    variants = [
        {name: value for name, value in one.items() if name != "id"} for one in msgspec.to_builtins(product.variants)
    ]
    pictures = [(one["sha256"], one["alt"], one["width"], one["height"]) for one in msgspec.to_builtins(product.media)]
    return plain | {"variants": variants, "media": pictures}


@pytest.mark.parametrize("kind", ["shopify", "shopify-new", "jsonl"])
async def test_an_export_comes_back_whole(committed: Database, database_urls: Urls, tmp_path: Path, kind: str) -> None:
    """Titles and texts in every language, variants, prices, stock and pictures are as the house wrote them."""
    del committed
    made = first_of(kind)
    settings = msgspec.structs.replace(shop_settings(database_urls, tmp_path), plates_dir=tmp_path / "plates")
    async with atomic():
        opened = await shop_service.open_shop(settings, made.profile, made.owner_email, clock.now())
    report = await bring_in(settings, opened.shop_id, made)
    assert (report.errors, report.warnings, report.listed) == (0, 0, len(made.products))
    stored = await catalog.products(opened.shop_id, [product.id for product in made.products])
    for product in made.products:
        plates = [(plate.sha256, plate.alt, plate.width, plate.height) for plate in made.plates[product.id]]
        assert comparable(stored[product.id].product) == comparable(product) | {"media": plates}
    levels = await registers.levels(opened.shop_id, [v.id for p in stored.values() for v in p.product.variants])
    sold = {variant.sku: variant.id for one in stored.values() for variant in one.product.variants}
    held = {level.variant_id: level.on_hand for level in levels}
    wanted = {variant.sku: made.stock[variant.id] for product in made.products for variant in product.variants}
    assert {sku: held[variant_id] for sku, variant_id in sold.items()} == wanted
    again = await bring_in(settings, opened.shop_id, made)
    assert again.changes == 0
