"""What the console's own code says to people, in the language of the request.

Refusals of orders, and what their alerts say, are translated beside the storefront's pages, which show them as well.
"""

import re
from pathlib import Path

from federation.node.languages import Wording
from federation.node.pages import OWN_LOCALE, format_number
from federation.vocabulary.wording import sentence

_HUB = Path(__file__).parents[1]
WORDING = Wording([_HUB / "console" / "locale", _HUB / "storefront" / "locale", OWN_LOCALE])

say = WORDING.say
_OF_RETURN = re.compile(r"return (R-\w+)")
"""The reason that `orders.returning` gives a refund."""


def refund_reason(reason: str) -> str:
    """A refund's reason in the reader's language if our own code gave it, else as somebody wrote it."""
    found = _OF_RETURN.fullmatch(reason)
    return WORDING.said(sentence("return %(number)s", number=found[1]) if found else reason)


def counted(one: str, many: str, number: int, **values: object) -> str:
    """A message for so many; `%(num)s` is the number, with separators between thousands."""
    return WORDING.ngettext(one, many, number) % {"num": format_number(number), **values}
