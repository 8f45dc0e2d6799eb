"""The stock page: correct quantities and prices in one table, and note what was sold at the till."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath

from federation.node import clock
from federation.node.database import atomic
from federation.node.languages import in_language
from federation.node.listing import Listing, listing
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.money import Money, to_decimal
from federation.vocabulary.wording import message
from shops import store as boutiques
from shops.catalog import service as catalog
from shops.catalog import store as catalog_store
from shops.inventory.service import levels
from shops.inventory.store import registers
from shops.portal import forms
from shops.portal.door import back_to, boutique_of, render
from shops.portal.sheets import STOCK_COLUMNS, spoken, stock_cells
from shops.portal.words import counted, say
from shops.store import BoutiqueView

PER_PAGE = 50


@get("/portal/{handle:str}/stock")
async def stock(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Every variant with its stock and price, ready to be corrected."""
    return await _page(request, await boutique_of(request, handle), {}, {})


async def _page(
    request: AnyRequest, boutique: BoutiqueView, fields: forms.Fields, faults: dict[str, str]
) -> Response[Any]:
    asked = _listing(request)
    currency = boutique.profile.currency
    rows = await registers.stock_rows(
        boutique.shop_id,
        asked.filters["q"],
        asked.offset,
        asked.limit,
        sold_out=asked.filters["show"] == "sold-out",
        sorting=asked.sorting,
    )
    stored = await catalog_store.products(boutique.shop_id, sorted({row.product_id for row in rows}))
    titles = {product_id: in_language(one.product.title) for product_id, one in stored.items()}
    rows = [msgspec.structs.replace(row, title=titles.get(row.product_id, row.title)) for row in rows]
    locations = await boutiques.locations(boutique.shop_id)
    if asked.wants_file:
        return download("stock", spoken(STOCK_COLUMNS), [stock_cells(row, currency, locations) for row in rows])
    return render(
        request,
        "stock.html",
        boutique,
        status_code=422 if faults else 200,
        list=asked,
        rows=asked.shown(rows),
        prices={row.variant_id: to_decimal(Money(row.price_minor, currency)) for row in rows},
        more=len(rows) > asked.per_page,
        fields=fields,
        faults=faults,
        locations=locations,
        step=forms.new_step(),
    )


def _listing(request: AnyRequest) -> Listing:
    """What of the stock is asked for; a form's address asks as the page it stood on did."""
    return listing(
        request.query_params,
        columns=registers.STOCK_SORTS,
        own="title",
        filters=("q", "show"),
        descending_first=("on_hand", "held", "price"),
        per_page=PER_PAGE,
    )


@post("/portal/{handle:str}/stock")
async def save_stock(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Write every figure that differs from what the person saw; those that cannot be written are shown again."""
    boutique = await boutique_of(request, handle)
    fields = forms.fields_of(await request.form())
    step = forms.uuid_field(fields, "step")
    faults: dict[str, str] = {}
    changed = 0
    for number in range(PER_PAGE):
        if f"r{number}_variant" not in fields:
            break
        try:
            async with atomic():
                changed += await _save_row(boutique, fields, number, step, clock.now())
        except GalleriaError as error:
            faults[f"{fields[f'r{number}_variant']}/{fields.get(f'r{number}_location', '')}"] = error.sentence
    if faults:
        return await _page(request, boutique, fields, faults)
    return back_to(
        request,
        boutique,
        f"/stock{_same(request)}",
        counted("%(num)d figure changed.", "%(num)d figures changed.", changed)
        if changed
        else say("Nothing had changed."),
    )


def _same(request: AnyRequest) -> str:
    """The page of the stock on which a form stood."""
    asked = _listing(request)
    return asked.address(page=asked.page)


async def _save_row(boutique: BoutiqueView, fields: forms.Fields, number: int, step: UUID, now: datetime) -> int:
    """Write one row's quantity and price where they differ from what was seen; returns how many did."""
    at = f"r{number}_"
    place = (fields[f"{at}variant"], fields.get(f"{at}location", ""))
    changed = 0
    seen = forms.whole_number(fields, f"{at}seen", message("quantity"))
    counted = forms.whole_number(fields, f"{at}on_hand", message("quantity"))
    if counted != seen:
        movement_id = uuid5(step, "/".join((*place, str(seen), str(counted))))
        await levels.correct_level(boutique.shop_id, place, (seen, counted), movement_id, now)
        changed += 1
    if f"{at}price" in fields:
        currency = boutique.profile.currency
        before = forms.price_field(fields, f"{at}price_seen", currency)
        price = forms.price_field(fields, f"{at}price", currency)
        if price != before:
            await catalog.change_price(boutique.shop_id, place[0], (before, price), now)
            changed += 1
    return changed


@post("/portal/{handle:str}/stock/sell")
async def sell(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Note one piece as sold in the boutique itself."""
    boutique = await boutique_of(request, handle)
    fields = forms.fields_of(await request.form())
    place = (fields.get("variant", ""), fields.get("location", ""))
    movement_id = uuid5(forms.uuid_field(fields, "step"), "/".join(("till", *place)))
    path = f"/stock{_same(request)}"
    try:
        await levels.sell_at_till(boutique.shop_id, place, 1, movement_id, clock.now())
    except GalleriaError as error:
        return back_to(request, boutique, path, error.sentence, failed=True)
    return back_to(request, boutique, path, message("Noted: one sold at the till."))


HANDLERS = [stock, save_stock, sell]
