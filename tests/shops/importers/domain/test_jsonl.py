"""Reading one line of an import file: what is taken, and how each kind of fault is told."""

import io
from pathlib import Path
from typing import Any

import msgspec
import pytest

from federation.node.languages import Wording, speaking
from federation.node.pages import OWN_LOCALE
from federation.vocabulary.errors import GalleriaError, RecordInvalidError
from federation.vocabulary.money import Money
from federation.vocabulary.wording import Sentence
from shops import portal
from shops.importers.domain.findings import LINE_RULES
from shops.importers.domain.jsonl import LINE_BYTES_MAX, LineRules, bounded_lines, faults_of, read_file, read_line

RULES = LineRules(currency="EUR", locations=("main", "cellar"))
WORDING = Wording([Path(portal.__file__).parent / "locale", OWN_LOCALE])


def assert_is_italian(text: str) -> None:
    """A page in Italian says nothing of it in English, and fills in what the line holds."""
    with speaking("it"):
        assert WORDING.said(text) != text
        if isinstance(text, Sentence):
            assert all(str(value) in WORDING.said(text) for value in text.values.values())


def line(product: dict[str, Any] | None = None, variant: dict[str, Any] | None = None, **rest: Any) -> bytes:
    """A valid line with changes."""
    plain_variant = {
        "sku": "L-1-42",
        "size": {"system": "IT", "value": "42", "label": "42"},
        "colour": {"name": "Notte", "family": "navy"},
        "price": "189.00",
    }
    plain: dict[str, Any] = {
        "id": "L-1",
        "title": {"en": "Linen dress"},
        "category": "dresses",
        "gender": "women",
        "variants": [plain_variant | (variant or {})],
    }
    return msgspec.json.encode({"product": plain | (product or {}), "stock": {"L-1-42": 3}} | rest)


def faults(data: bytes, rules: LineRules = RULES) -> list[tuple[str, str]]:
    with pytest.raises(GalleriaError) as refused:
        read_line(data, rules)
    return [(fault.pointer, fault.code) for fault in faults_of(refused.value)]


def test_a_good_line_becomes_product_and_stock() -> None:
    """Prices become exact minor units, the SKU stands in for a missing variant id, stock goes to the first place."""
    read = read_line(line(), RULES)
    assert read.product.variants[0].price == Money(18_900, "EUR")
    assert read.product.variants[0].id == "L-1-42"
    assert read.stock == {("L-1-42", "main"): 3}


def test_stock_may_be_told_by_location() -> None:
    """A variant's stock may be an object of location codes."""
    read = read_line(line(stock={"L-1-42": {"main": 1, "cellar": 2}}), RULES)
    assert read.stock == {("L-1-42", "main"): 1, ("L-1-42", "cellar"): 2}


def test_money_may_be_written_as_money() -> None:
    """A price may be an amount in minor units with its currency."""
    data = line(variant={"price": {"amount_minor": 500, "currency": "EUR"}})
    assert read_line(data, RULES).product.variants[0].price == Money(500, "EUR")


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"{", ("", "record-invalid")),
        (b"[1, 2]", ("", "type")),
        (b'{"product": 1.5}', ("", "record-invalid")),
        (b'{"product": {}, "product": {}}', ("", "record-invalid")),
        (b"[" * 40 + b"]" * 40, ("", "too-large")),
        (b'{"a":' * 20 + b"1" + b"}" * 20, ("", "too-large")),
        (line(product={"titel": {"en": "x"}}), ("/product", "type")),
        (line(product={"title": {}}), ("/product/title", "missing")),
        (line(product={"category": "ships"}), ("/product/category", "unknown")),
        (line(product={"gender": "cats"}), ("/product/gender", "type")),
        (line(product={"variants": []}), ("/product/variants", "type")),
        (line(product={"id": "no blanks"}), ("/product/id", "type")),
        (line(variant={"price": "1.234,00"}), ("/product/variants/0/price", "price")),
        (line(variant={"price": "-3"}), ("/product/variants/0/price", "price")),
        (line(variant={"price": "0"}), ("/product/variants/0/price", "range")),
        (line(variant={"compare_at": "10.00"}), ("/product/variants/0/compare_at", "range")),
        (line(variant={"gtin": "4006381333932"}), ("/product/variants/0/gtin", "check-digit")),
        (line(variant={"colour": {"name": "x", "family": "plaid"}}), ("/product/variants/0/colour/family", "unknown")),
        (line(stock={"L-1-44": 1}), ("/stock", "unknown")),
        (line(stock={"L-1-42": -1}), ("/stock/*", "type")),
        (line(stock={"L-1-42": {"attic": 1}}), ("/stock", "unknown")),
        (line(pictures=[{"svg": "<svg/>", "width": 3, "height": 4}]), ("/pictures/0/svg", "vector")),
        (line(pictures=[{"alt": "nothing"}]), ("/pictures/0", "one-of")),
    ],
)
def test_each_fault_is_told_where_it_stands(data: bytes, fault: tuple[str, str]) -> None:
    """Every kind of bad line is rejected with a pointer, a code that is explained, and an Italian sentence."""
    assert fault in faults(data)
    assert fault[1] in LINE_RULES
    for told in next(read_file([data], RULES)).faults:
        assert_is_italian(told.message)


def test_several_faults_are_told_at_once() -> None:
    """A line with three faults names all three, so that its writer mends them in one go."""
    data = line(product={"category": "ships"}, variant={"gtin": "12345670123451"}, stock={"gone": 1})
    assert len(faults(data)) >= 2


def test_a_second_line_of_a_product_is_rejected() -> None:
    """A product's second line names the line of the first; blank lines are no lines."""
    rows = list(read_file([line(), b"\n", line()], RULES))
    assert [(row.number, row.read is not None) for row in rows] == [(1, True), (3, False)]
    assert "line 1 already" in rows[1].faults[0].message
    assert_is_italian(rows[1].faults[0].message)


def test_an_endless_line_is_never_held_whole() -> None:
    """Of a line beyond its bound only the beginning is read; it is rejected and the next line is fine."""
    stream = io.BytesIO(b"x" * (3 * LINE_BYTES_MAX) + b"\n" + line() + b"\n")
    lines = list(bounded_lines(stream))
    assert max(len(data) for data in lines) <= LINE_BYTES_MAX + 1
    rows = list(read_file(lines, RULES))
    assert rows[0].faults[0].code == "too-large"
    assert rows[1].read is not None


def test_random_bytes_are_refused_not_fatal() -> None:
    """Whatever a line holds, it is refused with a fault."""
    for data in (b"\xff\xfe", b"null", b'"text"', b"\x00", b"{}", '{"product":"ü"}'.encode("latin-1")):
        with pytest.raises(RecordInvalidError):
            read_line(data, RULES)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{'à': 1}".encode("latin-1"), "save the file as UTF-8"),
        (line().decode().encode("utf-16"), "save the file as UTF-8"),
        (b"sku;price", "from { to }"),
        (line()[:-9], "cut off"),
        (line(variant={"price": 99.5}), "write prices as text"),
        (b"[1]", "object is wanted, not array"),
        (line(product={"id": "no blanks"}), "letters, digits"),
        (line(product={"titel": {"en": "x"}}), "no field 'titel'"),
        (line(stock={"L-1-42": -1}), "0 or more"),
    ],
)
def test_faults_say_what_to_do(data: bytes, said: str) -> None:
    """A fault is told in words for whoever wrote the file, not in those of a decoder."""
    row = next(read_file([data], RULES))
    assert said in row.faults[0].message
    assert "regex" not in row.faults[0].message


def test_a_byte_order_mark_is_passed_over() -> None:
    """A file that begins with the mark some editors write is read from its first line on."""
    rows = list(read_file([b"\xef\xbb\xbf" + line()], RULES))
    assert [row.read is not None for row in rows] == [True]
