"""The basket over boutiques, and where its parcels go."""

from typing import Final

from litestar import get, post
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.pages import country_in_words, page
from federation.node.signin import safe_path
from federation.node.web import AnyRequest, session_of
from federation.vocabulary.wording import message
from marketplace.coupons.guessing import HUB
from marketplace.currencies import service as currencies
from marketplace.errors import BasketInvalidError
from marketplace.orders import basket, reads, trying
from marketplace.orders.domain.basket import QUANTITY_MAX
from marketplace.orders.views import BasketView
from marketplace.storefront import destinations
from marketplace.storefront.handlers.context import COUNTRY, buyer_of, destination, prices_of
from marketplace.storefront.words import WORDING, say
from marketplace.terms import referrals

SEE_OTHER: Final = 303
TOO_MANY: Final = 429
CODE_MAX = 60
NOTICE = "basket_notice"
"""Under which a session keeps what the basket says once."""
NOBODY = "nobody"
"""A boutique of whom nothing can be bought."""


@get("/basket")
async def show(request: AnyRequest) -> Template:
    """The basket, one part per boutique; prices shown here are the ones the shopper has now seen."""
    return await _basket_page(request, problem="")


async def _basket_page(request: AnyRequest, problem: str, status_code: int = 200) -> Template:
    now, session = clock.now(), session_of(request)
    await basket.drop_all_bought(session)
    view: BasketView = await basket.basket_view(session, destination(request), now, prices_of(request).exchange)
    prices_of(request).agreed(view.rate_words, left_as_listed=view.currency != view.chosen_currency)
    if view.changed:
        await basket.accept_prices(session, now)
    return page(
        request,
        "storefront/basket.html",
        status_code=status_code,
        basket=view,
        unpaid=await reads.unpaid_orders(basket.checkouts(session)),
        problem=problem,
        notice=session.data.pop(NOTICE, ""),
        destinations=destinations.offered(),
        country_name=country_in_words(view.country),
        quantity_max=QUANTITY_MAX,
    )


@post("/basket/add")
async def add(request: AnyRequest) -> Redirect | Template:
    """Put one size of a piece in the basket."""
    form = await request.form()
    shop_id, product_id = str(form.get("shop_id", "")), str(form.get("product_id", ""))
    variant_id = str(form.get("variant_id", ""))
    if not variant_id:
        return await _basket_page(request, message("Choose a size first, then add the piece."), 422)
    await basket.drop_all_bought(session_of(request))
    try:
        await basket.add(session_of(request), shop_id, product_id, variant_id, 1, now=clock.now())
    except BasketInvalidError as error:
        return await _basket_page(request, error.sentence, 422)
    return Redirect("/basket", status_code=SEE_OTHER)


@post("/basket/update")
async def update(request: AnyRequest) -> Redirect | Template:
    """Change a line's quantity or take it out."""
    form, session = await request.form(), session_of(request)
    key, quantity = str(form.get("key", "")), str(form.get("quantity", ""))
    if "remove" not in form and not (quantity.isascii() and quantity.isdigit()):
        return await _basket_page(request, message("Write the quantity as a whole number."), 422)
    try:
        if "remove" in form:
            basket.remove(session, key)
        else:
            basket.set_quantity(session, key, int(quantity[:4]))
    except BasketInvalidError as error:
        return await _basket_page(request, error.sentence, 422)
    return Redirect("/basket", status_code=SEE_OTHER)


@post("/basket/coupon")
async def coupon(request: AnyRequest) -> Redirect | Template:
    """Write a coupon down for this basket, or take it out; the page it came from says what it does."""
    return await _code_written(request, HUB)


@post("/basket/voucher")
async def voucher(request: AnyRequest) -> Redirect | Template:
    """Write a boutique's own voucher down for its pieces, or take it out; the page it came from says what it does."""
    return await _code_written(request, str((await request.form()).get("shop_id", "")) or NOBODY)


async def _code_written(request: AnyRequest, giver: str) -> Redirect | Template:
    form = await request.form()
    code = "" if "remove" in form else str(form.get("code", "")).strip()[:CODE_MAX]
    if not await trying.write(session_of(request), giver, code, buyer_of(request), clock.now()):
        return await _basket_page(request, not_looked_at(code), TOO_MANY)
    return Redirect(safe_path(str(form.get("next", "/basket"))), status_code=SEE_OTHER)


def not_looked_at(code: str) -> str:
    """What is said of a code, where it is known which, once too many were tried."""
    if not code.strip():
        return trying.SHUT
    return say("“%(code)s” was not looked at. %(why)s", code=code.strip()[:CODE_MAX], why=WORDING.said(trying.SHUT))


@post("/basket/forget-sender")
async def forget_sender(request: AnyRequest) -> Redirect:
    """Forget which boutique's own site the shopper came from."""
    referrals.forget(session_of(request))
    return Redirect("/basket", status_code=SEE_OTHER)


@post("/currency")
async def choose_currency(request: AnyRequest) -> Redirect:
    """Remember what prices are shown and charged in."""
    form = await request.form()
    chosen = currencies.known(form.get("currency"), prices_of(request).currency)
    session_of(request).data[currencies.CHOICE] = chosen
    return Redirect(safe_path(str(form.get("next", "/"))), status_code=SEE_OTHER)


@post("/destination")
async def choose_destination(request: AnyRequest) -> Redirect:
    """Remember where parcels go; shipping and totals follow."""
    form = await request.form()
    session_of(request).data[COUNTRY] = destinations.known(str(form.get("country", "")))
    return Redirect(safe_path(str(form.get("next", "/basket"))), status_code=SEE_OTHER)


ROUTES = [show, add, update, coupon, voucher, forget_sender, choose_currency, choose_destination]
