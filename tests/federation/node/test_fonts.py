"""The fonts' set in the state folder."""

import re
from pathlib import Path

from fontTools.ttLib import TTFont

from federation.node.fonts import STYLE_SHEET, ensure_fonts


def test_fonts_are_made_once_and_are_small(made_fonts: Path) -> None:
    """Every face of the style sheet is there as WOFF2 below 30 kB, holds euro and accents, and is not made again."""
    folder = ensure_fonts(made_fonts)
    named = re.findall(r'url\("([^"]+)"\)', (folder / STYLE_SHEET).read_text())
    assert len(named) == len(set(named)) == 11
    for name in named:
        assert (folder / name).stat().st_size < 30_000
        assert {ord("€"), ord("ã"), ord("—")} <= TTFont(folder / name).getBestCmap().keys()
    made_at = (folder / STYLE_SHEET).stat().st_mtime_ns
    assert ensure_fonts(made_fonts) == folder
    assert (folder / STYLE_SHEET).stat().st_mtime_ns == made_at
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]


def test_fallbacks_take_the_families_metrics(made_fonts: Path) -> None:
    """The fallback faces are stretched to their family's width and lines, so that nothing jumps."""
    sheet = (ensure_fonts(made_fonts) / STYLE_SHEET).read_text()
    assert len(re.findall(r"size-adjust:\d+\.\d\d%;ascent-override", sheet)) == 3
