"""The control desk's accounts: a list, and one boutique's account with its papers, its bank and its payouts."""

from collections.abc import Callable, Mapping

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node.app import WITHOUT_DATABASE
from federation.node.pages import page
from federation.node.web import AnyRequest
from payouts.standin import accounts, levers
from payouts.standin.pages.words import account_view, found, place_in
from payouts.standin.world import World

PAGE = 50

_LEVERS: Mapping[str, Callable[[World, str], object]] = {
    "ready": lambda world, account_id: accounts.change(world, account_id, ready=True),
    "restrict": lambda world, account_id: accounts.change(world, account_id, ready=False),
    "close": accounts.close,
    "break_bank": levers.break_bank,
    "mend_bank": levers.mend_bank,
}


def account_pages(world: World) -> list[HTTPRouteHandler]:
    """Accounts and payouts."""

    @get("/desk/accounts", opt=WITHOUT_DATABASE)
    async def list_accounts(request: AnyRequest) -> Template:
        start = place_in(request)
        every = sorted(world.things["account"].values(), key=lambda each: str(each["display_name"]).casefold())
        shown = [account_view(world, each) for each in every[start : start + PAGE]]
        more = start + PAGE if len(every) > start + PAGE else None
        return page(request, "standin_accounts.html", accounts=shown, more=more)

    @get("/desk/accounts/{account_id:str}", opt=WITHOUT_DATABASE)
    async def account(request: AnyRequest, account_id: FromPath[str]) -> Template:
        view = account_view(world, found(world, "account", account_id), whole=True)
        return page(request, "standin_account.html", account=view)

    @post("/desk/accounts/{account_id:str}", opt=WITHOUT_DATABASE)
    async def change_account(request: AnyRequest, account_id: FromPath[str]) -> Redirect:
        known = found(world, "account", account_id)
        act = _LEVERS.get(str((await request.form()).get("what", "")))
        if act is not None and not known["closed"]:
            act(world, account_id)
            world.keep()
        return _to(account_id)

    @post("/desk/accounts/{account_id:str}/payouts/{payout_id:str}", opt=WITHOUT_DATABASE)
    async def return_payout(account_id: FromPath[str], payout_id: FromPath[str]) -> Redirect:
        if found(world, "payout", payout_id)["status"] in {"in_transit", "paid"}:
            levers.return_payout(world, payout_id)
            world.keep()
        return _to(account_id)

    return [list_accounts, account, change_account, return_payout]


def _to(account_id: str) -> Redirect:
    return Redirect(f"/desk/accounts/{account_id}", status_code=303)
