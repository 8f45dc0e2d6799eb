"""Bags and small leather."""

from federation.node.colours import mix
from marketplace.demo.world.cuts import Bag, Wallet
from marketplace.demo.world.plates.geometry import CENTRE, Point, both_sides, ellipse, flow, mirrored, straight
from marketplace.demo.world.plates.sheet import Sheet
from marketplace.demo.world.plates.weave import INK

# fmt: off  # outlines stand in rows, as they are drawn

Zoom = tuple[float, float, float] | None


def draw_bag(sheet: Sheet, cut: Bag, *, back: bool) -> Zoom:
    """A bag from the front; near, its handle or clasp."""
    near = {
        "tote": _tote,
        "handle": _doctor,
        "bucket": _bucket,
        "crossbody": _crossbody,
        "clutch": _clutch,
        "backpack": _backpack,
    }[cut.style](sheet, cut)
    return near if back else None


def _strap(sheet: Sheet, points: list[Point], width: float) -> None:
    sheet.strap(flow(points, closed=False, bend=0.2), width)


def _inset(sheet: Sheet, points: list[Point]) -> None:
    sheet.stitch(flow(both_sides(points)))


def _tote(sheet: Sheet, cut: Bag) -> Zoom:
    leather = "" if sheet.cloth != "linen" else sheet.second
    for dx, dy in ((10, -14), (0, 0)):
        _strap(
            sheet,
            [
                (216 + dx, 330 + dy),
                (218 + dx, 190 + dy),
                (300 + dx, 96 + dy),
                (382 + dx, 190 + dy),
                (384 + dx, 330 + dy),
            ],
            17,
        )
        if not dy:
            break
        sheet.part(
            flow([(128, 318, 1), (300, 306), (476, 312, 1), (470, 344, 1), (134, 346, 1)], bend=0.1),
            fill=mix(sheet.base, INK, 0.42),
            weave=False,
        )
    body: list[Point] = [(CENTRE, 334), (470, 322, 1), (486, 520), (474, 676), (456, 700), (CENTRE, 708)]
    sheet.part(flow(both_sides(body), bend=0.12))
    _inset(sheet, [(CENTRE, 346), (460, 334, 1), (474, 520), (464, 668), (448, 688), (CENTRE, 696)])
    for x in (216, 384):
        tab: list[Point] = [(x - 17, 306, 1), (x + 17, 306, 1), (x + 19, 424), (x, 446), (x - 19, 424)]
        sheet.part(flow(tab, bend=0.08), fill=leather, weave=not leather, shade=0.22)
        sheet.stitch(flow([(x - 12, 330), (x - 13, 420), (x, 436), (x + 13, 420), (x + 12, 330)], closed=False))
        sheet.stud(x, 412, cut.metal, 6)
    sheet.fold((150, 420), (206, 668), 7, -6)
    sheet.fold((452, 440), (408, 672), 7, 6)
    return (2.1, 340, 360)


def _doctor(sheet: Sheet, cut: Bag) -> Zoom:
    _strap(sheet, [(232, 330), (226, 230), (300, 178), (374, 230), (368, 330)], 21)
    body: list[Point] = [(CENTRE, 322), (420, 324, 1), (462, 380), (484, 520), (478, 640), (452, 664), (CENTRE, 668)]
    sheet.part(flow(both_sides(body)))
    sheet.line(flow([(136, 400), (CENTRE, 426), (464, 400)], closed=False), width=1.5)
    sheet.stitch(flow([(134, 410), (CENTRE, 436), (466, 410)], closed=False))
    corner: list[Point] = [(124, 640, 1), (122, 560), (176, 566), (196, 666, 1), (150, 664)]
    for points in (corner, mirrored(corner)):
        sheet.part(flow(points), shade=0.2)
    sheet.metal(flow([(182, 330), (240, 318), (CENTRE, 316), (360, 318), (418, 330)], closed=False), cut.metal, 11)
    for x in (232, 368):
        sheet.metal(straight((x, 320), (x, 346)), cut.metal, 12)
    sheet.metal(straight((288, 312), (312, 312), (312, 352), (288, 352), closed=True), cut.metal, 9)
    sheet.fold((160, 440), (190, 600), 6, -5)
    sheet.fold((446, 450), (412, 610), 6, 5)
    return (2.3, 300, 360)


def _bucket(sheet: Sheet, cut: Bag) -> Zoom:
    _strap(sheet, [(176, 350), (196, 190), (300, 104), (404, 190), (424, 350)], 15)
    sheet.part(ellipse(CENTRE, 330, 132, 34), fill=mix(sheet.base, INK, 0.5), weave=False, shade=0.5)
    body: list[Point] = [
        (CENTRE, 364),
        (366, 360),
        (432, 332, 1),
        (430, 480),
        (440, 640),
        (428, 680),
        (372, 702),
        (CENTRE, 708),
    ]
    sheet.part(flow(both_sides(body)))
    sheet.line(flow([(160, 636), (230, 662), (CENTRE, 666), (370, 662), (440, 636)], closed=False), width=1.6)
    sheet.stitch(flow([(160, 626), (230, 652), (CENTRE, 656), (370, 652), (440, 626)], closed=False))
    for i, x in enumerate((194, 236, 278, 322, 364, 406)):
        sheet.stud(x, 398 + (8 if 0 < i < 5 else 0), cut.metal, 6)  # noqa: PLR2004
    cord = flow(
        [(172, 396), (194, 399), (236, 407), (278, 406), (322, 406), (364, 407), (406, 399), (428, 392)], closed=False
    )
    for width, colour in ((7, sheet.outline), (4.5, mix(sheet.base, INK, 0.25))):
        sheet.add(f'<path d="{cord}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
    for tail in ([(296, 406), (286, 450), (292, 520)], [(306, 406), (322, 462), (314, 540)]):
        ends: list[Point] = list(tail)
        path = flow(ends, closed=False)
        sheet.line(path, width=6.5, colour=sheet.outline, opacity=1)
        sheet.line(path, width=4, colour=mix(sheet.base, INK, 0.2), opacity=1)
        sheet.part(ellipse(tail[-1][0], tail[-1][1] + 8, 7, 11), shade=0.2)
    sheet.fold((188, 430), (196, 620), 6, -3)
    sheet.fold((412, 430), (398, 630), 6, 3)
    return (2.1, 300, 440)


def _crossbody(sheet: Sheet, cut: Bag) -> Zoom:
    _strap(sheet, [(150, 430), (120, 300), (176, 150), (300, 84), (424, 150), (480, 300), (450, 430)], 13)
    body: list[Point] = [(CENTRE, 402), (456, 402, 1), (466, 540), (458, 640), (430, 664), (CENTRE, 668)]
    sheet.part(flow(both_sides(body), bend=0.1))
    flap: list[Point] = [(CENTRE, 392), (456, 394, 1), (464, 470), (452, 546), (400, 574), (CENTRE, 582)]
    sheet.part(flow(both_sides(flap), bend=0.14))
    _inset(sheet, [(CENTRE, 404), (446, 406, 1), (452, 470), (442, 538), (396, 562), (CENTRE, 570)])
    for x in (150, 450):
        sheet.metal(ellipse(x, 420, 13, 15), cut.metal, 5)
    if cut.clasp == "turn":
        sheet.metal(straight((278, 548), (322, 548), (322, 574), (278, 574), closed=True), cut.metal, 7)
        sheet.metal(straight((300, 540), (300, 582)), cut.metal, 8)
    sheet.fold((200, 600), (260, 652), 4, -3)
    return (2.2, 300, 520)


def _clutch(sheet: Sheet, cut: Bag) -> Zoom:
    body: list[Point] = [(CENTRE, 300), (500, 296, 1), (506, 420), (498, 548), (484, 560), (CENTRE, 564)]
    sheet.part(flow(both_sides(body), bend=0.1))
    flap: list[Point] = [(CENTRE, 294), (502, 292, 1), (498, 330), (400, 400), (CENTRE, 462)]
    sheet.part(flow(both_sides(flap), bend=0.1))
    _inset(sheet, [(CENTRE, 305), (488, 303, 1), (486, 326), (394, 390), (CENTRE, 448)])
    if cut.clasp == "turn":
        sheet.metal(ellipse(CENTRE, 436, 13, 13), cut.metal, 7)
    else:
        sheet.part(flow([(282, 440, 1), (318, 440, 1), (312, 500), (300, 512), (288, 500)]), shade=0.3)
        sheet.part(flow([(262, 470, 1), (338, 470, 1), (338, 486, 1), (262, 486, 1)], bend=0.03), shade=0.3)
    sheet.fold((130, 470), (240, 548), 4, -6)
    sheet.fold((470, 470), (372, 548), 4, 6)
    return (2.0, 300, 440)


def _backpack(sheet: Sheet, cut: Bag) -> Zoom:
    _strap(sheet, [(268, 178), (274, 128), (300, 112), (326, 128), (332, 178)], 14)
    for side in (-1, 1):
        _strap(
            sheet,
            [
                (CENTRE + 130 * side, 300),
                (CENTRE + 186 * side, 420),
                (CENTRE + 168 * side, 600),
                (CENTRE + 120 * side, 676),
            ],
            22,
        )
    body: list[Point] = [(CENTRE, 160), (400, 174), (452, 240), (462, 440), (456, 640), (430, 690), (CENTRE, 700)]
    sheet.part(flow(both_sides(body)))
    pocket: list[Point] = [(CENTRE, 500), (412, 500, 1), (418, 600), (410, 662), (CENTRE, 670)]
    sheet.part(flow(both_sides(pocket), bend=0.12), shade=0.3)
    flap: list[Point] = [(CENTRE, 158), (404, 172), (454, 240), (458, 330), (446, 410), (380, 446), (CENTRE, 456)]
    sheet.part(flow(both_sides(flap)))
    _inset(sheet, [(CENTRE, 172), (396, 184), (442, 246), (446, 330), (434, 400), (374, 433), (CENTRE, 443)])
    for x in (236, 364):
        sheet.part(
            flow([(x - 13, 400, 1), (x + 13, 400, 1), (x + 12, 540), (x, 556), (x - 12, 540)], bend=0.06), shade=0.25
        )
        sheet.metal(straight((x - 19, 486), (x + 19, 486), (x + 19, 518), (x - 19, 518), closed=True), cut.metal, 6)
        sheet.metal(straight((x, 486), (x, 510)), cut.metal, 4)
    return (2.1, 300, 480)


def draw_wallet(sheet: Sheet, cut: Wallet, *, back: bool) -> Zoom:
    """Small leather: folded, sleeve, snap purse or horseshoe."""
    near = {"bifold": _bifold, "cards": _cards, "zip": _snap, "purse": _horseshoe}[cut.style](sheet, cut)
    return near if back else None


def _bifold(sheet: Sheet, cut: Wallet) -> Zoom:
    del cut
    under: list[Point] = [(130, 250, 1), (474, 228, 1), (488, 482, 1), (150, 500, 1)]
    sheet.part(flow(under, bend=0.02), shade=0.4)
    note: list[Point] = [(150, 262, 1), (470, 240, 1), (474, 300, 1), (156, 320, 1)]
    sheet.part(flow(note, bend=0.02), fill="#e9e2cd", weave=False, shade=0.3)
    top: list[Point] = [(118, 278, 1), (474, 276, 1), (480, 532, 1), (116, 536, 1)]
    sheet.part(flow(top, bend=0.02))
    sheet.stitch(straight((462, 288), (467, 521), (140, 524)))
    sheet.line(straight((136, 278), (136, 534)), width=1.4, opacity=0.6)
    sheet.flat(
        flow([(402, 482, 1), (446, 482, 1), (446, 504, 1), (402, 504, 1)], bend=0.02), mix(sheet.base, INK, 0.18)
    )
    return (1.9, 400, 440)


def _cards(sheet: Sheet, cut: Wallet) -> Zoom:
    del cut
    for i, tint in enumerate(("#d9d2bf", "#8fa3a8", "#efe9da")):
        y = 214 + i * 30
        card: list[Point] = [(176, y + 8), (184, y), (416, y), (424, y + 8), (424, y + 160, 1), (176, y + 160, 1)]
        sheet.part(flow(card, bend=0.05), fill=tint, weave=False, shade=0.2)
    body: list[Point] = [(CENTRE, 342), (330, 340), (352, 312), (442, 312, 1), (446, 560), (436, 572), (CENTRE, 574)]
    sheet.part(flow(both_sides(body), bend=0.1))
    _inset(sheet, [(CENTRE, 354), (336, 351), (358, 323), (432, 323, 1), (435, 552), (428, 561), (CENTRE, 563)])
    sheet.line(straight((155, 440), (445, 440)), width=1.6)
    return (1.8, 300, 400)


def _snap(sheet: Sheet, cut: Wallet) -> Zoom:
    body: list[Point] = [(CENTRE, 312), (412, 314, 1), (466, 400), (470, 490), (400, 570), (CENTRE, 588)]
    sheet.part(flow(both_sides(body)))
    for x in (200, 236, 268, CENTRE, 332, 364, 400):
        sheet.fold((x, 326), (CENTRE + (x - CENTRE) * 1.3, 430 + abs(x - CENTRE) * 0.2), 3.4, (x - CENTRE) * 0.02)
    sheet.metal(flow([(184, 330), (230, 304), (CENTRE, 298), (370, 304), (416, 330)], closed=False), cut.metal, 14)
    for x in (289, 311):
        sheet.metal(straight((x, 296), (x + (x - CENTRE) * -0.7, 270)), cut.metal, 7)
    sheet.bead(292, 262, 12, "#d9ae4e" if cut.metal == "gold" else "#b9bec4")
    sheet.bead(312, 258, 12, "#d9ae4e" if cut.metal == "gold" else "#b9bec4")
    return (2.2, 300, 360)


def _horseshoe(sheet: Sheet, cut: Wallet) -> Zoom:
    del cut
    body: list[Point] = [(CENTRE, 286), (424, 300), (462, 420), (440, 520), (380, 574), (CENTRE, 588)]
    sheet.part(flow(both_sides(body)))
    tray: list[Point] = [(CENTRE, 420), (400, 430), (418, 480), (380, 548), (CENTRE, 566)]
    sheet.line(flow(both_sides(tray)), width=2)
    flap: list[Point] = [(CENTRE, 280), (426, 296), (456, 396), (420, 452), (CENTRE, 476)]
    sheet.part(flow(both_sides(flap)))
    _inset(sheet, [(CENTRE, 292), (416, 306), (442, 394), (412, 440), (CENTRE, 463)])
    sheet.fold((200, 340), (320, 318), 5, -4)
    return (1.9, 340, 420)
