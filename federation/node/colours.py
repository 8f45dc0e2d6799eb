"""Colours as six hex digits: mixing, luminance, contrast (WCAG 2.2), and a boutique's palette made readable. Pure."""

import math
from functools import lru_cache

import msgspec

TEXT_CONTRAST = 7.0
ACTION_CONTRAST = 4.5
_STEPS = 20
_GAMMA_BELOW = 0.04045
"""Where the curve of sRGB begins (IEC 61966-2-1)."""


class Palette(msgspec.Struct, frozen=True):
    """A boutique's colours with their roles, every text colour readable on `ground`."""

    ground: str
    ink: str
    soft: str
    accent: str
    on_accent: str
    hairline: str
    edge: str
    wash: str
    is_dark: bool


def palette_of(ground: str, ink: str, accent: str) -> Palette:
    """The palette of a theme, mended where it could not be read: the ground stays, the rest moves away from it."""
    far = "#000000" if contrast(ground, "#000000") >= contrast(ground, "#ffffff") else "#ffffff"
    text = _readable(ink, ground, far, TEXT_CONTRAST)
    action = _readable(accent, ground, far, ACTION_CONTRAST)
    light, dark = mix(ground, "#ffffff", 0.9), mix(ground, "#000000", 0.92)
    return Palette(
        ground=ground.lower(),
        ink=text,
        soft=_readable(mix(text, ground, 0.32), ground, far, ACTION_CONTRAST),
        accent=action,
        on_accent=light if contrast(light, action) >= contrast(dark, action) else dark,
        hairline=mix(ground, text, 0.16),
        edge=mix(ground, text, 0.5),
        wash=mix(ground, text, 0.05),
        is_dark=far == "#ffffff",
    )


def _readable(colour: str, ground: str, far: str, wanted: float) -> str:
    """`colour`, moved towards `far` until it stands out from `ground` as much as `wanted`."""
    for step in range(_STEPS + 1):
        tried = mix(colour, far, step / _STEPS)
        if contrast(tried, ground) >= wanted:
            return tried
    return far


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of `#rrggbb`, each 0 to 255."""
    digits = colour.lstrip("#")
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def mix(colour: str, other: str, share: float) -> str:
    """`share` of `other` stirred into `colour`; 0 leaves it, 1 replaces it."""
    pairs = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def luminance(colour: str) -> float:
    """Relative luminance, 0 for black to 1 for white."""
    red, green, blue = (_linear(channel / 255) for channel in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(colour: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(colour), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@lru_cache(maxsize=4_000)
def perceived(colour: str) -> tuple[float, float, float]:
    """Lightness and the two opponent colours of Oklab (Ottosson 2020), in which distance is difference seen."""
    red, green, blue = (_linear(channel / 255) for channel in channels(colour))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _GAMMA_BELOW else ((channel + 0.055) / 1.055) ** 2.4
