"""Verified intake of a shop's log by a hub, products per second, beside the floor of writing the same rows unverified.

Run: python -m benchmarks.intake [products]. Twice: with a desk that lists nothing, which is what the protocol costs,
and with the listings' own. Intake is what a pulled batch goes through: inflate, parse, hash, tree, signature, records
checked, listings projected, cosigned; one durable transaction for each batch of 200. The floor copies the same leaves
(and listings, variants and index events, if there are any) to temporary tables and inserts them into the same tables
with ON CONFLICT, one durable transaction for each 200 as well, checking nothing. Both start from empty tables.
"""

# ruff: noqa: ARG002 - a desk takes what its Protocol passes
import asyncio
import hashlib
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from federation import batches
from federation.batches import Batch
from federation.conversations.messages import Quarantine
from federation.documents.identity import SeenOperation
from federation.log import intake as rules
from federation.log.records import PRODUCT_TYPE, product_key
from federation.node import clock
from federation.node.database import Database, atomic, connection, execute, using
from federation.node.migrations import migrate
from federation.node.sealing import seal_of
from federation.ports import AcceptedRecord, HubDesk, ServedRecord
from federation.records import HostedParty, Peer
from federation.service import intake, parties, reading
from federation.service.catalogue import Change, append
from federation.store import parties as party_store
from federation.store import replicas
from federation.vocabulary.ids import PartyId
from federation.vocabulary.money import Money
from federation.vocabulary.product import Colour, Media, Product, Size, Variant
from marketplace.cli.children import Children
from marketplace.cli.postgres import EmbeddedPostgres
from marketplace.cli.processes import HUB
from marketplace.desk import GalleryDesk
from marketplace.settings import HubSettings
from shops.catalog.domain.record import product_body

ROUNDS = 5
PRODUCTS = 2_000
SIZES = ("38", "40", "42", "44")
TEXT = "A piece that somebody cut, sewed and pressed in a small room above the street, and wore for a week. " * 4
_EMPTY_LOGS = "TRUNCATE fed_leaf, fed_node, fed_checkpoint, fed_log, fed_replica CASCADE"
_EMPTY_REST = "TRUNCATE hub_index_event, hub_picture, node_outbox CASCADE"
_EMPTY_LISTINGS = "TRUNCATE hub_product, hub_variant, hub_stock, hub_quarantine, hub_shop CASCADE"


def product(number: int) -> Product:
    """A dress in four sizes with two pictures and its words in two languages."""
    variants = tuple(
        Variant(
            id=f"p{number}-{size}",
            sku=f"P{number}-{size}",
            size=Size("IT", size, f"IT {size}"),
            colour=Colour("Notte", "navy"),
            price=Money(18_900 + number, "EUR"),
        )
        for size in SIZES
    )
    pictures = tuple(
        Media(f"https://shop.example/{number}-{view}", _sha256(f"{number}-{view}"), 600, 800, "A dress")
        for view in (1, 2)
    )
    return Product(
        id=f"p{number}",
        title={"en": f"Dress {number}", "it": f"Abito {number}"},
        category="dresses",
        gender="women",
        variants=variants,
        description={"en": TEXT, "it": TEXT},
        media=pictures,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


class Scene(msgspec.Struct, frozen=True):
    """A hub that follows one shop, and that shop's log as it would travel."""

    hub: HostedParty
    desk: GalleryDesk
    shop: Peer
    operations: list[bytes]
    wire: list[tuple[int, bytes]]


class LightDesk(GalleryDesk):
    """A hub that takes records and lists none: what the protocol costs by itself."""

    async def records_accepted(
        self, hub_id: PartyId, shop_id: PartyId, records: Sequence[AcceptedRecord], now: datetime
    ) -> list[Quarantine]:
        """Nothing is listed."""
        return []

    async def served(self, hub_id: PartyId, shop_id: PartyId) -> list[ServedRecord]:
        """Nothing is served."""
        return []


async def prepare(settings: HubSettings, count: int) -> Scene:
    """Both parties in one database; the shop's log is made, taken as it would be sent, and forgotten."""
    now = clock.now()
    async with atomic():
        hub = await parties.create_party(settings, "hub", "Hub", now)
        shop = await parties.create_party(settings, "shop", "Shop", now)
        bodies = [product_body(product(number), "EUR") for number in range(count)]
        changes = [Change("put", product_key(f"p{number}"), PRODUCT_TYPE, body) for number, body in enumerate(bodies)]
        await append(shop.party_id, changes, now)
    head, wire, size = await reading.head_of(shop.party_id, shop.party_id), list[tuple[int, bytes]](), 0
    while size < head.size:
        batch = await reading.batch_from(head, size)
        wire.append((size, batches.encode(batch)))
        size += len(batch.lines)
    address = settings.public_url
    peer = Peer(shop.party_id, "shop", "Shop", f"{address}/fed/v1/{shop.party_id}/profile", address, now, now, now)
    desk = GalleryDesk(settings)
    return Scene(await parties.party(hub.party_id), desk, peer, await party_store.operations(shop.party_id), wire)


async def begin(scene: Scene) -> None:
    """Empty tables, the shop known and followed."""
    now = clock.now()
    await execute(_EMPTY_LOGS)
    await execute(_EMPTY_REST)
    await execute(_EMPTY_LISTINGS)
    async with atomic():
        seen = [SeenOperation(data, int(now.timestamp())) for data in scene.operations]
        await party_store.save_peer(scene.shop, seen)
        await replicas.open_replica(scene.hub.id, scene.shop.id)
        await scene.desk.link_changed(scene.hub.id, scene.shop.id, "accepted", "Shop", now)


async def take(scene: Scene, desk: HubDesk) -> float:
    """Verified intake of the whole log; returns seconds."""
    begun = time.monotonic()
    for size, body in scene.wire:
        batch = batches.decode(body)
        await intake.take_batch(desk, (scene.hub, scene.shop.id), batch, size, clock.now())
    return time.monotonic() - begun


async def write(scene: Scene, plain: Sequence[Batch], goods: Sequence[Sequence[Product]], *, listed: bool) -> float:
    """The floor: the same rows, nothing checked; returns seconds."""
    begun = time.monotonic()
    seq = 0
    for batch, products in zip(plain, goods, strict=True):
        async with atomic():
            await _copy(scene, seq, batch, products if listed else ())
        seq += len(batch.lines)
    return time.monotonic() - begun


async def _copy(scene: Scene, seq: int, batch: Batch, products: Sequence[Product]) -> None:
    hub_id, shop_id, now = scene.hub.id, scene.shop.id, clock.now()
    keys = [f"product/p{place}" for place in range(seq, seq + len(batch.lines))]
    hashes = [f"{place:064x}" for place in range(seq, seq + len(keys))]
    leaves = [
        (hub_id, shop_id, 1, seq + place, key, "put", line, bytes.fromhex(told))
        for place, (key, line, told) in enumerate(zip(keys, batch.lines, hashes, strict=True))
    ]
    await _merge("fed_leaf", "holder_id, party_id, epoch, seq, key, operation, line, hash", leaves)
    if not products:
        return
    listed = [
        (shop_id, one.id, line, seq + place, told, one.category, False, now, now)
        for place, (one, line, told) in enumerate(zip(products, batch.lines, hashes, strict=True))
    ]
    columns = "shop_id, product_id, body, seq, leaf_hash, category, stale, first_seen_at, updated_at"
    await _merge("hub_product", columns, listed)
    variants = [
        (shop_id, one.id, variant.id, variant.sku, variant.price.amount_minor, "EUR")
        for one in products
        for variant in one.variants
    ]
    await _merge("hub_variant", "shop_id, product_id, variant_id, sku, price_minor, currency", variants)
    await _merge("hub_index_event", "shop_id, product_id, at", [(shop_id, one.id, now) for one in products])


async def _merge(table: str, columns: str, rows: Sequence[Sequence[object]]) -> None:
    """COPY to a temporary table, then INSERT ... ON CONFLICT into the real one."""
    names = columns.split(", ")
    own = connection()
    kept = "WITH (toast_tuple_target=8160) ON COMMIT DROP"  # as the real tables: lines and bodies are not compressed
    await own.execute(f"CREATE TEMP TABLE fresh {kept} AS SELECT {columns} FROM {table} LIMIT 0")  # noqa: S608
    await own.copy_records_to_table("fresh", records=rows, columns=names)
    await own.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM fresh ON CONFLICT DO NOTHING")  # noqa: S608
    await own.execute("DROP TABLE fresh")


def chunks(products: Sequence[Product], sizes: Sequence[int]) -> Iterator[Sequence[Product]]:
    """The products of each batch."""
    at = 0
    for size in sizes:
        yield products[at : at + size]
        at += size


async def run(owner_url: str, app_url: str, state_dir: Path, count: int) -> None:
    """Measure both in turns, print the medians and their ratio."""
    await migrate(owner_url, HUB.apps)
    settings = HubSettings(
        node_name="Bench",
        public_url="http://127.0.0.1:7739",
        database_url=app_url,
        broker_url="none:",
        state_dir=state_dir,
        secret_key="k" * 40,
        environment="test",
        stripe_key="k" * 40,
        stripe_webhook_secrets=("w" * 40,),
    )
    database = await Database(seal_of(settings)).start(owner_url, pool_max=2)
    with using(database):
        scene = await prepare(settings, count)
        plain = [batches.decode(body) for _, body in scene.wire]
        assert all(rules.parse_lines(batch.lines, size) for (size, _), batch in zip(scene.wire, plain, strict=True))
        goods = list(chunks([product(number) for number in range(count)], [len(batch.lines) for batch in plain]))
        rates: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for name, desk in (("light", LightDesk(settings)), ("real", scene.desk)):
                await begin(scene)
                rates.setdefault(f"{name} desk: verified intake", []).append(count / await take(scene, desk))
                await begin(scene)
                seconds = await write(scene, plain, goods, listed=name == "real")
                rates.setdefault(f"{name} desk: COPY and INSERT", []).append(count / seconds)
    await database.stop()
    medians = {name: statistics.median(found) for name, found in rates.items()}
    print(f"{count} products of {len(SIZES)} variants, {len(scene.wire)} batches, median of {ROUNDS} rounds in turns")
    for name, rate in medians.items():
        floor = medians[name.split(":")[0] + ": COPY and INSERT"]
        print(f"  {name:<28} {rate:>7.0f} products/s  {rate / floor:>5.2f} of the floor")


def main() -> None:
    """Start a durable PostgreSQL of its own and measure on it."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PRODUCTS
    with tempfile.TemporaryDirectory(prefix="galleria-bench-") as folder, Children() as children:
        Path(folder).chmod(0o711)
        server = EmbeddedPostgres(Path(folder) / "postgres", children)
        server.start()
        urls = server.create_database("intake")
        asyncio.run(run(urls.owner, urls.app, Path(folder), count))
        server.stop()


if __name__ == "__main__":
    main()
