"""Rings, necklaces, earrings and bracelets: metal as wire with a shine, stones with their own small light."""

from math import cos, pi, sin

from federation.node.colours import mix
from marketplace.demo.world.cuts import Bracelet, Earrings, Necklace, Ring
from marketplace.demo.world.plates.geometry import CENTRE, Point, both_sides, ellipse, flow, number, placed, straight
from marketplace.demo.world.plates.sheet import METALS, Sheet
from marketplace.demo.world.plates.weave import INK

# fmt: off  # outlines stand in rows, as they are drawn

Zoom = tuple[float, float, float] | None


def _hoop(sheet: Sheet, spot: tuple[float, float], radii: tuple[float, float], metal: str, width: float) -> None:
    """A ring of metal lying at a slant: its far inner side dark, its near side bright."""
    (x, y), (rx, ry) = spot, radii
    colour = METALS[metal]
    light, deep = mix(colour, "#ffffff", 0.65), mix(colour, INK, 0.45)
    outer, inner = ellipse(x, y, rx, ry), ellipse(x, y - width * 0.16, rx - width * 0.62, ry - width * 0.8)
    name = f"m{number(x)}-{number(y)}".replace(".", "_")
    sheet.add(
        f'<linearGradient id="{name}" x1="0" x2="1" y2=".25"><stop stop-color="{colour}"/><stop offset=".16" '
        f'stop-color="{light}"/>'
        f'<stop offset=".38" stop-color="{colour}"/><stop offset=".62" stop-color="{deep}"/><stop offset=".8" '
        f'stop-color="{light}"/>'
        f'<stop offset="1" stop-color="{deep}"/></linearGradient>'
        f'<path d="{outer}{inner}" fill="url(#{name})" fill-rule="evenodd" stroke="{mix(colour, INK, 0.6)}" '
        'stroke-width="1.6"/>'
    )
    top = ellipse(x, y - width * 0.16, rx - width * 0.5, ry - width * 0.66)
    sheet.line(top, width=1.4, colour=light, opacity=0.7)


def _stone(sheet: Sheet, spot: tuple[float, float], rx: float, ry: float) -> None:
    """A domed stone: deep at its lower right, two lights."""
    x, y = spot
    sheet.part(ellipse(x, y, rx, ry), fill=sheet.base, shade=0.42)
    sheet.flat(
        flow(
            [
                (x - rx * 0.66, y - ry * 0.1),
                (x - rx * 0.4, y - ry * 0.62),
                (x + rx * 0.08, y - ry * 0.74),
                (x - rx * 0.3, y - ry * 0.4),
            ]
        ),
        "#fff",
        0.7,
    )
    sheet.flat(ellipse(x + rx * 0.42, y + ry * 0.52, rx * 0.16, ry * 0.1), "#fff", 0.28)


def _cameo(sheet: Sheet, x: float, y: float, ry: float, metal: str) -> None:
    """A shell cameo: pale profile on a warm oval, in a rope of metal."""
    rx = ry * 0.78
    sheet.metal(ellipse(x, y, rx + 6, ry + 6), metal, 9)
    sheet.line(ellipse(x, y, rx + 6, ry + 6), width=5, dash="2 6", colour=mix(METALS[metal], INK, 0.45), opacity=0.6)
    sheet.part(ellipse(x, y, rx, ry), fill=sheet.base, shade=0.35)
    k = ry / 100
    face: list[Point] = [
        (-4, 74, 1),
        (-26, 70),
        (-40, 54, 1),
        (-20, 40),
        (-18, 26),
        (-30, 22),
        (-33, 12, 1),
        (-30, 8),
        (-36, 2, 1),
        (-40, -2),
        (-30, -20),
        (-30, -38),
        (-16, -60),
        (16, -66),
        (42, -48),
        (50, -18),
        (38, 4),
        (22, 12),
        (20, 34),
        (36, 56),
        (24, 72),
    ]
    sheet.part(flow(placed(face, x, y, k), bend=0.15), fill=sheet.second, shade=0.22)
    hair = mix(sheet.second, INK, 0.34)
    for curl in (
        [(-28, -30), (-4, -46), (20, -34), (34, -10)],
        [(-22, -44), (8, -56), (34, -38), (42, -14)],
        [(-24, -18), (-6, -30), (10, -22), (18, 2)],
        [(30, -4), (40, 14), (34, 32), (44, 44)],
    ):
        sheet.line(
            flow([(x + a * k, y + b * k) for a, b in curl], closed=False),
            width=1.8 * max(k, 0.5),
            colour=hair,
            opacity=0.75,
        )


def _branch(sheet: Sheet, x: float, y: float, k: float) -> None:
    """A twig of coral, forked twice."""
    twig: list[Point] = [
        (-9, -70, 1),
        (9, -70, 1),
        (12, -34),
        (30, -52),
        (58, -74),
        (66, -66),
        (46, -36),
        (20, -8),
        (18, 18),
        (40, 20),
        (64, 4),
        (72, 12),
        (52, 40),
        (24, 50),
        (16, 84),
        (6, 118),
        (-4, 116),
        (-6, 76),
        (-34, 66),
        (-52, 84),
        (-60, 76),
        (-44, 48),
        (-14, 40),
        (-12, 4),
        (-38, -10),
        (-58, -4),
        (-62, -12),
        (-38, -32),
        (-12, -26),
    ]
    sheet.part(flow(placed(twig, x, y, k)), fill=sheet.base, shade=0.4)
    for shine in ([(-3, -60), (-1, -10), (2, 60)], [(20, -28), (44, -54), (58, -67)], [(-18, 50), (-40, 62)]):
        sheet.line(
            flow([(x + a * k, y + b * k) for a, b in shine], closed=False), width=3.2 * k, colour="#ffffff", opacity=0.5
        )


def draw_ring(sheet: Sheet, cut: Ring, *, back: bool) -> Zoom:
    """A ring standing at a slant, stone up."""
    broad = {"band": 62.0, "signet": 44.0}.get(cut.style, 26.0)
    y = 440.0
    _hoop(sheet, (CENTRE, y), (150, 142), cut.metal, broad)
    top = y - 142 + 8
    if cut.style == "band":
        return (1.7, 300, 330) if back else None
    if cut.style == "signet":
        face = flow(
            both_sides([(CENTRE, top - 44), (354, top - 34), (366, top + 4), (350, top + 40), (CENTRE, top + 50)])
        )
        sheet.part(face, fill=METALS[cut.metal], shade=0.35)
        sheet.line(ellipse(CENTRE, top + 2, 44, 34), width=1.6, colour=mix(METALS[cut.metal], INK, 0.5))
        horn: list[Point] = [
            (282, top - 22, 1),
            (302, top - 26),
            (318, top - 4),
            (306, top + 18),
            (316, top + 32, 1),
            (294, top + 22),
            (296, top + 2),
            (284, top - 8),
        ]
        sheet.part(flow(horn), fill=sheet.second, shade=0.35)
    elif cut.style == "cameo":
        _cameo(sheet, CENTRE, top - 18, 84, cut.metal)
    elif cut.style == "branch":
        _branch(sheet, CENTRE, top - 20, 0.7)
    else:
        rx, ry = (78, 64) if cut.style == "cabochon" else (44, 40)
        sheet.metal(ellipse(CENTRE, top - 18, rx + 5, ry + 5), cut.metal, 10)
        _stone(sheet, (CENTRE, top - 18), rx, ry)
    return (2.0, 300, top + 10) if back else None


def _hang(share: float, width: float, depth: float) -> tuple[float, float]:
    """A point of a chain laid in a loop open at the top: share 0 and 1 are its two ends."""
    turn = (share - 0.5) * pi * 1.72
    return CENTRE + width * sin(turn), 150 + depth * (0.5 + 0.5 * cos(turn))


def draw_necklace(sheet: Sheet, cut: Necklace, *, back: bool) -> Zoom:
    """A necklace laid in a loop."""
    width, depth = (176.0, 480.0) if cut.style == "beads" else (150.0, 380.0)
    if cut.style == "beads":
        count = 57
        for i in range(count):
            share = i / (count - 1)
            swell = 1 - abs(share - 0.5) * 2
            x, y = _hang(share, width, depth)
            sheet.bead(x, y, 5.6 + 7.6 * swell**1.1)
        first = _hang(0, width, depth)
        sheet.metal(straight((first[0], first[1] - 10), (600 - first[0], first[1] - 10)), cut.metal, 5)
        return (2.1, 300, 610) if back else None
    path = flow([_hang(i / 24, width, depth) for i in range(25)], closed=False)
    sheet.metal(path, cut.metal, 4.4)
    sheet.line(path, width=6, dash="1.2 5", colour=mix(METALS[cut.metal], INK, 0.5), opacity=0.8)
    low = _hang(0.5, width, depth)[1]
    sheet.metal(ellipse(CENTRE, low + 10, 9, 11), cut.metal, 4)
    if cut.style == "cameo":
        _cameo(sheet, CENTRE, low + 118, 92, cut.metal)
        return (2.0, 300, low + 110) if back else None
    if cut.style == "branch":
        sheet.metal(
            straight(
                (CENTRE - 12, low + 26),
                (CENTRE + 12, low + 26),
                (CENTRE + 12, low + 42),
                (CENTRE - 12, low + 42),
                closed=True,
            ),
            cut.metal,
            8,
        )
        _branch(sheet, CENTRE, low + 104, 1.0)
    elif cut.style == "pendant":
        sheet.metal(ellipse(CENTRE, low + 66, 42, 50), cut.metal, 9)
        _stone(sheet, (CENTRE, low + 66), 38, 46)
    return (2.0, 300, low + 80) if back else None


def _hook(sheet: Sheet, x: float, y: float, metal: str) -> None:
    sheet.metal(
        flow([(x, y + 34), (x, y), (x + 14, y - 26), (x + 30, y - 8), (x + 32, y + 26)], closed=False), metal, 4
    )


def draw_earrings(sheet: Sheet, cut: Earrings, *, back: bool) -> Zoom:
    """A pair of earrings side by side; a hoop that is sold singly alone."""
    spots = (300.0,) if cut.style == "hoop" else (196.0, 404.0)
    draw = {"studs": _stud, "hoops": _thin_hoop, "hoop": _single_hoop, "drops": _drop, "cluster": _cluster}[cut.style]
    for x in spots:
        draw(sheet, x, cut.metal)
    return (2.0, spots[-1] - 10, 420) if back else None


def _stud(sheet: Sheet, x: float, metal: str) -> None:
    sheet.metal(ellipse(x, 400, 46, 46), metal, 7)
    _stone(sheet, (x, 400), 45, 45)


def _single_hoop(sheet: Sheet, x: float, metal: str) -> None:
    _hoop(sheet, (x, 400), (128, 146), metal, 27)
    sheet.metal(straight((x - 9, 258), (x + 12, 262)), metal, 6)


def _thin_hoop(sheet: Sheet, x: float, metal: str) -> None:
    _hoop(sheet, (x, 410), (80, 108), metal, 17)
    sheet.metal(flow([(x - 6, 312), (x - 4, 284), (x + 10, 268), (x + 18, 284)], closed=False), metal, 4)


def _drop(sheet: Sheet, x: float, metal: str) -> None:
    _hook(sheet, x, 266, metal)
    sheet.metal(ellipse(x, 308, 8, 8), metal, 4)
    right: list[Point] = [(x, 322), (x + 22, 376), (x + 46, 450), (x + 30, 510), (x, 524)]
    sheet.part(flow(both_sides(right, x)), fill=sheet.base, shade=0.42)
    sheet.flat(flow([(x - 28, 456), (x - 14, 388), (x - 4, 370), (x - 14, 430)]), "#fff", 0.65)
    sheet.metal(flow([(x - 11, 340), (x, 326), (x + 11, 340)], closed=False), metal, 7)


def _cluster(sheet: Sheet, x: float, metal: str) -> None:
    _hook(sheet, x, 246, metal)
    for row, count in enumerate((3, 4, 3, 4, 3, 2, 1)):
        for i in range(count):
            sheet.bead(x + (i - (count - 1) / 2) * 27 + (row % 2), 302 + row * 28, 16)


def draw_bracelet(sheet: Sheet, cut: Bracelet, *, back: bool) -> Zoom:
    """A bracelet standing open toward the viewer."""
    if cut.style in {"cuff", "bangle"}:
        _cuff(sheet, cut)
        return (1.8, 380, 420) if back else None
    rows = 3 if cut.style == "beads" else 1
    for row in range(rows):
        for i in range(48):
            angle = 2 * pi * i / 48 + 0.06 * row - pi / 2
            x, y = CENTRE + (190 - 2 * row) * cos(angle), 380 + row * 24 + 124 * sin(angle)
            if cut.style == "beads":
                sheet.bead(x, y, 12.4)
            else:
                sheet.link(x, y, cut.metal)
    for x in (278, 322):
        sheet.metal(straight((x, 494), (x, 562)), cut.metal, 9)
    return (2.0, 300, 510) if back else None


def _cuff(sheet: Sheet, cut: Bracelet) -> None:
    colour = METALS[cut.metal]
    light, deep = mix(colour, "#ffffff", 0.7), mix(colour, INK, 0.5)
    sheet.add(
        f'<linearGradient id="cf"><stop stop-color="{deep}"/><stop offset=".2" stop-color="{light}"/><stop '
        f'offset=".45" stop-color="{colour}"/>'
        f'<stop offset=".7" stop-color="{deep}"/><stop offset=".86" stop-color="{light}"/><stop offset="1" '
        f'stop-color="{deep}"/></linearGradient>'
        f'<linearGradient id="ci"><stop stop-color="{light}"/><stop offset=".5" stop-color="{deep}"/><stop '
        f'offset="1" stop-color="{colour}"/></linearGradient>'
    )
    edge = mix(colour, INK, 0.6)
    inner = "M142 330C150 250 450 250 458 330L458 420C450 344 150 344 142 420Z"
    left = "M128 338C128 420 232 452 268 456L268 590C220 586 128 548 128 462Z"
    outer = f"{left}M472 338C472 420 368 452 332 456L332 590C380 586 472 548 472 462Z"
    sheet.add(
        f'<path d="{inner}" fill="url(#ci)" stroke="{edge}" stroke-width="1.6"/><path d="{outer}" '
        f'fill="url(#cf)" stroke="{edge}" stroke-width="1.8"/>'
    )
    sheet.line("M128 338C128 420 232 452 268 456M472 338C472 420 368 452 332 456", width=2.4, colour=light, opacity=0.8)
