"""The sheet a plate is drawn on: ground, one soft light from the upper left, and parts of cloth laid upon it.

Every part gets the same treatment, which is what makes all plates one hand: flat colour, weave, a shade gathered at
its lower right edge, and an ink line in a tone of the cloth, doubled by a hair so that it swells away from the light.
"""

from collections.abc import Callable, Sequence

from federation.node.colours import luminance, mix
from marketplace.demo.world.plates.geometry import leaf, number
from marketplace.demo.world.plates.weave import DARK_BELOW, INK, tile, tone

WIDTH, HEIGHT = 600, 800
SHEER = {"lace": 0.66}
"""Cloths through which the ground is seen, and how much of them covers it."""

LINE_WIDTH = 1.4

METALS = {"gold": "#d9ae4e", "silver": "#b9bec4", "rose": "#d79a83"}


def short(value: float) -> str:
    """A number below ten, without a leading zero."""
    return f"{value:g}".removeprefix("0") or "0"


class Sheet:
    """One plate in the making. Parts are added in painter's order; `svg` closes it."""

    def __init__(self, colours: tuple[str, str], cloth: str, ground: str) -> None:
        self.base, self.second = colours
        self.cloth = cloth
        self.ground = ground
        self.dark = luminance(self.base) < DARK_BELOW
        self.outline = mix(self.base, INK, 0.68)
        self.seam = mix(tone(self.base, 0.5), self.base, 0.14)
        self._defs: list[str] = []
        self._body: list[str] = []
        self._angles: dict[tuple[int, float], str] = {}
        self._parts = 0
        self._stamps: dict[str, str] = {}
        width, height, content = tile(cloth, *colours)
        self._tile = (width, height)
        self._defs.append(
            f'<pattern id="w" width="{width}" height="{height}" patternUnits="userSpaceOnUse">{content}</pattern>'
        )

    def part(self, path: str, *, fill: str = "", angle: int = 0, weave: bool = True, shade: float = 0.3) -> None:
        """Lay one piece of cloth: `angle` turns its grain, `fill` replaces the cloth's colour (then no weave)."""
        self._parts += 1
        name = f"p{self._parts}"
        colour = fill or self.base
        outline = mix(colour, INK, 0.68)
        self._defs.append(f'<path id="{name}" d="{path}"/><clipPath id="c{name}"><use href="#{name}"/></clipPath>')
        sheer = f' fill-opacity="{SHEER[self.cloth]}"' if not fill and self.cloth in SHEER else ""
        use = f'<use href="#{name}"'
        woven = f'{use} fill="url(#{self._grain(angle)})"/>' if weave and not fill else ""
        self._body.append(
            f'{use} fill="{colour}"{sheer}/>{woven}<g clip-path="url(#c{name})"><g fill="none" filter="url(#b)">'
            f'{use} x="-5" y="-6" stroke="{INK}" stroke-width="22" opacity="{short(shade)}"/>'
            f'{use} x="5" y="6" stroke="#fff" stroke-width="12" opacity="{short(self._gleam(colour))}"/></g></g>'
            f'<g fill="none" stroke="{outline}">{use}/>{use} x=".7" y=".9"/></g>'
        )

    def line(self, path: str, *, width: float = 1.4, opacity: float = 1, dash: str = "", colour: str = "") -> None:
        """An ink line: a seam, an edge, a stitch when `dash` is given."""
        extra = f' stroke-dasharray="{dash}"' if dash else ""
        extra += f' opacity="{short(opacity)}"' if opacity != 1 else ""
        extra += f' stroke-width="{short(width)}"' if width != LINE_WIDTH else ""
        self._body.append(f'<path d="{path}" fill="none" stroke="{colour or self.seam}"{extra}/>')

    def stitch(self, path: str) -> None:
        """A row of stitches."""
        self.line(path, width=1.1, opacity=0.75, dash="4.5 3")

    def fold(self, start: tuple[float, float], end: tuple[float, float], width: float = 5, lean: float = 0) -> None:
        """A fold in the cloth: a tapered shade with the light it throws up beside it."""
        self._body.append(
            f'<path d="{leaf(start, end, width, lean)}" fill="{INK}" opacity="{0.34 if self.dark else 0.17}"/>'
        )
        (x1, y1), (x2, y2) = start, end
        lit = leaf((x1 - width * 0.9, y1 + 6), (x2 - width * 0.9, y2 - 6), width * 0.5, lean)
        self._body.append(f'<path d="{lit}" fill="#fff" opacity="{0.1 if self.dark else 0.22}"/>')

    def flat(self, path: str, colour: str, opacity: float = 1) -> None:
        """A flat shape without line or shade."""
        self._body.append(f'<path d="{path}" fill="{colour}" opacity="{opacity}"/>')

    def button(self, x: float, y: float, radius: float = 5, colour: str = "") -> None:
        """A sewn button: rim, shine and two holes."""
        fill = colour or mix(self.base, "#ffffff" if self.dark else INK, 0.32)
        edge = mix(fill, INK, 0.55)
        drawing = (
            f'<g stroke="{edge}"><circle r="5" fill="{fill}" stroke-width="1.2"/>'
            '<path d="M-1.4 0h.1m2.6 0h.1" stroke-width="1.6" stroke-linecap="round"/></g>'
        )
        self._stamp(drawing, x, y, radius / 5)

    def _stamp(self, drawing: str, x: float, y: float, scale: float) -> None:
        """Use a small drawing about the origin again and again."""
        name = self._stamps.setdefault(drawing, f"t{len(self._stamps)}")
        self._body.append(f'<use href="#{name}" transform="translate({number(x)} {number(y)}) scale({scale:.2f})"/>')

    def strap(self, path: str, width: float) -> None:
        """A strap of leather along a line: a broad ink stroke, the leather, and a row of stitches."""
        for stroke, colour in (
            (width + 3.4, self.outline),
            (width, self.base),
            (width * 0.36, mix(self.base, "#ffffff", 0.14)),
        ):
            self._body.append(
                f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{number(stroke)}" '
                'stroke-linejoin="round"/>'
            )
        self.line(path, width=1, dash="4.5 3", opacity=0.6)

    def twice(self, places: Sequence[tuple[float, float, float]], draw: Callable[[], None]) -> None:
        """Draw something once and lay it at each of `places` (x, y, scale)."""
        before, self._body = self._body, []
        draw()
        self._defs.append(f'<g id="twin">{"".join(self._body)}</g>')
        self._body = before
        for x, y, scale in places:
            self._body.append(f'<use href="#twin" transform="translate({number(x)} {number(y)}) scale({scale})"/>')

    def metal(self, path: str, metal: str, width: float) -> None:
        """A bar or wire of metal: dark rim, body, and a shine along it."""
        colour = METALS[metal]
        shine = number(-width * 0.16)
        self._body.append(
            f'<g fill="none"><path d="{path}" stroke="{mix(colour, INK, 0.6)}" '
            f'stroke-width="{number(width + 2.2)}"/><path d="{path}" stroke="{colour}" '
            f'stroke-width="{number(width)}"/>'
            f'<path d="{path}" stroke="{mix(colour, "#ffffff", 0.7)}" stroke-width="{number(width * 0.3)}" '
            f'transform="translate({shine} {shine})"/></g>'
        )

    def stud(self, x: float, y: float, metal: str, radius: float) -> None:
        """A small round of metal: a rivet or an eyelet."""
        colour = METALS[metal]
        drawing = (
            f'<circle r="5" fill="{colour}" stroke="{mix(colour, INK, 0.6)}" stroke-width="1.6"/><circle '
            'cx="-1.4" cy="-1.6" r="1.5" fill="#fff" opacity=".8"/>'
        )
        self._stamp(drawing, x, y, radius / 5)

    def link(self, x: float, y: float, metal: str) -> None:
        """One link of a chain, seen from the front."""
        colour = METALS[metal]
        oval = '<ellipse rx="9" ry="7" stroke='
        drawing = (
            f'<g fill="none">{oval}"{mix(colour, INK, 0.6)}" stroke-width="6.2"/>{oval}"{colour}" stroke-width="4"/>'
            f'{oval}"{mix(colour, "#ffffff", 0.7)}" stroke-width="1.2" transform="translate(-.6 -.6)"/></g>'
        )
        self._stamp(drawing, x, y, 1)

    def bead(self, x: float, y: float, radius: float, colour: str = "") -> None:
        """A polished bead with its own small light."""
        fill = colour or self.base
        drawing = (
            f'<circle r="10" fill="{fill}" stroke="{mix(fill, INK, 0.55)}"/><path d="M7 4A8.5 8.5 0 0 1-4 7.5" '
            f'stroke="{mix(fill, INK, 0.5)}" '
            'stroke-width="2.5" fill="none" stroke-linecap="round" opacity=".5"/><path d="M-5.5-1a6 6 0 0 1 '
            '5-5" stroke="#fff" '
            'stroke-width="2.6" fill="none" stroke-linecap="round" opacity=".75"/>'
        )
        self._stamp(drawing, x, y, radius / 10)

    def add(self, markup: str) -> None:
        """Raw SVG of our own making."""
        self._body.append(markup)

    def svg(self, zoom: tuple[float, float, float] | None = None, turn: float = 0) -> str:
        """The finished plate; `zoom` is (scale, x, y): the detail view, with the point (x, y) in its middle."""
        bright = luminance(self.ground) > DARK_BELOW
        light = mix(self.ground, "#ffffff", 0.5 if bright else 0.16)
        deep = mix(self.ground, mix(self.ground, "#000000", 0.5), 0.2 if bright else 0.6)
        place = f' transform="rotate({turn} 300 400)"' if turn else ""
        if zoom:
            scale, x, y = zoom
            place = (
                f' transform="translate(300 400) scale({scale}) rotate({turn}) translate({number(-x)} {number(-y)})"'
            )
        stamps = "".join(f'<g id="{name}">{drawing}</g>' for drawing, name in self._stamps.items())
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
            f'height="{HEIGHT}"><defs>'
            f'<radialGradient id="l" cx=".28" cy=".18" r="1.05"><stop stop-color="{light}"/><stop offset=".55" '
            f'stop-color="{self.ground}"/>'
            f'<stop offset="1" stop-color="{deep}"/></radialGradient>'
            '<filter id="b" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="8"/></filter>'
            '<filter id="s" x="-20%" y="-20%" width="145%" height="145%">'
            f'<feDropShadow dx="9" dy="13" stdDeviation="9" flood-color="{mix(self.ground, "#0c0a12", 0.8)}" '
            'flood-opacity=".42"/></filter>'
            f'{"".join(self._defs)}{stamps}</defs><path d="M0 0H{WIDTH}V{HEIGHT}H0Z" fill="url(#l)"/>'
            '<g filter="url(#s)" stroke-linejoin="round" stroke-linecap="round" '
            f'stroke-width="{LINE_WIDTH}"><g{place}>{"".join(self._body)}</g></g></svg>'
        )

    def _grain(self, angle: int) -> str:
        if not angle:
            return "w"
        key = (angle, 1.0)
        if key not in self._angles:
            name = f"w{len(self._angles) + 1}"
            self._angles[key] = name
            self._defs.append(f'<pattern id="{name}" href="#w" patternTransform="rotate({angle})"/>')
        return self._angles[key]

    def _gleam(self, colour: str) -> float:
        if self.cloth in {"silk", "leather"}:
            return 0.38
        return 0.16 if luminance(colour) < DARK_BELOW else 0.3
