"""What upper garments share: sleeves, necklines, collars, button rows, hem folds. All symmetrical about the middle."""

from math import cos, radians, sin

from federation.node.colours import mix
from marketplace.demo.world.plates.geometry import CENTRE, CORNER_FIELDS, Point, both_sides, flow, mirrored, straight
from marketplace.demo.world.plates.sheet import Sheet
from marketplace.demo.world.plates.weave import INK

Spot = tuple[float, float]


class Sleeve:
    """Both sleeves, from shoulder tip and armpit of the right one: `angle` off the vertical, `length`, `cuff` width."""

    def __init__(
        self, shoulder: Spot, armpit: Spot, *, angle: float, length: float, cuff: float, bulge: float = 6
    ) -> None:
        self.shoulder, self.armpit, self.angle = shoulder, armpit, angle
        self.along = (sin(radians(angle)), cos(radians(angle)))
        self.out = (cos(radians(angle)), -sin(radians(angle)))
        self.length, self.cuff, self.bulge = length, cuff, bulge

    def at(self, down: float, inward: float) -> Spot:
        """A point of the right sleeve, `down` along its outer edge and `inward` from it."""
        x, y = self.shoulder
        return (
            x + self.along[0] * down - self.out[0] * inward,
            y + self.along[1] * down - self.out[1] * inward,
        )

    def outline(self) -> list[Point]:
        """The right sleeve."""
        end, inner = self.at(self.length, 0), self.at(self.length, self.cuff)
        hang = (inner[0] * 0.45 + self.armpit[0] * 0.55 - 2, inner[1] * 0.45 + self.armpit[1] * 0.55)
        return [
            (self.shoulder[0] - 34, self.shoulder[1] - 11, 1),
            (self.shoulder[0] - 3, self.shoulder[1] - 2),
            self.at(max(self.length * 0.16, 26), -self.bulge * 0.9),
            self.at(self.length * 0.55, -self.bulge),
            (*end, 1),
            (*inner, 1),
            hang,
            (self.armpit[0], self.armpit[1] + 2, 1),
            (self.armpit[0] - 24, self.armpit[1] - 50, 1),
        ]

    def draw(self, sheet: Sheet, *, band: float = 0, ribbed: bool = False) -> None:
        """Lay both sleeves; `band` is the height of the cuff."""
        right = self.outline()
        for points, angle in ((right, -self.angle), (mirrored(right), self.angle)):
            sheet.part(flow(points, bend=0.15), angle=round(angle))
        edge = [self.at(self.length - band, -1), self.at(self.length - band, self.cuff + 1)]
        for side in (1, -1):
            if band:
                sheet.line(straight(*(_side(p, side) for p in edge)), width=1.6)
                if ribbed:
                    self._ribs(sheet, band, side)
            for down, deep in ((0.36, 0.55), (0.66, 0.4)):
                if self.length > 150:  # noqa: PLR2004
                    start = _side(self.at(self.length * down, self.cuff * (1.05 if down < 0.5 else 0.9)), side)  # noqa: PLR2004
                    end = _side(self.at(self.length * (down + 0.17), self.cuff * deep * 0.7), side)
                    sheet.fold(start, end, 3.4, 2)

    def _ribs(self, sheet: Sheet, band: float, side: int) -> None:
        ribs = int(self.cuff // 6)
        for i in range(1, ribs):
            across = self.cuff * i / ribs
            a, b = self.at(self.length - band + 2, across), self.at(self.length - 2, across)
            sheet.line(straight(_side(a, side), _side(b, side)), width=1.2, opacity=0.5)


def _side(point: Spot, side: int) -> Spot:
    return (CENTRE + (point[0] - CENTRE) * side, point[1])


def mirror_lines(sheet: Sheet, points: list[Point], *, width: float = 1.4, stitched: bool = False) -> None:
    """An open line on the right and its reflection on the left."""
    for line in (points, mirrored(points)):
        path = flow(line, closed=False)
        if stitched:
            sheet.stitch(path)
        else:
            sheet.line(path, width=width)


def inside(sheet: Sheet, neck: Spot, depth: float, *, rise: float = 10) -> None:
    """The inner back of a garment, seen through its neckline."""
    x, y = neck
    points = both_sides([(CENTRE, y + rise), (x - 3, y - 4, 1), (x, y + depth * 0.7, 1), (CENTRE, y + depth + 16)])
    sheet.part(flow(points), fill=mix(sheet.base, INK, 0.34), weave=False, shade=0.4)


def neck_edge(kind: str, neck: Spot) -> list[Point]:
    """The front neckline from the middle to the right neck point, which it includes as a corner."""
    x, y = neck
    edges: dict[str, list[Point]] = {
        "round": [(CENTRE, y + 46), (CENTRE + (x - CENTRE) * 0.72, y + 31), (x, y, 1)],
        "crew": [(CENTRE, y + 34), (CENTRE + (x - CENTRE) * 0.72, y + 23), (x, y, 1)],
        "v": [(CENTRE, y + 112, 1), (CENTRE + (x - CENTRE) * 0.62, y + 44), (x, y, 1)],
        "deep": [(CENTRE, y + 176, 1), (CENTRE + (x - CENTRE) * 0.66, y + 60), (x, y, 1)],
        "boat": [(CENTRE, y + 18), (CENTRE + (x - CENTRE) * 0.6, y + 13), (x, y, 1)],
        "square": [(CENTRE, y + 92), (x - 9, y + 90, 1), (x, y, 1)],
        "back": [(CENTRE, y + 9), (CENTRE + (x - CENTRE) * 0.7, y + 6), (x, y, 1)],
        "collar": [(CENTRE, y + 52, 1), (CENTRE + 22, y + 20), (x, y, 1)],
    }
    return edges[kind]


def band_along(sheet: Sheet, edge: list[Point], drop: float, *, stitched: bool = False) -> None:
    """A finish that follows a neckline at a little distance."""
    lowered: list[Point] = [
        (p[0] + (3 if p[0] > CENTRE else 0), p[1] + drop, 1)
        if len(p) == CORNER_FIELDS
        else (p[0] + (3 if p[0] > CENTRE else 0), p[1] + drop)
        for p in edge[:-1]
    ]
    last = edge[-1]
    mirror_lines(sheet, [*lowered, (last[0] + drop * 0.85, last[1] + 5)], stitched=stitched)


def buttons(sheet: Sheet, x: float, span: tuple[float, float], count: int, radius: float = 5) -> None:
    """A row of buttons down the `span` from its top to its bottom."""
    top, bottom = span
    for i in range(count):
        sheet.button(x, top + (bottom - top) * i / max(count - 1, 1), radius)


def collar_stand(sheet: Sheet, neck: Spot) -> None:
    """The back of a folded collar, behind the neck."""
    x, y = neck
    points = both_sides([(CENTRE, y - 30), (x - 6, y - 22), (x + 2, y + 4, 1), (CENTRE, y + 30)])
    sheet.part(flow(points), fill=mix(sheet.base, INK, 0.3), weave=False, shade=0.35)


def collar_points(sheet: Sheet, neck: Spot, *, spread: float = 30, drop: float = 66, soft: bool = False) -> None:
    """The two leaves of a shirt collar; `soft` rounds them."""
    x, y = neck
    tip: Point = (CENTRE + spread, y + drop) if soft else (CENTRE + spread, y + drop, 1)
    right: list[Point] = [
        (CENTRE + 1, y + 30, 1),
        (x - 18, y - 4),
        (x - 7, y - 27, 1),
        (x + 10, y - 4),
        (x + (16 if soft else 9), y + drop * 0.5),
        tip,
    ]
    for points in (right, mirrored(right)):
        sheet.part(flow(points, bend=0.13), shade=0.22)
    inset: list[Point] = [
        (CENTRE + 6, y + 33),
        (CENTRE + spread - 1, y + drop - 9, 1),
        (x + 5, y + drop * 0.45),
        (x + 4, y),
    ]
    mirror_lines(sheet, inset, stitched=True)


def hem_folds(
    sheet: Sheet, hem: float, half: float, *, count: int = 3, height: float = 150, narrow: float = 0.6
) -> None:
    """Folds rising from a wide hem, longer toward the sides, drawn together by `narrow` where they end."""
    for i in range(1, count + 1):
        spread = half * i / (count + 0.7)
        tall = height * (0.55 + 0.45 * i / count)
        for side in (1, -1):
            foot = (CENTRE + side * spread, hem - 2 - 3 * i)
            head = (CENTRE + side * spread * (1 - (1 - narrow) * tall / height), hem - tall)
            sheet.fold(head, foot, 4.6 + i * 0.8, 3 * side)
