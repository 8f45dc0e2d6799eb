"""What a shopper asks and how it is understood: bounded requests, price phrases, recognised words as boosts. Pure.

Recognised parts only raise what fits; they never hide anything. A hard filter comes from a click alone, and the page
can show each understood part and offer it as a filter.
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
    """A query after reading: the words to look for, in order, what was recognised, and the boosts that follow."""

    terms: tuple[Term, ...]
    understood: tuple[Understood, ...]
    boosts: tuple[Boost, ...]


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
_AMOUNT = rf"(?P<before>{_SIGN})?\s*(?P<amount>\d{{1,7}})(?!\d)\s*(?:(?P<after>{_SIGN})(?!\w))?"
_CEILING = re.compile(rf"(?:\b(?:under|below|less than|up to|max|sotto|fino a|meno di)\s*|<\s*){_AMOUNT}")
_FLOOR = re.compile(rf"\b(?:over|above|more than|from|oltre|almeno)\s*{_AMOUNT}")
_WEIGHTS = {"category": 4.0, "colour": 3.0, "gender": 1.0}


def understand(text: str, currency: str = "EUR", ruler: Ruler = ONE_CURRENCY) -> Understanding:
    """Read a query: price phrases out first, then words, each with its allowed typos; the last word is a prefix.

    A price without a currency is in `currency`.
    """
    rest, prices = _take_prices(fold(text), currency)
    words = [word for word in tokens(rest) if word not in STOP_WORDS][:WORDS_MAX]
    understood = list(prices)
    boosts = [Boost(_price_filter(part, ruler), 2.0) for part in prices]
    for word in words:
        named = recognise(word)
        if named is not None:
            understood.append(Understood(named[0], named[1], word))
            boosts.append(Boost(_attribute_filter(*named), _WEIGHTS[named[0]]))
    ends_open = not text.endswith(" ")
    terms = tuple(_term(word, prefix=ends_open and place == len(words) - 1) for place, word in enumerate(words))
    return Understanding(terms, tuple(understood), tuple(boosts))


def _take_prices(text: str, currency: str) -> tuple[str, list[Understood]]:
    found: list[Understood] = []
    for bound, pattern in (("max", _CEILING), ("min", _FLOOR)):
        match = pattern.search(text)
        if match is not None:
            meant = _CURRENCY_OF.get(match["before"] or match["after"] or "", currency)
            minor = int(match["amount"]) * 10 ** CURRENCY_EXPONENTS[meant]
            found.append(Understood("price", f"{bound}:{minor}:{meant}", match.group().strip()))
            text = f"{text[: match.start()]} {text[match.end() :]}"
    return text, found


def price_of(part: Understood) -> tuple[str, Money]:
    """Which bound (`max` or `min`) an understood price sets, and the price."""
    bound, amount, currency = part.value.split(":")
    return bound, Money(int(amount), currency)


def _price_filter(part: Understood, ruler: Ruler) -> Filter:
    bound, price = price_of(part)
    if bound == "max":
        return Between("price", high=ruler.at_most(price))
    return Between("price", low=ruler.at_least(price))


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


def measured(request: SearchRequest, ruler: Ruler) -> Filters:
    """The request's filters with its price bounds on the index's scale."""
    filters, currency = request.filters, request.currency
    low, high = filters.price_min, filters.price_max
    return msgspec.structs.replace(
        filters,
        price_min=None if low is None else ruler.at_least(Money(low, currency)),
        price_max=None if high is None else ruler.at_most(Money(high, currency)),
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
