"""The door of the portal: who may enter which boutique, and what a page says after a form was sent.

Invariants: a handler learns a `shop_id` only here, and only for an account that owns that boutique; of a boutique that
has left this node everything can be read and nothing changed, but how it leaves.
"""

from typing import Any
from urllib.parse import quote

from litestar import Response
from litestar.response import Redirect

from federation.node import accounts
from federation.node.csrf import SAFE_METHODS
from federation.node.pages import page
from federation.node.web import AnyRequest, session_of
from shops import store
from shops.errors import DepartedError
from shops.portal.words import WORDING
from shops.service import located
from shops.store import BoutiqueView

_NOTICE = "portal_notice"


async def boutique_of(request: AnyRequest, handle: str) -> BoutiqueView:
    """The boutique at `handle`, for its owner.

    Raises NotSignedInError, UnknownShopError, NotAllowedError, or DepartedError when one that has left is to change.
    """
    await accounts.signed_in(request)
    boutique = await located(await store.boutique_by_handle(handle))
    await accounts.require(request, accounts.OWNER, boutique.shop_id)
    if boutique.departed and request.method not in SAFE_METHODS and not _is_about_leaving(request, handle):
        raise DepartedError(store.DEPARTED)
    return boutique


def _is_about_leaving(request: AnyRequest, handle: str) -> bool:
    return str(request.scope["path"]).startswith(tuple(f"/portal/{handle}/{part}/" for part in ("leave", "move")))


def nothing_changed(request: AnyRequest, _error: DepartedError) -> Response[Any]:
    """After a form of a boutique that has left this node: go where it is said that nothing was changed, and why."""
    return Redirect(f"/portal/{quote(str(request.path_params['handle']))}/leave?unchanged=1", status_code=303)


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
