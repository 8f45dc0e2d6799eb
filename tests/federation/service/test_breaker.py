"""The breaker: silence after silence opens it, any answer closes it, and a dead peer keeps nobody waiting."""

import asyncio
from datetime import timedelta

import pytest

from federation.node import clock
from federation.service import contacts
from federation.service.breaker import FAILURES_MAX, PROBE_SECONDS_MAX, REST_SECONDS_MAX, Breaker
from federation.service.context import create_federation
from federation.vocabulary.errors import PeerUnreachableError
from tests.federation.nodes import Pair
from tests.federation.service.test_reservations import hold, wish


def test_a_few_silences_are_forgiven() -> None:
    """Up to the bound the address may be asked again at once."""
    breaker = Breaker()
    for at in range(FAILURES_MAX - 1):
        breaker.silent(at)
    assert breaker.resting_for(5) == 0


def test_rests_grow_to_a_bound_and_end() -> None:
    """Each further silence rests longer, never beyond the bound; after the rest the address may be asked."""
    breaker = Breaker()
    rests = []
    for _ in range(FAILURES_MAX + 6):
        breaker.silent(100)
        rests.append(breaker.resting_for(100))
    assert rests == sorted(rests)
    assert rests[-1] == REST_SECONDS_MAX
    assert breaker.resting_for(100 + REST_SECONDS_MAX) == 0


def test_an_answer_forgives_everything() -> None:
    """After one answer the count begins anew."""
    breaker = Breaker()
    for _ in range(FAILURES_MAX):
        breaker.silent(0)
    breaker.answered()
    breaker.silent(0)
    assert breaker.resting_for(0) == 0


def test_one_caller_alone_goes_to_see() -> None:
    """After a rest one caller is let through; until it says what came of it, the others go on waiting."""
    breaker = Breaker()
    for _ in range(FAILURES_MAX):
        breaker.silent(0)
    later = REST_SECONDS_MAX + 1
    assert [breaker.resting_for(later) == 0 for _ in range(4)] == [True, False, False, False]
    breaker.silent(later)
    assert breaker.resting_for(later + 0.1) > 0
    breaker.answered()
    assert [breaker.resting_for(later + 0.2) for _ in range(4)] == [0, 0, 0, 0]


def test_one_who_never_says_what_came_of_it_blocks_nobody_for_ever() -> None:
    """A caller that was cut off while it went to see is replaced by another after a while."""
    breaker = Breaker()
    for _ in range(FAILURES_MAX):
        breaker.silent(0)
    assert breaker.resting_for(50) == 0
    assert breaker.resting_for(50 + PROBE_SECONDS_MAX) == 0


async def test_what_one_process_found_out_the_others_need_not(pair: Pair) -> None:
    """A second process of the hub takes over a dead shop's rest at its first silence, and sees when it is over."""
    pair.shop.shop_desk.put("v1", 3)
    pair.way.only, pair.way.lose_requests = "/reservations", 4
    for _ in range(3):
        with pytest.raises(PeerUnreachableError, match="lost"):
            await hold(pair, wish())
    first, second = pair.hub.fed, create_federation(pair.hub.settings, hub_desk=pair.hub.hub_desk, door=pair.way)
    pair.hub.fed = second
    with pytest.raises(PeerUnreachableError, match="lost"):
        await hold(pair, wish())
    with pytest.raises(PeerUnreachableError, match="left alone"):
        await hold(pair, wish())
    with pair.hub.here():
        assert list(await contacts.left_alone(clock.now())) == ["127.0.0.1:7101"]
        assert await contacts.left_alone(clock.now() + timedelta(seconds=60)) == {}
    await asyncio.sleep(2.1)
    pair.hub.fed = first
    assert await hold(pair, wish()) == "held"
    with pair.hub.here():
        assert await contacts.left_alone(clock.now()) == {}


async def test_a_dead_shop_is_left_alone_and_found_again(pair: Pair) -> None:
    """After three silences a hold fails at once without a request; once the shop answers again, holds work."""
    pair.shop.shop_desk.put("v1", 3)
    pair.way.only, pair.way.lose_requests = "/reservations", 3
    for _ in range(3):
        with pytest.raises(PeerUnreachableError, match="lost"):
            await hold(pair, wish())
    before = len(pair.way.passages)
    with pytest.raises(PeerUnreachableError, match="left alone"):
        await hold(pair, wish())
    assert len(pair.way.passages) == before
    await asyncio.sleep(2.1)
    assert await hold(pair, wish()) == "held"
