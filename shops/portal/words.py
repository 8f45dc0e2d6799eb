"""What the portal's own code says to people, in the language of the request."""

from pathlib import Path

from federation.node.languages import Wording
from federation.node.pages import OWN_LOCALE

WORDING = Wording([Path(__file__).parent / "locale", OWN_LOCALE])

say = WORDING.say


def counted(one: str, many: str, number: int, **values: object) -> str:
    """A message for so many; `%(num)d` is the number."""
    return WORDING.ngettext(one, many, number) % {"num": number, **values}
