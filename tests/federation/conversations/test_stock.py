"""Stock: the higher version holds, equal tables have equal digests, and age lowers what may be said."""

import hashlib
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.conversations import stock
from federation.conversations.messages import StockBatch, StockHeartbeat, StockReceipt, StockRegister

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

registers = st.builds(
    StockRegister,
    variant_id=st.sampled_from("abc"),
    location=st.sampled_from(["main", "cellar"]),
    quantity=st.integers(0, 9),
    vseq=st.integers(1, 99),
)
tables = st.lists(registers, unique_by=lambda item: (item.variant_id, item.location))


def test_the_digest_is_the_one_written_down() -> None:
    """The sum of the SHA-256 of each register's line as little-endian numbers; of an empty table, zero."""
    one = StockRegister(variant_id="a", location="main", quantity=2, vseq=7)
    other = StockRegister(variant_id="b", location="main", quantity=0, vseq=8)
    assert stock.register_id(one).hex() == hashlib.sha256(b"a\tmain\t2\t7\n").hexdigest()
    assert stock.heartbeat([one]).digest == "dd37064cc0bb04978528dc5bf4285769d25dfe463e76a0d742badd1b617a1f19"
    total = sum(int.from_bytes(stock.register_id(item), "little") for item in (one, other)) % 2**256
    assert stock.heartbeat([one, other]).digest == total.to_bytes(32, "little").hex()
    assert stock.heartbeat([]) == StockHeartbeat(vseq_high=0, count=0, digest="0" * 64)


@given(tables)
def test_order_does_not_matter_to_a_digest_and_all_else_does(table: list[StockRegister]) -> None:
    """Shuffled tables are in step; a changed quantity is not."""
    beat = stock.heartbeat(table)
    assert stock.heartbeat(table[::-1]) == beat
    assert beat.count == len(table)
    extra = StockRegister(variant_id="z", quantity=1, vseq=1)
    assert stock.heartbeat([*table, extra]).digest != beat.digest


@given(tables, tables)
def test_a_tally_follows_its_table(before: list[StockRegister], changes: list[StockRegister]) -> None:
    """What a table comes to after changes is what reading all of it would give."""
    held = {stock.place_of(item): item for item in before}
    news = [item for item in changes if (known := held.get(stock.place_of(item))) is None or known.vseq < item.vseq]
    replaced = [held[stock.place_of(item)] for item in news if stock.place_of(item) in held]
    tally = stock.Tally().moved((), before).moved(replaced, news)
    held |= {stock.place_of(item): item for item in news}
    assert tally.heartbeat == stock.heartbeat(held.values())


@given(tables, tables)
def test_differences_are_named_from_either_side(ours: list[StockRegister], theirs: list[StockRegister]) -> None:
    """Exactly the places are named at which the two tables are not the same."""
    mine, other = ({stock.place_of(item): item for item in table} for table in (ours, theirs))
    assert stock.differing(mine, theirs) == sorted({place for place, _ in set(mine.items()) ^ set(other.items())})


BATCH = StockBatch(heartbeat=StockHeartbeat(vseq_high=10, count=3, digest="0" * 64))


@pytest.mark.parametrize(
    ("high", "in_step", "is_full", "tried", "step"),
    [
        (10, True, False, (), "done"),
        (10, True, True, (), "done"),
        (5, False, True, (), "more"),
        (10, False, True, (), "more"),
        (5, False, False, (), "rewind"),
        (5, False, False, ("rewind",), "compare"),
        (10, False, False, (), "compare"),
        (99, False, False, (), "compare"),
        (99, False, True, (), "compare"),
        (10, False, False, ("compare",), "mismatch"),
        (99, False, True, ("compare",), "mismatch"),
        (5, False, False, ("rewind", "compare"), "mismatch"),
    ],
)
def test_what_follows_a_receipt(
    high: int, *, in_step: bool, is_full: bool, tried: tuple[stock.Step, ...], step: str
) -> None:
    """Go on, go back, compare, or give up: each mending step once."""
    receipt = StockReceipt(vseq_high=high, in_step=in_step)
    assert stock.next_step(BATCH, receipt, is_full=is_full, tried=tried) == step


def test_heartbeats_spread_around_their_interval() -> None:
    """Pairs that fell silent together speak again between 12 and 18 seconds later, not all at once."""
    due = [
        min(
            tenth / 10
            for tenth in range(120, 181)
            if stock.beat_due((f"s{pair}", "h"), NOW, NOW + timedelta(seconds=tenth / 10))
        )
        for pair in range(60)
    ]
    assert 12 <= min(due) < 13.5
    assert 16.5 < max(due) <= 18
    assert len(set(due)) > 20
    assert stock.beat_due(("s", "h"), None, NOW)


@given(st.lists(registers))
def test_coalescing_keeps_the_highest_version_of_each(changes: list[StockRegister]) -> None:
    """Each place stands once, with the highest vseq it ever had, by rising vseq."""
    kept = stock.newest(changes)
    assert [item.vseq for item in kept] == sorted(item.vseq for item in kept)
    places = {(item.variant_id, item.location): item.vseq for item in kept}
    assert len(places) == len(kept)
    for item in changes:
        assert places[item.variant_id, item.location] >= item.vseq


@pytest.mark.parametrize(
    ("age", "word"),
    [
        *((0, "fresh"), (39.9, "fresh"), (40, "soft"), (149.9, "soft"), (150, "stale"), (1e6, "stale")),
        *((-1, "fresh"), (-6, "stale")),
    ],
)
def test_age_lowers_what_may_be_said(age: float, word: str) -> None:
    """Under 40 s fresh, under 150 s soft, else stale; a word from the future is none."""
    assert stock.freshness(age) == word


@given(st.integers(0, 2**40), st.integers(0, 10**9))
def test_no_message_is_dated_after_its_arrival(echo: int, waited_ms: int) -> None:
    """Whatever a sender says of clocks, its word counts from now at the latest, and without an echo from nowhere."""
    said = stock.said_at(msgspec.structs.replace(BATCH, echo=echo, waited_ms=waited_ms), NOW)
    assert said is not None
    assert said <= NOW
    assert stock.said_at(BATCH, NOW) is None
