"""What a boutique chooses its look from, in an owner's words. Pure."""

from federation.vocabulary.product import LAYOUTS, MOTIFS, Theme

PAIRINGS = (
    ("1", "Serif"),
    ("2", "Serif, light italic"),
    ("3", "Sans, spaced capitals"),
    ("4", "Sans, bold"),
    ("5", "Serif, strong"),
    ("6", "Sans, lower case"),
    ("7", "Fashion-plate serif, thin"),
    ("8", "Typewriter"),
)
"""The type pairings of a boutique's look, as our style sheet numbers them."""

_OPENINGS = {
    "plate": "Name beside a square cover",
    "banner": "Wide cover, name below",
    "column": "Name over the page's whole width",
    "index": "A contents page: kinds and numbers first",
    "letter": "A letter: the story first",
}
_COVERS = {
    "none": "No drawing, colour alone",
    "stripe": "Stripes",
    "weave": "Weave",
    "terrazzo": "Terrazzo",
    "scales": "Scales",
    "waves": "Waves",
    "arches": "Arches",
    "stars": "Stars",
    "botanic": "Leaves",
    "grid": "Grid",
    "dots": "Dots",
    "marble": "Marble",
    "herringbone": "Herringbone",
    "majolica": "Majolica tiles",
    "rope": "Rope",
    "sun": "Sun",
}


def openings(theme: Theme) -> list[tuple[str, str]]:
    """How a page may open, each code with its words; a word we do not know is kept as it is."""
    return _with_present([(code, _OPENINGS[code]) for code in LAYOUTS], theme.layout)


def covers(theme: Theme) -> list[tuple[str, str]]:
    """What may be drawn on the cover, each code with its words; a word we do not know is kept as it is."""
    return _with_present([(code, _COVERS[code]) for code in MOTIFS], theme.motif)


def _with_present(options: list[tuple[str, str]], present: str) -> list[tuple[str, str]]:
    return options if present in dict(options) else [*options, (present, present)]
