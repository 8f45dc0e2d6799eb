"""What is shown in a picture's place: a plate in the boutique's colours with its motif and monogram. Pure."""

from html import escape

from federation.node.covers.brush import HEIGHT as COVER_HEIGHT
from federation.node.covers.brush import WIDTH as COVER_WIDTH
from federation.node.covers.drawing import DRAWN, cover
from federation.node.looks import look_of
from federation.vocabulary.product import Theme
from marketplace.media.domain.addresses import STAND_IN_HEIGHT, STAND_IN_WIDTH

WIDTH, HEIGHT = STAND_IN_WIDTH, STAND_IN_HEIGHT
_WIDE_MONOGRAM = 2
"""A monogram of more letters than this is set smaller."""


def stand_in(theme: Theme, handle: str) -> bytes:
    """The SVG that stands in for any picture of this boutique."""
    look = look_of(theme, handle)
    palette, letters = look.palette, escape(look.monogram)
    size = 150 if len(look.monogram) <= _WIDE_MONOGRAM else 96
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{palette.ground}"/>'
        f'<g opacity=".28">{_motif(theme, handle)}</g>'
        f'<circle cx="300" cy="400" r="150" fill="{palette.ground}" stroke="{palette.hairline}" stroke-width="2"/>'
        f'<text x="300" y="400" dy=".35em" text-anchor="middle" font-family="Georgia,serif" font-size="{size}" '
        f'fill="{palette.ink}">{letters}</text></svg>'
    ).encode()


def _motif(theme: Theme, handle: str) -> str:
    """The boutique's cover, stretched over the plate; nothing for a look without one."""
    if theme.motif_known not in DRAWN:
        return ""
    drawn = cover(theme.motif_known, (theme.ground, theme.ink, theme.accent), handle).decode()
    natural = f'width="{COVER_WIDTH}" height="{COVER_HEIGHT}"'
    return drawn.replace(natural, f'width="{WIDTH}" height="{HEIGHT}"', 1)
