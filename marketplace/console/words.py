"""What the console's own code says to people, in the language of the request.

Refusals of orders, and what their alerts say, are translated beside the storefront's pages, which show them as well.
"""

from pathlib import Path

from federation.node.languages import Wording
from federation.node.pages import OWN_LOCALE, format_number

_HUB = Path(__file__).parents[1]
WORDING = Wording([_HUB / "console" / "locale", _HUB / "storefront" / "locale", OWN_LOCALE])

say = WORDING.say


def counted(one: str, many: str, number: int, **values: object) -> str:
    """A message for so many; `%(num)s` is the number, with separators between thousands."""
    return WORDING.ngettext(one, many, number) % {"num": format_number(number), **values}
