"""A boutique's look, ready to wear: its palette made readable, its type, its opening, its cover and its small habits.

Two boutiques with the same colours and type still differ: how the monogram is set and how parts are divided follow
from the handle. Pure.
"""

import hashlib
from functools import lru_cache

import msgspec

from federation.node.colours import Palette, palette_of
from federation.node.covers.drawing import cover_url
from federation.vocabulary.product import Theme

MARKS = ("plain", "disc", "ring", "square", "frame", "arch", "line", "slant")
"""How a monogram is set."""

RULES = ("hair", "double", "thick", "dotted", "none")
"""How a boutique divides its page."""


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """What templates need of a theme. `pairing` is the type pairing, 1 to 8; `cover` is empty when none is drawn.

    `is_turned` says that the opening is laid out the other way round.
    """

    palette: Palette
    pairing: int
    layout: str
    motif: str
    monogram: str
    mark: str
    rule: str
    is_turned: bool
    cover: str

    @property
    def classes(self) -> str:
        """The style sheet's words for type and rules; colours and mark have their own."""
        return f"pairing-{self.pairing} rule-{self.rule}"


@lru_cache(1024)
def look_of(theme: Theme, handle: str) -> Look:
    """The look of the boutique called `handle`."""
    habit = hashlib.sha256(handle.encode()).digest()
    return Look(
        palette=palette_of(theme.ground, theme.ink, theme.accent),
        pairing=theme.pairing,
        layout=theme.layout_known,
        motif=theme.motif_known,
        monogram=theme.monogram,
        mark=MARKS[habit[0] % len(MARKS)],
        rule=RULES[habit[1] % len(RULES)],
        is_turned=habit[2] % 2 == 1,
        cover=cover_url(theme, handle),
    )
