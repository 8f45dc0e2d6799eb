"""The hub's coupons: what they take off, how often they were used, making one and ending one."""

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.codes import is_guessable, new_code
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from federation.vocabulary.wording import message
from marketplace.console.coupon_form import CouponFields, fields_of, read_coupon
from marketplace.console.door import back_to, operator, render
from marketplace.console.forms import percent_text
from marketplace.console.words import say
from marketplace.coupons import service as coupons
from marketplace.errors import CouponGivenError, CouponInvalidError
from marketplace.hub import hub_of

PAGE = "/console/coupons"
SHOWN_MAX = 200


@get(PAGE)
async def show(request: AnyRequest) -> Template:
    """Every coupon, newest first, and the form for one more."""
    await operator(request)
    currency = hub_of(request).settings.currency
    return await _page(request, CouponFields(drawn=new_code(), currency=currency, per_shopper="1"))


async def _page(request: AnyRequest, fields: CouponFields, problem: str = "") -> Template:
    return render(
        request,
        "coupons.html",
        status_code=422 if problem else 200,
        problem=problem,
        rows=await coupons.listed(SHOWN_MAX),
        limit=SHOWN_MAX,
        fields=fields,
        currencies=sorted(CURRENCY_EXPONENTS),
        percent=percent_text,
        amount=Money,
        guessable=is_guessable,
        now=clock.now(),
    )


@post(PAGE)
async def make(request: AnyRequest) -> Template | Redirect:
    """Offer one more coupon; the same form twice makes one."""
    account = await operator(request)
    fields = fields_of(await request.form())
    try:
        coupon = read_coupon(fields, account.email, clock.now())
        async with atomic():
            await coupons.make(coupon)
    except CouponInvalidError as error:
        if isinstance(error, CouponGivenError) and not fields.code:
            return back_to(request, PAGE, message("This form was sent before; its coupon is in the list."))
        return await _page(request, fields, error.sentence)
    return back_to(request, PAGE, say("The coupon %(code)s can be used.", code=coupon.code))


@post(f"{PAGE}/{{code:str}}/stop")
async def stop(request: AnyRequest, code: FromPath[str]) -> Redirect:
    """End a coupon; who is paying with it just now still can."""
    await operator(request)
    ended = await coupons.stop(code[:30], clock.now())
    said = say("The coupon %(code)s has ended.", code=code[:30]) if ended else say("This coupon had ended before.")
    return back_to(request, PAGE, said, failed=not ended)


ROUTES = [show, make, stop]
