"""The portal's pages as their people use them: by forms, without scripts."""

import re
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from federation.conversations.messages import Refunded
from federation.node import clock
from federation.node.database import atomic, execute, fetch_value
from federation.node.outbox import Outbox
from federation.service.catalogue import own_leaf_hash
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.money import Money
from shops import service, store
from shops.catalog import service as catalog
from shops.importers.service import QUEUE
from shops.orders import store as order_store
from shops.settings import ShopNodeSettings
from shops.tasks import shop_handlers
from tests.shops.house import APPS, DESK, HUB, confirmed, euros, on_hand, order_of, placed, request, stocked
from tests.shops.media.domain.test_pictures import png
from tests.shops.orders.service.test_orders import hears
from tests.shops.portal.conftest import HOME
from tests.support.clients import csrf_token, form

pytestmark = pytest.mark.apps(*APPS)

PRODUCT = {
    "id": "L-7",
    "title_en": "Linen dress <b>bold</b>",
    "category": "dresses",
    "gender": "women",
    "materials": "linen, shell",
    "v0_sku": "L-7-42",
    "v0_system": "IT",
    "v0_size": "42",
    "v0_colour": "Notte",
    "v0_family": "navy",
    "v0_price": "189,00",
}


def fields(html: str) -> dict[str, str]:
    """The values of all named inputs of a page."""
    found = re.findall(r'<input[^>]*?name="([^"]+)"[^>]*?value="([^"]*)"', html)
    return dict(found)


async def read(browser: httpx.AsyncClient, path: str) -> str:
    answer = await browser.get(HOME + path)
    assert answer.status_code == httpx.codes.OK, answer.text
    return answer.text


async def test_the_overview_puts_the_next_thing_on_top(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """An empty boutique is told to find a hub and bring its catalogue; a new order comes before both."""
    before = await read(browser, "")
    assert "Bring in your catalogue" in before
    assert "Propose your boutique to a hub" in before
    dress = await stocked(shop_id, 1)
    await placed(shop_id, await order_of(shop_id, await confirmed(shop_id, (dress, 1))))
    after = await read(browser, "")
    assert after.index("Accept or decline 1 new order") < after.index("Propose your boutique to a hub")
    assert "1 variant sold out" in after


async def test_the_root_key_warning_goes_when_the_file_does(
    browser: httpx.AsyncClient, shop_id: PartyId, tmp_path: Path
) -> None:
    """The portal warns as long as the recovery file lies on this machine."""
    recovery = tmp_path / "atelier-nove.key"
    recovery.write_text("secret")
    async with atomic():
        await service.note_recovery_file(shop_id, str(recovery))
    assert "Take your root key into your own keeping" in await read(browser, "")
    assert str(recovery) in await read(browser, "/profile")
    recovery.unlink()
    assert "Take your root key into your own keeping" not in await read(browser, "")


async def test_a_product_is_written_by_form(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """The form publishes a product, shows it escaped, and an edit of it makes a new leaf."""
    answer = await form(browser, f"{HOME}/new-product", PRODUCT)
    assert answer.headers["location"] == f"{HOME}/products/L-7"
    shown = await read(browser, "/products/L-7")
    assert "&lt;b&gt;bold" in shown
    assert "<b>bold" not in shown
    written = (await catalog.product(shop_id, "L-7")).product
    assert (written.variants[0].price.amount_minor, written.materials) == (18_900, ("linen", "shell"))
    first = await own_leaf_hash(shop_id, "product/L-7")
    await form(browser, f"{HOME}/products/L-7", {**PRODUCT, "v0_id": "L-7-42", "v0_price": "150"})
    assert await own_leaf_hash(shop_id, "product/L-7") not in {None, first}
    assert "€150.00" in await read(browser, "/products?q=linen")


async def test_a_row_is_removed_by_emptying_its_name_and_price(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """A variant whose SKU and price were emptied goes, whatever else still stands in its row; the others stay."""
    second = {name.replace("v0", "v1"): text for name, text in PRODUCT.items() if name.startswith("v0")}
    await form(browser, f"{HOME}/new-product", PRODUCT | second | {"v1_sku": "L-7-44", "v1_size": "44"})
    shown = fields(await read(browser, "/products/L-7"))
    gone = {**PRODUCT, **second, "v0_id": shown["v0_id"], "v0_label": "42", "v0_sku": "", "v0_price": ""}
    answer = await form(browser, f"{HOME}/products/L-7", gone | {"v1_id": "L-7-44", "v1_sku": "L-7-44"})
    assert answer.status_code == httpx.codes.SEE_OTHER, answer.text
    assert [variant.sku for variant in (await catalog.product(shop_id, "L-7")).product.variants] == ["L-7-44"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"v0_price": "12,345"}, "is not a price in EUR"),
        ({"v0_gtin": "4006381333932"}, "wrong check digit"),
        ({"id": "no blanks allowed"}, "article code: a code has up to 64 letters"),
        ({"v0_size": ""}, "row 1: size: this is empty"),
        ({"title_en": ""}, "needs a title"),
        ({"v0_sku": "", "v0_price": "3"}, "row 1 needs a SKU"),
        ({"v0_sku": "", "v0_price": ""}, "at least one variant"),
    ],
)
async def test_a_bad_product_form_is_shown_again(
    browser: httpx.AsyncClient, shop_id: PartyId, change: dict[str, str], said: str
) -> None:
    """What does not fit is said, what was written is kept, nothing is published."""
    answer = await form(browser, f"{HOME}/new-product", PRODUCT | change)
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert said in answer.text
    assert 'value="linen, shell"' in answer.text
    assert await fetch_value("SELECT count(*) FROM shop_product") == 0


async def test_what_is_sold_out_is_found_at_once(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """The overview's line leads to the sold-out variants alone, and a figure that does not fit stays as typed."""
    dress = await stocked(shop_id, 0)
    assert "/stock?show=sold-out" in await read(browser, "")
    shown = await read(browser, "/stock?show=sold-out")
    assert f'value="{dress}"' in shown
    answer = await form(browser, f"{HOME}/stock?show=sold-out", fields(shown) | {"r0_on_hand": "two"})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert 'value="two"' in answer.text
    await form(browser, f"{HOME}/stock?show=sold-out", fields(shown) | {"r0_on_hand": "2"})
    assert f'value="{dress}"' not in await read(browser, "/stock?show=sold-out")


async def test_stock_and_price_are_edited_in_one_table(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Changed figures are written, unchanged ones left alone, and the second click changes nothing."""
    dress = await stocked(shop_id, 3)
    sent = fields(await read(browser, "/stock")) | {"r0_on_hand": "5", "r0_price": "175.50"}
    for _ in range(2):
        answer = await browser.post(f"{HOME}/stock", data=sent)
    assert await on_hand(shop_id, dress) == 5
    assert (await catalog.product(shop_id, "dress")).product.variants[0].price.amount_minor == 17_550
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "changed since you looked" in answer.text


async def test_a_figure_that_moved_meanwhile_is_not_overwritten(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """A sale between looking and saving is not undone; the row says so and the others are saved."""
    dress, coat = await stocked(shop_id, 3), await stocked(shop_id, 2, "coat")
    page = await read(browser, "/stock")
    sent = fields(page)
    rows = {sent[f"r{number}_variant"]: number for number in (0, 1)}
    async with atomic():
        held = await DESK.hold(shop_id, HUB, request((dress, 1)), clock.now())
        await DESK.confirm(shop_id, HUB, held.id, clock.now())
    sent |= {f"r{rows[dress]}_on_hand": "4", f"r{rows[coat]}_on_hand": "7"}
    answer = await browser.post(f"{HOME}/stock", data=sent)
    assert "was 3 when you looked and is 2 now" in answer.text
    assert (await on_hand(shop_id, dress), await on_hand(shop_id, coat)) == (2, 7)


async def test_a_form_sent_again_with_another_figure_is_not_passed_over(
    browser: httpx.AsyncClient, shop_id: PartyId
) -> None:
    """Sent twice unchanged a form counts once; taken back and corrected it is judged anew, never silently dropped."""
    dress = await stocked(shop_id, 4)
    sent = fields(await read(browser, "/stock")) | {"r0_on_hand": "6"}
    for _ in range(2):
        assert (await browser.post(f"{HOME}/stock", data=sent)).status_code == httpx.codes.SEE_OTHER
    assert await on_hand(shop_id, dress) == 6
    corrected = await browser.post(f"{HOME}/stock", data=sent | {"r0_on_hand": "5"})
    assert corrected.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "was 4 when you looked and is 6 now" in corrected.text


async def test_the_till_button_sells_one(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """One click, one piece, also when it is a double click."""
    dress = await stocked(shop_id, 3)
    sent = fields(await read(browser, "/stock")) | {"variant": dress, "location": "main"}
    for _ in range(2):
        answer = await browser.post(f"{HOME}/stock/sell", data=sent)
        assert answer.status_code == httpx.codes.SEE_OTHER
    assert await on_hand(shop_id, dress) == 2
    assert "one sold at the till" in await read(browser, "/stock")


def catalogue_line(**changes: Any) -> bytes:
    variant = {
        "sku": "J-1",
        "size": {"system": "ISO", "value": "52", "label": "52"},
        "colour": {"name": "Oro", "family": "gold"},
        "price": "820.00",
    }
    product = {"id": "J-1", "title": {"it": "Anello"}, "category": "rings", "gender": "unisex", "variants": [variant]}
    return msgspec.json.encode({"product": product | changes, "stock": {"J-1": 1}})


async def test_a_file_is_looked_at_then_imported(
    browser: httpx.AsyncClient, shop_id: PartyId, settings: ShopNodeSettings
) -> None:
    """Upload shows what would happen and why lines are rejected; the button imports; the report stays."""
    content = catalogue_line() + b"\n" + catalogue_line(id="J-2", category="ships") + b"\n"
    token = csrf_token(await read(browser, "/import"))
    answer = await browser.post(
        f"{HOME}/import", data={"csrf_token": token}, files={"file": ("spring.jsonl", content, "application/x-ndjson")}
    )
    path = answer.headers["location"].removeprefix(HOME)
    preview = await read(browser, path)
    assert "Import 1 product" in preview
    assert "/product/category" in preview
    assert await fetch_value("SELECT count(*) FROM shop_product") == 0
    await form(browser, HOME + path, {})
    assert "This page renews itself" in await read(browser, path)
    await Outbox(shop_handlers(settings)).drain(QUEUE, clock.now())
    report = await read(browser, path)
    assert "is no category we know" in report
    assert "Done" in report
    assert await on_hand(shop_id, "J-1") == 1
    assert "spring.jsonl" in await read(browser, "/import")
    assert "nessuna categoria che conosciamo" in await read(browser, f"{path}?lang=it")


async def test_no_file_is_told_as_such(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Sending the import form without a file says what to do."""
    await form(browser, f"{HOME}/import", {})
    assert "Choose a file first." in await read(browser, "/import")


async def ordered(browser: httpx.AsyncClient, shop_id: PartyId) -> str:
    """An order's page address, with one new order placed."""
    dress = await stocked(shop_id, 2)
    await placed(shop_id, await order_of(shop_id, await confirmed(shop_id, (dress, 1))))
    found = re.search(r'href="/portal/atelier-nove(/orders/\d+)"', await read(browser, "/orders?state=open"))
    assert found is not None
    return found.group(1)


async def test_a_coupon_of_the_hub_is_not_paid_by_the_shopper(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """What the shopper paid is less what the hub pays of it; the list of money names the sum that it divides."""
    dress = await stocked(shop_id, 1)
    order = await order_of(shop_id, await confirmed(shop_id, (dress, 1)))
    coupon = msgspec.structs.replace(order.money, coupon=euros(2286))
    await placed(shop_id, msgspec.structs.replace(order, money=coupon))
    path = re.search(r'href="/portal/atelier-nove(/orders/\d+)"', await read(browser, "/orders"))
    assert path is not None
    page = await read(browser, path.group(1))
    rows = re.findall(r'colspan="7">([^<]*)</th><td class="number">([^<]*)<', page)
    assert rows[-3:] == [
        ("Pieces and shipping", "€198.00"),
        ("Coupon, paid by the hub", "−€22.86"),
        ("Paid by the shopper", "€175.14"),
    ]
    listed = await read(browser, "/money/orders")
    assert "Shopper paid" not in listed
    assert "Taken by banks" not in listed, "a column only where a bank took something"
    assert "Pieces and shipping = commission" in listed


async def test_an_order_by_a_price_of_before_says_so_until_it_is_answered(
    browser: httpx.AsyncClient, shop_id: PartyId
) -> None:
    """Why it was not accepted at once stands on the page of an order that waits, and on no other's."""
    path, said = await ordered(browser, shop_id), "this order asks for what you offered on"
    assert said not in await read(browser, path)
    async with atomic():
        await execute("UPDATE shop_order SET promised_at = placed_at - interval '9 days'")
    page = await read(browser, path)
    assert said in page
    await browser.post(f"{HOME}{path}/accept", data=fields(page))
    assert said not in await read(browser, path)


async def test_an_order_is_accepted_and_shipped_by_form(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """The page shows address and money, offers the next step, and a double click ships once."""
    path = await ordered(browser, shop_id)
    page = await read(browser, path)
    assert "</span> · placed " in " ".join(page.split())
    for text in ("Ada Lumière", "69002", "€198.00", "€170.10", "Accept the order"):
        assert text in page
    await browser.post(f"{HOME}{path}/accept", data=fields(page))
    page = await read(browser, path)
    assert "Accepted. The hub has been told." in page
    sent = fields(page) | {"carrier": "GLS", "tracking": "IT-77"}
    for _ in range(2):
        await browser.post(f"{HOME}{path}/ship", data=sent)
    shipped = await read(browser, path)
    assert "IT-77" in shipped
    assert "Everything has arrived" in shipped
    assert await fetch_value("SELECT count(*) FROM fed_event_out") == 2


async def test_another_button_of_an_old_page_is_not_taken_for_the_first(
    browser: httpx.AsyncClient, shop_id: PartyId
) -> None:
    """Who accepts, goes back and declines is told that the order has moved on, not that it was declined."""
    path = await ordered(browser, shop_id)
    sent = fields(await read(browser, path))
    await browser.post(f"{HOME}{path}/accept", data=sent)
    await browser.post(f"{HOME}{path}/decline", data=sent | {"reason": "damaged"})
    page = await read(browser, path)
    assert "has moved on: look at it again" in page
    assert "Declined. What is due" not in page


async def test_a_parcel_of_nothing_is_not_a_parcel_of_everything(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Who writes 0 for every piece is asked to choose one; nothing is said to have left."""
    dress = await stocked(shop_id, 2)
    order = await order_of(shop_id, await confirmed(shop_id, (dress, 1)))
    await placed(shop_id, order)
    row = await fetch_value("SELECT id FROM shop_order")
    page = f"{HOME}/orders/{row}"
    await form(browser, page, {"step": str(new_id())}, action=f"{page}/accept")
    nothing = {"step": str(new_id()), f"line_{order.lines[0].line_id}": "0"}
    await form(browser, page, nothing, action=f"{page}/ship")
    assert await fetch_value("SELECT state FROM shop_order") == "accepted"
    assert "choose at least one piece" in await read(browser, f"/orders/{row}")


async def test_declining_needs_a_reason(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Without a reason nothing happens; with one the order is declined and the reason is kept."""
    path = await ordered(browser, shop_id)
    sent = fields(await read(browser, path))
    await browser.post(f"{HOME}{path}/decline", data=sent | {"reason": "mood"})
    page = await read(browser, path)
    assert "choose a reason" in page
    await browser.post(f"{HOME}{path}/decline", data=fields(page) | {"reason": "damaged", "note": "a torn seam"})
    assert "The piece is damaged: a torn seam" in await read(browser, path)
    told = await read(browser, f"{path}?lang=it")
    assert told.count("Il capo è rovinato: a torn seam") == 2
    assert "Francia" in told
    assert "The piece is damaged" not in told


async def test_events_about_money_tell_their_amounts(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Two refunds of one order, of a piece and of its shipping, are not the same line twice."""
    path = await ordered(browser, shop_id)
    view = await order_store.order(shop_id, int(path.rpartition("/")[2]))
    for sequence, (minor, line_id) in enumerate(((18_900, view.lines[0].line_id), (0, None)), 1):
        amount = Money(minor or 900, "EUR")
        body = Refunded(
            refund_id=str(new_id()), amount=amount, seller_part=amount, line_id=line_id, quantity=int(bool(line_id))
        )
        await hears(shop_id, view, sequence, body, clock.now())
    page = await read(browser, path)
    assert f"€189.00 ({view.lines[0].title})" in page
    assert "€9.00 (shipping)" in page


async def test_money_adds_up_on_its_page(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """The sum of what is owed is the share and the shipping of the open order."""
    await ordered(browser, shop_id)
    page = await read(browser, "/money/orders")
    assert page.count("€179.10") >= 2
    assert "Still owed to you" in await read(browser, "/money")


async def test_a_picture_is_kept_and_served_harmless(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """An uploaded picture appears on the product and is served for ever under its hash, in a sandbox."""
    await stocked(shop_id, 1)
    page = await read(browser, "/products/dress")
    for name, data in (("x.png", png(30, 40)), ("x.png", b"<svg/>")):
        await browser.post(
            f"{HOME}/products/dress/pictures",
            data={"csrf_token": csrf_token(page), "alt": "Front"},
            files={"picture": (name, data, "image/png")},
        )
    assert "not a JPEG, PNG, WebP or AVIF" in await read(browser, "/products/dress")
    media = (await catalog.product(shop_id, "dress")).product.media
    assert [(picture.width, picture.height, picture.alt) for picture in media] == [(30, 40, "Front")]
    served = await browser.get(f"/media/{media[0].sha256}")
    assert (served.content, served.headers["content-type"]) == (png(30, 40), "image/png")
    assert served.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert "immutable" in served.headers["cache-control"]
    assert (await browser.get(f"/media/{'0' * 64}")).status_code == httpx.codes.NOT_FOUND
    await form(browser, f"{HOME}/products/dress", {}, action=f"{HOME}/products/dress/pictures/{media[0].sha256}/remove")
    assert (await catalog.product(shop_id, "dress")).product.media == ()


async def test_the_profile_form_round_trips(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Saving the form as shown changes nothing; a changed name is published; a bad rate is said."""
    page = await read(browser, "/profile")
    shown = fields(page) | {"order_acceptance": "manual", "theme_pairing": "1"}
    await browser.post(f"{HOME}/profile", data=shown)
    before = (await store.boutique(shop_id)).profile
    assert (before.name, before.shipping[0].countries) == ("Atelier Nove", ("IT", "FR"))
    answer = await browser.post(f"{HOME}/profile", data=shown | {"name": "Atelier Dieci", "story_it": "Nata nel 1974"})
    assert answer.status_code == httpx.codes.SEE_OTHER
    after = (await store.boutique(shop_id)).profile
    assert (after.name, after.story) == ("Atelier Dieci", {"it": "Nata nel 1974"})
    answer = await browser.post(f"{HOME}/profile", data=shown | {"rate0_price": "free"})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert "is not a price" in answer.text


async def test_an_unreachable_hub_is_told_plainly(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """Proposing to an address that cannot be fetched says so and keeps nothing."""
    await form(browser, f"{HOME}/hubs", {"address": "https://10.0.0.1/profile"}, action=f"{HOME}/hubs/propose")
    assert "Not proposed." in await read(browser, "/hubs")
    assert await fetch_value("SELECT count(*) FROM fed_link") == 0


async def test_the_boutique_site_shows_what_is_on_sale(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """The own site shows its pieces in its own colours; a withdrawn piece is gone; a stranger's address too."""
    await stocked(shop_id, 1)
    front = (await browser.get("/@atelier-nove")).text
    assert "Linen, cut by hand" in front
    assert "The dress" in front
    assert "--accent: #6b1f2a" in front
    assert "€189.00" in (await browser.get("/@atelier-nove/p/dress")).text
    async with atomic():
        await catalog.withdraw(shop_id, "dress", clock.now())
    assert (await browser.get("/@atelier-nove/p/dress")).status_code == httpx.codes.NOT_FOUND
    assert (await browser.get("/@nobody")).status_code == httpx.codes.NOT_FOUND
    assert "Atelier Nove" in (await browser.get("/")).text


async def test_one_boutique_goes_straight_in(browser: httpx.AsyncClient, shop_id: PartyId) -> None:
    """The owner of a single boutique is led to it from the portal's front."""
    assert (await browser.get("/portal")).headers["location"] == HOME
