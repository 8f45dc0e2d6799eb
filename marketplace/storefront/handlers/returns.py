"""After the sale, on the order's own address: asking to cancel a part, giving pieces back, and following that.

Whoever has the order's link may do all of it, as a guest. A wish is asked twice: chosen, then confirmed.
"""

from typing import Final
from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.pages import country_in_words, page
from federation.node.web import AnyRequest, session_of
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from marketplace.errors import OrderNotFoundError, ReturnInvalidError
from marketplace.hub import hub_of
from marketplace.orders import after_sale, cancelling, checkout, reads, receipts, returning
from marketplace.orders.after_sale import AfterSale
from marketplace.orders.domain.returns import REASON_WORDS, ReturnWish, check_wish, covers_all
from marketplace.orders.views import OrderPartView, OrderView
from marketplace.storefront.return_form import PIECES, REASON, read_wish, wish_fields
from marketplace.storefront.words import WORDING

SEE_OTHER: Final = 303
NOTICE = "order_notice"


def back(request: AnyRequest, token: str, said: str, *, failed: bool = False, at: str = "") -> Redirect:
    """To the order's page, which says what happened."""
    session_of(request).data[NOTICE] = {"text": WORDING.said(said), "failed": failed}
    return Redirect(f"/order/{token}{at}", status_code=SEE_OTHER)


async def _part(token: str, part_id: UUID) -> tuple[OrderView, OrderPartView, AfterSale]:
    order = await reads.order_view(token)
    after = await after_sale.of_order(order.order_id, clock.now())
    part = next((one for one in order.parts if one.shop_order_id == part_id), None)
    if part is None or part_id not in after:
        raise OrderNotFoundError("this order has no such part")
    return order, part, after[part_id]


@post("/order/{token:str}/cancel/{part_id:uuid}")
async def cancel(request: AnyRequest, token: FromPath[str], part_id: FromPath[UUID]) -> Redirect:
    """Ask a boutique not to send its part; asking twice asks once."""
    order = await checkout.find(token)
    try:
        await cancelling.shopper_asks(order, part_id, hub_of(request).settings.public_url, clock.now())
    except OrderNotFoundError:
        raise
    except GalleriaError as error:
        return back(request, token, error.sentence, failed=True)
    return back(request, token, message("The boutique has been asked. We write to you as soon as it answers."))


@get("/order/{token:str}/return/{part_id:uuid}")
async def choose(request: AnyRequest, token: FromPath[str], part_id: FromPath[UUID]) -> Template | Redirect:
    """Which pieces to give back, and why."""
    order, part, after = await _part(token, part_id)
    if not after.returnable:
        return back(request, token, message("Nothing of this part can be given back here any more."), failed=True)
    return await _form(request, (order, part, after), {"return_id": str(new_id())})


async def _form(
    request: AnyRequest, found: tuple[OrderView, OrderPartView, AfterSale], chosen: dict[str, str], problem: str = ""
) -> Template:
    order, part, after = found
    return page(
        request,
        "storefront/return.html",
        status_code=422 if problem else 200,
        order=order,
        part=part,
        after=after,
        bank=await receipts.banks_word(order.order_id, order.paid.currency),
        chosen=chosen,
        problem=problem,
        reasons=REASON_WORDS,
        pieces=PIECES,
        reason=REASON,
    )


@post("/order/{token:str}/return/{part_id:uuid}")
async def ask(request: AnyRequest, token: FromPath[str], part_id: FromPath[UUID]) -> Template | Redirect:
    """First shown once more, then asked; sent twice, it is asked once."""
    found = await _part(token, part_id)
    after = found[2]
    form = await request.form()
    fields = {name: str(value) for name, value in form.items()}
    now = clock.now()
    try:
        wish = read_wish(fields, part_id, after.returnable)
        known = next((one.made for one in after.returns if one.made.id == wish.return_id), None)
        if known is None:
            check_wish(wish, after.returnable, after.until, now)
            if fields.get("step") != "confirm":
                return _review(request, found, wish)
            known = await returning.ask(await checkout.find(token), wish, hub_of(request).settings.public_url, now)
    except ReturnInvalidError as error:
        return await _form(
            request, found, fields | {"return_id": fields.get("return_id") or str(new_id())}, error.sentence
        )
    told = message("The boutique has been told. A copy is on its way to you by mail.")
    return back(request, token, told, at=f"#{known.number}")


def _review(request: AnyRequest, found: tuple[OrderView, OrderPartView, AfterSale], wish: ReturnWish) -> Template:
    order, part, after = found
    known = {one.line.id: one for one in after.returnable}
    paid_minor = sum(known[one.line_id].paid_minor(one.quantity) for one in wish.lines)
    asked = {one.line_id: one.quantity for one in wish.lines}
    is_whole = len(known) == len(part.lines) and covers_all([one.line for one in known.values()], asked)
    return page(
        request,
        "storefront/return_review.html",
        order=order,
        part=part,
        after=after,
        wish=wish,
        lines=[(known[one.line_id].line, one.quantity, REASON_WORDS[one.reason]) for one in wish.lines],
        paid=Money(paid_minor, order.paid.currency),
        shipping=part.shipping - part.shipping_refunded if after.withdrawal and is_whole else None,
        fields=wish_fields(wish),
    )


@post("/order/{token:str}/returns/{return_id:uuid}/sent")
async def sent(request: AnyRequest, token: FromPath[str], return_id: FromPath[UUID]) -> Redirect:
    """The parcel has left."""
    form = await request.form()
    parcel = (str(form.get("carrier", "")), str(form.get("tracking", "")))
    try:
        await returning.sent(await checkout.find(token), return_id, parcel, clock.now())
    except OrderNotFoundError:
        raise
    except GalleriaError as error:
        return back(request, token, error.sentence, failed=True)
    return back(request, token, message("Thank you. The boutique knows that the parcel is on its way."))


@post("/order/{token:str}/returns/{return_id:uuid}/withdraw")
async def withdraw(request: AnyRequest, token: FromPath[str], return_id: FromPath[UUID]) -> Redirect:
    """The shopper keeps the pieces."""
    try:
        await returning.withdraw(await checkout.find(token), return_id, clock.now())
    except OrderNotFoundError:
        raise
    except GalleriaError as error:
        return back(request, token, error.sentence, failed=True)
    return back(request, token, message("You keep the pieces; the boutique has been told."))


@get("/order/{token:str}/returns/{return_id:uuid}/slip")
async def slip(request: AnyRequest, token: FromPath[str], return_id: FromPath[UUID]) -> Template:
    """A sheet to print and put into the parcel."""
    order, part, shown = await after_sale.shown_to_shopper(token, return_id, clock.now())
    if shown.made.address is None:
        raise OrderNotFoundError("the boutique has not said yet where to send this")
    view = await reads.order_view(token)
    shop = next(one.shop for one in view.parts if one.shop_order_id == part.id)
    return page(
        request,
        "storefront/return_slip.html",
        order=order,
        part=part,
        shown=shown,
        shop=shop,
        to_country=country_in_words(shown.made.address.country),
        from_country=country_in_words(order.address.country),
    )


ROUTES = [cancel, choose, ask, sent, withdraw, slip]
