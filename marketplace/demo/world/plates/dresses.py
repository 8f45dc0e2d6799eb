"""Dresses and skirts."""

from federation.node.colours import mix
from marketplace.demo.world.cuts import Dress, Skirt
from marketplace.demo.world.plates.bodice import (
    Sleeve,
    Spot,
    band_along,
    buttons,
    collar_points,
    collar_stand,
    hem_folds,
    inside,
    mirror_lines,
    neck_edge,
)
from marketplace.demo.world.plates.geometry import CENTRE, Point, both_sides, flow, straight
from marketplace.demo.world.plates.sheet import Sheet
from marketplace.demo.world.plates.weave import INK

# fmt: off  # outlines stand in rows, as they are drawn

TOP = 92
HEMS = {"knee": 600, "midi": 668, "maxi": 728}
WIDTHS = {"shift": (84, 96), "flared": (66, 184), "wrap": (70, 150), "fitted": (62, 118), "tiered": (70, 176)}
"""Half widths at waist and hem of each shape."""

SLEEVES = {
    "cap": (40, 58, 70, 4),
    "short": (30, 104, 72, 6),
    "elbow": (22, 190, 62, 6),
    "long": (15, 330, 42, 6),
    "bell": (17, 300, 96, 2),
}
"""Angle, length, cuff width and bulge."""


def draw_dress(sheet: Sheet, cut: Dress, *, back: bool) -> None:
    """A dress from shoulder to hem."""
    strapped = cut.sleeve == "strap" or cut.neck == "halter"
    neck: Spot = (374, TOP + 6) if cut.neck == "boat" else (338, TOP)
    if cut.neck == "square" or (cut.sleeve == "strap" and cut.neck == "v"):
        neck = (358, TOP)
    shoulder: Spot = (neck[0] + 12, TOP + 2) if strapped else (392 if cut.sleeve == "none" else 398, TOP + 18)
    armpit: Spot = (380, TOP + 124)
    if cut.sleeve in SLEEVES:
        angle, length, cuff, bulge = SLEEVES[cut.sleeve]
        Sleeve(shoulder, armpit, angle=angle, length=length, cuff=cuff, bulge=bulge).draw(sheet, band=10)
    _body(sheet, cut, neck, shoulder, back=back)
    if cut.neck == "collar" and not back:
        collar_points(sheet, neck, spread=32, drop=60)


def _body(sheet: Sheet, cut: Dress, neck: Spot, shoulder: Spot, *, back: bool) -> None:
    hem, waist = HEMS[cut.length], TOP + 220
    half_waist, half_hem = WIDTHS[cut.shape]
    armpit: Spot = (380, TOP + 124)
    strapped = cut.sleeve == "strap" or cut.neck == "halter"
    kind = "back" if back else {"halter": "v"}.get(cut.neck, cut.neck)
    if strapped and not back and kind == "v":
        edge: list[Point] = [(CENTRE, TOP + 128, 1), (CENTRE + 34, TOP + 92), (neck[0] + 2, TOP, 1)]
    elif strapped and back:
        edge = [(CENTRE, TOP + 130), (neck[0] - 10, TOP + 112), (neck[0] + 2, TOP, 1)]
    else:
        edge = neck_edge(kind, neck)
    if cut.neck == "halter":
        edge = [(CENTRE, TOP + 96, 1), (CENTRE + 8, TOP + 40), (CENTRE + 26, TOP - 10, 1)]
        shoulder = (CENTRE + 46, TOP - 6)
    elif not back and not strapped:
        (collar_stand(sheet, neck) if cut.neck == "collar" else inside(sheet, neck, 104 if kind == "v" else 26, rise=6))
    hip = CENTRE + half_waist + (half_hem - half_waist) * 0.42
    bodice: list[Point] = [
        *edge,
        (shoulder[0] - 6, shoulder[1] - 2, 1) if cut.sleeve in SLEEVES else (*shoulder, 1),
        (shoulder[0] - 10 if not strapped else armpit[0] - 14, TOP + 84),
        (*armpit, 1),
    ]
    skirt: list[Point] = [
        (CENTRE + half_waist, waist),
        (hip, waist + 120),
        (CENTRE + half_hem, hem - 8, 1),
        (CENTRE + half_hem * 0.5, hem + 8),
        (CENTRE, hem + 12),
    ]
    if cut.shape == "tiered":
        _tiers(sheet, bodice, waist, hem)
    else:
        sheet.part(flow(both_sides([*bodice, *skirt])))
        full = half_hem > 130  # noqa: PLR2004
        hem_folds(
            sheet,
            hem + 4,
            half_hem,
            count=4 if full else 2,
            height=(hem - waist) * (0.8 if full else 0.5),
            narrow=0.46 if full else 0.8,
        )
        mirror_lines(
            sheet, [(CENTRE + half_hem - 3, hem - 20), (CENTRE + half_hem * 0.5, hem - 4), (CENTRE, hem)], stitched=True
        )
    if cut.neck not in {"collar", "halter"}:
        band_along(sheet, edge, 8, stitched=True)
    for side in (1, -1):
        sheet.fold((CENTRE + 76 * side, TOP + 150), (CENTRE + 44 * side, waist - 20), 3.6, 3 * side)
    _details(sheet, cut, waist, hem, half_waist, back=back)


def _tiers(sheet: Sheet, bodice: list[Point], waist: float, hem: float) -> None:
    depth = (hem - waist) / 3
    for level in (2, 1, 0):
        top, bottom = waist + depth * level, waist + depth * (level + 1)
        a, b = 74 + level * 34, 96 + level * 40
        tier: list[Point] = [
            (CENTRE, top - 6),
            (CENTRE + a, top - 4, 1),
            (CENTRE + b, bottom - 6, 1),
            (CENTRE + b * 0.5, bottom + 6),
            (CENTRE, bottom + 9),
        ]
        sheet.part(flow(both_sides(tier)))
        gathers = ""
        for i in range(-6, 7):
            foot = CENTRE + a * i / 6.4
            gathers += straight((foot, top + 2), (foot + i * 2.2, top + 30 + (i % 3) * 9))
        sheet.line(gathers, width=1.3, opacity=0.55)
        hem_folds(sheet, bottom, b, count=3, height=depth * 0.7, narrow=0.8)
    sheet.part(flow(both_sides([*bodice, (CENTRE + 72, waist, 1), (CENTRE, waist + 5)])))


def _details(sheet: Sheet, cut: Dress, waist: float, hem: float, half_waist: float, *, back: bool) -> None:
    if cut.shape == "wrap" and not back:
        sheet.line(
            flow([(CENTRE, TOP + 112), (CENTRE + 40, waist - 30), (CENTRE + half_waist - 4, waist)], closed=False),
            width=1.8,
        )
        sheet.line(
            flow(
                [(CENTRE + half_waist - 6, waist + 8), (CENTRE + 46, waist + 150), (CENTRE + 70, hem - 4)], closed=False
            ),
            width=1.8,
        )
        for i in (1, 2, 3):
            sheet.fold((CENTRE + half_waist - 6, waist + 2 * i), (CENTRE - 20 - 16 * i, waist - 34 + 30 * i), 3, 3)
    elif cut.shape in {"flared", "fitted"}:
        sheet.line(
            flow([(CENTRE - half_waist, waist), (CENTRE, waist + 6), (CENTRE + half_waist, waist)], closed=False),
            width=1.5,
        )
    if back:
        sheet.line(straight((CENTRE, TOP + (130 if cut.sleeve == "strap" else 10)), (CENTRE, hem)), opacity=0.5)
    elif cut.buttons:
        sheet.line(straight((CENTRE + 11, TOP + 60), (CENTRE + 11, hem + 6)), width=1.2, opacity=0.65)
        buttons(sheet, CENTRE, (TOP + 86, hem - 40), 10, 4.5)
    if cut.belt:
        _belt(sheet, waist, half_waist, knotted=cut.shape == "wrap")


def _belt(sheet: Sheet, waist: float, half: float, *, knotted: bool) -> None:
    sheet.part(
        flow(
            both_sides(
                [
                    (CENTRE, waist - 8),
                    (CENTRE + half + 2, waist - 13, 1),
                    (CENTRE + half + 3, waist + 11, 1),
                    (CENTRE, waist + 17),
                ]
            )
        ),
        shade=0.2,
    )
    x = CENTRE + (half - 22 if knotted else 0)
    ends: list[Point] = [
        (x, waist + 2, 1),
        (x + 30, waist + 70),
        (x + 40, waist + 138, 1),
        (x + 20, waist + 142, 1),
        (x + 8, waist + 74),
    ]
    other: list[Point] = [
        (x, waist + 2, 1),
        (x + 6, waist + 62),
        (x - 8, waist + 116, 1),
        (x - 28, waist + 112, 1),
        (x - 12, waist + 58),
    ]
    for points in (other, ends):
        sheet.part(flow(points), shade=0.2)
    sheet.part(
        flow([(x - 13, waist - 12), (x + 13, waist - 12), (x + 15, waist + 14), (x - 12, waist + 16)]), shade=0.3
    )


def draw_skirt(sheet: Sheet, cut: Skirt, *, back: bool) -> None:
    """A skirt from waistband to hem."""
    hem = {"knee": 560, "midi": 640, "maxi": 706}[cut.length]
    top, half_waist = 150.0, 84.0
    half_hem = {"flared": 206, "pencil": 104, "pleated": 190, "wrap": 140}[cut.shape]
    hip = CENTRE + (122 if cut.shape == "pencil" else half_waist + (half_hem - half_waist) * 0.4)
    body: list[Point] = [
        (CENTRE, top + 20),
        (CENTRE + half_waist, top + 14, 1),
        (hip, top + 160),
        (CENTRE + half_hem, hem - 8, 1),
        (CENTRE + half_hem * 0.5, hem + 8),
        (CENTRE, hem + 12),
    ]
    sheet.part(flow(both_sides(body)))
    if cut.shape == "pleated":
        _pleats(sheet, top + 30, hem, half_waist, half_hem)
    else:
        wide = half_hem > 120  # noqa: PLR2004
        hem_folds(
            sheet,
            hem + 4,
            half_hem,
            count=5 if wide else 2,
            height=(hem - top) * (0.75 if wide else 0.4),
            narrow=0.52 if wide else 0.9,
        )
    mirror_lines(
        sheet, [(CENTRE + half_hem - 3, hem - 20), (CENTRE + half_hem * 0.5, hem - 4), (CENTRE, hem)], stitched=True
    )
    if cut.shape == "pencil" and not back:
        _insert(sheet, top + 40, hem)
    waistband: list[Point] = [
        (CENTRE, top - 8),
        (CENTRE + half_waist - 3, top - 14, 1),
        (CENTRE + half_waist + 2, top + 24, 1),
        (CENTRE, top + 32),
    ]
    if not back:
        sheet.flat(
            flow(both_sides([(CENTRE, top - 16), (CENTRE + half_waist - 6, top - 14, 1), (CENTRE, top - 6)])),
            mix(sheet.base, INK, 0.45),
        )
    sheet.part(flow(both_sides(waistband)))
    if cut.buttons and not back:
        sheet.line(straight((CENTRE + 13, top + 30), (CENTRE + 13, hem + 8)), width=1.3, opacity=0.7)
        buttons(sheet, CENTRE, (top + 8, hem - 40), 9, 5.5)
    elif back:
        sheet.line(straight((CENTRE, top + 30), (CENTRE, top + 190)), width=1.5)


def _pleats(sheet: Sheet, top: float, hem: float, half_waist: float, half_hem: float) -> None:
    for i in range(-7, 8):
        a, b = CENTRE + half_waist * i / 7.6, CENTRE + half_hem * i / 7.6
        sheet.line(
            flow([(a, top), (a + (b - a) * 0.42, top + (hem - top) * 0.5), (b, hem + 6)], closed=False),
            width=1.5,
            opacity=0.7,
        )
        sheet.fold((a + 3, top + 14), (b + 7, hem - 4), 4.6, 0)


def _insert(sheet: Sheet, top: float, hem: float) -> None:
    band: list[Point] = [(340, top, 1), (368, top, 1), (362, hem + 4, 1), (336, hem + 6, 1)]
    sheet.part(flow(band, bend=0.03), fill=mix(sheet.base, "#ffffff", 0.5), shade=0.1)
    dots = "".join(f"M352 {y}l8 10-8 10-8-10z" for y in range(round(top) + 10, round(hem) - 20, 26))
    sheet.line(dots, width=1.3)
