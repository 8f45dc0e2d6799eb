"""After a restore: a hub holds newer stock numbers than the boutique, or other figures under the same ones."""

from collections.abc import Sequence
from datetime import datetime

from federation import limits
from federation.conversations import stock
from federation.conversations.messages import StockRegister
from federation.errors import PeerMismatchError
from federation.vocabulary.ids import PartyId
from shops import store as boutiques
from shops.inventory.service.announcing import announce
from shops.inventory.store import registers

UNKNOWN_PLACES_MAX = 5_000
"""Places that a hub names and the boutique does not have: more are not believed to be its own from before."""


async def restate(shop_id: PartyId, theirs: Sequence[StockRegister], above: int, now: datetime) -> None:
    """Give every register that differs from the hub's copy a number higher than `above`; the boutique's figure holds.

    A register that only the hub has is opened with 0 pieces. Raises PeerMismatchError for numbers or places that no
    earlier copy of this boutique can have given out.
    """
    await boutiques.lock(shop_id)
    table = await registers.table_after(shop_id, 0, registers.REGISTERS_MAX)
    ours = {stock.place_of(register): register for register in table.registers}
    places = stock.differing(ours, theirs)
    unknown = [place for place in places if place not in ours]
    own = await boutiques.vseq(shop_id)
    if above > own + limits.VSEQ_LIFT_MAX:
        raise PeerMismatchError(
            f"the hub claims stock numbers up to {above}, we gave out {own}: no copy of ours had those"
        )
    if len(unknown) > UNKNOWN_PLACES_MAX:
        raise PeerMismatchError(f"the hub lists {len(unknown)} variants and places that we never had")
    if not places:
        return
    await boutiques.open_locations(shop_id, sorted({location for _, location in unknown}))
    await registers.renumber(shop_id, places, above)
    await announce(shop_id, now)
