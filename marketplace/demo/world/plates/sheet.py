"""The sheet a plate is drawn on: ground, one soft light from the upper left, and parts of cloth laid upon it.

Every part gets the same treatment, which is what makes all plates one hand: flat colour, weave, a shade gathered at
its lower right edge, and an ink line in a tone of the cloth, doubled by a hair so that it swells away from the light.
"""

from federation.node.colours import luminance, mix
from marketplace.demo.world.plates.geometry import leaf, number
from marketplace.demo.world.plates.weave import DARK_BELOW, INK, tile, tone

WIDTH, HEIGHT = 600, 800
SHEER = {"lace": 0.66}
"""Cloths through which the ground is seen, and how much of them covers it."""

METALS = {"gold": "#d9ae4e", "silver": "#b9bec4", "rose": "#d79a83"}


class Sheet:
    """One plate in the making. Parts are added in painter's order; `svg` closes it."""

    def __init__(self, colours: tuple[str, str], cloth: str, ground: str) -> None:
        self.base, self.second = colours
        self.cloth = cloth
        self.ground = ground
        self.dark = luminance(self.base) < DARK_BELOW
        self.outline = mix(self.base, INK, 0.68)
        self.seam = tone(self.base, 0.5)
        self._defs: list[str] = []
        self._body: list[str] = []
        self._angles: dict[tuple[int, float], str] = {}
        self._parts = 0
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
        opacity = f' fill-opacity="{SHEER[self.cloth]}"' if not fill and self.cloth in SHEER else ""
        lines = [f'<use href="#{name}" fill="{colour}"{opacity}/>']
        if weave and not fill:
            lines.append(f'<use href="#{name}" fill="url(#{self._grain(angle)})"/>')
        lines.append(
            f'<g clip-path="url(#c{name})" fill="none"><use href="#{name}" x="-5" y="-6" stroke="{INK}" stroke-width="22" '
            f'opacity="{shade}" filter="url(#b)"/>'
            f'<use href="#{name}" x="5" y="6" stroke="#fff" stroke-width="12" opacity="{self._gleam(colour)}" filter="url(#b)"/></g>'
        )
        lines.append(
            f'<g fill="none" stroke="{outline}" stroke-linejoin="round"><use href="#{name}" stroke-width="1.6"/>'
            f'<use href="#{name}" x=".7" y=".9" stroke-width="1.2"/></g>'
        )
        self._body += lines

    def line(self, path: str, *, width: float = 1.4, opacity: float = 0.85, dash: str = "", colour: str = "") -> None:
        """An ink line: a seam, an edge, a stitch when `dash` is given."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self._body.append(
            f'<path d="{path}" fill="none" stroke="{colour or self.seam}" stroke-width="{width}" '
            f'stroke-linecap="round" stroke-linejoin="round" opacity="{opacity}"{dashes}/>'
        )

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
        self._body.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{radius}" fill="{fill}" stroke="{edge}" stroke-width="1.2"/>'
            f'<path d="M{number(x - 1.4)} {number(y)}h.1m2.6 0h.1" stroke="{edge}" stroke-width="1.6" stroke-linecap="round"/>'
        )

    def metal(self, path: str, metal: str, width: float) -> None:
        """A bar or wire of metal: dark rim, body, and a shine along it."""
        colour = METALS[metal]
        for stroke, tint, x in (
            (width + 2.2, mix(colour, INK, 0.6), 0),
            (width, colour, 0),
            (width * 0.3, mix(colour, "#ffffff", 0.7), -width * 0.16),
        ):
            self._body.append(
                f'<path d="{path}" fill="none" stroke="{tint}" stroke-width="{number(stroke)}" stroke-linecap="round" '
                f'stroke-linejoin="round" transform="translate({number(x)} {number(x)})"/>'
            )

    def bead(self, x: float, y: float, radius: float, colour: str = "") -> None:
        """A polished bead with its own small light."""
        fill = colour or self.base
        self._body.append(
            f'<circle cx="{number(x)}" cy="{number(y)}" r="{number(radius)}" fill="{fill}" stroke="{mix(fill, INK, 0.55)}"/>'
            f'<path d="M{number(x - radius * 0.55)} {number(y - radius * 0.1)}a{number(radius * 0.6)} {number(radius * 0.6)} 0 0 1 '
            f'{number(radius * 0.5)} {number(-radius * 0.5)}" stroke="#fff" stroke-width="{number(radius * 0.26)}" '
            'fill="none" stroke-linecap="round" opacity=".7"/>'
        )

    def add(self, markup: str) -> None:
        """Raw SVG of our own making."""
        self._body.append(markup)

    def svg(self, zoom: tuple[float, float, float] | None = None, turn: float = 0) -> str:
        """The finished plate; `zoom` is (scale, x, y): the detail view, with the point (x, y) in its middle."""
        light = mix(self.ground, "#ffffff", 0.5 if luminance(self.ground) > DARK_BELOW else 0.16)
        deep = mix(self.ground, INK, 0.13 if luminance(self.ground) > DARK_BELOW else 0.4)
        place = f' transform="rotate({turn} 300 400)"' if turn else ""
        if zoom:
            scale, x, y = zoom
            place = (
                f' transform="translate(300 400) scale({scale}) rotate({turn}) translate({number(-x)} {number(-y)})"'
            )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"><defs>'
            f'<radialGradient id="l" cx=".28" cy=".18" r="1.05"><stop stop-color="{light}"/><stop offset=".55" stop-color="{self.ground}"/>'
            f'<stop offset="1" stop-color="{deep}"/></radialGradient>'
            '<filter id="b" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation="8"/></filter>'
            '<filter id="s" x="-20%" y="-20%" width="145%" height="145%">'
            f'<feDropShadow dx="9" dy="13" stdDeviation="9" flood-color="{mix(self.ground, "#0c0a12", 0.8)}" flood-opacity=".42"/></filter>'
            f'{"".join(self._defs)}</defs><path d="M0 0H{WIDTH}V{HEIGHT}H0Z" fill="url(#l)"/>'
            f'<g filter="url(#s)"><g{place}>{"".join(self._body)}</g></g></svg>'
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
            return 0.5
        return 0.16 if luminance(colour) < DARK_BELOW else 0.3
