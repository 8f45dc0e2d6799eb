"""The door of the console: only operators pass, and a page says what became of the form that was sent before it.

Invariant: every handler of the console begins with `operator`.
"""

from collections.abc import Iterable
from typing import Any, Literal

from litestar.response import Redirect, Template

from federation.node import accounts, clock
from federation.node.accounts import Account
from federation.node.pages import page
from federation.node.web import AnyRequest, session_of, web_node
from marketplace.console.views import sections
from marketplace.console.views.jobs import job_words
from marketplace.console.words import WORDING, refund_reason
from marketplace.listings import service as listings
from payouts.service import jobs

_NOTICE = "console_notice"
SEE_OTHER: Literal[303] = 303


async def operator(request: AnyRequest) -> Account:
    """Who sent this request, if it is an operator. Raises NotSignedInError or NotAllowedError.

    Every page of the console says when a job of money has not run: whoever comes here is told.
    """
    found = await accounts.require(request, accounts.OPERATOR)
    if request.method == "GET":
        request.state.late_jobs = await jobs.late_jobs(clock.now())
    return found


async def shop_names(shop_ids: Iterable[str]) -> dict[str, str]:
    """What these boutiques call themselves, by id; unknown ones are left out."""
    shops = await listings.shops_by_id(set(shop_ids), clock.now())
    return {shop_id: shop.name for shop_id, shop in shops.items()}


def render(request: AnyRequest, template: str, *, status_code: int = 200, **values: Any) -> Template:
    """A page of the console, with what the last form had to say."""
    session = session_of(request)
    notice = session.data.pop(_NOTICE) if _NOTICE in session.data else None
    values.setdefault("problem", "")
    return page(
        request,
        f"console/{template}",
        status_code=status_code,
        notice=notice,
        mails_shown=mails_shown(request),
        groups=sections.GROUPS,
        place=sections.place_of(request.scope["path"]),
        refund_reason=refund_reason,
        late_jobs=[job_words(job.name) for job in getattr(request.state, "late_jobs", ())],
        **values,
    )


def back_to(request: AnyRequest, path: str, said: str, *, failed: bool = False) -> Redirect:
    """After a form: go to a page of the console and say there what happened."""
    session_of(request).data[_NOTICE] = {"text": WORDING.said(said), "failed": failed}
    return Redirect(path, status_code=SEE_OTHER)


def mails_shown(request: AnyRequest) -> bool:
    """Whether written mails may be read here: in a demo, for they hold the keys to orders."""
    return web_node(request.app).settings.environment != "production"
