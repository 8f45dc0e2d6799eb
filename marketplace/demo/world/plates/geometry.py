"""Outlines as lists of points, turned into smooth SVG paths: the hand that draws every plate.

A point is `(x, y)` where the line flows through it, or `(x, y, 1)` where it turns a corner. The sheet is 600 by 800
and garments lie on its middle line, x = 300.
"""

from collections.abc import Sequence

Point = tuple[float, float] | tuple[float, float, int]
CENTRE = 300.0
CORNER_FIELDS = 3
FINE_BELOW = 60.0
"""Outlines narrower than this keep a decimal."""


def number(value: float) -> str:
    """A coordinate with at most one decimal."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def mirrored(points: Sequence[Point], axis: float = CENTRE) -> list[Point]:
    """The points reflected at the vertical `axis`, in the same order."""
    return [_moved(p, 2 * axis - p[0], p[1]) for p in points]


def placed(points: Sequence[Point], x: float, y: float, scale: float) -> list[Point]:
    """Points about the origin, made larger by `scale` and laid at (x, y)."""
    return [_moved(p, x + p[0] * scale, y + p[1] * scale) for p in points]


def _moved(point: Point, x: float, y: float) -> Point:
    """`point` elsewhere, a corner still when it was one."""
    return (x, y, 1) if len(point) == CORNER_FIELDS else (x, y)


def both_sides(half: Sequence[Point], axis: float = CENTRE) -> list[Point]:
    """A closed symmetrical outline from its right half, listed from the top middle to the bottom middle."""
    middle_dropped = [p for p in reversed(mirrored(half, axis)) if abs(p[0] - axis) > 0.01]  # noqa: PLR2004
    return [*half, *middle_dropped]


def flow(points: Sequence[Point], *, closed: bool = True, bend: float = 0.17) -> str:
    """A smooth path through the points (Catmull-Rom as cubic Béziers), sharp at the corners."""
    count = len(points)
    reach = max(p[0] for p in points) - min(p[0] for p in points)
    digits = 0 if reach > FINE_BELOW else 1
    x, y = round(points[0][0], digits), round(points[0][1], digits)
    path = [f"M{number(x)} {number(y)}c"]
    for i in range(count if closed else count - 1):
        start, end = points[i], points[(i + 1) % count]
        before = points[i - 1] if closed or i else start
        after = points[(i + 2) % count] if closed or i + 2 < count else end
        curve = (*_handle(start, before, end, bend), *_handle(end, after, start, bend), end[0], end[1])
        steps = [round(value, digits) - (y if place % 2 else x) for place, value in enumerate(curve)]
        path += [(" " if step >= 0 else "") + number(step) for step in steps]
        x, y = round(end[0], digits), round(end[1], digits)
    return "".join(path) + ("Z" if closed else "")


def _handle(at: Point, behind: Point, ahead: Point, bend: float) -> tuple[float, float]:
    if len(at) == CORNER_FIELDS:
        return at[0] + (ahead[0] - at[0]) * bend, at[1] + (ahead[1] - at[1]) * bend
    return at[0] + (ahead[0] - behind[0]) * bend, at[1] + (ahead[1] - behind[1]) * bend


def straight(*points: tuple[float, float], closed: bool = False) -> str:
    """A path of straight lines."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points) + ("Z" if closed else "")


def leaf(start: tuple[float, float], end: tuple[float, float], width: float, lean: float = 0.0) -> str:
    """A tapered stroke: pointed at both ends, `width` in the middle, bowed sideways by `lean`."""
    (x1, y1), (x2, y2) = start, end
    length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1.0)
    across = (-(y2 - y1) / length, (x2 - x1) / length)
    mx, my = (x1 + x2) / 2 + across[0] * lean * 2, (y1 + y2) / 2 + across[1] * lean * 2
    bow = [mx + across[0] * width, my + across[1] * width, mx - across[0] * width, my - across[1] * width]
    a, b, c, d = (number(v) for v in bow)
    return f"M{number(x1)} {number(y1)}Q{a} {b} {number(x2)} {number(y2)}Q{c} {d} {number(x1)} {number(y1)}Z"


def ellipse(x: float, y: float, rx: float, ry: float) -> str:
    """An ellipse as a path, so that it can be used wherever an outline can."""
    left, rxs, rys = number(x - rx), number(rx), number(ry)
    return f"M{left} {number(y)}a{rxs} {rys} 0 1 0 {number(2 * rx)} 0a{rxs} {rys} 0 1 0 {number(-2 * rx)} 0Z"
