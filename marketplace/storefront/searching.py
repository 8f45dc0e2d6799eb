"""A search as it stands in an address, and the links that lead from one search to the next. Pure.

Invariant: every facet, chip, order and page is a plain link, so that searching needs no script; the same search always
has the same address.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from federation.node.pages import format_money, format_round_money
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.money import CURRENCY_EXPONENTS, Money, parse_decimal, to_decimal
from federation.vocabulary.product import COLOUR_FAMILIES
from federation.vocabulary.wording import message, sentence
from marketplace.storefront.words import DEPARTMENTS, say
from search.query import FACETS, SearchRequest, SortOrder, price_of, without_price
from search.service import FacetValue, SearchPage

SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "CHF": "CHF", "JPY": "¥"}
"""How a currency reads beside a field for a price."""

SORTS: dict[SortOrder, str] = {
    "relevance": message("Best match"),
    "newest": message("Newest"),
    "price-asc": message("Price, low to high"),
    "price-desc": message("Price, high to low"),
}
TITLES = {
    "gender": message("For"),
    "department": message("Department"),
    "category": message("Kind"),
    "colour": message("Colour"),
    "size": message("Size"),
    "town": message("Town"),
    "shop": message("Boutique"),
}
GROUPS = ("gender", *FACETS)
"""Everything there is to click, in the order it stands."""

GENDERS = {"women": message("Women"), "men": message("Men"), "children": message("Children")}
_SHARED = "unisex"
"""What is cut for both is found under either; it is no choice of its own."""

FACET_VALUES_MAX = {"town": 60, "shop": 60, "size": 80}
_FACET_VALUES_DEFAULT = 40
_GROUP_VALUES_MAX = 40
_PRICE_WORDS = re.compile(r"\s|[€£$¥]|eur(?:os?)?|gbp|usd|chf|jpy|yen", re.IGNORECASE)
_LETTERED = ("XXS", "XS", "S", "M", "L", "XL", "XXL", "XXXL")


class Params(msgspec.Struct, frozen=True):
    """An address's query, each name with its values."""

    values: Mapping[str, Sequence[str]]

    def first(self, name: str) -> str:
        """The first value of `name`, or nothing."""
        found = self.values.get(name)
        return found[0].strip() if found else ""

    def every(self, name: str) -> tuple[str, ...]:
        """All values of `name` that say something, each once."""
        return tuple(dict.fromkeys(value for value in self.values.get(name, ()) if value))[:_GROUP_VALUES_MAX]


class Link(msgspec.Struct, frozen=True):
    """Something to click: `active` when it stands already."""

    label: str
    url: str
    active: bool = False
    count: int = 0
    value: str = ""


class FacetGroup(msgspec.Struct, frozen=True):
    """One group of values to narrow by, with how many of them are chosen; `cut` says that there are more."""

    name: str
    title: str
    values: tuple[Link, ...]
    chosen: int
    cut: bool = False


class SearchControls(msgspec.Struct, frozen=True, kw_only=True):
    """Everything beside the cards: facets, chips of what is chosen, orders, pages, and what the query was taken for."""

    text: str
    groups: tuple[FacetGroup, ...]
    chips: tuple[Link, ...]
    sorts: tuple[Link, ...]
    offers: tuple[Link, ...]
    hidden: tuple[tuple[str, str], ...]
    price_sign: str
    price_min: str
    price_max: str
    previous: str
    following: str
    clear: str
    heading: str
    legible: bool


def read_request(params: Params, currency: str = "EUR") -> SearchRequest:
    """The search that an address asks for; prices are in `currency` unless the address names another.

    Raises RecordInvalidError with a sentence for what cannot be understood.
    """
    named = params.first("currency")
    currency = named if named in CURRENCY_EXPONENTS else currency
    filters = {name: params.every(name) for name in FACETS} | {"gender": _with_shared(params.every("gender"))}
    prices = {
        "price_min": _minor(params.first("min"), currency),
        "price_max": _minor(params.first("max"), currency),
    }
    page = params.first("page")
    try:
        return msgspec.convert(
            {
                "text": params.first("q")[:400],
                "filters": {**filters, **prices},
                "sort": asked if (asked := params.first("sort")) in SORTS else "relevance",
                "currency": currency,
                "page": int(page) if page.isascii() and page.isdigit() else 1,
            },
            SearchRequest,
        )
    except msgspec.ValidationError as error:
        raise RecordInvalidError(sentence("This search cannot be understood: %(fault)s", fault=error)) from error


def _with_shared(clicked: Sequence[str]) -> tuple[str, ...]:
    """The genders to filter by for those clicked."""
    known = tuple(one for one in clicked if one in GENDERS)
    return (*known, _SHARED) if "women" in known or "men" in known else known


def _clicked(request: SearchRequest, name: str) -> tuple[str, ...]:
    return tuple(one for one in request.filters.group(name) if name != "gender" or one != _SHARED)


def _minor(text: str, currency: str) -> int | None:
    """A price as people write it: with a comma, a sign or the currency’s name."""
    plain = _PRICE_WORDS.sub("", text).replace(",", "." if CURRENCY_EXPONENTS[currency] else "")
    return parse_decimal(plain, currency).amount_minor if plain else None


def address_of(request: SearchRequest, **changes: object) -> str:
    """The address of `request` with `changes` made to its fields; goes back to the first page unless told otherwise."""
    changed = msgspec.structs.replace(request, **{"page": 1, **changes})
    pairs = _pairs(changed)
    if changed.page > 1:
        pairs.append(("page", str(changed.page)))
    return f"/search?{urlencode(pairs)}" if pairs else "/search"


def _pairs(request: SearchRequest, *, prices: bool = True) -> list[tuple[str, str]]:
    pairs = [("q", request.text)] if request.text else []
    pairs += [(name, value) for name in GROUPS for value in _clicked(request, name)]
    for name, minor in (("min", request.filters.price_min), ("max", request.filters.price_max)):
        if prices and minor is not None:
            pairs.append((name, _plain(minor, request.currency)))
    if prices and (request.filters.price_min is not None or request.filters.price_max is not None):
        pairs.append(("currency", request.currency))
    if request.sort != "relevance":
        pairs.append(("sort", request.sort))
    return pairs


def _plain(minor: int, currency: str) -> str:
    return to_decimal(Money(minor, currency)).removesuffix(".00")


def _with_sign(minor: int, currency: str) -> str:
    price = Money(minor, currency)
    return format_money(price) if minor % 10 ** CURRENCY_EXPONENTS[currency] else format_round_money(price)


def controls(request: SearchRequest, found: SearchPage, shop_names: Mapping[str, str]) -> SearchControls:
    """The links around a page of results. `shop_names` gives boutiques by id, as the index knows ids only."""
    filters = request.filters
    chips = _chips(request, found, shop_names)
    return SearchControls(
        text=request.text,
        groups=tuple(
            group for name in GROUPS if (group := _group(request, name, found.facets.get(name, ()), shop_names)).values
        ),
        chips=chips,
        sorts=tuple(
            Link(say(words), address_of(request, sort=order), active=order == request.sort)
            for order, words in SORTS.items()
        ),
        offers=_offers(request, found),
        hidden=tuple(_pairs(request, prices=False)),
        price_sign=SIGNS.get(request.currency, request.currency),
        price_min="" if filters.price_min is None else _plain(filters.price_min, request.currency),
        price_max="" if filters.price_max is None else _plain(filters.price_max, request.currency),
        previous=address_of(request, page=request.page - 1) if request.page > 1 else "",
        following=address_of(request, page=request.page + 1) if request.page < found.pages else "",
        clear=address_of(SearchRequest(text=_without_prices(request.text, found))),
        heading=chips[0].label if len(chips) == 1 else "",
        legible=not request.text or any(letter.isalnum() for letter in request.text),
    )


def _group(
    request: SearchRequest, name: str, values: Sequence[FacetValue], shop_names: Mapping[str, str]
) -> FacetGroup:
    if name == "gender":
        held = _clicked(request, name)
        genders = tuple(
            Link(say(words), _toggled(request, name, code), code in held, value=code) for code, words in GENDERS.items()
        )
        return FacetGroup(name, say(TITLES[name]), genders, len(held))
    links = [_facet_link(request, name, value, shop_names) for value in values if value.count or value.active]
    most = FACET_VALUES_MAX.get(name, _FACET_VALUES_DEFAULT)
    shown = (_told_apart(links) if name == "size" else links)[:most]
    if name == "size":
        shown = sorted(shown, key=_size_place)
    return FacetGroup(name, say(TITLES[name]), tuple(shown), sum(link.active for link in links), cut=len(links) > most)


def _told_apart(links: Sequence[Link]) -> list[Link]:
    """Sizes that read alike in two departments say which they belong to."""
    labels = [link.label for link in links]
    return [
        msgspec.structs.replace(
            link, label=f"{link.label}, {say(DEPARTMENTS.get(link.value.partition(':')[0], '')).lower()}"
        )
        if labels.count(link.label) > 1
        else link
        for link in links
    ]


def _size_place(link: Link) -> tuple[str, str, int, float, str]:
    """As they hang on a rail: by department, lettered before numbered, small before large."""
    department, _, rest = link.value.partition(":")
    system, _, value = rest.partition(":")
    rank = _LETTERED.index(value) if value in _LETTERED else len(_LETTERED)
    number = float(value) if re.fullmatch(r"\d+(?:\.\d+)?", value) else 0.0
    return department, "" if system == "INT" else system, rank, number, value


def _label(name: str, value: FacetValue, shop_names: Mapping[str, str]) -> str:
    """How a value reads; towns and boutiques have their own names in every language."""
    if name == "shop":
        return shop_names.get(value.value, value.label)
    if name == "colour":
        return say(COLOUR_FAMILIES.get(value.value, value.label))
    if name == "department":
        return say(DEPARTMENTS.get(value.value, value.label))
    return say(value.label) if name in {"category", "size"} else value.label


def _facet_link(request: SearchRequest, name: str, value: FacetValue, shop_names: Mapping[str, str]) -> Link:
    return Link(
        _label(name, value, shop_names), _toggled(request, name, value.value), value.active, value.count, value.value
    )


def _toggled(request: SearchRequest, name: str, value: str) -> str:
    held = _clicked(request, name)
    after = tuple(one for one in held if one != value) if value in held else (*held, value)
    after = _with_shared(after) if name == "gender" else after
    return address_of(request, filters=msgspec.structs.replace(request.filters, **{name: after}))


def _chips(request: SearchRequest, found: SearchPage, shop_names: Mapping[str, str]) -> tuple[Link, ...]:
    """What is chosen now; each link takes it away."""
    labels = {
        (name, value.value): _label(name, value, shop_names)
        for name, values in found.facets.items()
        for value in values
    }
    labels |= {("gender", code): say(words) for code, words in GENDERS.items()}
    chips = []
    for name in GROUPS:
        for value in _clicked(request, name):
            label = labels.get((name, value), shop_names.get(value, value))
            chips.append(Link(label, _toggled(request, name, value), active=True))
    for name in ("price_min", "price_max"):
        minor = getattr(request.filters, name)
        if minor is not None:
            without = msgspec.structs.replace(request.filters, **{name: None})
            words = _bound_words(name, minor, request.currency)
            chips.append(Link(words, address_of(request, filters=without), active=True))
    return (*chips, *_written_bounds(request, found))


def _bound_words(name: str, minor: int, currency: str) -> str:
    price = _with_sign(minor, currency)
    return say("up to %(price)s", price=price) if name == "price_max" else say("from %(price)s", price=price)


def _written_bounds(request: SearchRequest, found: SearchPage) -> list[Link]:
    """The prices that were written into the query and bind; each link takes its words away."""
    links = []
    for part in found.understood:
        if part.kind != "price":
            continue
        bound, price = price_of(part)
        name = "price_max" if bound == "max" else "price_min"
        if getattr(request.filters, name) is None:
            words = _bound_words(name, price.amount_minor, price.currency)
            url = address_of(request, text=without_price(request.text, part))
            links.append(Link(words, url, active=True))
    return links


def _without_prices(text: str, found: SearchPage) -> str:
    for part in found.understood:
        text = without_price(text, part) if part.kind == "price" else text
    return text


def _offers(request: SearchRequest, found: SearchPage) -> tuple[Link, ...]:
    """What else was understood of the query, each part as a link that makes it binding."""
    offers = []
    for part in found.understood:
        if part.kind in FACETS and part.value not in request.filters.group(part.kind):
            labels = {value.value: _label(part.kind, value, {}) for value in found.facets.get(part.kind, ())}
            offers.append(Link(labels.get(part.value, part.value), _toggled(request, part.kind, part.value)))
    return tuple(dict.fromkeys(offers))
