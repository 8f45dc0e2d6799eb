"""What was said about an order, read back for people."""

from federation.conversations.messages import Accepted, Cancelled, Shipped
from federation.node import clock
from federation.service.history import order_history
from federation.vocabulary.ids import new_id
from tests.federation.nodes import Pair
from tests.federation.service.test_orders import place, tell


async def test_both_ways_are_read_back(pair: Pair) -> None:
    """Events sent and received stand together, each with when it arrived; one still on its way has not arrived."""
    placed = await place(pair)
    await tell(pair.shop, pair.hub, placed, Accepted(), Shipped(carrier="Poste"))
    await pair.settle()
    await tell(pair.hub, pair.shop, placed, Cancelled(reason="too late"))
    with pair.hub.here():
        said = await order_history(pair.hub.party_id, pair.shop.party_id, placed.id)
    assert {(one.kind, one.sent, one.sequence) for one in said} == {
        ("accepted", False, 1),
        ("shipped", False, 2),
        ("cancelled", True, 1),
    }
    assert {one.kind: one.arrived_at is not None for one in said} == {
        "accepted": True,
        "shipped": True,
        "cancelled": False,
    }
    assert all(one.at <= clock.now() for one in said)


async def test_an_order_never_placed_has_no_history(pair: Pair) -> None:
    """Nothing was said about an order that nobody placed."""
    with pair.hub.here():
        assert await order_history(pair.hub.party_id, pair.shop.party_id, str(new_id())) == []
