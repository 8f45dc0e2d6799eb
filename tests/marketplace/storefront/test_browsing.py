"""Looking around: front page, search, boutiques, pieces."""

import re
from pathlib import Path

import httpx
import msgspec
import pytest

from marketplace.app import create_app
from marketplace.demo.world.boutiques import BOUTIQUES
from search.adapters.tantivy_engine import TantivyEngine
from search.documents import LISTINGS
from search.service import Catalog
from tests.marketplace.gallery import Gallery
from tests.marketplace.markup import faults
from tests.marketplace.orders.world import APPS
from tests.support.clients import client

pytestmark = pytest.mark.apps(*APPS)

PIECE = "/b/zagara-figlie/p/orange-grove-shirt-dress"


@pytest.mark.parametrize(
    "path",
    ["/", "/search", "/search?q=linen+dress&colour=white", "/search?q=zzqx",
     "/search?gender=women&category=dresses", "/boutiques", "/boutiques?q=zzqx", "/b/zagara-figlie",
     "/b/zagara-figlie?kind=dresses", PIECE, "/basket", "/how-ranking-works", "/sign-in"],
)  # fmt: skip
async def test_every_page_is_sound(browser: httpx.AsyncClient, path: str) -> None:
    """Landmarks, labels, alternatives, headings and guarded forms are in order on each public page."""
    answer = await browser.get(path)
    assert answer.status_code == 200, answer.text
    assert faults(answer.text) == []


async def test_pages_are_whole_while_there_is_no_index(gallery: Gallery, tmp_path: Path) -> None:
    """Before the index is built nothing is found, in kind words; no page fails, and what was chosen can be undone."""
    hub = msgspec.structs.replace(gallery.hub, catalog=Catalog(TantivyEngine(tmp_path / "none", LISTINGS)))
    async with client(create_app(hub.settings, hub)) as browser:
        for path in ("/", "/boutiques", "/b/zagara-figlie", PIECE, "/search", "/search?q=silk&colour=navy&page=3"):
            answer = await browser.get(path)
            assert answer.status_code == 200, path
            assert faults(answer.text) == []
        assert "nothing can be looked up yet" in answer.text
        assert "Nothing found" not in answer.text
        assert 'href="/search?q=silk"' in answer.text
        assert (await browser.get("/api/v1/search?q=silk")).json()["total"] == 0


PICTURE_ADDRESSES = re.compile(r'<img[^>]* src="([^"]*)"|srcset="([^"]*)"|url\(["\']?([^)"\']*)')


@pytest.mark.parametrize("path", ["/", "/search", "/boutiques", "/b/zagara-figlie", PIECE, "/basket", "/sign-in"])
async def test_pages_show_our_own_pictures_alone(browser: httpx.AsyncClient, path: str) -> None:
    """Every picture of a page lies at the hub, and the page's policy lets a browser load no other."""
    answer = await browser.get(path)
    assert "; img-src 'self' data:; " in answer.headers["content-security-policy"]
    named = [address for found in PICTURE_ADDRESSES.findall(answer.text) for address in found if address]
    assert all(one.strip().startswith("/") for address in named for one in address.split(",")), named
    if path not in {"/basket", "/sign-in"}:
        assert named


async def test_home_shows_pieces_and_every_town(browser: httpx.AsyncClient) -> None:
    """The front page leads to pieces of several boutiques, to one boutique's own page, to departments and towns."""
    page = (await browser.get("/")).text
    assert len(set(re.findall(r'href="/b/([a-z-]+)/p/', page))) >= 3
    assert re.search(r'<h2 id="day"><a href="/b/[a-z-]+">', page)
    assert 'href="/search?department=clothing"' in page
    towns = re.findall(r'href="/boutiques#([a-z-]+)"', page)
    boutiques = (await browser.get("/boutiques")).text
    assert len(towns) == len({boutique.profile.town for boutique in BOUTIQUES[:4]})
    assert all(f'id="{town}"' in boutiques for town in towns)


async def test_every_boutique_is_found_by_town_word_and_goods(browser: httpx.AsyncClient) -> None:
    """All boutiques stand on one page; words, country and goods narrow it, and a way leads back to all."""
    handles = {boutique.profile.handle for boutique in BOUTIQUES[:4]}

    async def shown(**asked: str) -> set[str]:
        page = (await browser.get("/boutiques", params=asked)).text
        assert faults(page) == []
        return set(re.findall(r'class="tile of-([a-z-]+)', page))

    assert await shown() == handles
    assert await shown(q="PALERMO") == {"zagara-figlie"}
    assert await shown(country="IT") == {one.profile.handle for one in BOUTIQUES[:4] if one.profile.country == "IT"}
    assert await shown(sells="dresses", q="lace") == {"tombolo-quattro"}
    assert await shown(q="zzqx") == set()
    assert 'href="/boutiques">look at all' in (await browser.get("/boutiques?q=zzqx")).text


async def test_a_boutique_shows_its_pieces_by_kind(browser: httpx.AsyncClient) -> None:
    """Its kinds are links with counts; one kind shows only those pieces, under the boutique's own head."""
    found: dict[str, dict[str, int]] = {}
    for boutique in BOUTIQUES[:4]:
        address = f"/b/{boutique.profile.handle}"
        page = (await browser.get(address)).text
        kinds = re.findall(r'kind=([a-z]+)#pieces"[^>]*>[^<]+<span class="tally">(\d+)</span>', page)
        found[address] = {kind: int(count) for kind, count in kinds}
        assert "front-story" in page
        assert sum(found[address].values()) in {0, page.count('class="card"')}
    address, counts = max(found.items(), key=lambda one: len(one[1]))
    kind, count = max(counts.items(), key=lambda one: one[1])
    narrowed = (await browser.get(f"{address}?kind={kind}")).text
    assert narrowed.count('class="card"') == count < sum(counts.values())
    assert "front-story" not in narrowed
    everything = (await browser.get(f"{address}?kind=swords&page=-3")).text
    assert everything.count('class="card"') == sum(counts.values())


async def test_home_before_anything_was_published(browser: httpx.AsyncClient, gallery: Gallery) -> None:
    """With an empty index the front page still stands and says what is happening."""
    for letter in "abcd":
        gallery.hub.catalog.remove_shop("s1" + letter * 32)
    page = await browser.get("/")
    assert page.status_code == 200
    assert "The walls are still bare" in page.text


async def test_search_narrows_by_links_alone(browser: httpx.AsyncClient) -> None:
    """A facet is a link; following it narrows the results, shows a chip, and the chip leads back."""
    wide = (await browser.get("/search?q=dress")).text
    narrowed_url = re.search(r'<a href="(/search\?[^"]*colour=red[^"]*)"', wide)
    assert narrowed_url is not None
    narrow = (await browser.get(narrowed_url.group(1).replace("&amp;", "&"))).text
    assert 'class="chip chosen" href="/search?q=dress" rel="nofollow"' in narrow
    assert narrow.count('class="card"') < wide.count('class="card"')


async def test_search_says_what_it_understood(browser: httpx.AsyncClient) -> None:
    """A price in words binds and can be taken away; a colour in words is offered as a link that makes it bind."""
    page = (await browser.get("/search", params={"q": "white shirt under 200"})).text
    assert 'class="chip chosen" href="/search?q=white+shirt" rel="nofollow">up to €200' in page
    assert "colour=white" in page


async def test_nothing_found_offers_a_way_on(browser: httpx.AsyncClient) -> None:
    """An empty result says so and shows something else."""
    page = (await browser.get("/search?q=zzqxw")).text
    assert "None of the boutiques has this just now" in page
    assert 'class="card"' in page


async def test_a_price_that_cannot_be_read_is_refused_in_words(browser: httpx.AsyncClient) -> None:
    """A faulty price gets a sentence, not an error page without help."""
    answer = await browser.get("/search?min=cheap")
    assert answer.status_code == 422
    assert "write it like 189.00" in answer.text
    assert faults(answer.text) == []


async def test_a_boutique_wears_its_own_colours(browser: httpx.AsyncClient) -> None:
    """Its page carries its ground and its words; the policy allows that one style element by its nonce."""
    answer = await browser.get("/b/tombolo-quattro")
    nonce = re.search(r'<style nonce="([^"]+)">:root \{ --paper: #f1e4cb', answer.text)
    assert nonce is not None
    assert f"'nonce-{nonce.group(1)}'" in answer.headers["content-security-policy"]
    assert "Bobbin lace, in no hurry" in answer.text


async def test_an_unknown_boutique_is_said_to_be_unknown(browser: httpx.AsyncClient) -> None:
    """A dead address answers 404 with the house's own head and a way back."""
    answer = await browser.get("/b/nobody")
    assert answer.status_code == 404
    assert "No boutique of this name" in answer.text
    assert 'role="search"' in answer.text


async def test_a_piece_shows_the_chosen_colour(browser: httpx.AsyncClient) -> None:
    """Choosing a colour shows its pictures and its sizes; sold-out sizes cannot be chosen."""
    boutique = BOUTIQUES[0]
    product = next(one for one in boutique.products if one.id == "orange-grove-shirt-dress")
    page = (await browser.get(f"{PIECE}?colour=Latte+di+mandorla")).text
    assert 'alt="Orange Grove shirt dress, Latte di mandorla, front"' in page
    assert "Arancia amara, front" not in page
    for variant in product.variants:
        shown = re.search(rf'value="{variant.id}"[^>]*>', page)
        assert (shown is not None) == (variant.colour.name == "Latte di mandorla")
        if shown:
            assert ("disabled" in shown.group()) == (boutique.stock[variant.id] == 0)


async def test_a_piece_says_what_it_costs_delivered(browser: httpx.AsyncClient) -> None:
    """Price and shipping stand together, to the country parcels go to."""
    assert "Delivered to Italy: €274.50" in (await browser.get(PIECE)).text


async def test_a_size_stands_as_the_shopper_counts(browser: httpx.AsyncClient) -> None:
    """To Britain a dress in IT 42 is a UK 10 with the boutique's label beside it; at home it is said once."""
    assert "label IT 42" not in (await browser.get(PIECE)).text
    page = (await browser.get(PIECE)).text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    await browser.post("/destination", data={"csrf_token": token.group(1), "country": "GB", "next": PIECE})
    page = (await browser.get(PIECE)).text
    assert re.search(r'size-label">UK 10</span><span class="size-also">label IT 42', page)


async def test_gender_narrows_with_what_is_cut_for_both(browser: httpx.AsyncClient) -> None:
    """Women's pieces include unisex ones; the choice is a chip to take away and stands in the address once."""
    page = (await browser.get("/search?gender=women")).text
    assert '<a class="chip chosen" href="/search" rel="nofollow">Women' in page
    assert "unisex" not in page
    assert "<h1>Women</h1>" in page


async def test_covers_are_served_for_ever_and_guessed_ones_refused(browser: httpx.AsyncClient) -> None:
    """A cover's address says everything; one that says nonsense is not there."""
    good = await browser.get("/covers/1/sun/zagara-figlie-fff4e02b1a0fa83c0c.svg")
    assert good.headers["content-type"].startswith("image/svg+xml")
    assert "immutable" in good.headers["cache-control"]
    for bad in (
        "1/tartan/a-fff4e02b1a0fa83c0c",
        "1/none/a-fff4e02b1a0fa83c0c",
        "1/sun/a-fff4e02b1a0f",
        "9/sun/a-fff4e02b1a0fa83c0c",
    ):
        assert (await browser.get(f"/covers/{bad}.svg")).status_code == 404
