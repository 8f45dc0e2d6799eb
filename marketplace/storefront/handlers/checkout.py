"""One page from basket to payment, and the page between when a boutique refused something."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.idempotency import IdempotencyConflictError
from federation.node.pages import country_in_words, page
from federation.node.visitor import mark_of
from federation.node.web import AnyRequest, session_of
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.wording import message
from marketplace.coupons.guessing import HUB
from marketplace.errors import BasketChangedError, BasketInvalidError
from marketplace.hub import hub_of
from marketplace.orders import basket, checkout, reads, resuming, trying
from marketplace.orders.domain import order_life
from marketplace.orders.views import BasketView, HeldView
from marketplace.storefront import destinations
from marketplace.storefront.checkout_form import CheckoutForm, read_form
from marketplace.storefront.handlers.basket import CODE_MAX, NOTICE, TOO_MANY, not_looked_at
from marketplace.storefront.handlers.context import COUNTRY, buyer_of, destination, prices_of
from marketplace.storefront.words import payment_barred, say

OK: Final = 200
SEE_OTHER: Final = 303
COUPON_FIELD, VOUCHER_FIELD = "coupon", "voucher:"
"""The fields of codes: the hub's own, and a boutique's followed by its id."""
CODE_COUNTED = message("Your code has been counted in. Look at the total, then go on; nothing has been charged.")
GIVEN_BACK = message(
    "Everything was given back, and nothing has been charged. The boutiques take a moment to put their pieces back on "
    "the shelf: until then one may look taken here."
)
OWN_TRANSACTIONS = {"transaction": False}
LABELS = {
    "email": message("e-mail"),
    "name": message("name"),
    "line1": message("street"),
    "line2": message("floor"),
    "postcode": message("postcode"),
    "town": message("town"),
    "region": message("province"),
    "phone": message("telephone"),
    "note": message("your word to the boutiques"),
}
"""How the list of faults names each field."""


@get("/checkout")
async def show(request: AnyRequest) -> Template | Redirect:
    """Where to send it and to whom to write: one page, no account."""
    await basket.drop_all_bought(session_of(request))
    view = await _priced(request)
    if not view.ready:
        return Redirect("/basket", status_code=SEE_OTHER)
    return await _checkout_page(request, view, CheckoutForm(key=checkout.new_checkout_key(), country=view.country))


@post("/checkout", opt=OWN_TRANSACTIONS)
async def begin(request: AnyRequest) -> Template | Redirect:
    """Ask every boutique to set its pieces aside; on to payment when all of them did."""
    hub, now, session = hub_of(request), clock.now(), session_of(request)
    fields = await request.form()
    form, country = read_form(fields), destinations.known(fields.get("to") or fields.get("country"))
    recounted = await _recounted(request, fields, country if country != form.country else "")
    if recounted is not None:
        return await _again(request, form, *recounted, looked_at=_looked_at(fields))
    try:
        wanted = msgspec.structs.replace(form.checkout(), client=mark_of(request, hub.settings.secret_key))
        token = await checkout.begin(hub, session, wanted, now)
    except msgspec.ValidationError:
        return await _again(request, form, "", 422)
    except (BasketChangedError, BasketInvalidError) as error:
        return await _again(request, form, error.sentence, 409)
    except IdempotencyConflictError:
        form = msgspec.structs.replace(form, key=checkout.new_checkout_key())
        return await _again(
            request, form, message("The address has changed, so this is a new order: look at it, then go on."), 409
        )
    session.data[COUNTRY] = form.country
    await resuming.take_over(hub, token, basket.checkouts(session), now)
    await checkout.hold_all(hub, token, now)
    held = await reads.held_view(token, clock.now())
    if held.refused or not held.can_continue:
        return Redirect(f"/checkout/{token}/held", status_code=SEE_OTHER)
    return await _to_payment(request, token)


async def _take_codes(request: AnyRequest, fields: Mapping[str, Any]) -> tuple[bool, bool]:
    """Write down the coupon and the vouchers of the form: whether any is another than before, and none too many."""
    session = session_of(request)
    before = (basket.coupon_code(session), basket.voucher_codes(session))
    admitted = True
    async with atomic():
        for name, value in fields.items():
            giver = HUB if name == COUPON_FIELD else name.removeprefix(VOUCHER_FIELD)
            if name in {giver, VOUCHER_FIELD}:
                continue
            code = "" if fields.get("take_out") == name else str(value).strip()[:CODE_MAX]
            admitted = await trying.write(session, giver, code, buyer_of(request), clock.now()) and admitted
    return before != (basket.coupon_code(session), basket.voucher_codes(session)), admitted


async def _recounted(request: AnyRequest, fields: Mapping[str, Any], country: str) -> tuple[str, int] | None:
    """What is said of a new total before anybody is asked for it, and how; None when it is as the shopper has seen it.

    It is another one when the parcels go to another `country`, or by a code that is used or taken out.
    """
    codes_changed, admitted = await _take_codes(request, fields)
    if country:
        session_of(request).data[COUNTRY] = country
    if not admitted:
        return not_looked_at(str(fields.get(_looked_at(fields), ""))), TOO_MANY
    if country:
        words = say(
            "The total is now for %(country)s. Look at it, then go on; nothing has been charged.",
            country=country_in_words(country),
        )
        return words, OK
    if "use" in fields or "take_out" in fields:
        return "", OK
    return (CODE_COUNTED, OK) if codes_changed else None


def _looked_at(fields: Mapping[str, Any]) -> str:
    """The field of the code that the shopper wants to use or take out just now; empty when it is about none."""
    return str(fields.get("use") or fields.get("take_out") or "")


async def _priced(request: AnyRequest) -> BasketView:
    exchange = prices_of(request).exchange
    view = await basket.basket_view(session_of(request), destination(request), clock.now(), exchange)
    prices_of(request).agreed(view.rate_words, left_as_listed=view.currency != view.chosen_currency)
    return view


async def _again(
    request: AnyRequest, form: CheckoutForm, problem: str, status_code: int, *, looked_at: str = ""
) -> Template | Redirect:
    async with atomic():
        view = await _priced(request)
    if not view.ready:
        return Redirect("/basket", status_code=SEE_OTHER)
    looked_at = looked_at if status_code == OK else ""
    return await _checkout_page(request, view, form, problem, status_code, looked_at=looked_at)


async def _checkout_page(
    request: AnyRequest,
    view: BasketView,
    form: CheckoutForm,
    problem: str = "",
    status_code: int = 200,
    *,
    looked_at: str = "",
) -> Template:
    pieces = [(part.shop.shop_id, line.product_id, line.variant_id) for part in view.parts for line in part.lines]
    return page(
        request,
        "storefront/checkout.html",
        status_code=status_code,
        basket=view,
        unpaid=await resuming.unpaid_beside(basket.checkouts(session_of(request)), pieces),
        form=form,
        faults=form.faults() if status_code not in {OK, TOO_MANY} else {},
        problem=problem,
        looked_at=looked_at,
        country_name=country_in_words(view.country),
        destinations=destinations.offered(),
        labels=LABELS,
    )


@get("/checkout/{token:str}/held")
async def held(request: AnyRequest, token: FromPath[str]) -> Template | Redirect:
    """Which boutiques set their pieces aside, which could not, and what would be paid."""
    view = await reads.held_view(token, clock.now())
    if view.state in {*order_life.BOUGHT, "paying"}:
        return Redirect(f"/order/{token}", status_code=SEE_OTHER)
    return _held_page(request, view)


def _held_page(request: AnyRequest, view: HeldView, problem: str = "", status_code: int = 200) -> Template:
    prices_of(request).agreed(view.rate_words)
    left_seconds = (view.held_until - clock.now()).total_seconds() if view.held_until else 0
    return page(
        request,
        "storefront/held.html",
        status_code=status_code,
        held=view,
        minutes_left=max(0, int(left_seconds) // 60),
        problem=problem,
    )


@post("/checkout/{token:str}/held", opt=OWN_TRANSACTIONS)
async def decide(request: AnyRequest, token: FromPath[str]) -> Template | Redirect:
    """Go on with what is held, or give everything back."""
    form = await request.form()
    if form.get("choice") == "stop":
        await checkout.stop(token, clock.now())
        if (await reads.held_view(token, clock.now())).state not in {*order_life.BOUGHT, "paying"}:
            session_of(request).data[NOTICE] = GIVEN_BACK
        return Redirect("/basket", status_code=SEE_OTHER)
    return await _to_payment(request, token)


async def _to_payment(request: AnyRequest, token: str) -> Template | Redirect:
    """To the payment page; when the way there is barred, say so where the shopper can try again."""
    try:
        address = await checkout.proceed(hub_of(request), token, clock.now())
    except GalleriaError as error:
        view = await reads.held_view(token, clock.now())
        return _held_page(request, view, payment_barred(error), 409)
    return Redirect(address, status_code=SEE_OTHER)


ROUTES = [show, begin, held, decide]
