"""The variants of a draft judged one by one: price, size, colour, codes and stock. Pure.

Invariants: the first of two equal variants stays; a variant's code comes from the product's and its option values, so
that a new SKU or price never makes another variant of it.
"""

from collections.abc import Sequence

import msgspec

from federation import limits
from federation.vocabulary.money import Money, to_decimal
from federation.vocabulary.product import Colour, Size, Variant
from shops.importers.domain.codes import CODE_LENGTH_MAX, gtin_problem, short_hash, sku_code, variant_code
from shops.importers.domain.draft_looks import Looks, looks_of
from shops.importers.domain.drafts import Case, DraftVariant, repeated
from shops.importers.domain.findings import Finding, found
from shops.importers.domain.words.sizes import read_size

VARIANTS_MAX = 250
_LABEL_MAX = 40
_GTIN_SENTENCES = {
    "gtin.scientific": "a spreadsheet has made a rounded number of this bar code",
    "gtin.length": "a GTIN has 8, 12, 13 or 14 digits",
    "gtin.check": "the last digit of this bar code does not fit the others",
    "gtin.prefix": "this number is for use inside a shop, not a GTIN",
}


class Judged(msgspec.Struct, kw_only=True):
    """What became of a draft's variants.

    `taken` counts those with price 0 too, which are in the product's list only if all are (`only_free`).
    """

    variants: tuple[Variant, ...] = ()
    taken: int = 0
    only_free: bool = False
    stock: dict[tuple[str, str], int] = {}
    findings: list[Finding] = []
    rows_taken: int = 0
    rows_refused: int = 0


class _Judge:
    """Goes through the variants of one draft; what it has seen decides about the next."""

    def __init__(self, case: Case) -> None:
        self._key, self._category = case.key, case.category
        self._rules, self._seen, self._columns = case.rules, case.seen, case.columns
        self._looks: Looks = looks_of(case.draft, case.rules.choices)
        self._doubled_skus = repeated(variant.sku for variant in case.draft.variants)
        self._combinations: set[tuple[str, ...]] = set()
        self._codes: set[str] = set()
        self.priced: list[Variant] = []
        self.free: list[Variant] = []
        self.stock: dict[tuple[str, str], int] = {}
        self.findings: list[Finding] = []

    def say(self, variant: DraftVariant, code: str, sentence: str, column: str, raw: str) -> None:
        spot = variant.spot
        self.findings.append(found(code, sentence, column=column, raw=raw, line=spot.line, record=spot.record))

    def take(self, variant: DraftVariant) -> bool:
        """Whether the variant is good; it is then among `priced` or `free`."""
        columns, price = self._columns, variant.price
        if price.code:
            self.say(variant, price.code, price.sentence, columns.price, price.raw)
            return False
        combination = tuple(option.casefold() for option in variant.options)
        if combination in self._combinations:
            words = " / ".join(variant.options) or "without options"
            self.say(variant, "combination.duplicate", f"the variant {words} stands there already", "", "")
            return False
        if len(self._combinations) >= VARIANTS_MAX:
            self.say(variant, "variant.too_many", f"a product has at most {VARIANTS_MAX} variants", "", "")
            return False
        quantity = self._quantity(variant)
        if quantity is not None and quantity < 0:
            self.say(variant, "stock.unreadable", "the stock is not a whole number", columns.quantity,
                     variant.quantity or "")  # fmt: skip
            return False
        self._combinations.add(combination)
        made = self._variant(variant)
        if quantity is not None:
            self.stock[(made.id, self._rules.locations[0])] = quantity
        if not price.amount_minor:
            self.say(variant, "price.zero", "the price is 0", columns.price, "0")
        (self.priced if price.amount_minor else self.free).append(made)
        return True

    def _quantity(self, variant: DraftVariant) -> int | None:
        """Pieces on hand, None when the file does not say, -1 when it says nonsense."""
        if variant.quantity is None:
            return None
        column, text = self._columns.quantity, variant.quantity.strip()
        if not variant.is_tracked:
            self.say(variant, "stock.untracked", "the shop does not count this piece", column, text)
            return self._rules.choices.untracked_pieces
        if not text:
            self.say(variant, "stock.unknown", "the stock is counted, but no figure is given", column, "")
            return None
        digits = text.removeprefix("-")
        whole, _, fraction = digits.partition(".")
        if not (whole.isascii() and whole.isdigit()) or fraction.strip("0") or len(whole) > 9:  # noqa: PLR2004
            return -1
        if text.startswith("-") and int(whole):
            self.say(variant, "stock.negative", "more were sold than were there", column, text)
            return 0
        return min(int(whole), limits.STOCK_QUANTITY_MAX)

    def _variant(self, variant: DraftVariant) -> Variant:
        code = variant_code(self._key, variant.options)
        if code in self._codes:
            code = f"{code[: CODE_LENGTH_MAX - 7]}-{short_hash(repr(variant.options))}"
        self._codes.add(code)
        return Variant(
            id=code,
            sku=self._sku(variant, code),
            size=self._size(variant),
            colour=self._colour(variant),
            price=Money(variant.price.amount_minor, self._rules.currency),
            gtin=self._gtin(variant),
            compare_at=self._compare_at(variant),
        )

    def _sku(self, variant: DraftVariant, code: str) -> str:
        column = self._columns.sku
        if not variant.sku:
            self.say(variant, "sku.missing", "the variant has no SKU", column, "")
            return self._seen.free_sku(code)
        made = sku_code(variant.sku)
        if made != variant.sku:
            self.say(variant, "sku.rewritten", f"the SKU is {made} here", column, variant.sku)
        given = self._seen.free_sku(made)
        if variant.sku in self._doubled_skus or given != made:
            self.say(variant, "sku.duplicate", "this SKU stands on more than one variant", column, variant.sku)
        return given

    def _size(self, variant: DraftVariant) -> Size:
        looks = self._looks
        written = variant.options[looks.size] if looks.size is not None else ""
        named = variant.size_system or looks.system
        read = read_size(written, self._category, named, self._rules.choices.sizes)
        if not read.is_known:
            self.say(variant, "option.unknown_size", "this size fits no counting system we know",
                     self._columns.size, written)  # fmt: skip
        extras = [variant.options[place] for place in looks.extras]
        if not extras:
            return read.size
        return Size(read.size.system, read.size.value, " · ".join((read.size.label, *extras))[:_LABEL_MAX])

    def _colour(self, variant: DraftVariant) -> Colour:
        colour = self._looks.colour_of(variant.options)
        if colour.is_known or colour.was_told:
            return colour.colour
        colour.was_told = True
        name = colour.colour.name
        if not colour.is_named:
            self.say(variant, "colour.missing", "no colour is named", self._columns.colour, "")
            return colour.colour
        sentence = f"we know no colour family for {name!r}: choose one in your import settings"
        self.say(variant, "colour.unmapped", sentence, self._columns.colour, name)
        return colour.colour

    def _gtin(self, variant: DraftVariant) -> str | None:
        text = variant.gtin
        if not text:
            return None
        column, problem = self._columns.gtin, gtin_problem(text)
        if problem:
            self.say(variant, problem, _GTIN_SENTENCES[problem], column, text)
            return None
        if text in self._seen.gtins:
            self.say(variant, "gtin.duplicate", "this bar code stands on more than one variant", column, text)
        self._seen.gtins.add(text)
        return text

    def _compare_at(self, variant: DraftVariant) -> Money | None:
        former = variant.compare_at
        if former is None or (not former.code and not former.amount_minor):
            return None
        column = self._columns.compare_at
        if former.code:
            self.say(variant, "compare_at.unreadable", former.sentence, column, former.raw)
            return None
        if former.amount_minor <= variant.price.amount_minor:
            self.say(
                variant,
                "compare_at.not_above",
                "the former price is not above the price",
                column,
                to_decimal(Money(former.amount_minor, self._rules.currency)),
            )
            return None
        return Money(former.amount_minor, self._rules.currency)


def judge_variants(case: Case) -> Judged:
    """Judge every variant of a draft, in the order of its rows."""
    judge = _Judge(case)
    verdicts = [(variant, judge.take(variant)) for variant in case.draft.variants]
    listed: Sequence[Variant] = judge.priced or judge.free
    ids = {variant.id for variant in listed}
    return Judged(
        variants=tuple(listed),
        taken=len(judge.priced) + len(judge.free),
        only_free=not judge.priced,
        stock={place: pieces for place, pieces in judge.stock.items() if place[0] in ids},
        findings=judge.findings,
        rows_taken=sum(good and not variant.is_head for variant, good in verdicts),
        rows_refused=sum(not good and not variant.is_head for variant, good in verdicts),
    )
