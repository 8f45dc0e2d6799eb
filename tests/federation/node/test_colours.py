"""A boutique's palette, mended until it can be read."""

from hypothesis import given
from hypothesis import strategies as st

from federation.node.colours import contrast, mix, palette_of

COLOURS = st.from_regex(r"\A#[0-9a-f]{6}\Z")


def test_contrast_is_as_published() -> None:
    """Black on white is 21 to 1; a colour on itself 1 to 1."""
    assert round(contrast("#000000", "#ffffff"), 2) == 21
    assert contrast("#6b1f2a", "#6b1f2a") == 1


def test_mixing_runs_from_one_to_the_other() -> None:
    """A share of nothing keeps the colour, a whole share replaces it."""
    assert mix("#102030", "#ffffff", 0) == "#102030"
    assert mix("#102030", "#ffffff", 1) == "#ffffff"


@given(COLOURS, COLOURS, COLOURS)
def test_every_palette_can_be_read(ground: str, ink: str, accent: str) -> None:
    """Whatever a boutique chose, text and actions stand out from the ground as far as the ground allows."""
    palette = palette_of(ground, ink, accent)
    best = max(contrast(ground, "#000000"), contrast(ground, "#ffffff"))
    assert contrast(palette.ink, ground) >= min(7, best) - 0.01
    assert contrast(palette.accent, ground) >= 4.5
    assert contrast(palette.soft, ground) >= 4.5
    assert contrast(palette.on_accent, palette.accent) >= 3


def test_a_sound_palette_is_kept() -> None:
    """Colours that can be read are not touched."""
    palette = palette_of("#fbfaf7", "#161513", "#6b1f2a")
    assert (palette.ground, palette.ink, palette.accent) == ("#fbfaf7", "#161513", "#6b1f2a")
