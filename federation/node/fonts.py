"""The three type families of our pages, subset to WOFF2 at first start and kept in the state folder.

The fonts come as packages, never in the tree. Each set lies in a folder named after a digest of the packages' versions
and the recipe below, and is written beside and renamed into place, so that several processes may start at once. The
fallback faces take the families' own line metrics and mean width, so that nothing moves when the fonts arrive.
"""

import hashlib
import os
import shutil
import tempfile
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import msgspec
from fontTools import subset
from fontTools.ttLib import TTFont

STYLE_SHEET = "fonts.css"
_PACKAGES = ("font-source-serif-pro", "font-hanken-grotesk", "font-manrope")
_RECIPE = 4
"""Raised when the recipe below changes, so that a new set is made."""

_UNICODES = [
    *range(0x20, 0x7F), *range(0xA0, 0x180), 0x2C6, 0x2DA, 0x2DC, *range(0x2010, 0x2016), *range(0x2018, 0x201F),
    0x2022, 0x2026, 0x202F, 0x2030, 0x2032, 0x2033, 0x2039, 0x203A, 0x20AC, 0x2116, 0x2122, 0x2190, 0x2192, 0x2212,
    0x2215,
]  # fmt: skip
_RARER, _KEPT_OF_THEM = range(0x100, 0x180), {0x152, 0x153, 0x160, 0x161, 0x17D, 0x17E}
_DISPLAY_UNICODES = [code for code in _UNICODES if code not in _RARER or code in _KEPT_OF_THEM]
_FEATURES = ["kern", "liga", "ccmp", "locl", "mark", "mkmk", "tnum", "lnum", "onum", "pnum", "case", "frac"]
_DISPLAY_FEATURES = ["kern", "liga", "ccmp", "locl", "lnum"]
_LETTERS = "etaoinshrdlcumwfgypbvk "
_SHARES = (12.7, 9.1, 8.2, 7.5, 7, 6.7, 6.3, 6.1, 6, 4.3, 4, 2.8, 2.8, 2.4, 2.4, 2.2, 2, 2, 1.9, 1.5, 1, 0.8, 18)
"""How often each letter stands in English text, in per cent of letters."""


class Face(msgspec.Struct, frozen=True):
    """One weight and slope of a family, and the file it is made from."""

    family: str
    weight: int
    slope: str
    package: str
    file: str
    is_display: bool = False
    """Only names and titles are set in it: letters of western Europe suffice."""

    @property
    def name(self) -> str:
        """Its file name in the set."""
        kind = self.family.rpartition(" ")[2].lower()
        return f"{kind}-{self.weight}{'i' if self.slope == 'italic' else ''}.woff2"


_SERIF, _SANS, _ROUND = "Galleria Serif", "Galleria Sans", "Galleria Round"
_FACES = (
    Face(_SERIF, 200, "normal", "font_source_serif_pro", "SourceSerifPro-ExtraLight.ttf", is_display=True),
    Face(_SERIF, 300, "italic", "font_source_serif_pro", "SourceSerifPro-LightIt.ttf", is_display=True),
    Face(_SERIF, 400, "normal", "font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    Face(_SERIF, 400, "italic", "font_source_serif_pro", "SourceSerifPro-It.ttf"),
    Face(_SERIF, 600, "normal", "font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
    Face(_SERIF, 900, "normal", "font_source_serif_pro", "SourceSerifPro-Black.ttf", is_display=True),
    Face(_SANS, 300, "normal", "font_hanken_grotesk", "HankenGrotesk-Light.otf"),
    Face(_SANS, 400, "normal", "font_hanken_grotesk", "HankenGrotesk-Regular.otf"),
    Face(_SANS, 600, "normal", "font_hanken_grotesk", "HankenGrotesk-SemiBold.otf"),
    Face(_SANS, 700, "normal", "font_hanken_grotesk", "HankenGrotesk-Bold.otf", is_display=True),
    Face(_ROUND, 300, "normal", "font_manrope", "Manrope-Light.ttf"),
)
_MODELS = {_SERIF: (400, "normal"), _SANS: (400, "normal"), _ROUND: (300, "normal")}
"""The face of each family after which its fallback is stretched."""
_LOCAL = {
    _SERIF: ('local("Times New Roman"),local("Liberation Serif")', 0.4051),
    _SANS: ('local("Arial"),local("Liberation Sans")', 0.4472),
    _ROUND: ('local("Arial"),local("Liberation Sans")', 0.4472),
}
"""For each family two local faces of equal metrics, and the mean width of a letter in those (in em)."""


def ensure_fonts(state_dir: Path) -> Path:
    """The folder with the WOFF2 files and `fonts.css`, made now when they were not before (some seconds)."""
    target = state_dir / "fonts" / _set_name()
    if (target / STYLE_SHEET).is_file():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix="making-", dir=target.parent))
    try:
        for face in _FACES:
            _write_subset(face, draft / face.name)
        (draft / STYLE_SHEET).write_text(_style_sheet(), encoding="utf-8")
        draft.chmod(0o755)
        _put_in_place(draft, target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return target


def _put_in_place(draft: Path, target: Path) -> None:
    """Rename; another process that was faster made the same set."""
    try:
        os.rename(draft, target)  # noqa: PTH104  # Path.rename replaces silently, os.rename refuses a full folder alike
    except OSError:
        if not (target / STYLE_SHEET).is_file():
            raise


def _set_name() -> str:
    recipe = "|".join([str(_RECIPE), *(f"{package} {version(package)}" for package in _PACKAGES)])
    return hashlib.sha256(recipe.encode()).hexdigest()[:12]


def _source(package: str, file: str) -> TTFont:
    return TTFont(str(files(package).joinpath("files", file)), recalcTimestamp=False)


def _write_subset(face: Face, path: Path) -> None:
    options = subset.Options(
        flavor="woff2",
        layout_features=_DISPLAY_FEATURES if face.is_display else _FEATURES,
        hinting=False,
        desubroutinize=True,
        notdef_outline=True,
    )
    font = _source(face.package, face.file)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=_DISPLAY_UNICODES if face.is_display else _UNICODES)
    cutter.subset(font)
    subset.save_font(font, str(path), options)


def _style_sheet() -> str:
    rules = [
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-style:{face.slope};font-display:swap;'
        f'src:url("{face.name}") format("woff2")}}'
        for face in _FACES
    ]
    return (
        "\n".join([*rules, *(_fallback(face) for face in _FACES if (face.weight, face.slope) == _MODELS[face.family])])
        + "\n"
    )


def _fallback(face: Face) -> str:
    """A local face stretched to our family's mean width and given its line metrics (CSS Fonts 5, size-adjust)."""
    local, local_width = _LOCAL[face.family]
    font = _source(face.package, face.file)
    unit = font["head"].unitsPerEm
    widths, characters = font["hmtx"], font.getBestCmap()
    mean = sum(share * widths[characters[ord(letter)]][0] for letter, share in zip(_LETTERS, _SHARES, strict=True))
    scale = mean / sum(_SHARES) / unit / local_width
    lines = font["hhea"]
    return (
        f'@font-face{{font-family:"{face.family} Fallback";src:{local};size-adjust:{scale:.2%};'
        f"ascent-override:{lines.ascent / unit / scale:.2%};descent-override:{-lines.descent / unit / scale:.2%};"
        f"line-gap-override:{lines.lineGap / unit / scale:.2%}}}"
    )
