"""A boutique tells a hub of its vouchers, and asks how often they are used; in private, as codes are secrets."""

from federation import limits
from federation.conversations import checks
from federation.conversations.vouchers import VoucherList
from federation.documents import json
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.ports import VoucherDesk
from federation.service.context import Federation
from federation.vocabulary.errors import NotFoundError


async def _take(fed: Federation, inbound: Inbound) -> Outbound:
    told = checks.read(inbound.body, VoucherList, bytes_max=limits.VOUCHERS_BYTES_MAX)
    return Outbound(json.encode(await _desk(fed, inbound).take(inbound.receiver.id, inbound.peer, told, inbound.now)))


async def _kept(fed: Federation, inbound: Inbound) -> Outbound:
    return Outbound(json.encode(await _desk(fed, inbound).kept(inbound.receiver.id, inbound.peer)))


def _desk(fed: Federation, inbound: Inbound) -> VoucherDesk:
    """Raises NotFoundError where nobody takes vouchers, QuotaError when a boutique tells of them too often."""
    if inbound.receiver.kind != "hub" or fed.voucher_desk is None:
        raise NotFoundError("only a hub takes vouchers")
    fed.voucher_tells.admit((inbound.receiver.id, inbound.peer), inbound.now)
    return fed.voucher_desk


ENDPOINTS = (
    Endpoint(method="POST", path="/vouchers", run=_take, bytes_max=limits.VOUCHERS_BYTES_MAX, settled=True),
    Endpoint(method="GET", path="/vouchers", run=_kept, past=True, settled=True),
)
