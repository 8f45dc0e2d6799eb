"""What a browser gets under a picture's hash."""

import hashlib
from pathlib import Path

import httpx
import msgspec
import pytest

from federation.node import clock
from federation.node.database import atomic
from federation.node.plates import write_plate
from federation.vocabulary.product import Media
from marketplace.listings import records
from marketplace.media.domain.addresses import WIDTHS, picture_of
from marketplace.media.store import pictures as store
from tests.marketplace.gallery import Gallery
from tests.marketplace.listings.builders import product, put, shop_id_of
from tests.marketplace.markup import faults
from tests.marketplace.orders.world import APPS
from tests.support.clients import client

pytestmark = pytest.mark.apps(*APPS)

UNKNOWN = "a" * 64


async def test_until_there_is_a_copy_a_plate_in_the_boutiques_colours_stands_in(
    gallery: Gallery, browser: httpx.AsyncClient
) -> None:
    """The stand-in may be kept for a minute, the copy that follows for ever; neither may act."""
    address = f"/media/{UNKNOWN}/640.webp?of=zagara-figlie"
    first = await browser.get(address)
    assert (first.status_code, first.headers["content-type"]) == (200, "image/svg+xml")
    assert b"<svg" in first.content
    assert first.headers["cache-control"] == "public, max-age=60"
    with store.making(gallery.hub.settings.media_dir, UNKNOWN) as folder:
        for width in WIDTHS:
            (folder / f"{width}.webp").write_bytes(b"RIFF of %d" % width)
    second = await browser.get(address)
    assert (second.headers["content-type"], second.content) == ("image/webp", b"RIFF of 640")
    assert "immutable" in second.headers["cache-control"]
    for answer in (first, second):
        assert "sandbox" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_a_piece_without_pictures_is_shown_by_the_stand_in(gallery: Gallery, browser: httpx.AsyncClient) -> None:
    """Its card and its own page show the plate in the boutique's colours, which can be had without a hash."""
    handle = "zagara-figlie"
    bare = msgspec.structs.replace(product("bare-hook"), title={"en": "Bare hook"}, media=())
    async with atomic():
        await records.take_records(str(gallery.world.hub_id), shop_id_of("a"), [put(99, bare)], clock.now())
    plate = f'src="/media/stand-in/{handle}"'
    for path in (f"/b/{handle}/p/bare-hook", f"/b/{handle}?kind={bare.category}"):
        page = (await browser.get(path)).text
        assert faults(page) == []
        assert plate in page, path
    shown = await browser.get(f"/media/stand-in/{handle}")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/svg+xml")
    assert (await browser.get("/media/stand-in/nobody")).status_code == 404


@pytest.mark.parametrize(
    "path",
    [f"/media/{UNKNOWN}/640.webp", f"/media/{UNKNOWN}/640.webp?of=nobody",
     f"/media/{UNKNOWN}/641.webp?of=zagara-figlie",
     "/media/..%2f..%2fsecret/640.webp?of=zagara-figlie", f"/media/{UNKNOWN}/..%2f640.webp?of=zagara-figlie"],
)  # fmt: skip
async def test_anything_else_is_not_there(browser: httpx.AsyncClient, path: str) -> None:
    """Unknown boutiques, other widths and addresses that would be paths lead nowhere."""
    assert (await browser.get(path)).status_code == 404


async def test_a_plate_of_ours_is_served_as_it_is(gallery: Gallery, tmp_path: Path) -> None:
    """What lies in the plates' folder is shown under its hash at every width."""
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 600 800"></svg>'
    sha256 = write_plate(tmp_path, drawn)
    gallery.app.state.hub = msgspec.structs.replace(
        gallery.hub, settings=msgspec.structs.replace(gallery.hub.settings, plates_dir=tmp_path)
    )
    async with client(gallery.app) as browser:
        answer = await browser.get(f"/media/{sha256}/320.webp")
    assert (answer.content, answer.headers["content-type"]) == (drawn, "image/svg+xml")
    assert hashlib.sha256(answer.content).hexdigest() == sha256


def test_a_picture_is_never_shown_from_the_boutiques_own_address() -> None:
    """Every address that a page writes lies at the hub, in three widths."""
    media = Media(url="https://elsewhere.example/tracker.gif", sha256=UNKNOWN, width=600, height=800)
    from_outside = picture_of("zagara-figlie", media)
    assert from_outside.url.startswith("/media/")
    assert [part.split()[1] for part in from_outside.srcset.split(", ")] == ["320w", "640w", "1280w"]
