"""Credits and bounds: who may ask how much at once, and how soon again."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import limits
from federation.conversations.messages import StockRegister
from federation.node import clock
from federation.node.answers import BusyError
from federation.node.claims import NotYetError
from federation.service import stock_delivery
from federation.service.pressure import (
    ASKED_MAX,
    ASKED_PER_PEER_MAX,
    CREDIT_HEADER,
    INTERVAL_MS_MAX,
    LENIENT_SECONDS,
    LITTLE_SECONDS,
    MUCH_BYTES,
    PART_REGISTERS,
    REST,
    WAITING_MAX,
    WAITING_PER_PEER_MAX,
    Admission,
    Credit,
    Pace,
    credit_for,
    read_credit,
)
from federation.service.stock import StockDue
from federation.vocabulary.errors import PeerRefusedError, QuotaError
from federation.vocabulary.ids import PartyId
from marketplace.cli.processes import BACKPRESSURE
from tests.federation.nodes import Pair

PAIR, OTHER = ("hub", "s1"), ("hub", "s2")


@given(st.integers(0, 2 * ASKED_MAX), st.floats(0, 1e4), st.booleans())
def test_what_is_written_is_read(asked: int, rest: float, in_parts: bool) -> None:  # noqa: FBT001
    """Every credit a receiver gives is within bounds and comes back as it was."""
    credit = credit_for(asked, rest, in_parts=in_parts)
    assert read_credit(credit.text) == credit
    assert 1 <= credit.batch <= limits.STOCK_BATCH_MAX
    assert 0 <= credit.interval_ms <= INTERVAL_MS_MAX


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("", Credit()),
        ("batch=20, interval-ms=250", Credit(20, 250)),
        ("batch=0, interval-ms=0", Credit(1, 0)),
        ("batch=999999, interval-ms=999999", Credit(limits.STOCK_BATCH_MAX, INTERVAL_MS_MAX)),
        ("batch=-5, interval-ms=1", Credit()),
        ("batch=5", Credit()),
        ("batch=9999999999, interval-ms=1", Credit()),
    ],
)
def test_a_credit_is_believed_within_bounds(text: str, credit: Credit) -> None:
    """Nothing a peer says stops a sender, or makes it send more than usual; what cannot be read says nothing."""
    assert read_credit(text) == credit


def test_a_crowd_of_one_leaves_room_for_others() -> None:
    """One peer has its few requests at once and no more; the whole process has a bound as well; both end."""
    admission = Admission()
    first = [admission.admitted(PAIR) for _ in range(ASKED_PER_PEER_MAX)]
    for one in first:
        one.__enter__()
    with pytest.raises(QuotaError) as over, admission.admitted(PAIR):
        pass
    assert over.value.retry_after_seconds == 1
    others = [admission.admitted(("hub", f"x{number}")) for number in range(ASKED_MAX - ASKED_PER_PEER_MAX)]
    for one in others:
        one.__enter__()
    with pytest.raises(BusyError), admission.admitted(("hub", "another")):
        pass
    assert admission.credit(PAIR, 0.1, 0.0, size=0).batch < limits.STOCK_BATCH_MAX / 2
    for one in first + others:
        one.__exit__(None, None, None)
    with admission.admitted(PAIR):
        assert admission.credit(PAIR, 0.0, 9.0, size=0) == Credit()


def test_waiting_requests_are_bounded_apart() -> None:
    """One party keeps few requests waiting, all together leave room to work, and none blocks a quick one."""
    admission = Admission()
    own = [admission.waiting(PAIR) for _ in range(WAITING_PER_PEER_MAX)]
    for one in own:
        one.__enter__()
    with pytest.raises(QuotaError), admission.waiting(PAIR):
        pass
    others = [admission.waiting(("hub", f"x{number}")) for number in range(WAITING_MAX - WAITING_PER_PEER_MAX)]
    for one in others:
        one.__enter__()
    with pytest.raises(BusyError), admission.waiting(("hub", "late")):
        pass
    with admission.admitted(PAIR):
        pass
    own[0].__exit__(None, None, None)
    with admission.waiting(PAIR):
        pass
    assert BACKPRESSURE >= WAITING_MAX + ASKED_MAX


def test_who_says_much_rests_while_others_are_there() -> None:
    """A peer alone may go on at once; in company it says much in small parts and rests for its part of the time."""
    admission = Admission()
    assert admission.credit(PAIR, 0.4, 0.0, size=MUCH_BYTES) == Credit()
    assert admission.credit(OTHER, 0.01, 0.5, size=100) == Credit()
    rest_ms = int(1000 * (0.4 * (REST + 1) - LENIENT_SECONDS))
    assert admission.credit(PAIR, 0.4, 1.0, size=MUCH_BYTES) == Credit(PART_REGISTERS, rest_ms)
    for at in (2.0, 3.0, 4.0):
        last = admission.credit(PAIR, 0.4, at, size=MUCH_BYTES)
    assert last == Credit()


@pytest.mark.parametrize("size", [MUCH_BYTES, 100])
def test_who_speaks_all_the_time_has_its_part_of_it(size: int) -> None:
    """In company, who obeys its credit is answered for one part in REST + 1 of the time, in large words or small."""
    admission, at, spent = Admission(), 0.0, 0.0
    while at < 60:
        admission.credit(OTHER, 0.01, at, size=100)
        at, spent = at + LITTLE_SECONDS, spent + LITTLE_SECONDS
        at += admission.credit(PAIR, LITTLE_SECONDS, at, size=size).interval_ms / 1000
    assert spent <= (60 + 2 * LENIENT_SECONDS) / (REST + 1)
    assert spent >= 50 / (REST + 1)


def test_who_says_little_never_waits_for_who_says_much() -> None:
    """However long small requests took, because of others, the next one may come at once."""
    admission = Admission()
    for at in range(10):
        admission.credit(PAIR, 0.4, at, size=MUCH_BYTES)
        assert admission.credit(OTHER, 3.0, at + 0.5, size=MUCH_BYTES - 1) == Credit()


def test_a_pace_is_kept() -> None:
    """A sender carries as much as it was told and waits as long as it was told, until it hears otherwise."""
    pace = Pace()
    assert (pace.batch(500), pace.pause(0)) == (500, 0)
    pace.heard("batch=50, interval-ms=1500", 10.0)
    assert (pace.batch(500), pace.pause(10.5)) == (50, 1.0)
    pace.heard("", 12.0)
    assert (pace.batch(500), pace.pause(12.0)) == (500, 0)


def everything(shop_id: PartyId, hub_id: PartyId) -> StockDue:
    """All stock that a hub lacks, or a heartbeat."""
    return StockDue(shop_id, hub_id, limits.INTEGER_MAGNITUDE_MAX)


async def test_a_sender_obeys_the_credit_of_its_hub(pair: Pair) -> None:
    """Smaller batches when the hub asks for them; a long pause is left to the outbox instead of being slept through."""
    with pair.shop.here() as fed:
        desk, ends = pair.shop.shop_desk, (pair.shop.party_id, pair.hub.party_id)
        desk.registers = {f"v{n}": StockRegister(variant_id=f"v{n}", quantity=1, vseq=n) for n in range(1, 61)}
        pace = fed.pace(*ends)
        assert fed.pace("another", pair.hub.party_id) is not pace
        pace.heard("batch=20, interval-ms=0", 0)
        before = len(pair.way.passages)
        assert await stock_delivery.deliver_due(fed, desk, everything(*ends), clock.now()) == 60
        assert len(pair.way.passages) - before >= 2
        pace.heard("batch=500, interval-ms=5000", asyncio.get_running_loop().time())
        with pytest.raises(NotYetError, match="wants to be told more") as refused:
            await stock_delivery.deliver_due(fed, desk, everything(*ends), clock.now())
    assert 4 < refused.value.seconds <= 5


async def test_answers_carry_credit_and_refusals_a_time(pair: Pair) -> None:
    """Every answer says how to go on; past the bound of one peer the answer is 429 with when to ask again."""
    with pair.shop.here() as fed:
        desk, ends = pair.shop.shop_desk, (pair.shop.party_id, pair.hub.party_id)
        await stock_delivery.deliver_due(fed, desk, everything(*ends), clock.now())
        assert read_credit(pair.way.answers[-1].header(CREDIT_HEADER)).batch == limits.STOCK_BATCH_MAX
        busy = [pair.hub.fed.admission.admitted((ends[1], ends[0])) for _ in range(ASKED_PER_PEER_MAX)]
        for one in busy:
            one.__enter__()
        with pytest.raises(PeerRefusedError) as refused:
            await stock_delivery.deliver_due(fed, desk, everything(*ends), clock.now())
        for one in busy:
            one.__exit__(None, None, None)
    assert (refused.value.peer_slug, refused.value.peer_status) == ("quota", 429)
    assert refused.value.retry_after_seconds == 1
