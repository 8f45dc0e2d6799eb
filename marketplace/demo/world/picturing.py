"""Which plates show a product: keyed by what is drawn, so that boutiques with like pieces share the drawings.

A plate depends on cut, cloth, colours and ground alone. Colours are drawn in the nearest pigment of a fixed scale and
grounds in the nearest of a few papers, as one hand with one paintbox would: that is what makes sharing possible.
"""

import hashlib
from functools import lru_cache

import msgspec

from marketplace.demo.world.cuts import AnyCut
from marketplace.demo.world.house import Shade
from marketplace.demo.world.plates.plate import Drawn, draw
from marketplace.demo.world.plates.sheet import HEIGHT, WIDTH

PAPERS = ("#f3efe6", "#ece7dc", "#e9e9e7", "#e6ebe8", "#efe4dc", "#e8e3ec")
PIGMENT_STEPS = 7
"""Levels of each colour channel in the paintbox."""

VIEW_WORDS: dict[str, dict[str, str]] = {
    "front": {"it": "davanti", "fr": "devant", "de": "Vorderseite", "es": "delante", "ja": "前"},
    "back": {"it": "dietro", "fr": "dos", "de": "Rückseite", "es": "detrás", "ja": "後ろ"},
    "from the side": {"it": "di lato", "fr": "de profil", "de": "von der Seite", "es": "de lado", "ja": "横"},
    "from above": {"it": "dall’alto", "fr": "vu d’en haut", "de": "von oben", "es": "desde arriba", "ja": "上"},
    "near": {"it": "da vicino", "fr": "de près", "de": "aus der Nähe", "es": "de cerca", "ja": "近景"},
    "whole": {"it": "intero", "fr": "en entier", "de": "im Ganzen", "es": "entero", "ja": "全体"},
    "the pair": {"it": "il paio", "fr": "la paire", "de": "das Paar", "es": "el par", "ja": "一組"},
    "laid out": {"it": "disteso", "fr": "déployé", "de": "ausgebreitet", "es": "extendido", "ja": "広げて"},
    "rolled": {"it": "arrotolata", "fr": "roulée", "de": "gerollt", "es": "enrollado", "ja": "巻いて"},
}
"""How a view is called, by language; the key is English."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What one colour of a product looks like, ready to be drawn, and the words for those who cannot see it."""

    cut: AnyCut
    colours: tuple[str, str]
    ground: str
    words: str
    language: str


class Plate(msgspec.Struct, frozen=True, kw_only=True):
    """One picture of a product: its SVG, the SHA-256 of its bytes, its words, its size in pixels."""

    svg: str
    sha256: str
    alt: str
    width: int = WIDTH
    height: int = HEIGHT


def look_of(cut: AnyCut, shade: Shade, ground: str, words: str, language: str) -> Look:
    """A look in the colours of the paintbox."""
    colours = (_pigment(shade.colour), _pigment(shade.second))
    return Look(cut=cut, colours=colours, ground=_nearest(ground, PAPERS), words=words, language=language)


def plates(look: Look) -> tuple[Plate, ...]:
    """The views of a look, the whole first."""
    return tuple(
        Plate(svg=drawn.svg, sha256=sha256, alt=f"{look.words}, {_view(drawn.view, look.language)}")
        for drawn, sha256 in _drawn(look.cut, look.colours, look.ground)
    )


@lru_cache(maxsize=2_000)
def _drawn(cut: AnyCut, colours: tuple[str, str], ground: str) -> tuple[tuple[Drawn, str], ...]:
    views = draw(cut, colours, ground)
    return tuple((view, hashlib.sha256(view.svg.encode()).hexdigest()) for view in views)


def _view(view: str, language: str) -> str:
    return VIEW_WORDS[view].get(language, view)


@lru_cache(maxsize=4_000)
def _pigment(colour: str) -> str:
    step = 255 / (PIGMENT_STEPS - 1)
    return "#" + "".join(f"{round(round(channel / step) * step):02x}" for channel in _channels(colour))


@lru_cache(maxsize=400)
def _nearest(colour: str, scale: tuple[str, ...]) -> str:
    def distance(other: str) -> int:
        return sum((one - two) ** 2 for one, two in zip(_channels(colour), _channels(other), strict=True))

    return min(scale, key=distance)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
