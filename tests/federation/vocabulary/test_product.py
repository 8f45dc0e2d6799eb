"""Products: what the types cannot express is checked, with one fault named for each place."""

import msgspec
import pytest

from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import Money
from federation.vocabulary.product import Colour, Product, Size, Theme, Variant, check_product, is_gtin

VARIANT = Variant(
    id="v1",
    sku="SKU-1",
    size=Size("IT", "42", "42"),
    colour=Colour("Rosso", "red"),
    price=Money(18900, "EUR"),
    gtin="4006381333931",
)
OTHER = msgspec.structs.replace(VARIANT, id="v2", sku="SKU-2")
PRODUCT = Product(id="p1", title={"en": "A dress"}, category="dresses", gender="women", variants=(VARIANT, OTHER))


def faults(**changes: object) -> list[tuple[str, str]]:
    """The faults of the product with the second variant changed."""
    variant = msgspec.structs.replace(OTHER, **changes)
    with pytest.raises(RecordInvalidError) as refused:
        check_product(msgspec.structs.replace(PRODUCT, variants=(VARIANT, variant)))
    return [(fault.pointer, fault.code) for fault in refused.value.errors]


def test_good_product_passes() -> None:
    """A product within the rules raises nothing."""
    check_product(PRODUCT)
    check_product(msgspec.structs.replace(PRODUCT, variants=(msgspec.structs.replace(VARIANT, gtin=None),)))


def test_faults_of_variants_are_named_by_place() -> None:
    """Each fault carries the pointer to its place and a code."""
    assert faults(id="v1") == [("/variants/1", "duplicate")]
    assert faults(sku="SKU-1") == [("/variants/1", "duplicate")]
    assert faults(colour=Colour("Ultraviolet", "ultraviolet")) == [("/variants/1/colour/family", "unknown")]
    assert faults(price=Money(0, "EUR")) == [("/variants/1/price", "range")]
    assert faults(price=Money(100, "GBP")) == [("/variants/1/price/currency", "mixed")]
    assert faults(compare_at=Money(18900, "EUR")) == [("/variants/1/compare_at", "range")]
    assert faults(compare_at=Money(99900, "GBP")) == [("/variants/1/compare_at/currency", "mixed")]
    assert faults(gtin="4006381333930") == [("/variants/1/gtin", "check-digit")]


def test_all_faults_are_told_at_once() -> None:
    """Somebody who mends a product sees everything that is wrong with it."""
    broken = msgspec.structs.replace(PRODUCT, category="spaceships", title={}, variants=(VARIANT, VARIANT))
    with pytest.raises(RecordInvalidError) as refused:
        check_product(broken)
    assert [fault.pointer for fault in refused.value.errors] == ["/category", "/title", "/variants/1"]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("4006381333931", True),
        ("036000291452", True),
        ("96385074", True),
        ("10614141000415", True),
        ("4006381333932", False),
        ("400638133393", False),
        ("", False),
        ("400638133393x", False),
        ("٤٠٠٦٣٨١٣٣٣٩٣١", False),
    ],
)
def test_gtin_check_digit(text: str, *, good: bool) -> None:
    """A GTIN has 8, 12, 13 or 14 digits, the last of which checks the others."""
    assert is_gtin(text) is good


@pytest.mark.parametrize(
    "change",
    [
        {"variants": []},
        {"id": "has space"},
        {"id": "p1\n"},
        {"gender": "robots"},
        {"title": {"en": ""}},
        {"variants": [{"id": "v1"}]},
    ],
)
def test_received_bytes_are_bounded(change: dict[str, object]) -> None:
    """What arrives as JSON is read only when it fits the form."""
    document = msgspec.to_builtins(PRODUCT) | change
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, Product)


def test_a_look_may_be_from_before_or_after_our_time() -> None:
    """A theme without layout and motif is read, as is one with words of a later list: both are drawn as the first."""
    old = {"ground": "#FFFFFF", "ink": "#111111", "accent": "#880022", "pairing": 1, "monogram": "B"}
    for theme in (old, old | {"layout": "origami", "motif": "tartan"}):
        look = msgspec.convert(theme, Theme)
        assert (look.layout_known, look.motif_known) == ("plate", "none")
    look = msgspec.convert(old | {"layout": "letter", "motif": "sun"}, Theme)
    assert (look.layout_known, look.motif_known) == ("letter", "sun")
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(old | {"motif": "<svg>"}, Theme)
