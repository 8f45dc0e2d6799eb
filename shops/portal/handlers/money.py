"""Money: what each order comes to, what has been transferred and paid out, what is still owed."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from federation.node.web import AnyRequest
from shops.orders import store
from shops.portal.door import boutique_of, page_number, render
from shops.portal.views import STATE_WORDS

PER_PAGE = 100


@get("/portal/{handle:str}/money")
async def money(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Every order's division, newest first, and the sums."""
    boutique = await boutique_of(request, handle)
    number = page_number(request)
    rows = await store.order_rows(
        boutique.shop_id,
        states=("placed", "accepted", "in_fulfilment", "completed"),
        offset=(number - 1) * PER_PAGE,
        limit=PER_PAGE + 1,
    )
    return render(
        request,
        "money.html",
        boutique,
        rows=rows[:PER_PAGE],
        more=len(rows) > PER_PAGE,
        number=number,
        sums=await store.money_sums(boutique.shop_id),
        words=STATE_WORDS,
    )


HANDLERS = [money]
