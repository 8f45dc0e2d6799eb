"""Motifs that grow or shine: stars, botanic, sun."""

import math

from federation.node.covers.brush import HEIGHT, WIDTH, Brush, around, circle, line, n, path, polygon, rect, ring


def stars(brush: Brush) -> str:
    """A clear night: large stars, small stars, a little dust."""
    paint = brush.paints
    points, step = brush.one_of(*_POINTS), brush.one_of(160, 200)
    shapes: dict[str, str] = {}
    dust = ""
    for row in range(HEIGHT // step + 1):
        for column in range(WIDTH // step + 1):
            x = (column + (0.5 if row % 2 else 0) + brush.between(-0.2, 0.2)) * step
            y = (row + 0.5 + brush.between(-0.2, 0.2)) * step
            colour = brush.one_of(paint.figure, paint.figure, paint.second, paint.line)
            shapes[colour] = shapes.get(colour, "") + _star(x, y, step * brush.one_of(0.12, 0.2, 0.34), points)
            dust += f"M{x + step * 0.45:.0f} {y + brush.between(-0.3, 0.3) * step:.0f}h0"
    drawn = rect(0, 0, WIDTH, HEIGHT, paint.field) + line(dust, paint.line, 7, ' stroke-linecap="round"')
    return drawn + "".join(path(data, colour) for colour, data in shapes.items())


def _star(x: float, y: float, size: float, points: int) -> str:
    inner = size * (_THIN if points == min(_POINTS) else _FULL)
    corners = [
        around(x, y, size if place % 2 == 0 else inner, place / (points * 2) - 0.25) for place in range(points * 2)
    ]
    return "M" + "L".join(f"{u:.0f} {v:.0f}" for u, v in corners) + "Z"


_POINTS = (4, 5, 6, 8)
_THIN, _FULL = 0.28, 0.42
"""How far a star is drawn in between its points: four-pointed ones are thin."""


def botanic(brush: Brush) -> str:
    """Branches that grow into the picture from its foot."""
    paint = brush.paints
    slender, pairs = brush.between(0.22, 0.5), brush.one_of(6, 7, 9)
    branch = _branch(pairs, slender, opposite=brush.coin(), berries=brush.coin(0.4))
    drawn = f"<defs>{branch}</defs>" + rect(0, 0, WIDTH, HEIGHT, paint.field)
    count = brush.one_of(7, 9, 11)
    colours = (paint.figure, paint.second, paint.line) if brush.coin(0.6) else (paint.figure, paint.second)
    for place in range(count):
        x = WIDTH * (place + 0.5) / count + brush.between(-40, 40)
        lean, tall = brush.between(-16, 16), brush.between(0.75, 1.35)
        colour = colours[place % len(colours)]
        mirrored = -tall if brush.coin() else tall
        drawn += (
            f'<use href="#b" fill="{colour}" stroke="{colour}"'
            f' transform="translate({n(x)} {n(HEIGHT + 60)}) rotate({n(lean)}) scale({n(mirrored)} {n(tall)})"/>'
        )
    return drawn


def _branch(pairs: int, slender: float, *, opposite: bool, berries: bool) -> str:
    stem = "M0 0C30 -260 -30 -520 20 -800"
    leaves = ""
    for place in range(pairs):
        share = (place + 0.6) / pairs
        at_x, at_y = 14 * math.sin(share * 5), -800 * share
        long = 210 * (1 - share * 0.55)
        for side in (-1, 1):
            if not opposite and (place + (side > 0)) % 2:
                continue
            turn = -90 + side * (58 - 20 * share)
            leaves += (
                f'<path d="M0 0Q{n(long * 0.45)} {n(-long * slender)} {n(long)} 0Q{n(long * 0.45)} {n(long * slender)}'
                f' 0 0Z" stroke="none" transform="translate({n(at_x)} {n(at_y)}) rotate({n(turn)})"/>'
            )
            if berries:
                tip = around(at_x, at_y, long * 0.55, (turn + side * 34) / 360)
                leaves += f'<circle cx="{n(tip[0])}" cy="{n(tip[1])}" r="13" stroke="none"/>'
    return f'<g id="b"><path d="{stem}" fill="none" stroke-width="7"/>{leaves}</g>'


def sun(brush: Brush) -> str:
    """One sun, low or high, and all its rays."""
    paint = brush.paints
    x, y = WIDTH * brush.one_of(0.5, 0.5, 0.28, 0.72), HEIGHT * brush.one_of(0.5, 0.62, 0.98)
    rays, radius = brush.one_of(16, 20, 28), brush.between(170, 270)
    drawn = rect(0, 0, WIDTH, HEIGHT, paint.field)
    waving = brush.coin()
    for ray in range(rays):
        turn, broad = ray / rays, brush.one_of(0.26, 0.26, 0.3) / rays
        colour = paint.second if ray % 2 else paint.figure
        reach = 1900 if ray % 2 == 0 or not waving else radius * 2.4
        ends = [around(x, y, radius * 1.18, turn - broad), around(x, y, reach, turn - broad * (1 if waving else 1.6))]
        ends += [around(x, y, reach, turn + broad * (1 if waving else 1.6)), around(x, y, radius * 1.18, turn + broad)]
        drawn += path(polygon(ends), colour)
    drawn += circle(x, y, radius, paint.figure) + ring(x, y, radius * 0.86, paint.field, radius * 0.03)
    if brush.coin():
        drawn += circle(x, y, radius * 0.62, paint.second) + circle(x, y, radius * 0.4, paint.line)
    else:
        for petal in range(8):
            tip = around(x, y, radius * 0.62, petal / 8)
            drawn += line(f"M{n(x)} {n(y)}L{n(tip[0])} {n(tip[1])}", paint.field, radius * 0.05)
    return drawn
