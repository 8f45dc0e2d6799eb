"""A boutique asks its hub whether it can be paid, and for the page on which it hands its papers in."""

from federation import limits
from federation.conversations import checks
from federation.conversations.paying import BankSaid, PapersAsked
from federation.documents import json
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.ports import Cashier
from federation.service.context import Federation
from federation.vocabulary.errors import NotFoundError


async def _standing(fed: Federation, inbound: Inbound) -> Outbound:
    found = await _cashier(fed, inbound).standing(inbound.receiver.id, inbound.peer, inbound.now)
    return Outbound(json.encode(found))


async def _papers(fed: Federation, inbound: Inbound) -> Outbound:
    asked = checks.read(inbound.body, PapersAsked)
    cashier = _cashier(fed, inbound)
    fed.paper_pages.admit((inbound.receiver.id, inbound.peer), inbound.now)
    found = await cashier.papers(inbound.receiver.id, inbound.peer, asked, inbound.now)
    return Outbound(json.encode(found))


async def _say_bank(fed: Federation, inbound: Inbound) -> Outbound:
    cashier, said = _cashier(fed, inbound), checks.read(inbound.body, BankSaid)
    fed.paper_pages.admit((inbound.receiver.id, inbound.peer), inbound.now)
    found = await cashier.say_bank(inbound.receiver.id, inbound.peer, said, inbound.now)
    return Outbound(json.encode(found))


def _cashier(fed: Federation, inbound: Inbound) -> Cashier:
    if inbound.receiver.kind != "hub" or fed.cashier is None:
        raise NotFoundError("only a hub pays boutiques")
    return fed.cashier


ENDPOINTS = (
    Endpoint(method="GET", path="/paying", run=_standing, past=True, settled=True, transaction=False),
    Endpoint(
        method="POST",
        path="/paying",
        run=_papers,
        bytes_max=limits.CHECKPOINT_BYTES_MAX,
        settled=True,
        transaction=False,
    ),
    Endpoint(
        method="POST",
        path="/paying/bank",
        run=_say_bank,
        bytes_max=limits.CHECKPOINT_BYTES_MAX,
        settled=True,
        transaction=False,
    ),
)
