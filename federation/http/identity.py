"""Public reads: who a party is, and which parties this node hosts."""

from typing import Any

from litestar import Request, Response, get

from federation.documents import json
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.service import parties
from federation.service.calls import JSON_TYPE
from federation.service.context import Federation
from federation.vocabulary.ids import is_party_id


async def _profile(_fed: Federation, inbound: Inbound) -> Outbound:
    return Outbound(json.encode(await parties.own_profile(inbound.receiver, inbound.now)))


async def _operations(_fed: Federation, inbound: Inbound) -> Outbound:
    return Outbound(json.encode(await parties.own_operations(inbound.receiver.id)))


ENDPOINTS = (
    Endpoint(method="GET", path="/profile", run=_profile, public=True, linked=False),
    Endpoint(method="GET", path="/operations", run=_operations, public=True, linked=False),
)


def node_listing(fed: Federation) -> Any:
    """The route of `/.well-known/fed-node`."""

    @get("/.well-known/fed-node", opt={"transaction": False}, include_in_schema=False)
    async def listing(request: Request[Any, Any, Any]) -> Response[bytes]:
        after = request.query_params.get("after", "")
        page = await parties.listing(fed.settings, after if is_party_id(after) else "")
        return Response(json.encode(page), headers={"Content-Type": JSON_TYPE})

    return listing
