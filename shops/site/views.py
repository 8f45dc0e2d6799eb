"""What the boutique's own site shows. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, urlencode, urlsplit

import msgspec

from federation.records import LinkView
from federation.vocabulary.product import CATEGORIES


class HubWay(msgspec.Struct, frozen=True):
    """Where a piece can be bought: the hub's name and its page of that piece."""

    name: str
    url: str


class Kind(msgspec.Struct, frozen=True):
    """A category that the boutique shows, with its number of pieces and the page that shows them."""

    code: str
    label: str
    count: int
    url: str
    active: bool


def kinds(handle: str, counts: Mapping[str, int], chosen: str) -> list[Kind]:
    """What the boutique shows, in the order of `counts`."""
    return [
        Kind(
            code,
            CATEGORIES[code][0] if code in CATEGORIES else code,
            count,
            f"/@{quote(handle)}?{urlencode({'kind': code})}#pieces",
            code == chosen,
        )
        for code, count in counts.items()
    ]


def hub_pages(handle: str, links: Iterable[LinkView]) -> list[HubWay]:
    """The boutique's page at every hub that it is linked with."""
    return [HubWay(name, f"{origin}/b/{quote(handle)}") for name, origin in _linked(links)]


def ways(handle: str, product_id: str, links: Iterable[LinkView]) -> list[HubWay]:
    """The pages of a piece at every hub that the boutique is linked with."""
    path = f"/b/{quote(handle)}/p/{quote(product_id)}"
    return [HubWay(name, f"{origin}{path}") for name, origin in _linked(links)]


def _linked(links: Iterable[LinkView]) -> Iterator[tuple[str, str]]:
    """Name, and scheme with authority, of the hubs that sell for the boutique."""
    for link in links:
        parts = urlsplit(link.remote_url)
        if link.state == "accepted" and parts.scheme in {"http", "https"}:
            yield link.remote_name, f"{parts.scheme}://{parts.netloc}"
