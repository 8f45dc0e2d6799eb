"""The door of the portal: who may enter which boutique, and what a page says after a form was sent.

Invariant: a handler learns a `shop_id` only here, and only for an account that owns that boutique.
"""

from typing import Any

from litestar import Response
from litestar.response import Redirect

from federation.node import accounts
from federation.node.pages import page
from federation.node.web import AnyRequest, session_of
from shops import store
from shops.portal.words import WORDING
from shops.store import BoutiqueView

_NOTICE = "portal_notice"


async def boutique_of(request: AnyRequest, handle: str) -> BoutiqueView:
    """The boutique at `handle`, for its owner. Raises NotSignedInError, UnknownShopError or NotAllowedError."""
    await accounts.signed_in(request)
    boutique = await store.boutique_by_handle(handle)
    await accounts.require(request, accounts.OWNER, boutique.shop_id)
    return boutique


def render(
    request: AnyRequest, template: str, boutique: BoutiqueView, *, status_code: int = 200, **values: Any
) -> Response[Any]:
    """A page of the portal, with what the last form had to say."""
    notice = session_of(request).data.pop(_NOTICE, None)
    values.setdefault("problem", None)
    return page(request, f"portal/{template}", status_code=status_code, boutique=boutique, notice=notice, **values)


def back_to(request: AnyRequest, boutique: BoutiqueView, path: str, said: str, *, failed: bool = False) -> Redirect:
    """After a form: go to a page of this boutique and say there what happened."""
    session_of(request).data[_NOTICE] = {"text": WORDING.said(said), "failed": failed}
    return Redirect(f"/portal/{boutique.handle}{path}", status_code=303)


def page_number(request: AnyRequest) -> int:
    """The `page` asked for, from 1; anything else is the first."""
    text = request.query_params.get("page", "1")
    return min(max(int(text), 1), 10_000) if text.isascii() and text.isdigit() and len(text) < 6 else 1  # noqa: PLR2004
