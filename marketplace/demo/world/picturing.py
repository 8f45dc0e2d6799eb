"""Which plates show a product: keyed by what is drawn, so that boutiques with like pieces share the drawings.

A plate depends on cut, cloth, colours and ground alone. Colours are drawn in the nearest pigment of a fixed scale and
grounds in the nearest of a few papers, as one hand with one paintbox would: that is what makes sharing possible.
"""

import hashlib
import math
from functools import lru_cache

import msgspec

from federation.node.colours import perceived
from marketplace.demo.world.cuts import AnyCut
from marketplace.demo.world.house import Shade
from marketplace.demo.world.plates.plate import Drawn, draw
from marketplace.demo.world.plates.sheet import HEIGHT, WIDTH

PAPERS = ("#f3efe6", "#ece7dc", "#e9e9e7", "#e6ebe8", "#efe4dc", "#e8e3ec")
PIGMENTS = tuple(
    "#" + pigment
    for pigment in """
    fbf8f1 f4efe4 ece4d4 e3d8c3 d8cbb2 c9b896 eceded d9dbdc bfc3c6 9ea3a8 7c8187 5c6167 43474c 2e3135 1d1e20 111213
    efe0c8 dcc29c c8a573 b08752 966b3c 7a5230 5f3e26 45301f 2f2118 f3d9c6 e9b48f dd8f5f cf6f3b b8562a 964424 ff6a2b
    f2c9c2 e39a92 d56a62 c23b38 a3222c 801a24 5c1720 e4322b f7dde0 eebcc6 e08fa6 cc5f86 b33a6b 8d2857 e5d9ea c7b1d4
    a583b9 7f5a98 5f3f78 432a59 dfe8f1 bfd2e6 94b3d6 6690c0 3f6da6 2b5088 1f3a69 18294b 101b33 1f3fc4 d3e8e6 a3cfcd
    6fb0b0 3f8d8f 256a6f 174b52 35a7a8 7fd0cc e0eadb bfd3b4 96b587 6c935f 4b7545 335a36 22402a 172b1d 1f7a48 e6e4c3
    cbc98f a9a75f 85833f 63622d 454521 faf0c8 f5e08f eec84f e2ad24 c48d18 9a6c14 d9ae4e b9bec4 b87b5a d79a83
    """.split()  # noqa: SIM905 - a paintbox reads better in rows
)
"""The paintbox: dyes, earths, leathers and metals, as hexadecimal sRGB."""

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
    colours = (_nearest(shade.colour, PIGMENTS), _nearest(shade.second, PIGMENTS))
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
def _nearest(colour: str, scale: tuple[str, ...]) -> str:
    """The colour of `scale` that looks most like `colour`."""
    wanted = perceived(colour)
    return min(scale, key=lambda other: math.dist(wanted, perceived(other)))
