"""Repair as it is asked for: comparing sets, fetching proven leaves; by hubs at a shop, by a shop at its hubs."""

import re

from federation import limits
from federation.conversations import checks
from federation.conversations.repair_messages import LeavesRequest
from federation.http.edge import Endpoint, Inbound, Outbound, Run
from federation.service import inventory, reading, recon
from federation.service.context import Federation
from federation.service.recon import LEAVES_TYPE, RECON_TYPE
from federation.vocabulary.errors import NotFoundError, RecordInvalidError
from federation.vocabulary.ids import PartyId, is_party_id

_NUMBER = re.compile(r"0|[1-9]\d{0,15}", re.ASCII)


async def _catalog(fed: Federation, inbound: Inbound) -> Outbound:
    of = inbound.query.get("of", "newest")
    if of not in {"newest", "history"}:
        raise RecordInvalidError("of=newest compares the newest leaf of each key, of=history every leaf")
    scope = await recon.scope_of(
        inbound.receiver.id, whose(inbound), number(inbound, "epoch"), number(inbound, "size"), history=of == "history"
    )
    return Outbound(await recon.answer_catalog(fed, scope, inbound.body), RECON_TYPE)


async def _leaves(_fed: Federation, inbound: Inbound) -> Outbound:
    request = checks.read(inbound.body, LeavesRequest)
    head = await reading.head_of(inbound.receiver.id, whose(inbound), request.epoch)
    return Outbound(await recon.leaves(head, request), LEAVES_TYPE)


async def _inventory(fed: Federation, inbound: Inbound) -> Outbound:
    ends, as_hub = (inbound.receiver.id, inbound.peer), inbound.receiver.kind == "hub"
    return Outbound(await inventory.answer_inventory(fed, ends, inbound.body, as_hub=as_hub), RECON_TYPE)


def whose(inbound: Inbound) -> PartyId:
    """Whose log is meant: the receiver's own, or that of the shop named in the address of a replica."""
    named = str(inbound.params.get("shop_id", inbound.receiver.id))
    if not is_party_id(named):
        raise NotFoundError(f"{named[:60]!r} is not a party id")
    return PartyId(named)


def number(inbound: Inbound, name: str) -> int:
    """A number that the address must name."""
    text = inbound.query.get(name, "")
    if _NUMBER.fullmatch(text) is None:
        raise RecordInvalidError(f"{name}={text[:20]} is not a number")
    return int(text)


def _endpoint(path: str, run: Run) -> Endpoint:
    return Endpoint(method="POST", path=path, run=run, bytes_max=limits.RECON_FRAME_BYTES_MAX)


ENDPOINTS = (
    _endpoint("/recon/catalog", _catalog),
    _endpoint("/recon/leaves", _leaves),
    _endpoint("/recon/inventory", _inventory),
    _endpoint("/replicas/{shop_id:str}/recon/catalog", _catalog),
    _endpoint("/replicas/{shop_id:str}/recon/leaves", _leaves),
)
