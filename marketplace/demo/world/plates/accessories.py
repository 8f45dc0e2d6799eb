"""Scarves, belts, hats and gloves."""

from federation.node.colours import mix
from marketplace.demo.world.cuts import Belt, Gloves, Hat, Scarf
from marketplace.demo.world.plates.geometry import CENTRE, Point, both_sides, ellipse, flow, mirrored, straight
from marketplace.demo.world.plates.sheet import Sheet
from marketplace.demo.world.plates.weave import INK

# fmt: off  # outlines stand in rows, as they are drawn

Zoom = tuple[float, float, float] | None
HALF = 0.5


def draw_scarf(sheet: Sheet, cut: Scarf, *, back: bool) -> Zoom:
    """A square laid out, a long scarf folded over itself, a shawl, or a collar of lace."""
    {"square": _square, "long": _long, "shawl": _shawl, "collar": _collar}[cut.shape](sheet, cut)
    if back:
        return {
            "square": (2.0, 380, 300),
            "long": (1.9, 330, 600),
            "shawl": (1.9, 340, 480),
            "collar": (1.9, 390, 460),
        }[cut.shape]
    return None


def _square(sheet: Sheet, cut: Scarf) -> None:
    del cut
    edge: list[Point] = [
        (82, 196, 1),
        (300, 188),
        (516, 184, 1),
        (522, 400),
        (526, 606, 1),
        (300, 614),
        (78, 618, 1),
        (74, 400),
    ]
    sheet.part(flow(edge, bend=0.13))
    inner: list[Point] = [
        (112, 226, 1),
        (300, 219),
        (487, 216, 1),
        (493, 400),
        (496, 576, 1),
        (300, 584),
        (108, 587, 1),
        (104, 400),
    ]
    border = mix(sheet.second, sheet.base, 0.1)
    sheet.line(flow(inner, bend=0.13), width=11, colour=border, opacity=0.95)
    sheet.line(
        flow([(122, 236, 1), (477, 227, 1), (485, 566, 1), (118, 576, 1)], bend=0.02),
        width=2,
        colour=mix(sheet.base, INK, 0.3),
    )
    corner: list[Point] = [(526, 606, 1), (470, 520), (400, 500, 1), (410, 560), (424, 611, 1)]
    sheet.part(flow(corner), fill=mix(sheet.base, "#ffffff", 0.24), shade=0.34)
    sheet.line(straight((400, 500), (424, 611)), width=9, colour=border, opacity=0.6)
    sheet.fold((150, 250), (260, 380), 7, 6)
    sheet.fold((440, 300), (360, 420), 7, -6)
    sheet.fold((200, 580), (280, 470), 6, 5)


def _fringe(sheet: Sheet, left: float, right: float, y: float) -> None:
    count = int((right - left) // 7)
    threads = ["", ""]
    for i in range(count + 1):
        x = left + (right - left) * i / count
        threads[i % 2] += flow([(x, y), (x + (i % 3 - 1) * 3, y + 24), (x + (i % 4 - 1.5) * 4, y + 48)], closed=False)
    sheet.line("".join(threads), width=3.4, colour=sheet.outline, opacity=0.9)
    for path, colour in zip(threads, (mix(sheet.base, sheet.second, 0.5), sheet.base), strict=True):
        sheet.line(path, width=2, colour=colour, opacity=1)


def _long(sheet: Sheet, cut: Scarf) -> None:
    if cut.fringe:
        _fringe(sheet, 214, 302, 664)
        _fringe(sheet, 306, 396, 700)
    behind: list[Point] = [(208, 200, 1), (212, 420), (206, 666, 1), (308, 670, 1), (312, 420), (306, 220, 1)]
    sheet.part(flow(behind, bend=0.1))
    front: list[Point] = [(298, 220, 1), (302, 460), (298, 704, 1), (400, 706, 1), (398, 460), (396, 210, 1)]
    sheet.part(flow(front, bend=0.1), angle=2)
    loop: list[Point] = [
        (204, 250, 1),
        (212, 150),
        (300, 104),
        (388, 150),
        (398, 254, 1),
        (366, 270),
        (340, 214),
        (300, 190),
        (262, 214),
        (238, 272),
    ]
    sheet.part(flow(loop), angle=90, shade=0.4)
    for start, end in (
        ((236, 300), (230, 600)),
        ((276, 320), (284, 640)),
        ((336, 300), (330, 560)),
        ((376, 330), (378, 660)),
    ):
        sheet.fold(start, end, 4.6, 2)
    sheet.fold((224, 200), (300, 128), 4, 6)


def _shawl(sheet: Sheet, cut: Scarf) -> None:
    if cut.fringe:
        threads = ""
        for i in range(54):
            share = i / 53
            x, y = 100 + 400 * share, 268 + 740 * (share if share < HALF else 1 - share)
            threads += straight((x, y), (x + (share - HALF) * 12, y + 42))
        sheet.line(threads, width=2.2, colour=mix(sheet.base, sheet.ground, 0.25), opacity=0.9)
    body: list[Point] = [(CENTRE, 252), (400, 244), (512, 226, 1), (440, 400), (CENTRE, 644, 1)]
    sheet.part(flow(both_sides(body), bend=0.12))
    over: list[Point] = [
        (90, 224, 1),
        (230, 216),
        (380, 222),
        (520, 208, 1),
        (504, 262),
        (380, 300),
        (260, 306),
        (110, 278, 1),
    ]
    sheet.part(flow(over), angle=3, shade=0.4)
    for x in (190, 250, 310, 370, 430):
        sheet.fold((x, 306), (CENTRE + (x - CENTRE) * 0.4, 510), 5, (x - CENTRE) * 0.03)


def _collar(sheet: Sheet, cut: Scarf) -> None:
    del cut
    right: list[Point] = [
        (CENTRE + 3, 330, 1),
        (346, 292),
        (364, 220),
        (330, 168, 1),
        (372, 150),
        (446, 206),
        (486, 320),
        (470, 430),
        (416, 510),
        (352, 520),
        (CENTRE + 5, 450, 1),
    ]
    for points, angle in ((mirrored(right), 20), (right, -20)):
        sheet.part(flow(points), angle=angle, shade=0.22)
    scallop: list[Point] = [(380, 156), (440, 210), (476, 320), (460, 426), (410, 500), (352, 508), (308, 452)]
    for points in (scallop, mirrored(scallop)):
        sheet.line(flow(points, closed=False), width=8, dash="0.1 15", colour=mix(sheet.base, INK, 0.3), opacity=0.7)
        sheet.line(flow(points, closed=False), width=5, dash="0.1 15", colour=sheet.base, opacity=1)
    for y in (348, 376):
        sheet.button(CENTRE, y, 6, "#f3efe6")


def draw_belt(sheet: Sheet, cut: Belt, *, back: bool) -> Zoom:
    """A belt rolled up, its buckle and tongue in front."""
    colour, rim = sheet.base, sheet.outline
    for turn in range(3):
        rx, ry = 150 - turn * 30, 104 - turn * 24
        far = mix(colour, INK, 0.36 + 0.06 * turn)
        sheet.add(f'<path d="{ellipse(CENTRE, 300, rx, ry)}" fill="none" stroke="{rim}" stroke-width="17"/>')
        sheet.add(
            f'<path d="{ellipse(CENTRE, 300, rx, ry)}" fill="none" stroke="{mix(far, "#ffffff", 0.12)}" '
            'stroke-width="13"/>'
        )
    wall: list[Point] = [
        (142, 300, 1),
        (160, 372),
        (230, 408),
        (300, 414),
        (370, 408),
        (440, 372),
        (458, 300, 1),
        (462, 420),
        (440, 480),
        (370, 520),
        (300, 528),
        (230, 520),
        (160, 480),
        (138, 420),
    ]
    sheet.part(flow(wall, bend=0.14))
    sheet.stitch(
        flow([(144, 322), (164, 386), (232, 422), (300, 428), (368, 422), (436, 386), (456, 322)], closed=False)
    )
    sheet.stitch(
        flow([(142, 412), (164, 470), (232, 506), (300, 514), (368, 506), (436, 470), (458, 412)], closed=False)
    )
    tongue: list[Point] = [
        (300, 428, 1),
        (400, 440),
        (500, 500),
        (528, 540),
        (520, 566),
        (490, 566),
        (400, 528),
        (300, 514, 1),
    ]
    sheet.part(flow(tongue))
    rows = (0,) if cut.buckle != "double" else (-16, 16)
    for i in range(4):
        for row in rows:
            x, y = 362 + i * 36, 482 + i * 16 + i * i * 1.6 + row
            sheet.flat(ellipse(x, y, 4.6, 4.2), mix(colour, INK, 0.7))
    frame = (
        ellipse(252, 474, 54, 66)
        if cut.buckle == "round"
        else flow([(204, 408), (300, 416), (302, 534), (206, 528)], bend=0.05)
    )
    sheet.metal(frame, cut.metal, 12)
    for row in rows:
        sheet.metal(straight((206, 470 + row), (306, 476 + row)), cut.metal, 8)
    return (1.9, 290, 470) if back else None


def draw_hat(sheet: Sheet, cut: Hat, *, back: bool) -> Zoom:
    """A hat from the side."""
    {"fedora": _brimmed, "panama": _brimmed, "beanie": _beanie, "beret": _beret, "cap": _cap}[cut.style](sheet)
    return (1.8, 320, 420) if back else None


def _brimmed(sheet: Sheet) -> None:
    under: list[Point] = [
        (60, 500, 1),
        (170, 470),
        (300, 462),
        (430, 470),
        (540, 488, 1),
        (440, 536),
        (300, 552),
        (160, 540),
    ]
    sheet.part(flow(under), fill=mix(sheet.base, INK, 0.35), weave=False)
    crown: list[Point] = [
        (158, 484, 1),
        (162, 380),
        (186, 280),
        (232, 246),
        (290, 268),
        (352, 240),
        (404, 272),
        (434, 380),
        (444, 482, 1),
        (300, 512),
    ]
    sheet.part(flow(crown))
    band: list[Point] = [(156, 446, 1), (300, 474), (441, 442, 1), (445, 490, 1), (300, 518), (155, 492, 1)]
    sheet.part(flow(band), fill=sheet.second, weave=False, shade=0.3)
    brim: list[Point] = [
        (56, 498, 1),
        (150, 486),
        (300, 516),
        (450, 484),
        (546, 486, 1),
        (480, 548),
        (300, 578),
        (130, 556),
    ]
    sheet.part(flow(brim))
    sheet.stitch(flow([(66, 508), (136, 546), (300, 567), (474, 539), (536, 494)], closed=False))
    sheet.fold((290, 270), (300, 370), 10, 3)
    sheet.fold((204, 300), (190, 430), 5, -2)
    upper: list[Point] = [(172, 466, 1), (150, 440), (132, 452), (150, 478)]
    lower: list[Point] = [(172, 470, 1), (146, 486), (140, 504), (168, 490)]
    for points in (upper, lower):
        sheet.part(flow(points), fill=sheet.second, weave=False, shade=0.25)


def _beanie(sheet: Sheet) -> None:
    dome: list[Point] = [
        (150, 480, 1),
        (152, 370),
        (196, 250),
        (300, 196),
        (404, 250),
        (448, 370),
        (450, 480, 1),
        (300, 500),
    ]
    sheet.part(flow(dome))
    for i in range(-6, 7):
        a = CENTRE + i * 22.5
        sheet.line(
            flow([(CENTRE + i * 2, 204), (CENTRE + i * 17, 300), (a, 470)], closed=False), width=1.6, opacity=0.5
        )
    cuff: list[Point] = [
        (136, 462, 1),
        (300, 486),
        (464, 462, 1),
        (466, 572),
        (458, 588),
        (300, 608),
        (142, 588),
        (134, 572),
    ]
    sheet.part(flow(cuff, bend=0.12))
    sheet.part(
        straight((384, 524), (430, 519), (432, 552), (386, 557), closed=True),
        fill=mix(sheet.base, "#ffffff", 0.7),
        weave=False,
        shade=0.1,
    )


def _beret(sheet: Sheet) -> None:
    disc: list[Point] = [
        (104, 420),
        (140, 320),
        (260, 258),
        (400, 268),
        (496, 350),
        (500, 430),
        (430, 486),
        (300, 500),
        (170, 486),
    ]
    sheet.part(flow(disc))
    band: list[Point] = [(182, 476, 1), (300, 494), (424, 474, 1), (420, 520), (300, 540), (186, 520)]
    sheet.part(flow(band), fill=mix(sheet.base, INK, 0.4), weave=False)
    sheet.line(flow([(296, 262), (292, 244), (300, 228)], closed=False), width=8, colour=sheet.outline, opacity=1)
    sheet.line(flow([(296, 262), (292, 244), (300, 230)], closed=False), width=5, colour=sheet.base, opacity=1)
    sheet.fold((170, 360), (280, 300), 7, 8)
    sheet.fold((460, 420), (360, 470), 6, 6)
    sheet.fold((150, 440), (250, 478), 5, -5)


def _cap(sheet: Sheet) -> None:
    crown: list[Point] = [
        (108, 500, 1),
        (104, 420),
        (160, 320),
        (290, 280),
        (400, 330),
        (478, 440),
        (470, 486, 1),
        (300, 520),
    ]
    sheet.part(flow(crown))
    for x in (210, 300, 390):
        sheet.line(flow([(290, 284), (x, 400), (x + (x - 290) * 0.3, 506)], closed=False), width=1.5)
    sheet.button(290, 284, 9)
    peak: list[Point] = [(330, 512, 1), (420, 486), (486, 462, 1), (552, 520), (548, 548), (440, 556)]
    sheet.part(flow(peak))
    sheet.stitch(flow([(346, 514), (440, 540), (538, 536)], closed=False))
    sheet.part(flow([(110, 486, 1), (220, 514), (340, 504, 1), (342, 526), (220, 540), (112, 514, 1)]), shade=0.3)


def _hand(length: float) -> list[Point]:
    """A right glove, fingers up, cuff at the bottom."""
    return [
        (352, 430, 1),
        (344, 350),
        (330, 214),
        (342, 190),
        (358, 202),
        (376, 320, 1),
        (378, 190),
        (382, 160),
        (400, 154),
        (412, 172),
        (414, 318, 1),
        (424, 186),
        (434, 166),
        (450, 168),
        (458, 190),
        (448, 330, 1),
        (474, 236),
        (488, 224),
        (500, 236),
        (496, 270),
        (480, 380),
        (468, 470),
        (458, length - 20),
        (460, length, 1),
        (410, length + 8),
        (360, length, 1),
        (358, length - 60),
        (350, 520),
        (312, 470),
        (282, 404),
        (284, 384),
        (302, 382),
        (334, 418),
    ]


def draw_gloves(sheet: Sheet, cut: Gloves, *, back: bool) -> Zoom:
    """A pair of gloves, one laid over the other."""
    length = {"plain": 640.0, "driving": 590.0, "long": 770.0, "mitten": 650.0}[cut.style]
    scale, y = (0.86, 40) if cut.style == "long" else (1.0, 0)
    for place in ("matrix(-.97 .12 .12 .97 508 -34)", f"translate(-10 {y}) rotate(5 400 400)"):
        sheet.add(f'<g transform="translate(300 400) scale({scale}) translate(-300 -400)"><g transform="{place}">')
        if cut.style == "mitten":
            _mitten(sheet, length)
        else:
            _glove(sheet, cut, length)
        sheet.add("</g></g>")
    return (1.8, 380, 420) if back else None


def _glove(sheet: Sheet, cut: Gloves, length: float) -> None:
    sheet.part(flow(_hand(length)))
    for x, lean in ((388, -2), (414, 0), (440, 3)):
        sheet.line(flow([(x, 352), (x - lean, 400), (x - lean * 2, 456)], closed=False), width=2.2)
    if cut.style == "driving":
        for x, y in ((368, 330), (400, 322), (430, 326), (462, 344)):
            sheet.flat(ellipse(x, y + 12, 10, 8), mix(sheet.base, INK, 0.72))
        sheet.flat(flow([(380, 500), (440, 500), (436, 556), (384, 556)]), mix(sheet.base, INK, 0.72))
        sheet.metal(straight((410, 568), (410.1, 568)), "gold", 12)
    else:
        sheet.stitch(flow([(360, length - 18), (410, length - 10), (460, length - 18)], closed=False))
    if cut.style == "long":
        for i in range(5):
            sheet.fold((362, 540 + i * 42), (420, 556 + i * 42), 4, 4)
        for i in range(3):
            sheet.bead(372, 560 + i * 18, 5, "#f1ece2")
    else:
        sheet.fold((464, 500), (420, 530), 4, 3)


def _mitten(sheet: Sheet, length: float) -> None:
    hand: list[Point] = [
        (356, 452, 1),
        (346, 330),
        (358, 220),
        (410, 166),
        (466, 220),
        (480, 340),
        (468, 480),
        (462, length - 86, 1),
        (360, length - 86, 1),
        (352, 520),
        (306, 470),
        (280, 398),
        (296, 372),
        (326, 398),
    ]
    sheet.part(flow(hand))
    cuff: list[Point] = [(358, length - 92, 1), (464, length - 92, 1), (468, length), (410, length + 6), (354, length)]
    sheet.part(flow(cuff, bend=0.08), fill=sheet.base, shade=0.3)
    ribs = "".join(f"M{366 + i * 12} {length - 88:.0f}V{length:.0f}" for i in range(9))
    sheet.line(ribs, width=1.6, opacity=0.6)
