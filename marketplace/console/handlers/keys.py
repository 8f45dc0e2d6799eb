"""Identity and keys of the hub, and of the boutiques whose identity has changed since they were met."""

from litestar import get
from litestar.response import Template

from federation.node import clock
from federation.node.web import AnyRequest
from federation.service.identity_view import changed_peers, identity_view
from marketplace.accounts.setup import hub_id
from marketplace.console.door import operator, render


@get("/console/keys")
async def keys(request: AnyRequest) -> Template:
    """Nothing can be changed here: that takes a root key, which never passes through a web page."""
    await operator(request)
    own, now = await hub_id(), clock.now()
    return render(request, "keys.html", view=await identity_view(own, now), peers=await changed_peers(own, now))


ROUTES = [keys]
