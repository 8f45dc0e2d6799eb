"""The trial balance, account by account, and the entries of one account."""

from litestar import get
from litestar.response import Template

from federation.node import clock
from federation.node.web import AnyRequest
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from marketplace.console.door import operator, render
from marketplace.console.views import books
from marketplace.listings import service as listings
from payouts.service import reads

ENTRIES = 100
CODE_LENGTH_MAX = 120


@get("/console/trial-balance")
async def trial_balance(request: AnyRequest) -> Template:
    """Every account's sum, each currency coming to zero; one account's newest entries when it is asked for."""
    await operator(request)
    code = request.query_params.get("account", "")[:CODE_LENGTH_MAX]
    currency = request.query_params.get("currency", "")
    sums = await reads.trial_balance()
    owners = {shop_id for accounts in sums.values() for shop_id in books.shops_in(accounts)}
    names = {shop_id: shop.name for shop_id, shop in (await listings.shops_by_id(owners, clock.now())).items()}
    chosen = bool(code) and currency in CURRENCY_EXPONENTS
    return render(
        request,
        "trial_balance.html",
        balances=books.balances(sums, names),
        code=code if chosen else "",
        words=books.account_words(code, names),
        currency=currency,
        entries=await reads.ledger_entries(code, currency, ENTRIES) if chosen else [],
        limit=ENTRIES,
        amount=Money,
    )


ROUTES = [trial_balance]
