"""The portal's front pages: which boutiques are yours, and of one of them what to do next."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Redirect

from federation.node import accounts, clock
from federation.node.pages import page
from federation.node.plots import first_day, sales_plots
from federation.node.web import AnyRequest
from federation.service.letters import undelivered
from federation.service.replicas import sync_states
from shops import store
from shops.catalog import store as catalog
from shops.inventory.store import registers
from shops.money import renewing
from shops.node import shop_node
from shops.orders import store as orders
from shops.orders.returns import store as return_store
from shops.portal import banks_say
from shops.portal.door import boutique_of, render
from shops.portal.lag import hub_lags, lag_plot
from shops.portal.views import STATE_WORDS, Standing, todos
from shops.service import root_key_is_here

NOTHING = banks_say.Matters((), 0)


@get("/portal")
async def own_boutiques(request: AnyRequest) -> Response[Any]:
    """The boutiques of whoever is signed in; straight on to the only one."""
    account = await accounts.signed_in(request)
    owned = {grant.scope for grant in await accounts.grants_of(account.id) if grant.role == accounts.OWNER}
    boutiques = [boutique for boutique in await store.boutiques() if boutique.shop_id in owned]
    if len(boutiques) == 1:
        return Redirect(f"/portal/{boutiques[0].handle}")
    return page(request, "portal/boutiques.html", boutiques=boutiques)


@get("/portal/{handle:str}", opt={"transaction": False})
async def overview(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """What to do next, and how the boutique stands; once it has sold something, hubs are asked what is disputed."""
    boutique = await boutique_of(request, handle)
    now = clock.now()
    hubs = await sync_states(boutique.shop_id)
    counts = await orders.counts(boutique.shop_id)
    matters = NOTHING if not counts else await banks_say.matters(shop_node(request).federation, boutique.shop_id, now)
    standing = Standing(
        orders=counts,
        products=await catalog.counts(boutique.shop_id),
        sold_out=await registers.sold_out_count(boutique.shop_id),
        hubs=hubs,
        root_key_here=root_key_is_here(boutique.recovery_file),
        returns=await return_store.counts(boutique.shop_id),
        undelivered=len(await undelivered(boutique.shop_id)),
        untold=await renewing.untold(boutique.shop_id, now),
        to_answer=matters.to_answer,
        stopped=matters.stopped,
    )
    return render(
        request,
        "overview.html",
        boutique,
        standing=standing,
        todos=todos(standing),
        sales=sales_plots(await orders.sold_by_day(boutique.shop_id, first_day(now.date())), now.date()),
        lags=hub_lags(hubs, await store.vseq(boutique.shop_id), now),
        lag=lag_plot(hubs),
        rows=await orders.order_rows(boutique.shop_id, limit=5),
        sums=await orders.money_sums(boutique.shop_id),
        words=STATE_WORDS,
    )


HANDLERS = [own_boutiques, overview]
