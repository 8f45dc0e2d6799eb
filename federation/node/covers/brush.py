"""What every motif draws with: five colours, a stream of chances from the boutique's handle, and SVG shapes as text.

Invariant: the same look and handle always give the same bytes. Numbers are written short, so that covers stay small.
"""

import math
import random
from typing import TypeVar

import msgspec

from federation.node.colours import contrast, mix

WIDTH, HEIGHT = 1600, 1000
"""The canvas; pages cut their own shape out of its middle."""

T = TypeVar("T")
Point = tuple[float, float]


class Paints(msgspec.Struct, frozen=True):
    """The colours of one cover: what it lies on, what is drawn, and three companions."""

    field: str
    figure: str
    second: str
    third: str
    line: str


class Brush:
    """A boutique's own hand: its paints and its chances."""

    def __init__(self, ground: str, ink: str, accent: str, seed: str) -> None:
        self.chance = random.Random(f"cover {seed}")  # noqa: S311 - drawing, not secrets: the handle must decide alone
        self.paints = self.chance.choice((_on_paper, _on_accent, _on_paper, _on_accent, _by_night))(ground, ink, accent)

    def between(self, low: float, high: float) -> float:
        """A chance number of the range."""
        return self.chance.uniform(low, high)

    def one_of(self, *options: T) -> T:
        """One of these."""
        return self.chance.choice(options)

    def coin(self, share: float = 0.5) -> bool:
        """True about `share` of the times."""
        return self.chance.random() < share


def _on_paper(ground: str, ink: str, accent: str) -> Paints:
    return Paints(mix(ground, accent, 0.1), accent, mix(ground, accent, 0.5), mix(ground, ink, 0.22), ink)


def _on_accent(ground: str, ink: str, accent: str) -> Paints:
    dark = mix(accent, ink, 0.55)
    return Paints(accent, ground, mix(accent, ground, 0.42), dark, mix(accent, ground, 0.75))


def _by_night(ground: str, ink: str, accent: str) -> Paints:
    bright = accent if contrast(accent, ink) >= _SEEN else mix(accent, ground, 0.6)
    return Paints(ink, bright, mix(ink, ground, 0.3), mix(ink, bright, 0.45), ground)


_SEEN = 2.2
"""Below this contrast two paints run into each other."""


def n(value: float) -> str:
    """A number as short as it can be seen."""
    text = f"{value:.1f}"
    return text.removesuffix(".0") if text != "-0.0" else "0"


def rect(x: float, y: float, width: float, height: float, paint: str) -> str:
    """A filled rectangle."""
    return f'<rect x="{n(x)}" y="{n(y)}" width="{n(width)}" height="{n(height)}" fill="{paint}"/>'


def circle(x: float, y: float, radius: float, paint: str) -> str:
    """A filled circle."""
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="{paint}"/>'


def ring(x: float, y: float, radius: float, paint: str, width: float) -> str:
    """A circle's line."""
    return f'<circle cx="{n(x)}" cy="{n(y)}" r="{n(radius)}" fill="none" stroke="{paint}" stroke-width="{n(width)}"/>'


def path(data: str, paint: str) -> str:
    """A filled shape."""
    return f'<path d="{data}" fill="{paint}"/>'


def line(data: str, paint: str, width: float, more: str = "") -> str:
    """A drawn line."""
    return f'<path d="{data}" fill="none" stroke="{paint}" stroke-width="{n(width)}"{more}/>'


def polygon(points: list[Point]) -> str:
    """Path data through points, closed."""
    return "M" + "L".join(f"{n(x)} {n(y)}" for x, y in points) + "Z"


def smooth(points: list[Point]) -> str:
    """Path data of a soft closed curve through the middles of `points`' sides."""
    ends = [((x + u) / 2, (y + v) / 2) for (x, y), (u, v) in zip(points, points[1:] + points[:1], strict=True)]
    first = ends[-1]
    curves = "".join(f"Q{x:.0f} {y:.0f} {u:.0f} {v:.0f}" for (x, y), (u, v) in zip(points, ends, strict=True))
    return f"M{first[0]:.0f} {first[1]:.0f}{curves}Z"


def flowing(points: list[Point]) -> str:
    """Path data of a soft open curve from the second of `points` to the last but one."""
    data = f"M{points[1][0]:.0f} {points[1][1]:.0f}"
    for before, start, end, after in zip(points, points[1:], points[2:], points[3:], strict=False):
        lead = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        follow = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        data += f"C{lead[0]:.0f} {lead[1]:.0f} {follow[0]:.0f} {follow[1]:.0f} {end[0]:.0f} {end[1]:.0f}"
    return data


def around(x: float, y: float, radius: float, turn: float) -> Point:
    """The point at `radius` from (x, y), `turn` of a whole circle round."""
    return x + radius * math.cos(turn * math.tau), y + radius * math.sin(turn * math.tau)


def tiled(width: float, height: float, content: str, turn: float = 0, field: str = "") -> str:
    """The whole canvas filled with a repeat of `content`."""
    turned = f' patternTransform="rotate({n(turn)})"' if turn else ""
    under = rect(0, 0, WIDTH, HEIGHT, field) if field else ""
    return (
        f'<pattern id="p" width="{n(width)}" height="{n(height)}" patternUnits="userSpaceOnUse"{turned}>{content}'
        f"</pattern>{under}" + rect(0, 0, WIDTH, HEIGHT, "url(#p)")
    )
