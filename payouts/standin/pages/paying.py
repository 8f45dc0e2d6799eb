"""Where a shopper pays: a card is chosen by what it will do."""

from collections.abc import Callable, Mapping

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node.app import WITHOUT_DATABASE
from federation.node.pages import page
from federation.node.web import AnyRequest
from federation.vocabulary.wording import message
from payouts.standin import levers, payments
from payouts.standin.pages.words import DECLINES, found, intent_of, payment_view
from payouts.standin.world import Thing, World

CARDS = (
    ("succeeds", "4242 4242 4242 4242", message("pays at once")),
    ("check", "4000 0025 0000 3155", message("asks its bank first (3-D Secure)")),
    ("declined", "4000 0000 0000 0002", message("is declined")),
    ("insufficient", "4000 0000 0000 9995", message("has not enough money")),
    ("disputed", "4000 0000 0000 0259", message("pays, and is disputed a minute later")),
)
"""What a card is called in the form, the number Stripe has for such a test card, and what it does."""

_CARD: Mapping[str, Callable[[World, str], object]] = {
    "succeeds": levers.pay_page,
    "check": lambda world, page_id: levers.pay_page(world, page_id, asks_bank=True),
    "declined": levers.decline_page,
    "insufficient": lambda world, page_id: levers.decline_page(world, page_id, payments.SHORT),
    "disputed": levers.pay_to_dispute,
    "give_up": levers.give_up,
}
_OPEN = "open"
_ASKED = "requires_action"


def paying_pages(world: World) -> list[HTTPRouteHandler]:
    """The payment page, and that of the bank which asks first."""

    @get("/pay/{page_id:str}", opt=WITHOUT_DATABASE)
    async def show(request: AnyRequest, page_id: FromPath[str]) -> Template:
        session = found(world, "checkout.session", page_id)
        template = "standin_over.html"
        if session["status"] == _OPEN:
            template = "standin_check.html" if _bank_asks(world, session) else "standin_pay.html"
        return page(
            request,
            template,
            payment=payment_view(world, session),
            problem=_problem(world, session),
            cards=CARDS,
            return_url=session["success_url"],
        )

    @post("/pay/{page_id:str}", opt=WITHOUT_DATABASE)
    async def pay(request: AnyRequest, page_id: FromPath[str]) -> Redirect:
        session = found(world, "checkout.session", page_id)
        act = _CARD.get(str((await request.form()).get("card", "")), levers.decline_page)
        if session["status"] == _OPEN:
            act(world, page_id)
            world.keep()
        return _onward(session)

    @post("/pay/{page_id:str}/check", opt=WITHOUT_DATABASE)
    async def check(request: AnyRequest, page_id: FromPath[str]) -> Redirect:
        session = found(world, "checkout.session", page_id)
        confirmed = (await request.form()).get("answer") == "confirm"
        if session["status"] == _OPEN and _bank_asks(world, session):
            if confirmed:
                levers.pay_page(world, page_id)
            else:
                levers.decline_page(world, page_id, payments.NOT_CONFIRMED)
            world.keep()
        return _onward(session)

    return [show, pay, check]


def _bank_asks(world: World, session: Thing) -> bool:
    intent = intent_of(world, session)
    return intent is not None and intent["status"] == _ASKED


def _problem(world: World, session: Thing) -> str:
    """Why the last card did not pay; empty when none was tried."""
    error = (intent_of(world, session) or {}).get("last_payment_error")
    return DECLINES.get(error.get("decline_code", ""), DECLINES["generic_decline"]) if error else ""


def _onward(session: Thing) -> Redirect:
    """Back to the shop once there is nothing more to do here, else to the payment's page."""
    is_open = session["status"] == _OPEN
    where = f"/pay/{session['id']}" if is_open else session["success_url"]
    if session["status"] == "expired":
        where = session["cancel_url"] or session["success_url"]
    return Redirect(where, status_code=303)
