"""What the portal's own code says to people, in the language of the request."""

from pathlib import Path

from federation.node.languages import Wording
from federation.node.pages import OWN_LOCALE
from federation.vocabulary.wording import message

WORDING = Wording([Path(__file__).parent / "locale", OWN_LOCALE])

COLOURS = {
    "black": message("Black"),
    "white": message("White"),
    "grey": message("Grey"),
    "beige": message("Beige"),
    "brown": message("Brown"),
    "red": message("Red"),
    "burgundy": message("Burgundy"),
    "pink": message("Pink"),
    "orange": message("Orange"),
    "yellow": message("Yellow"),
    "gold": message("Gold"),
    "green": message("Green"),
    "olive": message("Olive"),
    "turquoise": message("Turquoise"),
    "blue": message("Blue"),
    "navy": message("Navy"),
    "purple": message("Purple"),
    "silver": message("Silver"),
    "multicolour": message("Multicolour"),
    "transparent": message("Transparent"),
    "copper": message("Copper"),
}
"""Colour family to its English name."""


def say(words: str, **values: object) -> str:
    """A message with its `%(name)s` filled in."""
    return WORDING.gettext(words) % values


def counted(one: str, many: str, number: int, **values: object) -> str:
    """A message for so many; `%(num)d` is the number."""
    return WORDING.ngettext(one, many, number) % {"num": number, **values}
