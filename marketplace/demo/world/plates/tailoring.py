"""Coats, jackets, suits and trousers."""

from federation.node.colours import mix
from marketplace.demo.world.cuts import Coat, Suit, Trousers
from marketplace.demo.world.plates.bodice import Sleeve, Spot, buttons, collar_stand, hem_folds, inside, mirror_lines
from marketplace.demo.world.plates.geometry import CENTRE, Point, both_sides, flow, mirrored, straight
from marketplace.demo.world.plates.sheet import Sheet
from marketplace.demo.world.plates.weave import INK

# fmt: off  # outlines stand in rows, as they are drawn

COAT_HEMS = {"hip": 600, "thigh": 650, "knee": 706, "calf": 742}
NECK: Spot = (342, 134)
SHOULDER: Spot = (428, 166)
ARMPIT: Spot = (414, 286)


def draw_coat(sheet: Sheet, cut: Coat, *, back: bool) -> None:
    """A coat or jacket with its lapels, buttons and pockets."""
    hem = COAT_HEMS[cut.length]
    flare = {"hip": 116, "thigh": 128, "knee": 142, "calf": 152}[cut.length]
    Sleeve(SHOULDER, ARMPIT, angle=13, length=398, cuff=62).draw(sheet, band=0)
    _sleeve_buttons(sheet)
    waist = 112 if cut.belt else 106
    if not back:
        collar_stand(sheet, NECK)
        inside(sheet, NECK, 60, rise=4)
    break_y = {"stand": 150, "hood": 170}.get(cut.collar, 330 if cut.rows < 2 else 300)  # noqa: PLR2004
    _body(sheet, hem, flare, waist, back=back)
    hem_folds(sheet, hem, flare, count=2, height=(hem - 380) * 0.7, narrow=0.82)
    mirror_lines(
        sheet, [(CENTRE + waist - 2, 300), (CENTRE + waist - 22, 400), (CENTRE + waist - 16, hem - 60)], width=1.1
    )
    if back:
        _back(sheet, cut, hem)
    else:
        _front(sheet, cut, hem, break_y)
        _pockets(sheet, cut.pocket, 476 if cut.length != "hip" else 452)
        if cut.collar in {"notch", "peak"} and cut.length == "hip" and cut.pocket != "flap":
            sheet.line(straight((352, 300), (396, 292)), width=2)
    if cut.belt:
        sheet.part(
            flow(both_sides([(CENTRE, 402), (CENTRE + waist, 396, 1), (CENTRE + waist + 1, 426, 1), (CENTRE, 432)])),
            shade=0.25,
        )
        if not back:
            sheet.part(flow([(290, 396, 1), (330, 394, 1), (332, 440, 1), (290, 440, 1)], bend=0.02), shade=0.2)
            sheet.part(flow([(296, 434, 1), (324, 432, 1), (336, 560, 1), (306, 566, 1)], bend=0.05), shade=0.25)


def _body(sheet: Sheet, hem: float, flare: float, waist: float, *, back: bool) -> None:
    half: list[Point] = [
        (CENTRE, NECK[1] + (8 if back else 40)),
        (CENTRE + 24, NECK[1] + (6 if back else 22)),
        (*NECK, 1),
        (SHOULDER[0] - 6, SHOULDER[1] - 2, 1),
        (SHOULDER[0] - 15, 226),
        (*ARMPIT, 1),
        (CENTRE + waist, 400),
        (CENTRE + flare, hem - 8, 1),
        (CENTRE + flare * 0.5, hem + 4),
        (CENTRE, hem + 6),
    ]
    sheet.part(flow(both_sides(half)))


def _sleeve_buttons(sheet: Sheet) -> None:
    arm = Sleeve(SHOULDER, ARMPIT, angle=13, length=398, cuff=62)
    for i in range(2):
        x, y = arm.at(376 - i * 17, 10)
        sheet.button(x, y, 3.6)
        sheet.button(600 - x, y, 3.6)


def _front(sheet: Sheet, cut: Coat, hem: float, break_y: float) -> None:
    edge = CENTRE + (14 if cut.rows < 2 else 52)  # noqa: PLR2004
    path = straight((edge, break_y), (edge, hem - 30)) + f"Q{edge:.0f} {hem + 2:.0f} {edge - 26:.0f} {hem + 6:.0f}"
    sheet.line(path, width=1.8)
    sheet.fold((edge + 3, break_y + 40), (edge + 3, hem - 40), 3, 0)
    if cut.collar == "hood":
        _hood(sheet)
    elif cut.collar == "stand":
        _stand(sheet)
    else:
        _lapels(sheet, cut, break_y, edge)
    last = min(hem - 60, break_y + 300)
    if cut.rows == 1:
        count = 2 if cut.length == "hip" and cut.collar == "notch" and cut.pocket == "patch" else 4
        first = break_y + 16 if cut.collar not in {"stand", "hood"} else break_y + 40
        buttons(sheet, CENTRE, (first, first + 74 if count == 2 else last - 10), count, 7)  # noqa: PLR2004
    elif cut.rows == 2:  # noqa: PLR2004
        for x in (edge - 18, CENTRE - 44):
            buttons(sheet, x, (break_y + 20, break_y + 200), 3, 7.5)


def _lapels(sheet: Sheet, cut: Coat, break_y: float, edge: float) -> None:
    """Both lapels and the collar above them; the right side of the wearer's front lies on top."""
    shawl, peak = cut.collar == "shawl", cut.collar == "peak"
    wide = 398 if peak else 386
    if shawl:
        right: list[Point] = [
            (edge - 4, break_y + 60, 1),
            (CENTRE + 20, 220),
            (NECK[0] - 8, NECK[1] - 28, 1),
            (NECK[0] + 22, 172),
            (380, 250),
            (356, break_y),
        ]
        left = mirrored([(CENTRE + 4, break_y + 56, 1), *right[1:]])
    else:
        right = [
            (edge - 2, break_y, 1),
            (CENTRE + 20, 232),
            (NECK[0] - 14, NECK[1] + 6, 1),
            (NECK[0] + 24, 196, 1),
            (wide, 178 if peak else 210, 1),
            (wide - 22, 262),
        ]
        left = mirrored([(CENTRE - 6 if cut.rows < 2 else CENTRE - 20, break_y, 1), *right[1:]])  # noqa: PLR2004
    for points, angle in ((left, 14), (right, -14)):
        sheet.part(flow(points, bend=0.14), angle=angle, shade=0.26)
    if shawl:
        return
    collar: list[Point] = [
        (CENTRE + 6, NECK[1] - 24),
        (NECK[0] - 6, NECK[1] - 30),
        (NECK[0] + 16, NECK[1] + 4),
        (NECK[0] + 38, 186, 1),
        (NECK[0] + 20, 204, 1),
        (CENTRE + 34, NECK[1] + 32),
        (NECK[0] - 18, NECK[1] - 4),
    ]
    for points in (mirrored(collar), collar):
        sheet.part(flow(points, bend=0.14), shade=0.22)
    mirror_lines(sheet, [(wide - 28, 262), (wide - 9, 214 if not peak else 190), (NECK[0] + 28, 202)], stitched=True)


def _stand(sheet: Sheet) -> None:
    x, y = NECK
    right: list[Point] = [
        (CENTRE + 2, y + 46, 1),
        (CENTRE + 6, y + 2),
        (x - 4, y - 40, 1),
        (x + 10, y, 1),
        (CENTRE + 36, y + 40),
    ]
    for points in (mirrored(right), right):
        sheet.part(flow(points), shade=0.25)
    mirror_lines(sheet, [(CENTRE + 12, y + 8), (x - 6, y - 32)], stitched=True)


def _hood(sheet: Sheet) -> None:
    x, y = NECK
    outer = both_sides(
        [(CENTRE, y - 86), (CENTRE + 62, y - 60), (CENTRE + 74, y + 6), (x + 20, y + 54, 1), (CENTRE, y + 74)]
    )
    sheet.part(flow(outer))
    inner = both_sides(
        [(CENTRE, y - 58), (CENTRE + 44, y - 38), (CENTRE + 46, y + 6), (CENTRE + 22, y + 48), (CENTRE, y + 62, 1)]
    )
    sheet.part(flow(inner), fill=mix(sheet.base, INK, 0.4), weave=False, shade=0.5)
    sheet.line(straight((CENTRE, y - 86), (CENTRE, y - 58)), width=1.4)
    for side in (1, -1):
        sheet.line(
            flow(
                [(CENTRE + 20 * side, y + 52), (CENTRE + 26 * side, y + 110), (CENTRE + 22 * side, y + 150)],
                closed=False,
            ),
            width=3,
            colour=sheet.outline,
        )


def _pockets(sheet: Sheet, kind: str, y: float) -> None:
    shapes: dict[str, list[Point]] = {
        "flap": [(336, y, 1), (404, y - 6, 1), (406, y + 24), (398, y + 28), (344, y + 33), (337, y + 28)],
        "patch": [(334, y - 8, 1), (400, y - 12, 1), (403, y + 78), (394, y + 88), (344, y + 90), (335, y + 80)],
        "welt": [(352, y - 40, 1), (366, y - 42, 1), (392, y + 36, 1), (378, y + 40, 1)],
    }
    for points in (mirrored(shapes[kind]), shapes[kind]):
        sheet.part(flow(points, bend=0.06), shade=0.2)
    if kind == "patch":
        mirror_lines(sheet, [(337, y + 6), (401, y + 2)], stitched=True)


def _back(sheet: Sheet, cut: Coat, hem: float) -> None:
    x, y = NECK
    sheet.line(straight((CENTRE, y + 24), (CENTRE, hem + 4)), width=1.6)
    sheet.fold((CENTRE + 4, hem - 150), (CENTRE + 7, hem), 4, 1)
    if cut.collar == "hood":
        sheet.part(
            flow(
                both_sides(
                    [
                        (CENTRE, y - 86),
                        (CENTRE + 62, y - 58),
                        (CENTRE + 72, y + 20),
                        (CENTRE + 40, y + 120),
                        (CENTRE, y + 148),
                    ]
                )
            )
        )
        sheet.line(straight((CENTRE, y - 84), (CENTRE, y + 140)))
    else:
        sheet.part(
            flow(both_sides([(CENTRE, y - 32), (x - 6, y - 28), (x + 24, y + 26, 1), (CENTRE, y + 30)])), shade=0.25
        )
    if cut.rows == 2:  # noqa: PLR2004
        sheet.part(
            flow(both_sides([(CENTRE, 410), (CENTRE + 62, 406, 1), (CENTRE + 62, 434, 1), (CENTRE, 438)])), shade=0.2
        )
        sheet.button(CENTRE + 50, 421, 6)
        sheet.button(CENTRE - 50, 421, 6)


def draw_suit(sheet: Sheet, cut: Suit, *, back: bool) -> None:
    """A jacket laid over its own folded trousers."""
    sheet.add('<g transform="rotate(5 430 400)">')
    legs: list[Point] = [(352, 210, 1), (486, 204, 1), (492, 420), (488, 742, 1), (404, 746, 1), (362, 420)]
    sheet.part(flow(legs, bend=0.08), angle=2)
    sheet.part(flow([(350, 196, 1), (486, 190, 1), (488, 226, 1), (352, 232, 1)], bend=0.03), shade=0.25)
    sheet.line(flow([(440, 228), (452, 460), (454, 742)], closed=False), width=1.4)
    sheet.fold((462, 250), (472, 420), 4, 2)
    sheet.add('</g><g transform="translate(-62 36) scale(.95)">')
    jacket = Coat(
        cloth=cut.cloth, collar="notch" if cut.rows == 1 else "peak", rows=cut.rows, length="hip", pocket="flap"
    )
    draw_coat(sheet, jacket, back=back)
    sheet.add("</g>")


TROUSER_LEGS = {
    "straight": (62, 142),
    "wide": (100, 196),
    "tapered": (48, 124),
    "flared": (86, 168),
    "short": (84, 160),
}
"""Width of one leg at the hem, and how far its outer edge stands from the middle."""


def draw_trousers(sheet: Sheet, cut: Trousers, *, back: bool) -> None:
    """Trousers, laid flat and slightly apart."""
    top, crotch = 92.0, 300.0
    hem = 470.0 if cut.leg == "short" else 728.0
    width, outer = TROUSER_LEGS[cut.leg]
    knee = 540.0 if cut.leg != "short" else 400.0
    knee_out = {"flared": 124, "straight": 138, "tapered": 130, "wide": 166, "short": 146}[cut.leg]
    right: list[Point] = [
        (CENTRE, top, 1),
        (CENTRE + 84, top - 2, 1),
        (CENTRE + 116, 230),
        (CENTRE + knee_out, knee),
        (CENTRE + outer, hem - 4, 1),
        (CENTRE + outer - width, hem + 6, 1),
        (CENTRE + (outer - width) * 0.58, knee),
        (CENTRE, crotch, 1),
    ]
    sheet.part(flow(mirrored(right), bend=0.13), angle=3)
    sheet.part(flow(right, bend=0.13), angle=-3)
    middle = CENTRE + outer - width * 0.5
    for side in (1, -1):
        x = CENTRE + (middle - CENTRE) * side
        if cut.front != "jeans":
            sheet.line(
                flow([(CENTRE + 50 * side, top + 40), (CENTRE + (knee_out - 42) * side, knee), (x, hem)], closed=False),
                width=1.3,
                opacity=0.7,
            )
        sheet.fold((CENTRE + 6 * side, crotch - 6), (CENTRE + 62 * side, crotch - 44), 4, 3 * side)
        sheet.fold((CENTRE + 8 * side, crotch + 14), (CENTRE + 70 * side, crotch + 60), 4.4, -4 * side)
        sheet.fold(
            (CENTRE + (knee_out - 18) * side, knee - 20), (CENTRE + (knee_out - 60) * side, knee + 16), 3.4, 2 * side
        )
    if cut.cuffs:
        _cuffs(sheet, outer, width, hem)
    _rise(sheet, cut, top, crotch, back=back)


def _cuffs(sheet: Sheet, outer: float, width: float, hem: float) -> None:
    right: list[Point] = [
        (CENTRE + outer + 2, hem - 36, 1),
        (CENTRE + outer + 3, hem - 2, 1),
        (CENTRE + outer - width - 2, hem + 8, 1),
        (CENTRE + outer - width - 3, hem - 27, 1),
    ]
    for points in (mirrored(right), right):
        sheet.part(
            flow(points, bend=0.04), fill=mix(sheet.base, "#ffffff", 0.2) if sheet.cloth == "denim" else "", shade=0.2
        )


def _rise(sheet: Sheet, cut: Trousers, top: float, crotch: float, *, back: bool) -> None:
    band: list[Point] = [(CENTRE, top - 4), (CENTRE + 84, top - 8, 1), (CENTRE + 88, top + 24, 1), (CENTRE, top + 30)]
    sheet.part(flow(both_sides(band)), shade=0.2)
    loops = [CENTRE + x for x in (-66, -34, 34, 66)]
    for x in loops:
        sheet.part(
            straight((x - 4, top - 4), (x + 4, top - 4), (x + 4, top + 27), (x - 4, top + 27), closed=True), shade=0.1
        )
    if back:
        sheet.line(straight((CENTRE, top + 30), (CENTRE, crotch)), width=1.8)
        pocket: list[Point] = [(330, 158, 1), (390, 154, 1), (392, 214, 1), (362, 232, 1), (332, 216, 1)]
        for points in (mirrored(pocket), pocket):
            sheet.part(flow(points, bend=0.03), shade=0.16)
        if cut.front == "jeans":
            mirror_lines(sheet, [(334, 182), (361, 196), (389, 180)], stitched=True)
        return
    sheet.button(CENTRE, top + 12, 6)
    sheet.line(straight((CENTRE, top + 30), (CENTRE, crotch)), width=1.7)
    sheet.stitch(flow([(CENTRE + 20, top + 32), (CENTRE + 19, 220), (CENTRE + 2, 268)], closed=False))
    if cut.front == "jeans":
        _jeans_pockets(sheet, top)
        return
    mirror_lines(sheet, [(CENTRE + 76, top + 26), (CENTRE + 98, 190)], width=1.7)
    if cut.front == "pleated":
        for x in (CENTRE + 34, CENTRE + 56, CENTRE - 34, CENTRE - 56):
            _pleat(sheet, x, top + 28)


def _jeans_pockets(sheet: Sheet, top: float) -> None:
    thread = sheet.second if sheet.cloth == "denim" else ""
    right: list[Point] = [(CENTRE + 40, top + 30), (CENTRE + 58, 168), (CENTRE + 103, 176)]
    for points in (right, mirrored(right)):
        curve = flow(points, closed=False)
        sheet.line(curve, width=1.6)
        sheet.line(curve, width=1.2, dash="4.5 3", colour=thread, opacity=0.9)


def _pleat(sheet: Sheet, x: float, top: float) -> None:
    out = 1 if x > CENTRE else -1
    sheet.fold((x, top), (x + 8 * out, top + 102), 4, 0)
    sheet.line(straight((x, top), (x + 3 * out, top + 62)), width=1.5)
