"""What a boutique chooses its look from, in an owner's words. Pure."""

from federation.vocabulary.product import LAYOUTS, MOTIFS, Theme
from federation.vocabulary.wording import message

PAIRINGS = (
    ("1", message("Serif")),
    ("2", message("Serif, light italic")),
    ("3", message("Sans, spaced capitals")),
    ("4", message("Sans, bold")),
    ("5", message("Serif, strong")),
    ("6", message("Sans, lower case")),
    ("7", message("Fashion-plate serif, thin")),
    ("8", message("Typewriter")),
)

"""The type pairings of a boutique's look, as our style sheet numbers them."""

_OPENINGS = {
    "plate": message("Name beside a square cover"),
    "banner": message("Wide cover, name below"),
    "column": message("Name over the page's whole width"),
    "index": message("A contents page: kinds and numbers first"),
    "letter": message("A letter: the story first"),
}
_COVERS = {
    "none": message("No drawing, colour alone"),
    "stripe": message("Stripes"),
    "weave": message("Weave"),
    "terrazzo": message("Terrazzo"),
    "scales": message("Scales"),
    "waves": message("Waves"),
    "arches": message("Arches"),
    "stars": message("Stars"),
    "botanic": message("Leaves"),
    "grid": message("Grid"),
    "dots": message("Dots"),
    "marble": message("Marble"),
    "herringbone": message("Herringbone"),
    "majolica": message("Majolica tiles"),
    "rope": message("Rope"),
    "sun": message("Sun"),
}


def openings(theme: Theme) -> list[tuple[str, str]]:
    """How a page may open, each code with its words; a word we do not know is kept as it is."""
    return _with_present([(code, _OPENINGS[code]) for code in LAYOUTS], theme.layout)


def covers(theme: Theme) -> list[tuple[str, str]]:
    """What may be drawn on the cover, each code with its words; a word we do not know is kept as it is."""
    return _with_present([(code, _COVERS[code]) for code in MOTIFS], theme.motif)


def _with_present(options: list[tuple[str, str]], present: str) -> list[tuple[str, str]]:
    return options if present in dict(options) else [*options, (present, present)]
