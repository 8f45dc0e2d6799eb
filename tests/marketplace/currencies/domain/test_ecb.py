"""Reading the ECB's daily file."""

from datetime import date
from decimal import Decimal

import pytest

from federation.vocabulary.errors import RecordInvalidError
from marketplace.currencies.domain.ecb import read_daily

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def daily(cubes: str, day: str = "2026-11-20", head: str = HEAD) -> bytes:
    """A file in the ECB's form, of made-up rates."""
    return (
        f'{head}<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01" '
        'xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><gesmes:subject>Reference rates</gesmes:subject>'
        f"<Cube><Cube time='{day}'>{cubes}</Cube></Cube></gesmes:Envelope>"
    ).encode()


GOOD = "<Cube currency='USD' rate='1.1525'/><Cube currency='JPY' rate='178.43'/><Cube currency='SEK' rate='11.02'/>"


def test_a_daily_file_gives_the_currencies_we_handle() -> None:
    """Day, source and rates are read exactly; currencies nobody can pay in here are left out."""
    sheet = read_daily(daily(GOOD))
    assert (sheet.day, sheet.source) == (date(2026, 11, 20), "ECB")
    assert sheet.per_euro == {"USD": Decimal("1.1525"), "JPY": Decimal("178.43")}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>busy</html>",
        daily(""),
        daily(GOOD, day="yesterday"),
        daily("<Cube currency='USD' rate='much'/>"),
        daily(GOOD) + b"<more/>",
        daily(GOOD, head=f'{HEAD}<!DOCTYPE x [<!ENTITY y "z">]>'),
        daily(GOOD + " " * 70_000),
        daily(GOOD + "</Cube><Cube time='2026-11-19'>" + GOOD),
    ],
)
def test_anything_else_is_refused(body: bytes) -> None:
    """A file that is cut off, of two days, with entities, too large or without a rate never becomes a price."""
    with pytest.raises(RecordInvalidError):
        read_daily(body)
