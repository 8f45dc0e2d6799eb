"""A boutique tells its hubs of its vouchers through its own node, and asks how often they are used."""

from datetime import datetime

from federation.conversations import checks
from federation.conversations.vouchers import VoucherList, VouchersKept
from federation.service.calls import PeerCall, call, telling
from federation.service.context import Federation
from federation.vocabulary.ids import PartyId


async def tell(fed: Federation, shop_id: PartyId, hub_id: PartyId, told: VoucherList, now: datetime) -> VouchersKept:
    """The list in place of the one told before; an older one changes nothing.

    Raises PeerRefusedError, PeerUnreachableError.
    """
    said = telling(shop_id, hub_id, "/vouchers", told)
    return checks.read((await call(fed, said, now)).body, VouchersKept)


async def ask(fed: Federation, shop_id: PartyId, hub_id: PartyId, now: datetime) -> VouchersKept:
    """What the hub has, and how often each code is used. Raises as `tell`."""
    asked = PeerCall(local_id=shop_id, remote_id=hub_id, method="GET", path="/vouchers")
    return checks.read((await call(fed, asked, now)).body, VouchersKept)
