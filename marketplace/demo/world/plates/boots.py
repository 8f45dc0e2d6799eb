"""Boots: the pair in profile, pointing to the right and standing on the line y = 0 of their own group."""

from federation.node.colours import mix
from marketplace.demo.world.cuts import Boot
from marketplace.demo.world.plates.geometry import Point, ellipse, flow, straight
from marketplace.demo.world.plates.sheet import Sheet
from marketplace.demo.world.plates.shoes import LINING, UNITS_PER_MM, Zoom, draw_sole
from marketplace.demo.world.plates.weave import INK

# fmt: off  # outlines stand in rows, as they are drawn
TALL = 300
"""Shafts higher than this are tall boots."""


def draw_boot(sheet: Sheet, cut: Boot, *, back: bool) -> Zoom:
    """An ankle boot, laced boot or tall boot."""
    heel = cut.heel_mm * UNITS_PER_MM
    tall = {"chelsea": 232.0, "zip": 232.0, "lace": 270.0, "riding": 470.0}[cut.style]
    pair = ((150.0, 560.0, 0.86), (58.0, 700.0, 0.95)) if tall > TALL else ((134.0, 456.0, 0.86), (64.0, 690.0, 1.0))
    sheet.twice(pair, lambda: _boot(sheet, cut, heel, tall))
    return (1.75, 250, 560) if back else None


def _boot(sheet: Sheet, cut: Boot, heel: float, tall: float) -> None:
    lift = heel + 12
    width = 168 if tall < TALL else 190
    sheet.part(
        ellipse(18 + width / 2, -lift - tall + 2, width / 2 - 2, 15),
        fill=mix(LINING, INK, 0.25),
        weave=False,
        shade=0.5,
    )
    upper: list[Point] = [
        (14, -lift, 1),
        (6, -lift - 50),
        (24, -lift - 120),
        (18, -lift - tall * 0.75),
        (16, -lift - tall, 1),
        (18 + width / 2, -lift - tall + 14),
        (18 + width, -lift - tall, 1),
        (20 + width, -lift - tall * 0.7),
        (192, -lift - 126),
        (222, -lift * 0.9 - 90),
        (300, -92),
        (384, -74),
        (434, -52),
        (448, -26, 1),
        (300, -14),
        (150, -heel * 0.7 - 12),
    ]
    sheet.part(flow(upper))
    draw_sole(sheet, heel, cut.sole, thick=12)
    sheet.fold((176, -lift - 128), (96, -lift - 96), 4, 4)
    sheet.fold((196, -lift - 92), (128, -lift - 70), 3.6, 4)
    sheet.line(flow([(60, -lift), (70, -lift - 60), (46, -lift - 110), (10, -lift - 100)], closed=False), width=1.5)
    if cut.style == "chelsea":
        gusset: list[Point] = [
            (72, -lift - tall + 14, 1),
            (138, -lift - tall + 15, 1),
            (122, -lift - 96),
            (106, -lift - 76, 1),
            (88, -lift - 96),
        ]
        sheet.part(flow(gusset), fill=mix(sheet.base, INK, 0.35), weave=False, shade=0.2)
        sheet.line(
            "".join(f"M{78 + i * 8} {-lift - tall + 18:.0f}L{88 + i * 5} {-lift - 96:.0f}" for i in range(8)),
            width=1.2,
            opacity=0.5,
        )
        sheet.part(
            straight(
                (18, -lift - tall + 10),
                (34, -lift - tall + 12),
                (32, -lift - tall - 26),
                (20, -lift - tall - 26),
                closed=True,
            ),
            shade=0.2,
        )
    elif cut.style == "lace":
        _boot_laces(sheet, lift, tall, width)
    else:
        sheet.line(straight((116, -lift - tall + 16), (118, -lift - 40)), width=3.2, colour=mix(sheet.base, INK, 0.6))
        sheet.line(straight((116, -lift - tall + 16), (118, -lift - 40)), width=1.6, dash="2 3", colour="#c9a45a")
        sheet.metal(straight((116, -lift - tall + 26), (116, -lift - tall + 50)), "gold", 5)
        sheet.stitch(
            flow(
                [(22, -lift - tall + 18), (18 + width / 2, -lift - tall + 30), (14 + width, -lift - tall + 18)],
                closed=False,
            )
        )


def _boot_laces(sheet: Sheet, lift: float, tall: float, width: float) -> None:
    edge = flow(
        [(120, -lift - tall + 14), (138, -lift - 140), (186, -lift - 78), (268, -lift * 0.4 - 66)], closed=False
    )
    sheet.line(edge, width=2)
    sheet.stitch(
        flow([(112, -lift - tall + 14), (130, -lift - 138), (180, -lift - 70), (262, -lift * 0.4 - 58)], closed=False)
    )
    lace = mix(sheet.base, "#e9c58a", 0.6)
    rows = 8
    for i in range(rows):
        share = i / (rows - 1)
        y = -lift - tall + 34 + share * (tall - 84)
        x = 134 if y < -lift - 140 else 138 + (y + lift + 140) * 0.9
        front = 16 + width if y < -lift - 126 else 192 + (y + lift + 126) * 1.35
        sheet.line(straight((x, y), (front - 6, y - 9)), width=4.4, colour=lace, opacity=1)
        sheet.stud(x - 3, y + 1, "gold", 4)
    sheet.line(flow([(318, -92), (340, -60), (330, -18)], closed=False), width=1.8)
