"""What a shopper asks and how it is understood: bounded requests, price phrases, recognised words as boosts. Pure.

A price in words binds, in the currency it was said in, until the shopper clicks another bound. Other recognised parts
only raise what fits and never hide anything; the page can show each of them and offer it as a filter.
"""

import re
from datetime import date
from typing import Annotated, Literal

import msgspec

from federation.vocabulary.money import CURRENCY_EXPONENTS, Money
from search.analysis import STOP_WORDS, WORDS_MAX, fold, stem, tokens
from search.documents import ROTATIONS
from search.errors import SearchInvalidError
from search.lexicon import recognise
from search.ports import AllOf, Between, Boost, Filter, In, Sort, Term
from search.prices import ONE_CURRENCY, Ruler

SortOrder = Literal["relevance", "newest", "price-asc", "price-desc"]
FACETS = ("department", "category", "colour", "size", "town", "shop")

PER_PAGE_MAX = 96
RESULTS_MAX = 1_000
"""How deep a shopper may page, as Meilisearch's maxTotalHits."""

Value = Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
Values = Annotated[tuple[Value, ...], msgspec.Meta(max_length=200)]
Amount = Annotated[int, msgspec.Meta(ge=0, le=10**12)]


class Filters(msgspec.Struct, frozen=True, kw_only=True):
    """What the shopper has clicked: any value within a group, all groups together.

    Prices are minor units of the request's currency.
    """

    department: Values = ()
    category: Values = ()
    colour: Values = ()
    size: Values = ()
    town: Values = ()
    shop: Values = ()
    gender: Values = ()
    price_min: Amount | None = None
    price_max: Amount | None = None
    in_stock_only: bool = False

    def group(self, name: str) -> tuple[str, ...]:
        """The clicked values of one facet group."""
        values: tuple[str, ...] = getattr(self, name)
        return values


class SearchRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a search. `page` counts from 1; `currency` is what the shopper means by a price."""

    text: Annotated[str, msgspec.Meta(max_length=400)] = ""
    filters: Filters = Filters()
    sort: SortOrder = "relevance"
    currency: str = "EUR"
    page: Annotated[int, msgspec.Meta(ge=1)] = 1
    per_page: Annotated[int, msgspec.Meta(ge=1, le=PER_PAGE_MAX)] = 24

    def __post_init__(self) -> None:
        if self.currency not in CURRENCY_EXPONENTS:
            raise SearchInvalidError(f"prices are in one of {', '.join(CURRENCY_EXPONENTS)}, not {self.currency!r}")
        if self.page * self.per_page > RESULTS_MAX:
            raise SearchInvalidError(f"only the first {RESULTS_MAX} results can be paged through: narrow the search")


class Understood(msgspec.Struct, frozen=True):
    """One part of a query that was recognised: `kind` is a facet name or `price`, `words` what the shopper wrote.

    The value of a price is `max:20000:GBP`: which bound, minor units, currency.
    """

    kind: str
    value: str
    words: str


class Understanding(msgspec.Struct, frozen=True):
    """A query after reading: the words to look for, in order, what was recognised, and the boosts that follow.

    `low` and `high` are the prices that were written, on the index's scale.
    """

    terms: tuple[Term, ...]
    understood: tuple[Understood, ...]
    boosts: tuple[Boost, ...]
    low: int | None = None
    high: int | None = None


CURRENCY_WORDS: dict[str, str] = {
    "EUR": "€ eur euro euros",
    "GBP": "£ gbp pound pounds sterling sterline",
    "USD": "$ usd dollar dollars dollari",
    "CHF": "chf franc francs franken franchi",
    "JPY": "¥ jpy yen",
}
"""How shoppers write a currency beside a price."""

_CURRENCY_OF = {word: code for code, words in CURRENCY_WORDS.items() for word in words.split()}
_SIGN = "|".join(sorted((re.escape(word) for word in _CURRENCY_OF), key=len, reverse=True))
_DIGITS = r"\d{1,3}(?:[.,']\d{3})+|\d{1,7}"
_THE = r"(?:(?:i|gli|le)\s+)?"


def _amount(name: str) -> str:
    """A pattern for one price, its sign before or after; its groups are called after `name`."""
    return (
        rf"(?P<{name}_before>{_SIGN})?\s*(?P<{name}>{_DIGITS})(?![.,']?\d)"
        rf"\s*(?:(?P<{name}_after>{_SIGN})(?!\w))?"
    )


_RANGES = (
    re.compile(rf"\b(?:between|tra|fra)\s+{_THE}{_amount('min')}\s*(?:and|e)\s+{_THE}{_amount('max')}"),
    re.compile(rf"\b(?:from|da)\s+{_amount('min')}\s*(?:to|a)\s+{_amount('max')}"),
)
_CEILING = re.compile(
    rf"(?:\b(?:under|below|less than|up to|max|sotto|fino a(?:i|gli)?|meno d(?:i|ei|egli)|entro)\s*|<\s*)"
    rf"{_THE}{_amount('max')}"
)
_FLOOR = re.compile(rf"\b(?:over|above|more than|from|oltre|sopra|almeno|piu di)\s*{_THE}{_amount('min')}")
_WEIGHTS = {"category": 4.0, "colour": 3.0, "gender": 1.0}


def understand(text: str, currency: str = "EUR", ruler: Ruler = ONE_CURRENCY) -> Understanding:
    """Read a query: price phrases out first, then words, each with its allowed typos; the last word is a prefix.

    A price without a currency is in `currency`.
    """
    rest, prices = _take_prices(fold(text), currency)
    words = [word for word in tokens(rest) if word not in STOP_WORDS][:WORDS_MAX]
    understood = list(prices)
    boosts = []
    for word in words:
        named = recognise(word)
        if named is not None:
            understood.append(Understood(named[0], named[1], word))
            boosts.append(Boost(_attribute_filter(*named), _WEIGHTS[named[0]]))
    ends_open = not text.endswith(" ")
    terms = tuple(_term(word, prefix=ends_open and place == len(words) - 1) for place, word in enumerate(words))
    written = dict(price_of(part) for part in prices)
    return Understanding(
        terms,
        tuple(understood),
        tuple(boosts),
        low=ruler.at_least(written["min"]) if "min" in written else None,
        high=ruler.at_most(written["max"]) if "max" in written else None,
    )


def _take_prices(text: str, currency: str) -> tuple[str, list[Understood]]:
    found: list[Understood] = []
    for pattern in (*_RANGES, _CEILING, _FLOOR):
        match = pattern.search(text)
        read = [] if match is None else _prices_in(match, currency)
        if match is not None and not {part.value[:3] for part in read} & {part.value[:3] for part in found}:
            found += read
            text = f"{text[: match.start()]} {text[match.end() :]}"
    return text, found


def _prices_in(match: re.Match[str], currency: str) -> list[Understood]:
    """The prices of a phrase; one written without a currency is in that of the other."""
    groups = match.groupdict()
    meant = {name: _currency_beside(groups, name) for name in ("min", "max") if groups.get(name)}
    either = next(filter(None, meant.values()), currency)
    prices = []
    for name, said in meant.items():
        code = said or either
        minor = int(re.sub(r"\D", "", groups[name] or "")) * 10 ** CURRENCY_EXPONENTS[code]
        prices.append(Understood("price", f"{name}:{minor}:{code}", match.group().strip()))
    return prices


def _currency_beside(groups: dict[str, str | None], name: str) -> str:
    return _CURRENCY_OF.get(groups[f"{name}_before"] or groups[f"{name}_after"] or "", "")


def without_price(text: str, part: Understood) -> str:
    """The query without the words of an understood price."""
    return " ".join(fold(text).replace(part.words, " ").split())


def price_of(part: Understood) -> tuple[str, Money]:
    """Which bound (`max` or `min`) an understood price sets, and the price."""
    bound, amount, currency = part.value.split(":")
    return bound, Money(int(amount), currency)


def _attribute_filter(kind: str, code: str) -> Filter:
    if kind == "gender":
        return In("gender", (code, "unisex"))
    return In(kind, (code,))


def _term(word: str, *, prefix: bool) -> Term:
    root = stem(word)
    return Term((word,) if root == word else (word, root), typos_allowed(word), prefix)


def typos_allowed(word: str) -> int:
    """Edits forgiven by length, as Meilisearch: none to 4 letters, one to 8, two above; none with digits or CJK."""
    if not (word.isalpha() and word.isascii()) or len(word) <= 4:  # noqa: PLR2004
        return 0
    return 1 if len(word) <= 8 else 2  # noqa: PLR2004


def measured(request: SearchRequest, understanding: Understanding, ruler: Ruler) -> Filters:
    """The request's filters with its price bounds on the index's scale; a clicked bound goes before a written one."""
    filters, currency = request.filters, request.currency
    low, high = filters.price_min, filters.price_max
    return msgspec.structs.replace(
        filters,
        price_min=understanding.low if low is None else ruler.at_least(Money(low, currency)),
        price_max=understanding.high if high is None else ruler.at_most(Money(high, currency)),
    )


def filter_of(filters: Filters, *, without: str = "") -> Filter:
    """The filter tree of all clicked groups, except the group `without` (for counting that group's other values)."""
    parts: list[Filter] = []
    for name in (*FACETS, "gender"):
        values = filters.group(name)
        if values and name != without:
            parts.append(In(name, values))
    if (filters.price_min is not None or filters.price_max is not None) and without != "price":
        parts.append(Between("price", filters.price_min, filters.price_max))
    if filters.in_stock_only:
        parts.append(In("in_stock", ("yes",)))
    return AllOf(tuple(parts))


def sort_of(order: SortOrder, *, has_terms: bool, today: date) -> Sort | None:
    """The number to sort by; relevance without words is the day's shuffle, so no boutique always comes first."""
    if order == "newest":
        return Sort("first_seen", descending=True)
    if order in {"price-asc", "price-desc"}:
        return Sort("price", descending=order == "price-desc")
    return None if has_terms else Sort(f"rotation_{today.toordinal() % ROTATIONS}")
