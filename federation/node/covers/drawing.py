"""From a look to the bytes of its cover."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from federation.node.covers import cloths, skies, stones
from federation.node.covers.brush import HEIGHT, WIDTH, Brush
from federation.vocabulary.product import Theme

_MOTIFS: dict[str, Callable[[Brush], str]] = {
    "stripe": cloths.stripe,
    "weave": cloths.weave,
    "grid": cloths.grid,
    "herringbone": cloths.herringbone,
    "dots": cloths.dots,
    "rope": cloths.rope,
    "terrazzo": stones.terrazzo,
    "scales": stones.scales,
    "waves": stones.waves,
    "arches": stones.arches,
    "marble": stones.marble,
    "majolica": stones.majolica,
    "stars": skies.stars,
    "botanic": skies.botanic,
    "sun": skies.sun,
}
DRAWN = frozenset(_MOTIFS)
"""The motifs there is something to draw for: all but `none`."""

DRAFT: Final = 1
"""Raised when a motif is drawn anew, so that browsers ask again."""

_KEPT = 512


@lru_cache(_KEPT)
def cover(motif: str, colours: tuple[str, str, str], seed: str) -> bytes:
    """The cover as SVG: `motif` (one of DRAWN) in ground, ink and accent (each `#rrggbb`), as `seed` would have it."""
    drawn = _MOTIFS[motif](Brush(*colours, seed))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
        f' preserveAspectRatio="xMidYMid slice">{drawn}</svg>'
    ).encode()


def cover_url(theme: Theme, handle: str) -> str:
    """Where the cover of a boutique's look is; empty when its look has none."""
    if theme.motif_known not in DRAWN:
        return ""
    colours = "".join(colour.lstrip("#").lower() for colour in (theme.ground, theme.ink, theme.accent))
    return f"/covers/{DRAFT}/{theme.motif_known}/{handle}-{colours}.svg"
