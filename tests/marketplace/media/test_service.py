"""Pictures from outside: fetched once, checked, made anew; whatever a boutique's server does, nothing else breaks."""

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from federation.node import clock
from federation.node.database import Database, atomic, fetch, fetch_value
from federation.node.door import Door
from federation.node.outbox import Outbox
from federation.node.plates import write_plate
from federation.vocabulary.product import Media
from marketplace.media import service
from marketplace.media.adapters.process_press import ProcessPress
from marketplace.media.domain.reasons import Reason, read_reason
from marketplace.media.domain.retries import next_try
from marketplace.media.service import Studio
from marketplace.media.store import pictures as store
from marketplace.media.tasks import media_handlers
from tests.marketplace.listings.builders import NOW, product, shop_id_of
from tests.marketplace.media.server import PictureServer, bomb, jpeg

pytestmark = pytest.mark.apps("marketplace.piccolo_app")

SHOP = shop_id_of("a")
GOOD = jpeg()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PAGES = {
    "good": GOOD, "other": jpeg((900, 900)), "bomb": bomb(),
    "large": bomb(8_000, 6_000), "svg": SVG, "huge": b"\xff\xd8\xff" * 4_000_000,
    "torn": GOOD[: len(GOOD) // 2], "empty": b"", "slow": GOOD, "elsewhere": GOOD, "broken": GOOD,
}  # fmt: skip


@pytest.fixture
async def server() -> AsyncIterator[PictureServer]:
    """A boutique's server on loopback."""
    async with PictureServer(PAGES) as running:
        yield running


@pytest.fixture
def studio(server: PictureServer, tmp_path: Path) -> Studio:
    """The real door, opened to that server alone, and the real press."""
    return Studio(Door(frozenset({server.address})), ProcessPress(), tmp_path / "media", seconds_max=1.0)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def named(url: str, sha256: str, product_id: str = "p") -> None:
    """A listing names a picture."""
    media = Media(url=url, sha256=sha256, width=1500, height=1000)
    async with atomic():
        await service.note_pictures(None, SHOP, [product(product_id, media=(media,))], clock.now())


async def drain(studio: Studio) -> None:
    """Let the worker do what is due."""
    while await Outbox(media_handlers(studio)).drain(service.QUEUE, clock.now()):
        pass


async def standing() -> tuple[str, str]:
    """State and reason of the one picture."""
    (row,) = await fetch("SELECT state, reason FROM hub_picture")
    return row["state"], row["reason"]


async def test_a_picture_is_made_anew_in_three_widths(
    committed: Database, server: PictureServer, studio: Studio
) -> None:
    """WebP copies of 320, 640 and 1280 pixels without a word of the original's notes; fetched once."""
    await named(server.url("good"), digest(GOOD))
    await named(server.url("good"), digest(GOOD), "another")
    await drain(studio)
    assert await standing() == ("made", "")
    for width in (320, 640, 1280):
        data = store.read_copy(studio.media_dir, digest(GOOD), width)
        assert data is not None
        assert b"camera" not in data
        with Image.open(io.BytesIO(data)) as copy:
            assert (copy.format, copy.width, copy.height) == ("WEBP", width, round(width / 1.5))
            assert not copy.getexif()
    assert server.asked == ["good"]


async def test_a_small_picture_held_on_its_side_is_turned_and_never_enlarged(
    committed: Database, server: PictureServer, studio: Studio
) -> None:
    """The camera's note on how it was held is obeyed, then forgotten."""
    server.pages["turned"] = held = jpeg((400, 200), turned=True)
    await named(server.url("turned"), digest(held))
    await drain(studio)
    data = store.read_copy(studio.media_dir, digest(held), 1280)
    with Image.open(io.BytesIO(data or b"")) as copy:
        assert copy.size == (200, 400)
    assert await fetch_value("SELECT width || 'x' || height FROM hub_picture") == "200x400"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("other", "hash differs"),
        ("bomb", "pixels"),
        ("large", "more than we show"),
        ("svg", "not a picture"),
        ("torn", "not a picture"),
        ("empty", "not a picture"),
    ],
)
async def test_what_is_no_picture_of_ours_is_given_up(
    committed: Database, server: PictureServer, studio: Studio, page: str, reason: str
) -> None:
    """Another hash, a bomb, an SVG, half a file: told to the boutique, kept nowhere, asked for once."""
    sha256 = digest(GOOD if page == "other" else PAGES[page])
    await named(server.url(page), sha256)
    await drain(studio)
    state, told = await standing()
    assert state == "missing"
    assert reason in told
    (missing,) = await service.missing_pictures(SHOP)
    kind = "other-picture" if page == "other" else "not-shown"
    assert (missing.sha256, missing.reason.kind, missing.due_at) == (sha256, kind, None)
    assert reason in missing.reason.detail
    assert not list(studio.media_dir.rglob("*.webp"))
    await drain(studio)
    assert server.asked == [page]


@pytest.mark.parametrize(
    ("page", "reason"),
    [("slow", "gave no answer"), ("huge", "more than"), ("elsewhere", "redirect"), ("broken", "answered 500")],
)
async def test_what_did_not_come_is_asked_for_again(
    committed: Database, server: PictureServer, studio: Studio, page: str, reason: str
) -> None:
    """A server that is slow, sends without end, leads elsewhere or fails is tried later, and not for ever."""
    await named(server.url(page), digest(PAGES[page]))
    await drain(studio)
    state, told = await standing()
    assert state == "wanted"
    assert reason in told
    (missing,) = await service.missing_pictures(SHOP)
    assert missing.reason.kind == "not-sent"
    assert missing.due_at is not None
    for _ in range(4):
        await store.failed(digest(PAGES[page]), Reason("not-sent", told), next_try(5, NOW))
    assert (await standing())[0] == "missing"


async def test_an_address_inside_is_never_asked(committed: Database, server: PictureServer, tmp_path: Path) -> None:
    """A boutique cannot make the hub look at its own network: the guarded door stays shut."""
    studio = Studio(Door(), ProcessPress(), tmp_path)
    await named(server.url("good"), digest(GOOD))
    await drain(studio)
    state, _ = await standing()
    assert (state, server.asked) == ("missing", [])
    assert [one.reason.kind for one in await service.missing_pictures(SHOP)] == ["address"]


def test_reasons_are_read_as_they_were_written() -> None:
    """Kind and particulars come back; a reason of an earlier day, without a kind, is read as not sent."""
    reason = Reason("not-shown", "not a picture we show: 9 by 9 pixels")
    assert read_reason(reason.written()) == reason
    assert read_reason("the boutique's server answered 404").kind == "not-sent"


async def test_a_picture_given_up_is_wanted_again_elsewhere(
    committed: Database, server: PictureServer, studio: Studio
) -> None:
    """When the boutique names another address for the same picture it is fetched from there."""
    await named(server.url("other"), digest(GOOD))
    await drain(studio)
    await named(server.url("other"), digest(GOOD))
    await drain(studio)
    assert (await standing())[0] == "missing"
    await named(server.url("good"), digest(GOOD))
    await drain(studio)
    assert (await standing())[0] == "made"


async def test_our_own_plates_are_not_fetched(committed: Database, tmp_path: Path) -> None:
    """A picture that lies in the plates' folder needs no row and no message."""
    sha256 = write_plate(tmp_path, b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 800"></svg>')
    media = Media(url="http://127.0.0.1:1/x", sha256=sha256, width=600, height=800)
    async with atomic():
        await service.note_pictures(tmp_path, SHOP, [product("p", media=(media,))], NOW)
    assert await fetch_value("SELECT count(*) FROM hub_picture") == 0
    assert await fetch_value("SELECT count(*) FROM node_outbox") == 0


async def test_pictures_whose_message_was_lost_are_found_by_the_sweep(
    committed: Database, server: PictureServer, studio: Studio
) -> None:
    """The table is the truth; the message only hurries."""
    async with atomic():
        await store.note(SHOP, [(digest(GOOD), server.url("good"))], clock.now())
    await drain(studio)
    assert (await standing())[0] == "wanted"
    await service.sweep(clock.now())
    await drain(studio)
    assert (await standing())[0] == "made"
