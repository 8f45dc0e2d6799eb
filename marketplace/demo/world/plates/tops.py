"""Knitwear and shirts."""

from marketplace.demo.world.cuts import Knit, Shirt
from marketplace.demo.world.plates.bodice import (
    Sleeve,
    Spot,
    band_along,
    buttons,
    collar_points,
    collar_stand,
    inside,
    mirror_lines,
    neck_edge,
)
from marketplace.demo.world.plates.geometry import CENTRE, Point, both_sides, flow, mirrored, straight
from marketplace.demo.world.plates.sheet import Sheet

# fmt: off  # outlines stand in rows, as they are drawn

KNIT_HEMS = {"crop": 520, "hip": 610, "long": 690}


def draw_knit(sheet: Sheet, cut: Knit, *, back: bool) -> None:
    """A jumper, cardigan, gilet or knitted polo."""
    hem = KNIT_HEMS[cut.length]
    neck: Spot = (386, 176) if cut.neck == "boat" else (346, 168)
    shoulder, armpit = ((424, 196) if cut.sleeve != "none" else (404, 190)), (412, 316)
    if cut.sleeve != "none":
        long = cut.sleeve == "long"
        arm = Sleeve(shoulder, armpit, angle=15 if long else 27, length=392 if long else 128, cuff=56 if long else 84)
        arm.draw(sheet, band=50 if long else 22, ribbed=True)
    kind = "back" if back or cut.neck == "roll" else {"polo": "collar"}.get(cut.neck, cut.neck)
    if cut.opening == "buttons" and kind == "v":
        kind = "deep"
    if not back:
        inside(sheet, neck, {"deep": 150, "v": 90, "collar": 40}.get(kind, 24), rise=6)
    edge = neck_edge(kind, neck)
    body: list[Point] = [
        *edge,
        (shoulder[0] - 6, shoulder[1] - 2, 1),
        (shoulder[0] - 14, 252),
        (*armpit, 1),
        (412, 400),
        (413, hem - 70),
        (405, hem - 40),
        (400, hem, 1),
        (CENTRE, hem + 5),
    ]
    sheet.part(flow(both_sides(body)))
    _rib_band(sheet, hem - 46, hem + 2, 104)
    sheet.fold((396, 380), (352, 440), 4, 3)
    sheet.fold((204, 400), (246, 452), 4, -3)
    sheet.fold((398, hem - 120), (366, hem - 66), 4, 2)
    if cut.neck == "roll":
        _roll(sheet, neck)
    elif cut.neck == "polo" and not back:
        collar_stand(sheet, neck)
        sheet.line(straight((CENTRE, neck[1] + 50), (CENTRE, neck[1] + 150)), width=1.6)
        collar_points(sheet, neck, spread=34, drop=62)
        buttons(sheet, CENTRE, (neck[1] + 80, neck[1] + 132), 3, 4)
    else:
        band_along(sheet, edge, 15)
        _neck_ribs(sheet, edge)
    if cut.opening == "buttons" and not back:
        _opening(sheet, neck[1] + (176 if kind == "deep" else 34), hem, tight=cut.length == "crop")
    if cut.length == "long" and cut.opening == "buttons" and not back:
        _patches(sheet, hem - 170)


def _rib_band(sheet: Sheet, top: float, bottom: float, half: float) -> None:
    sheet.line(flow([(CENTRE - half - 4, top), (CENTRE, top + 5), (CENTRE + half + 4, top)], closed=False), width=1.7)
    count = int(half // 6)
    ribs = "".join(f"M{CENTRE + half * i / count:.0f} {top + 6:.0f}V{bottom:.0f}" for i in range(-count + 1, count))
    sheet.line(ribs, width=1.3, opacity=0.5)


def _neck_ribs(sheet: Sheet, edge: list[Point]) -> None:
    last, middle = edge[-1], edge[1]
    for share in (0.15, 0.4, 0.65, 0.9):
        x = middle[0] + (last[0] - middle[0]) * share
        y = middle[1] + (last[1] - middle[1]) * share
        for side in (1, -1):
            sx = CENTRE + (x - CENTRE) * side
            sheet.line(straight((sx, y + 2), (sx + 5 * side, y + 13)), width=1.2, opacity=0.5)


def _roll(sheet: Sheet, neck: Spot) -> None:
    x, y = neck
    collar = both_sides([(CENTRE, y - 50), (x - 10, y - 46), (x, y - 20), (x + 2, y + 16), (CENTRE, y + 38)])
    sheet.part(flow(collar))
    ribs = "".join(
        f"M{CENTRE + i * 9} {y - 44:.0f}q{i * 0.4:.1f} 36 {i * 0.6:.1f} {76 - abs(i) * 2.4:.0f}" for i in range(-5, 6)
    )
    sheet.line(ribs, width=1.3, opacity=0.5)
    sheet.fold((x - 84, y - 12), (x - 20, y - 2), 4, 5)


def _opening(sheet: Sheet, top: float, hem: float, *, tight: bool) -> None:
    sheet.line(straight((CENTRE + 13, top - 14), (CENTRE + 13, hem + 4)), width=1.6)
    sheet.line(straight((CENTRE - 13, top - 14), (CENTRE - 13, hem + 4)), width=1.1, opacity=0.6)
    buttons(sheet, CENTRE, (top + 14, hem - 22), 9 if tight else 6, 5 if tight else 7)


def _patches(sheet: Sheet, top: float) -> None:
    right: list[Point] = [(334, top, 1), (392, top + 2, 1), (392, top + 84, 1), (336, top + 84, 1)]
    for points in (right, mirrored(right)):
        sheet.part(flow(points, bend=0.05), shade=0.2)


def draw_shirt(sheet: Sheet, cut: Shirt, *, back: bool) -> None:
    """A shirt or blouse."""
    neck: Spot = (344, 166)
    shoulder, armpit, hem = (424, 194), (412, 312), 640
    _shirt_sleeves(sheet, cut, shoulder, armpit)
    open_neck = cut.collar != "bow"
    kind = "back" if back else {"camp": "v", "band": "collar", "bow": "crew"}.get(cut.collar, "collar")
    if not back:
        (collar_stand if open_neck else inside)(sheet, neck, *(() if open_neck else (34.0,)))
    edge = neck_edge(kind, neck)
    body: list[Point] = [
        *edge,
        (shoulder[0] - 6, shoulder[1] - 2, 1),
        (shoulder[0] - 15, 250),
        (*armpit, 1),
        (402, 420),
        (408, 560),
        (402, hem - 34, 1),
        (370, hem - 8),
        (CENTRE, hem + 6),
    ]
    sheet.part(flow(both_sides(body)))
    mirror_lines(sheet, [(398, hem - 40), (366, hem - 17), (CENTRE, hem - 4)], stitched=True)
    for start, end, lean in (
        ((394, 350), (350, 420), 3),
        ((208, 372), (256, 430), -3),
        ((386, 520), (354, 600), 3),
        ((236, 500), (250, 600), -2),
    ):
        sheet.fold(start, end, 4.4, lean)
    if back or cut.yoke:
        mirror_lines(sheet, [(CENTRE, neck[1] + 62), (360, neck[1] + 60), (416, neck[1] + 56)])
    if back:
        sheet.line(straight((CENTRE, neck[1] + 64), (CENTRE, hem)), opacity=0.4)
        _back_collar(sheet, neck)
        return
    _front(sheet, cut, neck, hem)


def _shirt_sleeves(sheet: Sheet, cut: Shirt, shoulder: Spot, armpit: Spot) -> None:
    if cut.sleeve == "long":
        Sleeve(shoulder, armpit, angle=15, length=404, cuff=52).draw(sheet, band=44)
    elif cut.sleeve == "short":
        Sleeve(shoulder, armpit, angle=29, length=138, cuff=94).draw(sheet, band=12)
    elif cut.sleeve == "puff":
        Sleeve(shoulder, armpit, angle=20, length=286, cuff=66, bulge=34).draw(sheet, band=26)


def _front(sheet: Sheet, cut: Shirt, neck: Spot, hem: float) -> None:
    top = neck[1] + (112 if cut.collar == "camp" else 50)
    for offset in (-12, 12):
        sheet.line(straight((CENTRE + offset, top), (CENTRE + offset, hem + 4)), width=1.2, opacity=0.7)
    if cut.pocket:
        pocket: list[Point] = [(334, 296, 1), (390, 294, 1), (390, 348, 1), (362, 362, 1), (335, 350, 1)]
        sheet.part(flow(pocket, bend=0.02), shade=0.16)
        sheet.stitch(straight((337, 304), (388, 302)))
    buttons(sheet, CENTRE, (top + 26, hem - 54), 6, 4.5)
    if cut.collar == "band":
        _band_collar(sheet, neck)
    elif cut.collar == "bow":
        _bow(sheet, neck)
    elif cut.collar == "camp":
        _camp(sheet, neck)
    else:
        soft = cut.collar == "peter"
        collar_points(sheet, neck, spread=52 if soft else 34, drop=86 if soft else 70, soft=soft)
        sheet.button(CENTRE, neck[1] + 36, 4.5)
        if soft:
            for path in (flow([(x, y) for x, y in ((372, 164), (380, 214), (350, 262), (314, 226))], closed=False),):
                sheet.line(path, width=3, opacity=0.5, dash="1 6")
                sheet.add(
                    f'<g transform="matrix(-1 0 0 1 600 0)"><path d="{path}" fill="none" stroke="{sheet.seam}" '
                    'stroke-width="3" stroke-dasharray="1 6" stroke-linecap="round" opacity=".5"/></g>'
                )


def _back_collar(sheet: Sheet, neck: Spot) -> None:
    x, y = neck
    sheet.part(flow(both_sides([(CENTRE, y - 30), (x - 6, y - 24), (x + 14, y + 18, 1), (CENTRE, y + 28)])))


def _band_collar(sheet: Sheet, neck: Spot) -> None:
    x, y = neck
    right: list[Point] = [
        (CENTRE, y + 30, 1),
        (CENTRE + 24, y + 8),
        (x - 4, y - 24, 1),
        (x + 6, y, 1),
        (CENTRE + 30, y + 34),
        (CENTRE, y + 54, 1),
    ]
    for points in (mirrored(right), right):
        sheet.part(flow(points, bend=0.14), shade=0.2)
    sheet.button(CENTRE, y + 43, 4)


def _camp(sheet: Sheet, neck: Spot) -> None:
    x, y = neck
    right: list[Point] = [
        (CENTRE, y + 116, 1),
        (CENTRE + 20, y + 46),
        (x - 6, y - 26, 1),
        (x + 16, y + 2),
        (x + 30, y + 34, 1),
        (x + 4, y + 52, 1),
        (x + 20, y + 74, 1),
    ]
    for points in (mirrored(right), right):
        sheet.part(flow(points, bend=0.1), shade=0.24)
    mirror_lines(sheet, [(x + 4, y + 52), (x - 12, y + 34)])


def _bow(sheet: Sheet, neck: Spot) -> None:
    x, y = neck
    sheet.part(flow(both_sides([(CENTRE, y + 12), (x - 5, y - 22, 1), (x + 7, y + 4, 1), (CENTRE, y + 42)])))
    tails: list[Point] = [
        (CENTRE + 2, y + 44, 1),
        (CENTRE + 26, y + 120),
        (CENTRE + 44, y + 218, 1),
        (CENTRE + 8, y + 228, 1),
        (CENTRE + 2, y + 130),
    ]
    loop: list[Point] = [
        (CENTRE, y + 40, 1),
        (CENTRE + 46, y + 12),
        (CENTRE + 92, y + 34),
        (CENTRE + 74, y + 76),
        (CENTRE + 30, y + 66),
    ]
    for points, angle in ((mirrored(tails), 8), (tails, -8), (mirrored(loop), 70), (loop, -70)):
        sheet.part(flow(points), angle=angle)
    for side in (1, -1):
        sheet.fold((CENTRE + 12 * side, y + 44), (CENTRE + 62 * side, y + 46), 3, 3 * side)
        sheet.fold((CENTRE + 10 * side, y + 64), (CENTRE + 24 * side, y + 170), 3, 2 * side)
    sheet.part(flow(both_sides([(CENTRE, y + 28), (CENTRE + 15, y + 34), (CENTRE + 13, y + 58), (CENTRE, y + 62)])))
