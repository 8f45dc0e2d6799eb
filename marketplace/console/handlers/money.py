"""Money: what is owed to boutiques, what was sent and paid out, and the ledger that proves it."""

from litestar import get
from litestar.response import Template

from federation.node import accounts, clock
from federation.node.pages import page
from federation.node.web import AnyRequest
from federation.vocabulary.money import Money
from marketplace.console.views import money_looks
from marketplace.listings import service as listings
from payouts.service import reads

OPERATOR = "operator"
ENTRIES = 100


@get("/console/money")
async def show(request: AnyRequest) -> Template:
    """Settlements, transfers, payouts, refunds and alerts."""
    await accounts.require(request, OPERATOR)
    settlements = await reads.settlements()
    payouts = await reads.payouts()
    shop_ids = {one.shop_id for one in settlements} | {one.shop_id for one in payouts}
    shops = await listings.shops_by_id(shop_ids, clock.now())
    return page(
        request,
        "console/money.html",
        settlements=settlements,
        by_settlement={one.id: one for one in settlements},
        transfers=await reads.transfers(),
        payouts=payouts,
        alerts=await reads.alerts(),
        names={shop_id: shop.name for shop_id, shop in shops.items()},
        looks=money_looks,
        shortfall=await reads.shortfall(),
        amount=Money,
    )


@get("/console/trial-balance")
async def trial_balance(request: AnyRequest) -> Template:
    """Every account's sum, each currency coming to zero; one account's entries when asked for."""
    await accounts.require(request, OPERATOR)
    code, currency = request.query_params.get("account", "")[:100], request.query_params.get("currency", "")[:3]
    entries = await reads.ledger_entries(code, currency, ENTRIES) if code else []
    return page(
        request,
        "console/trial_balance.html",
        balances=await reads.trial_balance(),
        totals=await reads.trial_balance_totals(),
        code=code,
        entries=entries,
        amount=Money,
    )


ROUTES = [show, trial_balance]
