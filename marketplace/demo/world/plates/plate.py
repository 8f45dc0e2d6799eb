"""From a cut and its colours to the plates that show a piece: two views, the whole and the turned or near one."""

from collections.abc import Callable

import msgspec

from marketplace.demo.world.cuts import (
    AnyCut,
    Bag,
    Belt,
    Boot,
    Bracelet,
    Coat,
    Dress,
    Earrings,
    Gloves,
    Hat,
    Knit,
    Necklace,
    Ring,
    Sandal,
    Scarf,
    Shirt,
    Shoe,
    Skirt,
    Suit,
    Trousers,
    Wallet,
)  # fmt: skip
from marketplace.demo.world.plates import accessories, bags, boots, dresses, jewels, shoes, tailoring, tops
from marketplace.demo.world.plates.sheet import Sheet

Drawing = Callable[..., tuple[float, float, float] | None]
"""Draws a cut on a sheet; `back=True` asks for the second view. May answer with a zoom: scale, and what to centre."""

_DRAWINGS: dict[type, tuple[Drawing, str, str]] = {
    Dress: (dresses.draw_dress, "front", "back"),
    Skirt: (dresses.draw_skirt, "front", "back"),
    Knit: (tops.draw_knit, "front", "back"),
    Shirt: (tops.draw_shirt, "front", "back"),
    Coat: (tailoring.draw_coat, "front", "back"),
    Suit: (tailoring.draw_suit, "front", "back"),
    Trousers: (tailoring.draw_trousers, "front", "back"),
    Shoe: (shoes.draw_shoe, "from the side", "from above"),
    Sandal: (shoes.draw_sandal, "from the side", "from above"),
    Boot: (boots.draw_boot, "from the side", "near"),
    Bag: (bags.draw_bag, "front", "near"),
    Wallet: (bags.draw_wallet, "front", "near"),
    Ring: (jewels.draw_ring, "whole", "near"),
    Necklace: (jewels.draw_necklace, "whole", "near"),
    Earrings: (jewels.draw_earrings, "the pair", "near"),
    Bracelet: (jewels.draw_bracelet, "whole", "near"),
    Scarf: (accessories.draw_scarf, "laid out", "near"),
    Belt: (accessories.draw_belt, "rolled", "near"),
    Hat: (accessories.draw_hat, "from the side", "near"),
    Gloves: (accessories.draw_gloves, "the pair", "near"),
}


_LARGER: dict[type, tuple[float, float, float]] = {
    Wallet: (1.28, 300, 414), Belt: (1.3, 312, 386), Earrings: (1.3, 300, 396), Ring: (1.25, 300, 396),
    Hat: (1.12, 300, 404), Bracelet: (1.15, 300, 420),
}  # fmt: skip
"""Small things are drawn larger: scale and the point in the middle of the whole view."""


class Drawn(msgspec.Struct, frozen=True):
    """One finished drawing: which view it is, and its SVG."""

    view: str
    svg: str


def draw(cut: AnyCut, colours: tuple[str, str], ground: str) -> tuple[Drawn, Drawn]:
    """Both views of a cut in one pair of colours."""
    drawing, first, second = _DRAWINGS[type(cut)]
    views = []
    for view, back in ((first, False), (second, True)):
        sheet = Sheet(colours, cut.cloth, ground)
        zoom = drawing(sheet, cut, back=back)
        views.append(Drawn(view, sheet.svg(zoom or _LARGER.get(type(cut)))))
    return views[0], views[1]
