"""What the boutique's own site shows. Pure."""

from collections.abc import Iterable, Mapping
from urllib.parse import quote, urlsplit

import msgspec

from federation.records import LinkView


class HubWay(msgspec.Struct, frozen=True):
    """Where a piece can be bought: the hub's name and its page of that piece."""

    name: str
    url: str


def pick(texts: Mapping[str, str], language: str = "en") -> str:
    """A text in `language`, else in the first language there is, else nothing."""
    return texts.get(language) or next(iter(texts.values()), "")


def ways(handle: str, product_id: str, links: Iterable[LinkView]) -> list[HubWay]:
    """The pages of a piece at every hub that the boutique is linked with."""
    found = []
    for link in links:
        parts = urlsplit(link.remote_url)
        if link.state == "accepted" and parts.scheme in {"http", "https"}:
            path = f"/b/{quote(handle)}/p/{quote(product_id)}"
            found.append(HubWay(link.remote_name, f"{parts.scheme}://{parts.netloc}{path}"))
    return found
