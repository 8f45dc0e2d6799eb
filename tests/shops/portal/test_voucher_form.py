"""The form of a voucher: what is written becomes terms, or one fault at the field that has it."""

from datetime import UTC, datetime

import pytest

from federation.vocabulary.errors import RecordInvalidError
from shops.portal.voucher_form import read_voucher

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
DRAWN = "7KQ2M-X4R9B"
WRITTEN = {"code": "au tumn-26", "kind": "percent", "off": "12,5", "words": "friends"}


def test_what_is_written_becomes_a_voucher() -> None:
    """A comma as in Italian, days as whole days, codes in capitals, articles one by one."""
    made = read_voucher(
        WRITTEN | {"minimum": "50", "ends": "2026-11-30", "uses": "20", "products": "A1,\nB2  A1"}, "EUR", NOW
    )
    terms = made.terms
    assert (terms.code, terms.percent_bp, terms.minimum, terms.uses_max) == ("AUTUMN-26", 1_250, 5_000, 20)
    assert (terms.starts_at, terms.ends_at) == ("2026-11-22T09:00:00Z", "2026-12-01T00:00:00Z")
    assert (made.words, made.articles) == ("friends", ("A1", "B2"))
    amount = read_voucher(WRITTEN | {"kind": "amount", "off": "15.00", "minimum": "16,00"}, "EUR", NOW)
    assert (amount.terms.amount, amount.terms.percent_bp) == (1_500, 0)
    assert read_voucher(WRITTEN | {"code": "", "drawn": DRAWN}, "EUR", NOW).terms.code == DRAWN


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("code", "ab"), ("code", "à la carte"), ("off", "91"), ("off", "0"), ("off", "many"), ("off", "1.005"),
        ("minimum", "some"), ("minimum", "-1"), ("ends", "2026-11-21"), ("ends", "soon"), ("ends", "9999-12-31"),
        ("uses", "0"),
        ("uses", "1.5"), ("products", " ".join(str(each) for each in range(300))),
    ],
)  # fmt: skip
def test_a_fault_is_told_at_its_field(field: str, text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(RecordInvalidError) as refused:
        read_voucher(WRITTEN | {field: text}, "EUR", NOW)
    assert [fault.pointer for fault in refused.value.errors] == [field]


def test_an_amount_needs_a_minimum_above_it() -> None:
    """Nobody can be charged nothing."""
    with pytest.raises(RecordInvalidError) as refused:
        read_voucher(WRITTEN | {"kind": "amount", "off": "15", "minimum": "15"}, "EUR", NOW)
    assert refused.value.errors[0].pointer == "minimum"
