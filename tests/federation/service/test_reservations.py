"""Holding from afar: the shop's word, repeated questions, unknown outcomes, refusals."""

import asyncio

import pytest

from federation.conversations.messages import ReservationLine, ReservationRequest
from federation.node import clock
from federation.node.database import atomic
from federation.service import links, reservations
from federation.vocabulary.errors import PeerRefusedError, PeerUnreachableError
from federation.vocabulary.ids import new_id
from tests.federation.nodes import Pair


def wish(quantity: int = 1) -> ReservationRequest:
    """A hold of some pieces of v1."""
    return ReservationRequest(id=str(new_id()), lines=(ReservationLine("v1", quantity),), ttl_seconds=300)


async def hold(pair: Pair, request: ReservationRequest) -> str:
    """Ask the shop to hold; returns the state."""
    with pair.hub.here() as fed:
        answer = await reservations.hold_remote(fed, pair.hub.party_id, pair.shop.party_id, request, clock.now())
    return answer.state


async def test_hold_confirm_release(pair: Pair) -> None:
    """A hold lowers the shop's stock, a confirm keeps it, a release of another gives it back."""
    desk = pair.shop.shop_desk
    desk.put("v1", 3)
    first, second = wish(), wish(2)
    assert [await hold(pair, first), await hold(pair, second)] == ["held", "held"]
    with pair.hub.here() as fed:
        ends = (pair.hub.party_id, pair.shop.party_id)
        confirmed = await reservations.confirm_remote(fed, *ends, first.id, clock.now())
        released = await reservations.release_remote(fed, *ends, second.id, clock.now())
    assert (confirmed.state, released.state) == ("confirmed", "released")
    assert desk.registers["v1"].quantity == 2


async def test_too_few_pieces_is_an_answer(pair: Pair) -> None:
    """The shop's rejection names what is available and raises nothing."""
    pair.shop.shop_desk.put("v1", 1)
    with pair.hub.here() as fed:
        answer = await reservations.hold_remote(fed, pair.hub.party_id, pair.shop.party_id, wish(2), clock.now())
    assert (answer.state, answer.available) == ("rejected", {"v1": 1})


async def test_the_same_hold_asked_twice_holds_once(pair: Pair) -> None:
    """A retry after a lost answer gets the first answer; the desk is asked once."""
    pair.shop.shop_desk.put("v1", 3)
    request = wish()
    pair.way.only, pair.way.lose_answers = "/reservations", 1
    with pytest.raises(PeerUnreachableError):
        await hold(pair, request)
    assert await hold(pair, request) == "held"
    assert pair.shop.shop_desk.calls == ["hold"]
    assert pair.shop.shop_desk.registers["v1"].quantity == 2


async def test_another_wish_under_the_same_id_is_refused(pair: Pair) -> None:
    """An idempotency key with other content is a conflict, and nothing more is held."""
    pair.shop.shop_desk.put("v1", 9)
    request = wish()
    await hold(pair, request)
    other = ReservationRequest(id=request.id, lines=(ReservationLine("v1", 5),), ttl_seconds=300)
    with pytest.raises(PeerRefusedError) as refused:
        await hold(pair, other)
    assert refused.value.peer_slug == "idempotency-conflict"
    assert pair.shop.shop_desk.registers["v1"].quantity == 8


async def test_an_expired_hold_is_a_definite_refusal(pair: Pair) -> None:
    """Confirming what is not held any more tells so, by slug."""
    with pair.hub.here() as fed, pytest.raises(PeerRefusedError) as refused:
        await reservations.confirm_remote(fed, pair.hub.party_id, pair.shop.party_id, str(new_id()), clock.now())
    assert (refused.value.peer_slug, refused.value.peer_status) == ("reservation-expired", 409)


async def test_a_slow_shop_keeps_nobody_waiting(pair: Pair) -> None:
    """A shop that takes half a minute over a hold is given up long before, the outcome unknown."""
    pair.shop.shop_desk.put("v1", 9)
    pair.way.delay_seconds = 30
    started = asyncio.get_running_loop().time()
    with pytest.raises(PeerUnreachableError):
        await hold(pair, wish())
    assert asyncio.get_running_loop().time() - started < 10


async def test_a_request_still_at_work_leaves_the_outcome_unknown(pair: Pair) -> None:
    """A retry that overtakes its first attempt is told nothing definite, and learns the outcome by asking again."""
    desk, request = pair.shop.shop_desk, wish()
    desk.put("v1", 3)
    desk.waits_for = asyncio.Event()
    first = asyncio.create_task(hold(pair, request))
    await desk.asked.wait()
    with pytest.raises(PeerUnreachableError, match="still at work"):
        await hold(pair, request)
    desk.waits_for.set()
    assert [await first, await hold(pair, request)] == ["held", "held"]
    assert desk.calls == ["hold"]


async def test_at_most_two_requests_to_a_peer_are_under_way(pair: Pair) -> None:
    """Ten holds at once all succeed, two at a time."""
    pair.shop.shop_desk.put("v1", 50)
    pair.way.delay_seconds, pair.way.in_flight_max = 0.02, 0
    states = await asyncio.gather(*(hold(pair, wish()) for _ in range(10)))
    assert states == ["held"] * 10
    assert pair.way.in_flight_max == 2


async def test_without_a_link_nothing_is_held(pair: Pair) -> None:
    """A suspended link refuses holds as not-linked."""
    pair.shop.shop_desk.put("v1", 9)
    with pair.shop.here() as fed:
        async with atomic():
            await links.suspend_link(fed, pair.shop.party_id, pair.hub.party_id, clock.now())
    with pytest.raises(PeerRefusedError) as refused:
        await hold(pair, wish())
    assert (refused.value.peer_slug, refused.value.peer_status) == ("not-linked", 403)
    assert pair.shop.shop_desk.calls == []
