"""Where a boutique's people hand in the papers of their account: a page for one visit, which leads back to them.

A link that is too old or was used leads to where a fresh one is made, as Stripe's do.
"""

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node.app import WITHOUT_DATABASE
from federation.node.pages import page
from federation.node.web import AnyRequest
from federation.vocabulary.errors import NotFoundError
from payouts.standin import accounts
from payouts.standin.pages.words import account_view
from payouts.standin.state import Link
from payouts.standin.world import World


def papers_pages(world: World) -> list[HTTPRouteHandler]:
    """The page for an account's papers."""

    @get("/setup/{account_id:str}/{link_id:str}", opt=WITHOUT_DATABASE)
    async def show_papers(
        request: AnyRequest, account_id: FromPath[str], link_id: FromPath[str]
    ) -> Template | Redirect:
        link = _link(world, account_id, link_id)
        account = account_view(world, world.account(account_id), whole=True)
        if link.used:
            return page(request, "standin_papers_in.html", account=account, return_url=link.return_url)
        if link.expires_at < world.now and link.refresh_url:
            return Redirect(link.refresh_url, status_code=303)
        return page(request, "standin_papers.html", account=account, link_id=link_id, return_url=link.return_url)

    @post("/setup/{account_id:str}/{link_id:str}", opt=WITHOUT_DATABASE)
    async def hand_in(request: AnyRequest, account_id: FromPath[str], link_id: FromPath[str]) -> Redirect:
        link = _link(world, account_id, link_id)
        complete = (await request.form()).get("papers")
        if not link.used:
            link.used = True
            world.touch("link", link_id)
            if complete == "fine":
                accounts.change(world, account_id, ready=True)
            elif complete == "checked":
                accounts.hand_in(world, account_id)
            world.keep()
        return Redirect(f"/setup/{account_id}/{link_id}", status_code=303)

    return [show_papers, hand_in]


def _link(world: World, account_id: str, link_id: str) -> Link:
    link = world.links.get(link_id)
    if link is None or link.account_id != account_id:
        raise NotFoundError("The simulator knows nothing of this name.")
    return link
