"""A party that lives elsewhere now tells the node it left; what a root key has signed needs no other signature."""

from federation.documents import json
from federation.documents.identity import OperationsDocument
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.service import departures
from federation.service.context import Federation


async def _departure(fed: Federation, inbound: Inbound) -> Outbound:
    told = json.decode(inbound.body, OperationsDocument)
    operations = [text.encode() for text in told.operations]
    address = await departures.take_departure(fed, inbound.receiver, operations, inbound.now)
    return Outbound(json.encode({"moved_to": address}))


ENDPOINTS = (Endpoint(method="POST", path="/departure", run=_departure, public=True, linked=False, outlives=True),)
