"""The sandbox's pages: where a shopper pays with a pretended card, and where a shop completes its account.

They work without JavaScript and say on every page that no money moves.
"""

from typing import Any

from litestar import Request, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node.pages import page
from federation.vocabulary.money import Money
from payouts.sandbox import bank
from payouts.sandbox.desk import Desk

AnyRequest = Request[Any, Any, Any]
_OPT = {"transaction": False}
DECLINED = "The card was declined. Choose another one, or go back."
NOT_CONFIRMED = "The bank did not confirm the payment. Choose another card, or go back."
GAVE_UP = "The shopper gave up."


def page_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """The pages for people."""
    return [*_payment_pages(desk), *_account_pages(desk)]


def _payment_pages(desk: Desk) -> list[HTTPRouteHandler]:
    @get("/pay/{payment_id:str}", opt=_OPT)
    async def show(request: AnyRequest, payment_id: FromPath[str]) -> Template:
        async with desk.changing():
            payment = await bank.payment_by_id(payment_id)
        template = {"open": "sandbox_check.html" if payment.step else "sandbox_pay.html"}.get(
            payment.status, "sandbox_over.html"
        )
        return page(request, template, payment=payment, amount=Money(payment.amount_minor, payment.currency))

    @post("/pay/{payment_id:str}", opt=_OPT)
    async def pay(request: AnyRequest, payment_id: FromPath[str]) -> Redirect:
        form = await request.form()
        async with desk.changing() as now:
            match form.get("card", ""):
                case "succeeds":
                    payment = await bank.accept_payment(payment_id, desk.settings, now)
                case "check":
                    payment = await bank.ask_to_confirm(payment_id)
                case "give_up":
                    payment = await bank.cancel_payment(payment_id, now, GAVE_UP)
                case _:
                    payment = await bank.decline_payment(payment_id, DECLINED, now)
        return _onward(payment.id, payment.status, payment.return_url)

    @post("/pay/{payment_id:str}/check", opt=_OPT)
    async def check(request: AnyRequest, payment_id: FromPath[str]) -> Redirect:
        form = await request.form()
        async with desk.changing() as now:
            payment = await bank.payment_by_id(payment_id)
            if payment.step == "check" and form.get("answer") == "confirm":
                payment = await bank.accept_payment(payment_id, desk.settings, now)
            elif payment.step == "check":
                payment = await bank.decline_payment(payment_id, NOT_CONFIRMED, now)
        return _onward(payment.id, payment.status, payment.return_url)

    return [show, pay, check]


def _account_pages(desk: Desk) -> list[HTTPRouteHandler]:
    @get("/accounts/{account_id:str}", opt=_OPT)
    async def show_account(request: AnyRequest, account_id: FromPath[str]) -> Template:
        async with desk.changing() as now:
            account = await bank.account_by_id(account_id)
            state = await bank.account_state(account, now)
        return page(request, "sandbox_account.html", account=account, state=state)

    @post("/accounts/{account_id:str}", opt=_OPT)
    async def complete_account(account_id: FromPath[str]) -> Redirect:
        async with desk.changing() as now:
            account = await bank.account_by_id(account_id)
            await bank.change_account(account.id, now, ready=True, bank_fails=account.bank_fails)
        return Redirect(f"/accounts/{account_id}", status_code=303)

    return [show_account, complete_account]


def _onward(payment_id: str, status: str, return_url: str) -> Redirect:
    """Back to the shop once there is nothing more to do here, else to the payment's page."""
    return Redirect(f"/pay/{payment_id}" if status == "open" else return_url, status_code=303)
