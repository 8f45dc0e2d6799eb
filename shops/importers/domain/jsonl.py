"""One line of an import file: its form, its bounds, and how it becomes a product with stock and pictures. Pure.

Invariants: a line is read whole or rejected with every fault that can be told at once, each with its pointer; an
unknown field is a fault, since a misspelt one would silently lose what its writer meant; prices are exact.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, BinaryIO

import msgspec

from federation import limits
from federation.documents import json
from federation.vocabulary.errors import FieldError, GalleriaError, RecordInvalidError, TooLargeError
from federation.vocabulary.money import Money, parse_decimal
from federation.vocabulary.product import (
    Code,
    Colour,
    Gender,
    Media,
    Product,
    ShortText,
    Size,
    Text,
    Variant,
    check_product,
)
from federation.vocabulary.wording import Sentence, message, sentence
from shops.catalog.domain.wording import in_words

_FRACTION = re.compile(rb'"(?:price|compare_at)"\s*:\s*-?\d+[.eE]')
LINE_BYTES_MAX = 512 * 1024
LINES_MAX = 200_000

Quantity = Annotated[int, msgspec.Meta(ge=0, le=limits.STOCK_QUANTITY_MAX)]


class LineVariant(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A variant as written in a file: without `id` its SKU is its id; prices are exact text or integer money."""

    sku: Code
    size: Size
    colour: Colour
    price: str | Money
    id: Code | None = None
    gtin: Annotated[str, msgspec.Meta(pattern=r"^(\d{8}|\d{12,14})$")] | None = None
    compare_at: str | Money | None = None


class LineProduct(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product as written in a file."""

    id: Code
    title: dict[str, ShortText]
    category: str
    gender: Gender
    variants: Annotated[tuple[LineVariant, ...], msgspec.Meta(min_length=1, max_length=250)]
    description: dict[str, Text] = {}
    brand: Annotated[str, msgspec.Meta(max_length=100)] = ""
    materials: Annotated[tuple[ShortText, ...], msgspec.Meta(max_length=20)] = ()
    care: dict[str, Text] = {}
    media: Annotated[tuple[Media, ...], msgspec.Meta(max_length=20)] = ()


class LinePicture(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A picture of a line: one kept before, by its `sha256`, or (node operators only) a plate drawn in `svg`."""

    name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    alt: Annotated[str, msgspec.Meta(max_length=300)] = ""
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}$")] | None = None
    svg: str | None = None
    width: int = 0
    height: int = 0


class ImportLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole line: a product, its stock by variant id (a number, or numbers by location), its pictures."""

    product: LineProduct
    stock: Annotated[dict[str, Quantity | dict[str, Quantity]], msgspec.Meta(max_length=250)] = {}
    pictures: Annotated[tuple[LinePicture, ...], msgspec.Meta(max_length=20)] = ()


class ReadLine(msgspec.Struct, frozen=True, kw_only=True):
    """A line understood: `stock` is keyed by (variant id, location code)."""

    product: Product
    stock: dict[tuple[str, str], int]
    pictures: tuple[LinePicture, ...]


class LineRules(msgspec.Struct, frozen=True, kw_only=True):
    """What the boutique says about its own files: its currency, its locations (the first takes plain numbers)."""

    currency: str
    locations: tuple[str, ...]
    plates: bool = False


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a file without ever holding more than one bounded line; of an overlong one, its beginning."""
    while True:
        line = stream.readline(LINE_BYTES_MAX + 1)
        if not line:
            return
        yield line
        while len(line) > LINE_BYTES_MAX and not line.endswith(b"\n"):
            line = stream.readline(LINE_BYTES_MAX + 1)


def read_line(data: bytes, rules: LineRules) -> ReadLine:
    """Understand one line; raises RecordInvalidError (all faults) or TooLargeError."""
    line = _decoded(data.strip())
    faults = [*_picture_faults(line, rules), *_stock_faults(line, rules)]
    variants: list[Variant] = []
    for index, variant in enumerate(line.product.variants):
        try:
            variants.append(_variant(variant, rules.currency))
        except RecordInvalidError:
            faults.append(FieldError(f"/product/variants/{index}/price", "price", _unreadable(variant, rules.currency)))
    if len(variants) == len(line.product.variants):
        product = _product(line.product, tuple(variants))
        faults += _product_faults(product)
        if not faults:
            return ReadLine(product=product, stock=_stock(line, rules), pictures=line.pictures)
    raise RecordInvalidError(faults[0].message, errors=tuple(faults))


def _decoded(data: bytes) -> ImportLine:
    """The line as it is written; what is no line of ours at all is told apart, since its cause lies in the file."""
    try:
        return json.decode(data, ImportLine, bytes_max=LINE_BYTES_MAX)
    except RecordInvalidError as error:
        if error.errors:
            told = tuple(FieldError(fault.pointer, fault.code, in_words(fault.message)) for fault in error.errors)
            raise RecordInvalidError(told[0].message, errors=told) from error
        raise RecordInvalidError(_why_unreadable(data, error.detail)) from error
    except TooLargeError as error:
        raise TooLargeError(_line_in_words(error.detail)) from error


def _why_unreadable(data: bytes, decoders: str) -> str:
    """What was probably done to the file, where a line's first and last bytes tell it; else the decoder's reason."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return message("this is not UTF-8 text: save the file as UTF-8 and choose it again")
    if not data.startswith(b"{"):
        return message(
            "a line is one product, from { to }: this file may be a table, a list, or written over several lines"
        )
    if not data.endswith(b"}"):
        return message("the line ends in the middle: the file was cut off, or a product goes over several lines")
    if _FRACTION.search(data):
        return message('a number has a fraction: write prices as text, such as "189.00"')
    return _line_in_words(decoders)


_REASONS = (
    (re.compile(r"the name '(.+)' stands twice"), message("the name '%(first)s' stands twice in one object")),
    (re.compile(r"the name '(.+)' is not ASCII"), message("the name '%(first)s' has letters that no field's name has")),
    (re.compile(r"the number (\S+) is not an integer of"), message("the number %(first)s is too large")),
    (re.compile(r"the number (\S+) is not written as"), message("write the number %(first)s as a whole number")),
    (re.compile(r"nests deeper than (\d+)"), message("the line is nested deeper than %(first)s levels")),
    (re.compile(r"the document has \d+ bytes, at most (\d+)"), message("the line is longer than %(first)s bytes")),
    (re.compile(r"half of a surrogate pair|character U\+0000"), message("a text holds a sign that is none")),
    (re.compile(r"the string '(.{0,40}).*' is not in Unicode normal form C"),
     message("the text '%(first)s' has accents beside its letters: write it in Unicode normal form C")),
)  # fmt: skip


def _line_in_words(decoders: str) -> str:
    """Why a line is no JSON of ours, for people; every reason that is not known is one of spelling."""
    for form, words in _REASONS:
        if found := form.search(decoders):
            return sentence(words, **dict(zip(("first",), found.groups(), strict=False)))
    return message("this is not JSON: look for a comma, a quotation mark or a bracket that is missing or too many")


def _unreadable(variant: LineVariant, currency: str) -> Sentence:
    texts = [price for price in (variant.price, variant.compare_at) if isinstance(price, str)]
    bad = next((text for text in texts if not _is_price(text, currency)), "")
    return sentence("'%(text)s' is not a price in %(currency)s: write it like 189.00", text=bad[:40], currency=currency)


def _is_price(text: str, currency: str) -> bool:
    try:
        parse_decimal(text, currency)
    except RecordInvalidError:
        return False
    return True


def _variant(variant: LineVariant, currency: str) -> Variant:
    return Variant(
        id=variant.id or variant.sku,
        sku=variant.sku,
        size=variant.size,
        colour=variant.colour,
        price=_price(variant.price, currency),
        gtin=variant.gtin,
        compare_at=None if variant.compare_at is None else _price(variant.compare_at, currency),
    )


def _price(price: str | Money, currency: str) -> Money:
    return parse_decimal(price, currency) if isinstance(price, str) else price


def _product(line: LineProduct, variants: tuple[Variant, ...]) -> Product:
    return Product(
        id=line.id,
        title=line.title,
        category=line.category,
        gender=line.gender,
        variants=variants,
        description=line.description,
        brand=line.brand,
        materials=line.materials,
        care=line.care,
        media=line.media,
    )


def _product_faults(product: Product) -> Iterator[FieldError]:
    try:
        check_product(product)
    except RecordInvalidError as error:
        for fault in error.errors:
            yield FieldError(f"/product{fault.pointer}", fault.code, in_words(fault.message))


def _picture_faults(line: ImportLine, rules: LineRules) -> Iterator[FieldError]:
    if line.pictures and line.product.media:
        yield FieldError("/pictures", "twice", "give the pictures in `pictures` or in `product.media`, not in both")
    for index, picture in enumerate(line.pictures):
        at = f"/pictures/{index}"
        if (picture.svg is None) == (picture.sha256 is None):
            yield FieldError(at, "one-of", "a picture is named by its sha256 (upload it first)")
        elif picture.svg is not None and not rules.plates:
            yield FieldError(f"{at}/svg", "vector", "vector pictures are not taken: upload a JPEG, PNG, WebP or AVIF")


def _stock_faults(line: ImportLine, rules: LineRules) -> Iterator[FieldError]:
    offered = {variant.id or variant.sku for variant in line.product.variants}
    for variant_id, quantity in line.stock.items():
        if variant_id not in offered:
            yield FieldError(
                "/stock",
                "unknown",
                sentence("stock is given for '%(variant)s', which is not a variant here", variant=variant_id[:64]),
            )
            continue
        places = quantity if isinstance(quantity, dict) else {}
        for location in places.keys() - set(rules.locations):
            known = ", ".join(rules.locations)
            said = sentence(
                "there is no place '%(place)s': the boutique has %(known)s", place=location[:64], known=known
            )
            yield FieldError("/stock", "unknown", said)


def _stock(line: ImportLine, rules: LineRules) -> dict[tuple[str, str], int]:
    levels: dict[tuple[str, str], int] = {}
    for variant_id, quantity in line.stock.items():
        by_location = quantity if isinstance(quantity, dict) else {rules.locations[0]: quantity}
        levels |= {(variant_id, location): number for location, number in by_location.items()}
    return levels


def faults_of(error: GalleriaError) -> tuple[FieldError, ...]:
    """Why a line was rejected, at least one fault."""
    return error.errors or (FieldError("", error.slug, error.sentence),)


class Row(msgspec.Struct, frozen=True):
    """One line of a file by its number: understood (`read`), or rejected (`faults`)."""

    number: int
    read: ReadLine | None
    faults: tuple[FieldError, ...] = ()


def read_file(lines: Iterable[bytes], rules: LineRules) -> Iterator[Row]:
    """Every line that is not blank, understood or rejected, in order; a product's second line is rejected.

    Stops with a rejected row at the bound on lines.
    """
    first_seen: dict[str, int] = {}
    for number, written in enumerate(lines, 1):
        data = written.removeprefix(codecs.BOM_UTF8) if number == 1 else written
        if number > LINES_MAX:
            said = sentence("a file has at most %(number)s lines: split it", number=LINES_MAX)
            yield Row(number, None, (FieldError("", "too-many", said),))
            return
        if not data.strip():
            continue
        try:
            read = read_line(data, rules)
        except GalleriaError as error:
            yield Row(number, None, faults_of(error))
            continue
        earlier = first_seen.setdefault(read.product.id, number)
        if earlier != number:
            said = sentence(
                "product %(product)s stands on line %(line)s already", product=read.product.id, line=earlier
            )
            yield Row(number, None, (FieldError("/product/id", "duplicate", said),))
        else:
            yield Row(number, read)
