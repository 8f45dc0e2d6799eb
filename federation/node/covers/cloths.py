"""Motifs that are woven, knitted or twisted: stripe, weave, grid, herringbone, dots, rope."""

import math

from federation.node.covers.brush import HEIGHT, WIDTH, Brush, flowing, line, n, path, polygon, rect, tiled


def stripe(brush: Brush) -> str:
    """A regimental rhythm of wide and narrow bands."""
    paint = brush.paints
    rhythm = brush.one_of(
        ((90, paint.field), (18, paint.figure), (14, paint.field), (60, paint.figure)),
        ((64, paint.field), (64, paint.figure)),
        ((140, paint.field), (10, paint.line), (10, paint.field), (36, paint.figure), (20, paint.line)),
        ((48, paint.figure), (24, paint.second), (72, paint.field), (8, paint.line), (16, paint.field)),
        ((110, paint.figure), (36, paint.field), (36, paint.second), (36, paint.field)),
    )  # fmt: skip
    scale, at, bands = brush.between(0.8, 1.8), 0.0, ""
    for width, colour in rhythm:
        bands += rect(at, 0, width * scale + 0.5, 10, colour)
        at += width * scale
    return tiled(at, 10, bands, brush.one_of(0, 0, 90, 45, -32))


def weave(brush: Brush) -> str:
    """Broad strips going over and under each other, each with its fibres."""
    paint, size = brush.paints, brush.between(70, 120)
    gap, fibre = size * 0.09, brush.one_of(0, 2, 3)
    strip, whole = size - gap, size * 2

    def along(x: float, y: float, colour: str, *, flat: bool) -> str:
        long, thick = size + strip * 0.5, strip
        fibres = "".join(
            line(
                f"M{n(x + gap)} {n(y + thick * step / (fibre + 1))}h{n(long - gap * 2)}"
                if flat
                else f"M{n(x + thick * step / (fibre + 1))} {n(y + gap)}v{n(long - gap * 2)}",
                paint.third,
                2.5,
            )
            for step in range(1, fibre + 1)
        )
        return (rect(x, y, long, thick, colour) if flat else rect(x, y, thick, long, colour)) + fibres

    drawn = "".join(
        along(x * size - strip * 0.25, y * size + gap / 2, paint.figure, flat=True)
        if (x + y) % 2
        else along(x * size + gap / 2, y * size - strip * 0.25, paint.second, flat=False)
        for y in range(-1, 3)
        for x in range(-1, 3)
    )
    return tiled(whole, whole, drawn, brush.one_of(0, 45), paint.field)


def grid(brush: Brush) -> str:
    """Gingham, tattersall or window-pane, as a shirtmaker would choose."""
    paint, size = brush.paints, brush.between(90, 180)
    kind = brush.one_of("gingham", "tattersall", "pane")
    if kind == "gingham":
        half = size / 2
        content = rect(0, 0, half, size, paint.second) + rect(0, 0, size, half, paint.second)
        return tiled(size, size, content + rect(0, 0, half, half, paint.figure), brush.one_of(0, 45), paint.field)
    thin, thick = (5, 5) if kind == "tattersall" else (3, 14)
    content = rect(size * 0.25, 0, thick, size, paint.figure) + rect(0, size * 0.25, size, thick, paint.figure)
    content += rect(size * 0.75, 0, thin, size, paint.line) + rect(0, size * 0.75, size, thin, paint.line)
    if kind == "pane":
        content += rect(size * 0.25, size * 0.25, thick, thick, paint.line)
    return tiled(size, size, content, brush.one_of(0, 0, 45), paint.field)


def herringbone(brush: Brush) -> str:
    """Slanting bars that meet in a spine."""
    paint, wide = brush.paints, brush.between(70, 130)
    step = wide * brush.one_of(0.5, 0.66)
    bar, content = step * 0.5, ""
    for place in range(-2, 5):
        top = place * step
        colour = paint.second if place % 2 and brush.paints.second != paint.field else paint.figure
        left = [(0, top + wide), (wide, top), (wide, top + bar), (0, top + wide + bar)]
        right = [(wide, top), (wide * 2, top + wide), (wide * 2, top + wide + bar), (wide, top + bar)]
        content += path(polygon(left), colour) + path(polygon(right), colour)
    content += rect(wide - 1.5, 0, 3, step * 2, paint.field) + rect(-1.5, 0, 3, step * 2, paint.field)
    return tiled(wide * 2, step * 2, content, brush.one_of(0, 0, 90), paint.field)


def dots(brush: Brush) -> str:
    """Rows of dots that swell and fade as if light passed over them."""
    paint = brush.paints
    across, down = 20, 13
    step, turn, waves = WIDTH / across, brush.between(0, 6), brush.between(0.18, 0.34)
    by_size: dict[int, str] = {}
    for row in range(down + 1):
        for column in range(across + 1):
            swell = math.sin(column * waves + turn) * math.cos(row * waves * 1.3 + turn / 2)
            size = max(1, round((0.52 + 0.4 * swell) * _DOT_SIZES))
            x = column * step + (step / 2 if row % 2 else 0)
            by_size[size] = by_size.get(size, "") + f"M{round(x)} {round(row * step)}h0"
    drawn = rect(0, 0, WIDTH, HEIGHT, paint.field)
    for size, data in sorted(by_size.items()):
        colour = paint.figure if size > 1 else paint.line
        drawn += line(data, colour, step * size / _DOT_SIZES, ' stroke-linecap="round"')
    return drawn


_DOT_SIZES = 16


def rope(brush: Brush) -> str:
    """Rope laid in loops, as on a quay."""
    paint = brush.paints
    rows, drawn = brush.one_of(2, 3, 3), rect(0, 0, WIDTH, HEIGHT, paint.field)
    thick, loops = 200 / rows, brush.one_of(5, 6, 7)
    reach = WIDTH / loops
    for row in range(rows):
        middle = HEIGHT * (row + 0.5) / rows
        tall, shift = HEIGHT / rows * 0.3, reach / 2 if row % 2 else 0.0
        points = []
        for step in range(-10, (loops + 1) * 10 + 1):
            turn = step / 10 * math.tau
            points.append((step / 10 * reach + shift - math.sin(turn) * reach * 0.42, middle - math.cos(turn) * tall))
        drawn += f'<defs><path id="r{row}" d="{flowing(points)}"/></defs>'
        strands = (
            (paint.line, 0.5, ""),
            (paint.figure, 0.42, ""),
            (paint.second, 0.42, f' stroke-dasharray="{n(thick * 0.07)} {n(thick * 0.17)}"'),
        )
        for colour, share, more in strands:
            drawn += f'<use href="#r{row}" fill="none" stroke="{colour}" stroke-width="{n(thick * share)}"{more}/>'
    return drawn
