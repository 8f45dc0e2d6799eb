"""Pictures that nobody names any more go from the database and the disk; what anybody names stays on show."""

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import pytest

from federation.node import clock, database
from federation.node.database import Database
from federation.vocabulary.ids import new_id
from federation.vocabulary.product import Media
from marketplace.leaving import service as leaving
from marketplace.listings import records
from marketplace.media import service, tidying
from marketplace.media.domain.addresses import WIDTHS
from marketplace.media.store import pictures as store
from tests.marketplace.listings.builders import delete, product, put, shop_id_of, variant

pytestmark = pytest.mark.apps("marketplace.piccolo_app", "federation.piccolo_app")

HUB, FIRST, SECOND = str(new_id()), shop_id_of("a"), shop_id_of("b")
SHARED, OWN = hashlib.sha256(b"shared").hexdigest(), hashlib.sha256(b"own").hexdigest()


async def show(folder: Path, shop_id: str, *pictures: str) -> None:
    """A boutique's listing names these pictures, and the hub has its copies of them."""
    now = clock.now()
    media = tuple(Media(f"http://{shop_id[:9]}.example/{one}", one, 600, 800) for one in pictures)
    await records.take_records(HUB, shop_id, [put(1, product("p", variant(f"{shop_id}-v"), media=media))], now)
    for one in pictures:
        copies(folder, one)
        await store.made(one, (600, 800), now)


def copies(folder: Path, sha256: str) -> Path:
    """The hub's copies of a picture."""
    for width in WIDTHS:
        path = store.copy_path(folder, sha256, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"webp")
    return store.folder_of(folder, sha256)


async def states() -> dict[str, tuple[str, str]]:
    """How each picture stands, and whose it is."""
    rows = await database.fetch("SELECT sha256, state, shop_id FROM hub_picture")
    return {row["sha256"]: (row["state"], row["shop_id"]) for row in rows}


async def test_a_picture_of_two_boutiques_outlives_one(rolled_back: Database, tmp_path: Path) -> None:
    """When the one that had it first leaves, the other's stays on show; what only the first had is deleted."""
    await show(tmp_path, FIRST, SHARED, OWN)
    await show(tmp_path, SECOND, SHARED)
    assert (await states())[SHARED] == ("made", FIRST)
    await leaving.left(FIRST, clock.now())
    assert await tidying.tidy(tmp_path, clock.now()) == 1
    assert await states() == {SHARED: ("wanted", SECOND)}
    assert store.has_copies(tmp_path, SHARED)
    assert not store.folder_of(tmp_path, OWN).exists()


async def test_a_loose_picture_named_again_is_kept(rolled_back: Database, tmp_path: Path) -> None:
    """A boutique that comes back, or another that shows the same, has the picture before it is deleted."""
    await show(tmp_path, FIRST, OWN)
    await leaving.left(FIRST, clock.now())
    media = Media("http://b.example/own", OWN, 600, 800)
    await service.note_pictures(None, SECOND, [product("q", variant("q-1"), media=(media,))], clock.now())
    assert await tidying.tidy(tmp_path, clock.now()) == 0
    assert await states() == {OWN: ("wanted", SECOND)}


async def test_what_no_listing_names_is_deleted(rolled_back: Database, tmp_path: Path) -> None:
    """A picture that a boutique shows no longer goes, after a day; one that is shown stays."""
    await show(tmp_path, FIRST, OWN)
    await show(tmp_path, SECOND, SHARED)
    await records.take_records(HUB, FIRST, [delete(2, "product/p")], clock.now())
    assert await tidying.note_unnamed(clock.now()) == 0
    later = clock.now() + timedelta(days=2)
    assert await tidying.note_unnamed(later) == 1
    assert await tidying.tidy(tmp_path, later) == 1
    assert await states() == {SHARED: ("made", SECOND)}


async def test_strays_on_the_disk_are_deleted(rolled_back: Database, tmp_path: Path) -> None:
    """Old copies of which nothing is known go, with what a dead process left; known and fresh ones stay."""
    await show(tmp_path, FIRST, OWN)
    byte = OWN[:2]
    stray, fresh, torn = (byte + letter * 62 for letter in "abc")
    torn_folder = store.folder_of(tmp_path, torn).with_name(f"{torn[:16]}-x1")
    torn_folder.mkdir(parents=True)
    for folder in (copies(tmp_path, OWN), copies(tmp_path, stray), torn_folder):
        os.utime(folder, (0, 0))
    copies(tmp_path, fresh)
    day = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    moments = (day + timedelta(minutes=5 * number) for number in range(256))
    its_turn = next(moment for moment in moments if int(moment.timestamp()) // 300 % 256 == int(byte, 16))
    assert await tidying.note_strays(tmp_path, its_turn) == 1
    assert await tidying.tidy(tmp_path, its_turn) == 1
    kept = {folder.name for folder in (tmp_path / byte).iterdir()}
    assert kept == {OWN, fresh}
