"""A boutique asks a hub, through its own node, whether it can be paid and where to hand its papers in."""

from datetime import datetime

from federation.conversations import checks
from federation.conversations.paying import BankSaid, PapersAsked, PayingState
from federation.service.calls import PeerCall, call, telling
from federation.service.context import Federation
from federation.vocabulary.ids import PartyId


async def ask_standing(fed: Federation, shop_id: PartyId, hub_id: PartyId, now: datetime) -> PayingState:
    """How the boutique stands. Raises PeerRefusedError, PeerUnreachableError."""
    ask = PeerCall(local_id=shop_id, remote_id=hub_id, method="GET", path="/paying")
    return checks.read((await call(fed, ask, now)).body, PayingState)


async def ask_page(
    fed: Federation, shop_id: PartyId, hub_id: PartyId, asked: PapersAsked, now: datetime
) -> PayingState:
    """A page for the boutique's papers, if there are any to hand in. Raises as `ask_standing`."""
    ask = telling(shop_id, hub_id, "/paying", asked)
    return checks.read((await call(fed, ask, now)).body, PayingState)


async def say_bank(fed: Federation, shop_id: PartyId, hub_id: PartyId, said: BankSaid, now: datetime) -> PayingState:
    """Say the account the boutique wants to be paid to; saying it again changes nothing. Raises as `ask_standing`."""
    ask = telling(shop_id, hub_id, "/paying/bank", said)
    return checks.read((await call(fed, ask, now)).body, PayingState)
