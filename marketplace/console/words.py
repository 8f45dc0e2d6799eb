"""What the console's own code says to people, in the language of the request."""

from pathlib import Path

from federation.node.languages import Wording
from federation.node.pages import format_number

WORDING = Wording([Path(__file__).parent / "locale"])

say = WORDING.say


def counted(one: str, many: str, number: int, **values: object) -> str:
    """A message for so many; `%(num)s` is the number, with separators between thousands."""
    return WORDING.ngettext(one, many, number) % {"num": format_number(number), **values}
