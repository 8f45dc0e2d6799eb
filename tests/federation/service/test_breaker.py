"""The breaker: silence after silence opens it, any answer closes it, and a dead peer keeps nobody waiting."""

import asyncio

import pytest

from federation.service.breaker import FAILURES_MAX, REST_SECONDS_MAX, Breaker
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
