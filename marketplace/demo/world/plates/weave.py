"""Cloth told by its weave or print: one small repeating tile per pattern, drawn in tones of the piece's own colour."""

from federation.node.colours import luminance, mix

INK = "#17120f"
DARK_BELOW = 0.045
"""Relative luminance below which a cloth is so dark that seams must be drawn lighter than it."""


def tone(base: str, strength: float) -> str:
    """A line colour that shows on `base`: darker on light cloth, lighter on dark cloth."""
    return mix(base, "#ffffff", strength * 0.55) if luminance(base) < DARK_BELOW else mix(base, INK, strength)


def tile(name: str, base: str, second: str) -> tuple[int, int, str]:
    """Width, height and drawing of the repeating tile; `second` is the print's colour."""
    faint, firm = tone(base, 0.22), tone(base, 0.45)
    draw = _WEAVES.get(name) or _PRINTS[name]
    width, height, content = draw
    content = content.replace('d="F"', f'd="{_FLOWER}"').replace('d="L"', f'd="{_LEAF}"')
    colours = {
        "F": faint,
        "D": firm,
        "S": second,
        "B": base,
        "L": mix(base, "#ffffff", 0.35),
        "M": mix(base, second, 0.5),
    }
    for letter, colour in colours.items():
        content = content.replace(f"${letter}", colour)
    return width, height, content


def _stroke(path: str, colour: str, width: float, opacity: float = 1) -> str:
    return f'<path d="{path}" fill="none" stroke="${colour}" stroke-width="{width}" opacity="{opacity}"/>'


def _fill(path: str, colour: str, opacity: float = 1) -> str:
    return f'<path d="{path}" fill="${colour}" opacity="{opacity}"/>'


_FLOWER = "M0-9c5-5 9 1 5 5 7-1 8 6 2 7 5 4 0 9-5 5-1 6-7 6-7 0-6 4-10-2-5-6-6-1-5-8 2-7-4-4 1-10 8-4z"
_LEAF = "M0 0C8-15 26-17 36-3 28 13 10 13 0 0z"

_WEAVES = {
    "plain": (7, 7, _stroke("M-1 8L8-1", "F", 0.7, 0.35)),
    "linen": (
        11,
        13,
        _stroke("M0 2.5H11M0 9H6M2 5.6H10M5 11.5H11", "F", 0.7, 0.5)
        + _stroke("M3 0V8M8.5 4V13M5.6 0V13", "F", 0.7, 0.38),
    ),
    "silk": (40, 40, ""),
    "denim": (
        7,
        7,
        _stroke("M-1 4L4-1M-1 8L8-1M3 8L8 3", "L", 1.1, 0.5) + _stroke("M-1 6L6-1M1 8L8 1", "D", 0.7, 0.5),
    ),
    "rib": (9, 60, _stroke("M2 0V60", "D", 1.5, 0.5) + _stroke("M5.6 0V60", "L", 1.8, 0.35)),
    "cable": (
        46,
        42,
        _stroke("M4 0V42M42 0V42", "D", 1.6, 0.6)
        + _stroke("M13 0C13 16 33 26 33 42M33 0C33 7 30 12 27 15.5M13 42C13 35 16 30 19 26.5", "D", 2, 0.75)
        + _stroke("M17 0C18 14 37 24 37 40M9 4C10 14 17 20 24 26", "L", 2, 0.5),
    ),
    "herringbone": (
        20,
        14,
        _stroke("M0 0L10 7M0 7L10 14M0-7L10 0M0 14L10 21M20 0L10 7M20 7L10 14M20-7L10 0", "D", 1.3, 0.55),
    ),
    "corduroy": (9, 20, _stroke("M2 0V20", "D", 2.2, 0.5) + _stroke("M6 0V20", "L", 2.2, 0.4)),
    "leather": (90, 90, _fill("M12 20h1v1h-1zM60 8h1v1h-1zM80 52h1v1h-1zM33 66h1v1h-1zM50 40h1v1h-1z", "D", 0.4)),
    "grain": (
        16,
        14,
        _stroke("M2 3q2-3 5-1t5-1M1 9q3 3 5 0t4 1 5-2M9 13q2-2 4 0M13 4q1 2-1 3", "D", 0.8, 0.4)
        + _stroke("M3 5q3 2 6-1", "L", 0.8, 0.3),
    ),
    "felt": (
        23,
        19,
        _stroke("M2 4l2 1M9 2l-1 2M15 6l2-1M20 12l1 2M5 11l2 1M12 14l-2 1M17 17l2-1M3 17l1-1", "D", 0.9, 0.35)
        + _stroke("M6 6l2-1M18 2l2 1M9 9l1 2M14 11l2 0M21 7l1 1", "L", 0.9, 0.45),
    ),
    "straw": (
        14,
        14,
        _stroke("M0 3.5H7M0 7H7M0 10.5H7M10.5 0V7M7 0V7M14 0V7", "D", 0.9, 0.4)
        + _stroke("M7 10.5H14M3.5 7V14", "L", 1, 0.4),
    ),
    "lace": (
        44,
        52,
        _stroke("M0 0L44 52M44 0L0 52M22 0L44 26 22 52 0 26Z", "L", 1, 0.9)
        + f'<g transform="translate(22 26)">{_stroke(_FLOWER, "L", 1.6)}<circle r="3" fill="$L"/></g>'
        + '<g fill="none" stroke="$L" stroke-width="1.5"><circle r="6"/><circle cx="44" r="6"/><circle cy="52" '
        'r="6"/>'
        '<circle cx="44" cy="52" r="6"/></g>',
    ),
}
"""Textures: they use only tones of the cloth itself."""

_PRINTS = {
    "stripe": (40, 44, _fill("M0 10H40V28H0Z", "S", 0.92) + _stroke("M0 3H40M0 36H40", "F", 0.6, 0.35)),
    "bengal": (14, 40, _fill("M0 0H7V40H0Z", "S", 0.92) + _stroke("M0 40L14 26", "F", 0.6, 0.2)),
    "pinstripe": (17, 40, _stroke("M4 0V40", "S", 0.9, 0.55) + _stroke("M0 40L17 0", "F", 0.6, 0.2)),
    "check": (
        44,
        44,
        _fill("M0 0H16V44H0Z", "S", 0.4) + _fill("M0 0H44V16H0Z", "S", 0.4) + _stroke("M30 0V44M0 "
                                                                                      "30H44", "S", 1.4, 0.7),
    ),
    "dots": (30, 30, '<circle cx="7" cy="7" r="3.4" fill="$S"/><circle cx="22" cy="22" r="3.4" fill="$S"/>'),
    "floral": (
        104,
        116,
        (
        '<g fill="$S"><path d="F" transform="translate(28 32) rotate(12) scale(1.5)"/><path d="F" '
        'transform="translate(80 88) scale(1.1)"/>'
        '<path d="F" transform="translate(84 22) rotate(40) scale(.6)"/><circle cx="20" cy="92" '
        'r="3.4"/><circle cx="34" cy="98" r="2.4"/></g>'
        '<g fill="$D" opacity=".6"><path d="L" transform="translate(44 48) rotate(30) scale(.7)"/><path d="L" '
        'transform="translate(66 70) rotate(200) scale(.6)"/>'
        '<path d="L" transform="translate(14 64) rotate(80) scale(.5)"/></g><circle cx="28" cy="33" r="4" '
        'fill="$B"/><circle cx="80" cy="88" r="3" fill="$B"/>'
        ),
    ),
    "leaves": (
        120,
        112,
        '<g fill="$S"><path d="L" transform="translate(30 44) rotate(-28) scale(1.3)"/><path d="L" '
        'transform="translate(28 50) rotate(64)"/>'
        '<path d="L" transform="translate(92 84) rotate(-150) scale(1.2)"/><path d="L" transform="translate(86 '
        '20) rotate(24) scale(.8)"/>'
        '<path d="L" transform="translate(96 92) rotate(-70)"/></g>'
        + _stroke("M14 60Q24 50 30 44L68 24M28 50L44 80M106 96Q98 90 92 84L54 62M86 20L112 32M96 92L106 "
                  "62", "D", 1.3, 0.7),
    ),
    "waves": (
        60,
        30,
        _stroke("M0 8q15-12 30 0t30 0", "S", 2.4, 0.9)
        + _stroke("M-15 23q15-12 30 0t30 0 30 0", "S", 1.6, 0.6)
        + _stroke("M0 13q15-12 30 0t30 0", "D", 1, 0.35),
    ),
    "fairisle": (
        32,
        64,
        _fill("M16 6L26 16 16 26 6 16ZM0 6L4 10 0 14ZM32 6L28 10 32 14ZM0 18L4 22 0 26ZM32 18L28 22 32 "
              "26Z", "S", 0.95)
        + _fill("M0 36H4V40H0ZM8 36h4v4h-4ZM16 36h4v4h-4ZM24 36h4v4h-4ZM4 42h4v4h-4ZM12 42h4v4h-4ZM20 "
                "42h4v4h-4ZM28 42h4v4h-4Z", "S", 0.8)
        + _fill("M16 11L21 16 16 21 11 16Z", "B")
        + _stroke("M0 52H32M0 57H32", "S", 1.4, 0.6),
    ),
}  # fmt: skip
"""Prints and knits of two colours."""
