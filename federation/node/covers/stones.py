"""Motifs that are laid, fired or poured: terrazzo, scales, waves, arches, marble, majolica."""

from federation.node.covers.brush import (
    HEIGHT,
    WIDTH,
    Brush,
    around,
    circle,
    line,
    n,
    path,
    polygon,
    rect,
    ring,
    smooth,
    tiled,
)


def terrazzo(brush: Brush) -> str:
    """Chips of stone in cement, no two alike."""
    paint = brush.paints
    step = brush.one_of(125, 150, 190)
    drawn = rect(0, 0, WIDTH, HEIGHT, paint.field)
    for row in range(HEIGHT // step + 2):
        for column in range(WIDTH // step + 2):
            x, y = column * step + brush.between(-0.3, 0.3) * step, row * step + brush.between(-0.3, 0.3) * step
            size, corners = step * brush.between(0.16, 0.5), brush.one_of(4, 5, 6)
            start = brush.between(0, 1)
            chip = [
                around(x, y, size * brush.between(0.7, 1.1), start + (corner + brush.between(-0.2, 0.2)) / corners)
                for corner in range(corners)
            ]
            colour = brush.one_of(paint.figure, paint.figure, paint.second, paint.third, paint.line)
            drawn += path("M" + "L".join(f"{round(u)} {round(v)}" for u, v in chip) + "Z", colour)
    return drawn


def scales(brush: Brush) -> str:
    """Overlapping scales, each with its rings."""
    paint, radius = brush.paints, brush.between(70, 130)
    bands = brush.one_of(
        (paint.figure, paint.field, paint.second, paint.field),
        (paint.figure, paint.second, paint.field),
        (paint.line, paint.figure, paint.field, paint.figure),
    )

    def scale(x: float, y: float) -> str:
        shown = circle(x, y, radius, paint.field)
        for place, colour in enumerate(bands):
            shown += circle(x, y, radius * (0.96 - place * 0.9 / len(bands)), colour)
        return shown

    content = ""
    for row in range(4, -2, -1):
        shift = radius if row % 2 else 0
        content += "".join(scale(column * radius * 2 + shift, row * radius * 0.5) for column in (-1, 0, 1, 2))
    return tiled(radius * 2, radius, content, brush.one_of(0, 180), paint.field)


def waves(brush: Brush) -> str:
    """Lines of water, heavier towards the shore."""
    paint = brush.paints
    length, tall, rows = brush.between(180, 420), brush.between(22, 60), brush.one_of(9, 12, 16)
    step, drawn = HEIGHT / rows, rect(0, 0, WIDTH, HEIGHT, paint.field)
    for row in range(-1, rows + 2):
        y, shift = row * step, (row % 2) * length * 0.5 + row * brush.between(-6, 6)
        crest = f"M{n(-length * 2 + shift)} {n(y)}q{n(length / 4)} {n(-tall)} {n(length / 2)} 0"
        crest += f"t{n(length / 2)} 0" * (int(WIDTH / length * 2) + 8)
        width = step * (0.1 + 0.5 * max(row, 0) / rows)
        drawn += line(crest, brush.one_of(paint.figure, paint.figure, paint.second), width)
    return drawn


def arches(brush: Brush) -> str:
    """A portico: arches within arches, storey over storey."""
    paint, wide = brush.paints, brush.between(150, 270)
    tall = wide * brush.one_of(1.2, 1.5)
    colours = brush.one_of(
        (paint.figure, paint.field, paint.second, paint.field, paint.line),
        (paint.second, paint.field, paint.figure, paint.field),
        (paint.line, paint.figure, paint.second, paint.field),
    )

    def arch(x: float, foot: float) -> str:
        shown = ""
        for place, colour in enumerate(colours):
            radius = wide * 0.46 * (1 - place / (len(colours) + 0.6))
            spring = foot - tall + wide * 0.52
            data = f"M{n(x - radius)} {n(foot)}V{n(spring)}a{n(radius)} {n(radius)} 0 0 1 {n(radius * 2)} 0V{n(foot)}Z"
            shown += path(data, colour)
        return shown

    shifted = brush.coin(0.6)
    content = arch(wide / 2, tall)
    content += arch(0, tall * 2) + arch(wide, tall * 2) if shifted else arch(wide / 2, tall * 2)
    return tiled(wide, tall * 2, content, 0, paint.field)


def marble(brush: Brush) -> str:
    """Ink dropped on water and drawn off on paper: rings that have wandered."""
    paint = brush.paints
    drawn = rect(0, 0, WIDTH, HEIGHT, paint.field)
    for _ in range(brush.one_of(3, 4)):
        x, y = brush.between(0, WIDTH), brush.between(0, HEIGHT)
        reach, rings = brush.between(420, 760), brush.one_of(7, 9)
        lobes = [brush.between(0.72, 1.3) for _ in range(11)]
        drift = brush.between(-0.3, 0.3)
        for place in range(rings):
            share = 1 - place / rings
            bent = [lobe ** (0.4 + share) * brush.between(0.95, 1.05) for lobe in lobes]
            points = [
                around(x + drift * reach * place / rings, y, reach * share * lobe, at / 11)
                for at, lobe in enumerate(bent)
            ]
            colour = (paint.figure, paint.field, paint.second, paint.field)[place % 4]
            drawn += path(smooth(points), colour)
    return drawn


def majolica(brush: Brush) -> str:
    """A painted floor: one tile, four corners, a flower where they meet."""
    paint, size = brush.paints, brush.between(210, 330)
    half, petals = size / 2, brush.one_of(*_PETALS)
    tile = ""
    for corner_x, corner_y in ((0, 0), (size, 0), (0, size), (size, size)):
        tile += circle(corner_x, corner_y, size * 0.34, paint.second) + circle(
            corner_x, corner_y, size * 0.27, paint.field
        )
        tile += circle(corner_x, corner_y, size * 0.2, paint.figure) + circle(
            corner_x, corner_y, size * 0.07, paint.field
        )
    long, broad = size * brush.between(0.36, 0.46), brush.between(0.5, 0.95) / petals
    for petal in range(petals):
        turn = petal / petals
        tip, left = around(half, half, long, turn), around(half, half, long * 0.6, turn - broad / 2)
        right = around(half, half, long * 0.6, turn + broad / 2)
        data = f"M{n(half)} {n(half)}Q{n(left[0])} {n(left[1])} {n(tip[0])} {n(tip[1])}"
        data += f"Q{n(right[0])} {n(right[1])} {n(half)} {n(half)}Z"
        tile += path(data, paint.figure if petal % 2 == 0 or petals == min(_PETALS) else paint.line)
    tile += circle(half, half, size * 0.09, paint.field) + circle(half, half, size * 0.05, paint.second)
    if brush.coin():
        edge = size * 0.5
        points = [around(half, half, edge, turn / 4) for turn in range(4)]
        tile = line(polygon(points), paint.second, size * 0.035) + tile
    else:
        tile += ring(half, half, size * 0.46, paint.line, size * 0.012)
    joint = line(f"M0 0H{n(size)}V{n(size)}", paint.third, 2)
    return tiled(size, size, tile + joint, brush.one_of(0, 0, 45), paint.field)


_PETALS = (4, 8, 8, 12)
