"""Money: where it is now and why, hub by hub; and what each order came to, as this node heard it."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from federation.conversations.accounts import AccountState
from federation.documents.times import moment_of
from federation.node.listing import listing
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.vocabulary.money import Money
from federation.vocabulary.movements import WAITS
from shops.money import store as money_store
from shops.money.domain.copies import orders_named, yours_minor
from shops.orders import store
from shops.portal import money_words
from shops.portal.door import boutique_of, render
from shops.portal.money_desk import MoneyDesk, desk_of
from shops.portal.sheets import MONEY_COLUMNS, money_cells, spoken
from shops.portal.views import STATE_WORDS


@get("/portal/{handle:str}/money", opt={"transaction": False})
async def money(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """What is the boutique's at a hub now: held and why, on its way, in its bank, kept back, owed."""
    desk = await desk_of(request, handle)
    state = None if desk.seen is None else desk.seen.copy.state
    return render(
        request,
        "money.html",
        desk.boutique,
        **desk.values,
        positions=[] if state is None else state.positions,
        yours_minor=yours_minor,
        places=money_words.places,
        reasons={}
        if state is None
        else {one.currency: money_words.reasons(state, one.currency) for one in state.positions},
        orders={} if state is None else await _orders_of(desk, state),
        earned={} if desk.pair is None else await money_store.sums_of_kind(*desk.pair, "referral"),
        sums=await store.money_sums(desk.boutique.shop_id),
        words=money_words,
        waits=WAITS,
        amount_of=Money,
        moment_of=moment_of,
    )


async def _orders_of(desk: MoneyDesk, state: AccountState) -> dict[str, tuple[int, str]]:
    """The boutique's own orders among those that a hub names, by id: row and number."""
    if desk.pair is None:
        return {}
    return await money_store.order_places(*desk.pair, [UUID(each) for each in orders_named(state)])


@get("/portal/{handle:str}/money/orders")
async def money_by_order(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Every order's division, newest first, and the sums."""
    boutique = await boutique_of(request, handle)
    asked = listing(
        request.query_params,
        columns=store.ORDER_SORTS,
        own="-placed",
        descending_first=("placed", "total", "yours", "owed"),
    )
    page = await store.order_page(boutique.shop_id, ("placed", "accepted", "in_fulfilment", "completed"), asked.span)
    if asked.wants_file:
        return download("money", spoken(MONEY_COLUMNS), [money_cells(row) for row in page.rows])
    desk = await desk_of(request, handle, ask="never")
    return render(
        request,
        "money_orders.html",
        boutique,
        **desk.values,
        list=asked,
        rows=page.rows,
        leaf=page,
        sums=await store.money_sums(boutique.shop_id),
        words=STATE_WORDS,
    )


@get("/portal/{handle:str}/money/payouts", opt={"transaction": False})
async def payouts(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """What went to the boutique's bank, what became of it, and what to do when it came back."""
    desk = await desk_of(request, handle)
    state = None if desk.seen is None else desk.seen.copy.state
    told = () if state is None else state.payouts
    if request.query_params.get("as") == "csv":
        return download("payouts", spoken(money_words.PAYOUT_COLUMNS), [money_words.payout_cells(one) for one in told])
    return render(
        request,
        "money_payouts.html",
        desk.boutique,
        **desk.values,
        payouts=told,
        state=state,
        orders={} if state is None else await _orders_of(desk, state),
        words=money_words,
        amount_of=Money,
        moment_of=moment_of,
    )


HANDLERS = [money, money_by_order, payouts]
