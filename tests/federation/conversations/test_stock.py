"""Stock: the higher version holds, equal tables have equal digests, and age lowers what may be said."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.conversations import stock
from federation.conversations.messages import StockHeartbeat, StockRegister

registers = st.builds(
    StockRegister,
    variant_id=st.sampled_from("abc"),
    location=st.sampled_from(["main", "cellar"]),
    quantity=st.integers(0, 9),
    vseq=st.integers(1, 99),
)
tables = st.lists(registers, unique_by=lambda item: (item.variant_id, item.location))


def test_the_digest_is_the_one_written_down() -> None:
    """SHA-256 over sorted lines; of an empty table, that of nothing."""
    one = StockRegister(variant_id="a", location="main", quantity=2, vseq=7)
    assert stock.digest([one]) == "dd37064cc0bb04978528dc5bf4285769d25dfe463e76a0d742badd1b617a1f19"
    assert stock.heartbeat([]) == StockHeartbeat(
        vseq_high=0, count=0, digest="e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    )


@given(tables)
def test_order_does_not_matter_to_a_digest_and_all_else_does(table: list[StockRegister]) -> None:
    """Shuffled tables are in step; a changed quantity is not."""
    beat = stock.heartbeat(table)
    assert stock.heartbeat(table[::-1]) == beat
    assert beat.count == len(table)
    extra = StockRegister(variant_id="z", quantity=1, vseq=1)
    assert stock.digest([*table, extra]) != beat.digest


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
    ("age", "word"), [(0, "fresh"), (39.9, "fresh"), (40, "soft"), (149.9, "soft"), (150, "stale"), (1e6, "stale")]
)
def test_age_lowers_what_may_be_said(age: float, word: str) -> None:
    """Under 40 s fresh, under 150 s soft, else stale."""
    assert stock.freshness(age) == word
