"""Shoes and sandals: the pair in profile, and again from above.

Profiles point to the right and stand on the line y = 0 of their own group; `heel` and all lengths are in sheet units.
"""

from federation.node.colours import mix
from marketplace.demo.world.cuts import Sandal, Shoe
from marketplace.demo.world.plates.geometry import Point, ellipse, flow, mirrored, straight
from marketplace.demo.world.plates.sheet import Sheet
from marketplace.demo.world.plates.weave import INK

# fmt: off  # outlines stand in rows, as they are drawn

LINING = "#d8b68c"
UNITS_PER_MM = 1.75
PAIR = ((106.0, 372.0, 0.92), (60.0, 640.0, 1.04))
HIGH_PAIR = ((112.0, 376.0, 0.86), (64.0, 690.0, 1.0))
"""Where the farther and the nearer shoe stand, and their scale."""
HIGH_MM = 45

Zoom = tuple[float, float, float] | None


def draw_shoe(sheet: Sheet, cut: Shoe, *, back: bool) -> Zoom:
    """A closed shoe."""
    if back:
        _above(sheet, cut.style, cut.sole)
        return None
    heel = cut.heel_mm * UNITS_PER_MM
    sheet.twice(PAIR if cut.heel_mm < HIGH_MM else HIGH_PAIR, lambda: _profile(sheet, cut, heel))
    return None


def _profile(sheet: Sheet, cut: Shoe, heel: float) -> None:
    if cut.heel_mm >= HIGH_MM:
        _pump(sheet, heel, cut.sole)
    elif cut.style in {"ballerina", "mule", "pump"}:
        _slipper(sheet, cut, heel)
    else:
        _low(sheet, cut, heel)


def draw_sole(
    sheet: Sheet, heel: float, colour: str, *, thick: float = 12, toe: float = 446, block: float = 92
) -> None:
    """Sole and heel block below the line on which the upper sits."""
    sole: list[Point] = [
        (16, -heel - thick, 1),
        (150, -heel * 0.72 - thick),
        (300, -thick - 2),
        (toe, -thick - 10, 1),
        (toe + 2, -12),
        (toe - 24, 0, 1),
        (270, 0),
        (170, -heel * 0.55 - 2),
        (block, -heel + 2, 1),
        (18, -heel, 1),
    ]
    sheet.part(flow(sole, bend=0.12), fill=colour, weave=False, shade=0.2)
    if heel > 8:  # noqa: PLR2004
        sheet.part(
            straight((17, -heel - 3), (block + 6, -heel + 1), (block, 0), (24, 0), closed=True),
            fill=mix(colour, INK, 0.25),
            weave=False,
            shade=0.25,
        )
        sheet.line(straight((21, -heel * 0.5), (block + 2, -heel * 0.5)), width=1, opacity=0.4)


def _low(sheet: Sheet, cut: Shoe, heel: float) -> None:
    sneaker = cut.style == "sneaker"
    thick = 26.0 if sneaker else 11.0
    lift = (6.0 if sneaker else heel) + thick
    mouth: list[Point] = [
        (26, -lift - 96, 1),
        (90, -lift - 92),
        (168, -lift - 112, 1),
        (150, -lift - 66),
        (80, -lift - 66),
    ]
    sheet.part(flow(mouth), fill=LINING, weave=False, shade=0.45)
    if cut.style != "loafer":
        tongue: list[Point] = [
            (150, -lift - 96, 1),
            (186, -lift - 146),
            (214, -lift - 136, 1),
            (262, -lift - 88, 1),
            (200, -lift - 60),
        ]
        sheet.part(flow(tongue), shade=0.25)
    upper: list[Point] = [
        (14, -lift, 1),
        (10, -lift - 50),
        (24, -lift - 100, 1),
        (74, -lift - 76),
        (128, -lift - 76),
        (176, -lift - 108, 1),
        (212, -lift * 0.9 - 100),
        (286, -thick - 82),
        (370, -thick - 66),
        (428, -thick - 46),
        (446, -thick - 14, 1),
        (300, -thick - 2),
        (150, -heel * 0.7 - thick),
    ]
    if sneaker:
        upper[-2:] = [(300, -thick, 1), (150, -lift, 1)]
    sheet.part(flow(upper))
    if sneaker:
        rim: list[Point] = [
            (10, -34, 1),
            (150, -32),
            (300, -29),
            (452, -40, 1),
            (456, -14),
            (436, 0),
            (20, 0),
            (8, -12),
        ]
        sheet.part(flow(rim, bend=0.1), fill=cut.sole, weave=False, shade=0.16)
        sheet.stitch(flow([(14, -24), (150, -22), (300, -20), (450, -28)], closed=False))
    else:
        draw_sole(sheet, heel, cut.sole, thick=thick)
    sheet.stitch(flow([(30, -lift - 88), (74, -lift - 66), (130, -lift - 66), (172, -lift - 96)], closed=False))
    {"loafer": _loafer, "derby": _laced, "oxford": _laced, "sneaker": _laced}[cut.style](sheet, cut, lift)


def _loafer(sheet: Sheet, cut: Shoe, lift: float) -> None:
    """Apron seam and saddle."""
    del cut
    apron = flow(
        [(196, -lift - 74), (270, -lift * 0.7 - 62), (352, -66), (408, -52), (428, -36), (392, -38), (330, -46)],
        closed=False,
    )
    sheet.line(apron, width=2.2)
    sheet.line(apron, width=5, opacity=0.3, dash="1.5 6")
    saddle: list[Point] = [
        (172, -lift - 106, 1),
        (214, -lift * 0.9 - 100, 1),
        (242, -lift * 0.6 - 70),
        (250, -lift * 0.3 - 22, 1),
        (204, -lift * 0.5 - 18, 1),
        (198, -lift - 52),
    ]
    sheet.part(flow(saddle, bend=0.14), shade=0.28)
    slot = flow([(196, -lift - 84), (216, -lift * 0.9 - 82), (222, -lift * 0.9 - 72), (202, -lift - 72)])
    sheet.flat(slot, mix(sheet.base, INK, 0.62))
    sheet.line(flow([(54, -lift - 82), (64, -lift - 44), (60, -lift - 4)], closed=False), width=1.3)


def _laced(sheet: Sheet, cut: Shoe, lift: float) -> None:
    facing: list[Point] = [
        (140, -lift - 2, 1),
        (150, -lift - 52),
        (172, -lift - 106, 1),
        (206, -lift - 104, 1),
        (276, -lift * 0.5 - 66, 1),
        (252, -lift * 0.5 - 46),
        (200, -lift - 30),
    ]
    sheet.part(flow(facing, bend=0.14), shade=0.2)
    sheet.stitch(flow([(160, -lift - 48), (182, -lift - 96), (204, -lift - 94), (260, -lift * 0.5 - 66)], closed=False))
    lace = mix(sheet.base, "#ffffff", 0.75) if cut.style == "sneaker" else mix(sheet.base, INK, 0.55)
    for i in range(4):
        x, y = 192 + i * 21, -lift - 94 + i * 12 + (lift * 0.1 * i)
        sheet.line(straight((x - 10, y + 12), (x + 18, y - 20)), width=4.2, colour=lace, opacity=1)
        sheet.add(f'<circle cx="{x - 11}" cy="{y + 13:.0f}" r="2.6" fill="{sheet.outline}"/>')
    if cut.style == "oxford":
        sheet.line(flow([(352, -76), (366, -44), (362, -12)], closed=False), width=2)
        sheet.stitch(flow([(346, -76), (360, -44), (356, -12)], closed=False))
    if cut.style == "sneaker":
        sheet.part(
            flow([(13, -lift - 4, 1), (11, -lift - 50), (24, -lift - 98, 1), (58, -lift - 80), (66, -lift - 4, 1)]),
            fill="#b3352c",
            weave=False,
            shade=0.25,
        )
        toe = flow([(346, -86), (352, -58), (366, -30)], closed=False)
        sheet.line(toe, width=1.8)
    else:
        sheet.line(flow([(64, -lift - 78), (78, -lift - 40), (120, -lift - 4)], closed=False), width=1.5)


def _pump(sheet: Sheet, heel: float, sole: str) -> None:
    mouth: list[Point] = [
        (34, -heel - 94, 1),
        (120, -heel - 84),
        (250, -heel * 0.5 - 72),
        (318, -84, 1),
        (250, -heel * 0.5 - 30),
        (110, -heel - 40),
    ]
    sheet.part(flow(mouth), fill=LINING, weave=False, shade=0.45)
    post: list[Point] = [
        (26, -heel - 16, 1),
        (30, -heel * 0.5),
        (46, 0, 1),
        (66, 0, 1),
        (68, -heel * 0.45),
        (104, -heel - 4, 1),
    ]
    sheet.part(flow(post), shade=0.3)
    sheet.flat(straight((46, -7), (66, -7), (66, 0), (46, 0), closed=True), sole)
    bottom: list[Point] = [
        (88, -heel - 2, 1),
        (160, -heel * 0.72),
        (250, -heel * 0.2),
        (320, -3),
        (440, -5),
        (458, -12, 1),
        (320, -12),
        (240, -heel * 0.3 - 8),
        (150, -heel * 0.8 - 8),
    ]
    sheet.part(flow(bottom), fill=sole, weave=False, shade=0.1)
    upper: list[Point] = [
        (24, -heel - 12, 1),
        (18, -heel - 54),
        (32, -heel - 98, 1),
        (64, -heel - 70),
        (150, -heel * 0.86 - 50),
        (250, -heel * 0.36 - 46),
        (312, -82, 1),
        (376, -66),
        (440, -34),
        (464, -10, 1),
        (330, -10),
        (240, -heel * 0.3 - 8),
        (150, -heel * 0.8 - 8),
        (88, -heel - 4),
    ]
    sheet.part(flow(upper))
    sheet.stitch(
        flow(
            [(40, -heel - 88), (68, -heel - 60), (152, -heel * 0.86 - 40), (250, -heel * 0.36 - 36), (308, -72)],
            closed=False,
        )
    )


def _slipper(sheet: Sheet, cut: Shoe, heel: float) -> None:
    open_back = cut.style == "mule"
    lift = heel + 9
    draw_sole(sheet, heel, cut.sole, thick=9, block=78)
    insole: list[Point] = [
        (18, -lift, 1),
        (40, -lift - 14),
        (160, -lift * 0.9 - 10),
        (290, -50),
        (300, -10, 1),
        (150, -lift * 0.72),
    ]
    sheet.part(flow(insole), fill=LINING, weave=False, shade=0.4)
    if open_back:
        upper: list[Point] = [
            (196, -lift * 0.6 - 4, 1),
            (214, -lift * 0.5 - 70),
            (256, -112),
            (300, -104),
            (376, -74),
            (430, -48),
            (446, -18, 1),
            (300, -10),
        ]
    else:
        upper = [
            (14, -lift, 1),
            (10, -lift - 40),
            (24, -lift - 78, 1),
            (60, -lift - 52),
            (150, -lift - 26),
            (244, -lift * 0.5 - 34),
            (300, -74, 1),
            (372, -60),
            (432, -38),
            (446, -16, 1),
            (300, -9),
            (150, -lift * 0.72),
        ]
    sheet.part(flow(upper))
    if open_back:
        sheet.stitch(flow([(206, -lift * 0.6 - 12), (224, -lift * 0.5 - 68), (258, -101)], closed=False))
        return
    sheet.stitch(
        flow([(30, -lift - 66), (62, -lift - 42), (150, -lift - 17), (244, -lift * 0.5 - 24), (296, -64)], closed=False)
    )
    for loop in (
        ((304, -74, 1), (330, -98), (352, -92), (338, -74)),
        ((304, -74, 1), (278, -96), (262, -84), (280, -70)),
    ):
        sheet.part(flow(list(loop)), shade=0.25)
    sheet.part(ellipse(305, -75, 8, 7), shade=0.2)


def _above(sheet: Sheet, style: str, sole: str) -> None:
    """Both shoes seen from above, toes up."""
    right: list[Point] = [
        (404, 112),
        (452, 150),
        (478, 250),
        (474, 360),
        (452, 450),
        (462, 560),
        (440, 656),
        (398, 676),
        (354, 652),
        (342, 560),
        (346, 440),
        (328, 340),
        (330, 230),
        (352, 146),
    ]
    opening: list[Point] = [
        (398, 366),
        (436, 400),
        (440, 520),
        (436, 600),
        (400, 640),
        (364, 600),
        (362, 510),
        (362, 400),
    ]
    if style in {"ballerina", "mule"}:
        opening = [(400, 270), (446, 320), (446, 470), (440, 590), (400, 648), (360, 590), (354, 470), (350, 320)]
    if style == "mule":
        opening = [
            (400, 330),
            (452, 350),
            (454, 470),
            (456, 560),
            (438, 654),
            (398, 674),
            (356, 650),
            (346, 560),
            (350, 450),
            (348, 350),
        ]
    for shape, hole, side in ((mirrored(right), mirrored(opening), -1), (right, opening, 1)):
        sheet.flat(flow([(p[0] + (4 if side > 0 else -4), p[1] + 3) for p in shape]), sole)
        sheet.part(flow(shape))
        sheet.part(flow(hole), fill=LINING, weave=False, shade=0.6)
        x = 300 + 100 * side
        if style == "loafer":
            sheet.line(
                flow([(x - 46, 356), (x - 50, 240), (x, 150), (x + 50, 240), (x + 46, 356)], closed=False), width=2.4
            )
            sheet.part(
                flow([(x - 66, 318, 1), (x, 300), (x + 68, 318, 1), (x + 62, 368, 1), (x, 352), (x - 60, 368, 1)]),
                shade=0.25,
            )
            sheet.flat(ellipse(x, 332, 26, 6), mix(sheet.base, INK, 0.6))
        elif style in {"derby", "oxford", "sneaker"}:
            _laces_above(sheet, style, x)
        elif style == "ballerina":
            for way in (1, -1):
                sheet.part(
                    flow([(x, 276, 1), (x + 26 * way, 258), (x + 36 * way, 276), (x + 22 * way, 290)]), shade=0.25
                )
            sheet.part(ellipse(x, 276, 7, 7), shade=0.2)


def _laces_above(sheet: Sheet, style: str, x: float) -> None:
    sheet.part(flow([(x - 34, 440, 1), (x - 30, 276), (x, 260), (x + 30, 276), (x + 34, 440, 1), (x, 426)]), shade=0.25)
    sheet.line(straight((x, 280), (x, 424)), width=2)
    lace = mix(sheet.base, "#ffffff", 0.75) if style == "sneaker" else mix(sheet.base, INK, 0.55)
    for i in range(5):
        sheet.line(straight((x - 20, 292 + i * 27), (x + 20, 292 + i * 27)), width=4.2, colour=lace, opacity=1)
    if style != "derby":
        sheet.line(flow([(x - 66, 230), (x, 212), (x + 66, 230)], closed=False), width=2)


def draw_sandal(sheet: Sheet, cut: Sandal, *, back: bool) -> Zoom:
    """A sandal or slide."""
    if back:
        _sandal_above(sheet, cut)
        return None
    heel = cut.heel_mm * UNITS_PER_MM
    sheet.twice(PAIR if cut.style != "heeled" else HIGH_PAIR, lambda: _sandal(sheet, cut, heel))
    return None


def _sandal(sheet: Sheet, cut: Sandal, heel: float) -> None:
    if cut.style == "heeled":
        _heeled(sheet, heel, cut.sole)
        return
    draw_sole(sheet, heel, cut.sole, thick=14, block=130)
    band: list[Point] = [
        (196, -heel * 0.5 - 16, 1),
        (206, -heel * 0.4 - 84),
        (262, -112),
        (330, -94),
        (372, -18, 1),
        (290, -16),
    ]
    sheet.part(flow(band))
    sheet.stitch(flow([(208, -heel * 0.5 - 24), (218, -80), (264, -102), (324, -86), (360, -24)], closed=False))
    if cut.style == "flat":
        _ankle(sheet, heel + 14)


def _heeled(sheet: Sheet, heel: float, sole: str) -> None:
    block: list[Point] = [(20, -heel - 6, 1), (30, 0, 1), (88, 0, 1), (106, -heel + 4, 1)]
    sheet.part(flow(block, bend=0.06), shade=0.35)
    bed: list[Point] = [
        (12, -heel - 20, 1),
        (96, -heel - 12),
        (190, -heel * 0.56 - 12),
        (290, -15),
        (440, -20, 1),
        (448, -8),
        (420, 0),
        (300, 0),
        (190, -heel * 0.46),
        (96, -heel + 3, 1),
        (16, -heel - 4, 1),
    ]
    sheet.part(flow(bed), fill=sole, weave=False, shade=0.15)
    band: list[Point] = [(282, -15, 1), (300, -66), (346, -92), (396, -74), (424, -19, 1)]
    sheet.part(flow(band))
    sheet.stitch(flow([(294, -20), (310, -60), (346, -81), (388, -66), (412, -22)], closed=False))
    _ankle(sheet, heel + 20)


def _ankle(sheet: Sheet, lift: float) -> None:
    """A counter at the heel and a strap round the ankle."""
    sheet.strap(flow([(26, -lift - 96), (60, -lift - 118), (112, -lift - 118), (140, -lift - 100)], closed=False), 12)
    counter: list[Point] = [
        (16, -lift, 1),
        (8, -lift - 56),
        (18, -lift - 106, 1),
        (42, -lift - 104, 1),
        (50, -lift - 50),
        (92, -lift + 4, 1),
    ]
    sheet.part(flow(counter))
    sheet.strap(flow([(18, -lift - 94), (50, -lift - 76), (106, -lift - 78), (140, -lift - 100)], closed=False), 12)
    sheet.metal(
        straight((98, -lift - 90), (114, -lift - 92), (116, -lift - 70), (100, -lift - 68), closed=True), "gold", 3
    )


def _sandal_above(sheet: Sheet, cut: Sandal) -> None:
    right: list[Point] = [
        (400, 128),
        (448, 168),
        (470, 260),
        (462, 360),
        (440, 450),
        (450, 560),
        (432, 650),
        (398, 672),
        (362, 650),
        (350, 560),
        (352, 440),
        (334, 340),
        (336, 230),
        (356, 164),
    ]
    for shape, side in ((mirrored(right), -1), (right, 1)):
        x = 300 + 100 * side
        sheet.part(flow(shape), fill=mix(cut.sole, "#ffffff", 0.25), weave=False, shade=0.3)
        sheet.part(
            flow(
                [
                    (x - 72, 236, 1),
                    (x, 214),
                    (x + 74, 236, 1),
                    (x + 72, 330 if cut.style != "heeled" else 290, 1),
                    (x, 312 if cut.style != "heeled" else 268),
                    (x - 70, 330 if cut.style != "heeled" else 290, 1),
                ]
            ),
            shade=0.3,
        )
        if cut.style != "slide":
            sheet.part(
                flow([(x - 56, 540, 1), (x, 470), (x + 56, 540, 1), (x + 52, 566, 1), (x, 500), (x - 52, 566, 1)]),
                shade=0.3,
            )
            sheet.metal(straight((x + 34 * side, 512), (x + 50 * side, 530)), "gold", 4)
