"""The JSON API: what is listed, searching, buying, following an order; for the operator, splits, refunds and money.

Answers are JSON, refusals problem documents (RFC 9457). Reading needs nothing, an order its unguessable token, the
console's part an operator's session. Buying takes the caller's own key: the same key again is the same order.
"""

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.status_codes import HTTP_200_OK

from federation.node import clock
from federation.node.accounts import require
from federation.node.visitor import mark_of, network_mark_of
from federation.node.web import AnyRequest
from marketplace.accounts.setup import OPERATOR
from marketplace.api import answers
from marketplace.api.buying import buy
from marketplace.api.documents import (
    CheckoutAnswer,
    CheckoutRequest,
    Listings,
    MoneyAnswer,
    OrderAnswer,
    ProductAnswer,
    RulesAnswer,
    SearchAnswer,
    ShopLeaves,
)
from marketplace.currencies import service as currencies
from marketplace.hub import hub_of
from marketplace.listings import service as listings
from marketplace.listings.boutiques import listed_leaves, listing_counts
from marketplace.listings.finding import find
from marketplace.orders import reads, refunds
from marketplace.orders.domain.refunds import RefundRequest
from marketplace.terms.service import rule_book
from payouts.service import reads as money_reads
from search.query import Filters, SearchRequest

TEXT_MAX = 400
ROWS_MAX = 1_000
LEAVES_MAX = 1_000
"""Products on one page of a boutique's leaves."""


@get("/api/v1/listings")
async def list_listings() -> Listings:
    """How many products each boutique lists here."""
    return answers.listings_answer(await listing_counts())


@get("/api/v1/listings/{handle:str}")
async def list_leaves(handle: FromPath[str], after: FromQuery[str] = "") -> ShopLeaves:
    """Which products of one boutique are shown, each with the leaf of its log that proves it."""
    shop_id, leaves = await listed_leaves(handle, after, LEAVES_MAX)
    return answers.leaves_answer(shop_id, leaves, LEAVES_MAX)


@get("/api/v1/search")
async def search(
    request: AnyRequest,
    q: FromQuery[str] = "",
    page: FromQuery[int] = 1,
    shop: FromQuery[str] = "",
    currency: FromQuery[str] = "",
) -> SearchAnswer:
    """Search all boutiques, or the one whose id is `shop`; prices also in `currency` (the hub's own if unknown)."""
    hub, now = hub_of(request), clock.now()
    exchange = await currencies.exchange(currencies.known(currency, hub.settings.currency), now)
    filters = Filters(shop=(shop,) if shop else ())
    wanted = SearchRequest(text=q[:TEXT_MAX], page=max(page, 1), filters=filters, currency=exchange.currency)
    found = await find(hub, wanted, now)
    return answers.search_answer(found.cards, found.found.total, found.found.page, found.found.pages, exchange)


@get("/api/v1/products/{handle:str}/{product_id:str}")
async def show_product(handle: FromPath[str], product_id: FromPath[str]) -> ProductAnswer:
    """One product with what its boutique last said of its stock."""
    return answers.product_answer(await listings.product_view(handle, product_id, clock.now()))


@post("/api/v1/checkout", opt={"transaction": False})
async def check_out(request: AnyRequest, data: JSONBody[CheckoutRequest]) -> CheckoutAnswer:
    """Ask all boutiques to hold, and say where to pay for what they hold."""
    hub = hub_of(request)
    secret_key = hub.settings.secret_key
    client, network = mark_of(request, secret_key), network_mark_of(request, secret_key)
    return await buy(hub, data, clock.now(), client=client, network=network)


@get("/api/v1/orders/{token:str}")
async def show_order(token: FromPath[str]) -> OrderAnswer:
    """An order by its token."""
    return answers.order_answer(await reads.order_view(token))


@get("/api/v1/console/orders/{token:str}")
async def show_order_to_operator(request: AnyRequest, token: FromPath[str]) -> OrderAnswer:
    """An order with how its money divides; operators only."""
    await require(request, OPERATOR)
    return answers.order_answer(await reads.order_by_token_for_operator(token))


@post("/api/v1/console/orders/{token:str}/refunds", status_code=HTTP_200_OK)
async def refund_order(request: AnyRequest, token: FromPath[str], data: JSONBody[RefundRequest]) -> OrderAnswer:
    """Give part of an order back; the same refund id again changes nothing. Operators only."""
    await require(request, OPERATOR)
    order = await reads.order_by_token_for_operator(token)
    await refunds.refund(order.order_id, data, clock.now())
    return answers.order_answer(await reads.order_by_token_for_operator(token))


@get("/api/v1/console/rules")
async def show_rules(request: AnyRequest) -> RulesAnswer:
    """The commission rules in force; operators only."""
    await require(request, OPERATOR)
    book = await rule_book(hub_of(request).settings, clock.now())
    return RulesAnswer(revision=book.revision, rules=book.rules)


@get("/api/v1/console/money")
async def show_money(request: AnyRequest) -> MoneyAnswer:
    """Trial balance, transfers, payouts and claims; operators only."""
    await require(request, OPERATOR)
    settlements = {one.id: one for one in await money_reads.settlements(limit=ROWS_MAX)}
    return answers.money_answer(
        await money_reads.trial_balance_totals(),
        [
            (settlements[one.settlement_id], one)
            for one in await money_reads.transfers(limit=ROWS_MAX)
            if one.settlement_id in settlements
        ],
        await money_reads.payouts(limit=ROWS_MAX),
        [
            (settlements[one.settlement_id], one)
            for one in await money_reads.claims(limit=ROWS_MAX)
            if one.settlement_id in settlements
        ],
    )


API_ROUTES = [
    list_listings,
    list_leaves,
    search,
    show_product,
    check_out,
    show_order,
    show_order_to_operator,
    refund_order,
    show_rules,
    show_money,
]
