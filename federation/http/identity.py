"""Who a party is, what a hub has seen of others' operations and when, and which parties this node hosts."""

from typing import Any

from litestar import Request, Response, get

from federation.documents import json
from federation.documents.identity import OperationsDocument
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.service import parties, sightings
from federation.service.calls import JSON_TYPE
from federation.service.context import Federation
from federation.service.departures import require_here
from federation.vocabulary.errors import NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId, is_party_id

_PLACE_DIGITS_MAX = 6


async def _profile(_fed: Federation, inbound: Inbound) -> Outbound:
    require_here(inbound.receiver)
    return Outbound(json.encode(await parties.own_profile(inbound.receiver, inbound.now)))


async def _operations(_fed: Federation, inbound: Inbound) -> Outbound:
    return Outbound(json.encode(await parties.own_operations(inbound.receiver.id)))


async def _told(_fed: Federation, inbound: Inbound) -> Outbound:
    told = json.decode(inbound.body, OperationsDocument)
    operations = {text.encode() for text in told.operations}
    return Outbound(json.encode(await sightings.told_back(inbound.receiver, inbound.peer, operations, inbound.now)))


async def _seen(_fed: Federation, inbound: Inbound) -> Outbound:
    if inbound.receiver.kind != "hub":
        raise NotFoundError("only a hub says what it has seen of others")
    start = inbound.query.get("from", "0")
    if not start.isascii() or not start.isdigit() or len(start) > _PLACE_DIGITS_MAX:
        raise RecordInvalidError(f"from={start[:20]!r} is not a place")
    peer_id = PartyId(inbound.params["peer_id"])
    return Outbound(json.encode(await sightings.page_from(inbound.receiver, peer_id, int(start), inbound.now)))


ENDPOINTS = (
    Endpoint(method="GET", path="/profile", run=_profile, public=True, linked=False),
    Endpoint(method="GET", path="/operations", run=_operations, public=True, linked=False),
    Endpoint(method="POST", path="/operations", run=_told, linked=False, transaction=False, introduces="operations"),
    Endpoint(method="GET", path="/replicas/{peer_id:str}/operations", run=_seen, public=True, linked=False),
)


def node_listing(fed: Federation) -> Any:
    """The route of `/.well-known/fed-node`."""

    @get("/.well-known/fed-node", opt={"transaction": False}, include_in_schema=False)
    async def listing(request: Request[Any, Any, Any]) -> Response[bytes]:
        after = request.query_params.get("after", "")
        page = await parties.listing(fed.settings, after if is_party_id(after) else "")
        return Response(json.encode(page), headers={"Content-Type": JSON_TYPE})

    return listing
