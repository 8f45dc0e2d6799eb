"""Identity and keys of a boutique: who it is to hubs, what was signed, which keys may sign, what hubs countersigned."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from federation.node import clock
from federation.node.web import AnyRequest
from federation.service.identity_view import identity_view
from shops.portal.door import boutique_of, render


@get("/portal/{handle:str}/keys")
async def keys(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Nothing can be changed here: that takes a root key, which never passes through a web page."""
    boutique = await boutique_of(request, handle)
    return render(request, "keys.html", boutique, view=await identity_view(boutique.shop_id, clock.now()))


HANDLERS = [keys]
