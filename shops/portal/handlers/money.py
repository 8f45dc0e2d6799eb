"""Money: what each order comes to, what has been transferred and paid out, what is still owed."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from federation.node.listing import listing
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from shops.orders import store
from shops.portal.door import boutique_of, render
from shops.portal.sheets import MONEY_COLUMNS, money_cells, spoken
from shops.portal.views import STATE_WORDS


@get("/portal/{handle:str}/money")
async def money(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Every order's division, newest first, and the sums."""
    boutique = await boutique_of(request, handle)
    asked = listing(
        request.query_params,
        columns=store.ORDER_SORTS,
        own="-placed",
        descending_first=("placed", "total", "yours", "owed"),
    )
    rows = await store.order_rows(
        boutique.shop_id,
        states=("placed", "accepted", "in_fulfilment", "completed"),
        sorting=asked.sorting,
        offset=asked.offset,
        limit=asked.limit,
    )
    if asked.wants_file:
        return download("money", spoken(MONEY_COLUMNS), [money_cells(row) for row in rows])
    return render(
        request,
        "money.html",
        boutique,
        list=asked,
        rows=asked.shown(rows),
        more=len(rows) > asked.per_page,
        sums=await store.money_sums(boutique.shop_id),
        words=STATE_WORDS,
    )


HANDLERS = [money]
