"""The stock page: correct quantities and prices in one table, and note what was sold at the till."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from litestar import Response, get, post
from litestar.params import FromPath

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.money import Money, to_decimal
from federation.vocabulary.wording import message
from shops import store as boutiques
from shops.catalog import service as catalog
from shops.inventory.service import levels
from shops.inventory.store import registers
from shops.portal import forms
from shops.portal.door import back_to, boutique_of, page_number, render
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
    search = str(fields.get("q") or request.query_params.get("q", ""))[:100]
    sold_out = request.query_params.get("show") == "sold-out"
    number = page_number(request)
    place = ((number - 1) * PER_PAGE, PER_PAGE + 1)
    rows = await registers.stock_rows(boutique.shop_id, search, *place, sold_out=sold_out)
    return render(
        request,
        "stock.html",
        boutique,
        status_code=422 if faults else 200,
        rows=rows[:PER_PAGE],
        prices={row.variant_id: to_decimal(Money(row.price_minor, boutique.profile.currency)) for row in rows},
        more=len(rows) > PER_PAGE,
        number=number,
        search=search,
        sold_out=sold_out,
        fields=fields,
        faults=faults,
        locations=await boutiques.locations(boutique.shop_id),
        step=forms.new_step(),
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
            faults[f"{fields[f'r{number}_variant']}/{fields.get(f'r{number}_location', '')}"] = error.detail
    if faults:
        return await _page(request, boutique, fields, faults)
    return back_to(
        request,
        boutique,
        f"/stock?{_query(request)}",
        counted("%(num)d figure changed.", "%(num)d figures changed.", changed)
        if changed
        else say("Nothing had changed."),
    )


def _query(request: AnyRequest) -> str:
    return str(request.scope["query_string"].decode("latin-1"))


async def _save_row(boutique: BoutiqueView, fields: forms.Fields, number: int, step: UUID, now: datetime) -> int:
    """Write one row's quantity and price where they differ from what was seen; returns how many did."""
    at = f"r{number}_"
    place = (fields[f"{at}variant"], fields.get(f"{at}location", ""))
    changed = 0
    seen = forms.whole_number(fields, f"{at}seen", "quantity")
    counted = forms.whole_number(fields, f"{at}on_hand", "quantity")
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
    path = f"/stock?{_query(request)}"
    try:
        await levels.sell_at_till(boutique.shop_id, place, 1, movement_id, clock.now())
    except GalleriaError as error:
        return back_to(request, boutique, path, error.detail, failed=True)
    return back_to(request, boutique, path, message("Noted: one sold at the till."))


HANDLERS = [stock, save_stock, sell]
