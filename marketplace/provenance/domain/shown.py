"""What a product page shows a reader, from its HTML: the marked words, prices and variants, and where its proof is.

A page marks what it shows with `data-published`: `title`, `price` (with `data-currency`), and one `variant` per variant
(with `data-variant`). Only text that a reader sees counts, so a page cannot show one thing and mark another. Pure.
"""

import re
from html.parser import HTMLParser

import msgspec

PROOF_TYPE = "application/vnd.fed.record-proof+json"

_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})
_UNSEEN = frozenset({"s", "script", "style", "template", "head"})
_BLANKS = re.compile(r"\s+")


class ShownVariant(msgspec.Struct, frozen=True):
    """One variant as the page names it: `text` holds its colour, size and price in words."""

    id: str
    text: str


class ShownPage(msgspec.Struct, frozen=True, kw_only=True):
    """What a page shows: an empty text or tuple where it marks nothing. `proof_url` is as written in the page."""

    title: str
    price: str
    currency: str
    variants: tuple[ShownVariant, ...]
    proof_url: str


def read_page(html: str) -> ShownPage:
    """What the HTML of a product page shows."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    found = [(attributes, _BLANKS.sub(" ", "".join(parts)).strip()) for attributes, parts in reader.found]
    prices = [(attributes, text) for attributes, text in found if attributes["data-published"] == "price"]
    return ShownPage(
        title=" / ".join(text for attributes, text in found if attributes["data-published"] == "title"),
        price=" ".join(text for _, text in prices),
        currency=" ".join(sorted({attributes.get("data-currency", "") for attributes, _ in prices})),
        variants=tuple(
            ShownVariant(attributes.get("data-variant", ""), text)
            for attributes, text in found
            if attributes["data-published"] == "variant"
        ),
        proof_url=reader.proof_url,
    )


class _Reader(HTMLParser):
    """Collects the seen text of every marked element; marks may stand inside each other."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.proof_url = ""
        self.found: list[tuple[dict[str, str], list[str]]] = []
        self._open: list[tuple[str, bool, list[str] | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "link" and attributes.get("rel") == "alternate" and attributes.get("type") == PROOF_TYPE:
            self.proof_url = self.proof_url or attributes.get("href", "")
        if tag in _VOID:
            return
        unseen = tag in _UNSEEN or "hidden" in attributes or "visually-hidden" in attributes.get("class", "").split()
        parts: list[str] | None = None
        if attributes.get("data-published"):
            parts = []
            self.found.append((attributes, parts))
        self._open.append((tag, unseen, parts))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            closed, _, _ = self._open.pop()
            if closed == tag:
                return

    def handle_data(self, data: str) -> None:
        if any(unseen for _, unseen, _ in self._open):
            return
        for _, _, parts in self._open:
            if parts is not None:
                parts.append(data)
