"""What every way to boutiques must do alike: the one in memory is held to the one over the federation."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from federation.conversations.messages import ReservationAnswer, ReservationLine, ReservationRequest
from federation.node import clock
from federation.vocabulary.errors import PeerRefusedError
from federation.vocabulary.ids import new_id
from marketplace.orders.adapters.federated import FederatedBoutiques
from marketplace.orders.adapters.memory import MemoryBoutiques
from marketplace.orders.ports import Boutiques
from tests.marketplace.house import house
from tests.marketplace.listings.builders import HUB_ID, product, profile, shop_id_of, variant
from tests.support.postgres import Server

PIECES = 3


class Ends(msgspec.Struct):
    """A way, and a boutique with three pieces of one variant at its end."""

    way: Any
    hub_id: str
    shop_id: str

    async def hold(self, quantity: int = 1, reservation_id: str = "", variant_id: str = "p1-42") -> ReservationAnswer:
        """Ask for pieces."""
        request = ReservationRequest(
            id=reservation_id or str(new_id()), lines=(ReservationLine(variant_id, quantity),), ttl_seconds=300
        )
        way: Boutiques = self.way
        return await way.hold(self.hub_id, self.shop_id, request, clock.now())

    async def confirm(self, reservation_id: str) -> ReservationAnswer:
        """Sell them."""
        way: Boutiques = self.way
        return await way.confirm(self.hub_id, self.shop_id, reservation_id, clock.now())

    async def release(self, reservation_id: str) -> ReservationAnswer:
        """Give them back."""
        way: Boutiques = self.way
        return await way.release(self.hub_id, self.shop_id, reservation_id, clock.now())


@pytest.fixture(params=["memory", "federated"])
async def ends(request: pytest.FixtureRequest, pg: Server, tmp_path: Path) -> AsyncIterator[Ends]:
    """Either way."""
    if request.param == "memory":
        way = MemoryBoutiques()
        way.stock(shop_id_of("a"), "p1-42", PIECES)
        yield Ends(way, HUB_ID, shop_id_of("a"))
        return
    async with house(pg, tmp_path) as made:
        piece = msgspec.to_builtins(product("p1", variant("p1-42"), media=()))
        shop_id = await made.open_shop(profile("aurora"), [{"product": piece, "stock": {"p1-42": PIECES}}])
        with made.at_hub():
            yield Ends(FederatedBoutiques(made.hub.federation), made.hub_id, shop_id)


async def test_holds_confirms_and_releases(ends: Ends) -> None:
    """A hold is asked, sold or given back once; every word repeated answers as before."""
    held = await ends.hold(1)
    assert (held.state, 290 <= held.expires_in_seconds <= 300) == ("held", True)
    again = await ends.hold(1, held.id)
    assert (again.id, again.state) == (held.id, "held")
    for _ in range(2):
        assert (await ends.confirm(held.id)).state == "confirmed"
    assert (await ends.release(held.id)).state == "confirmed"

    other = await ends.hold(2)
    assert other.state == "held"
    for _ in range(2):
        assert (await ends.release(other.id)).state == "released"
    with pytest.raises(PeerRefusedError) as refused:
        await ends.confirm(other.id)
    assert (refused.value.peer_slug, refused.value.peer_status) == ("reservation-expired", 409)

    for wanted, variant_id, left in ((3, "p1-42", 2), (1, "unknown", 0)):
        rejected = await ends.hold(wanted, variant_id=variant_id)
        assert (rejected.state, rejected.available) == ("rejected", {variant_id: left})


async def test_a_release_that_overtakes_its_hold_wins(ends: Ends) -> None:
    """Messages may change places: what was released before it was held is never held."""
    late = str(new_id())
    assert (await ends.release(late)).state == "released"
    assert (await ends.hold(1, late)).state == "released"
    assert (await ends.hold(PIECES)).state == "held"


async def test_what_was_never_held_cannot_be_confirmed(ends: Ends) -> None:
    """An unknown reservation counts as one that has run out."""
    with pytest.raises(PeerRefusedError) as refused:
        await ends.confirm(str(new_id()))
    assert (refused.value.peer_slug, refused.value.retry) == ("reservation-expired", "never")
