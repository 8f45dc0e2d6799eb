"""Whoever tries codes: how many wrong ones there were lately, and what is told to somebody who writes one more. Pure.

A code is worth money, and nobody has to say who they are to write one down. Invariants: the first wrong ones are
answered with the reason, so that a slip can be put right; after them every refusal reads alike; beyond a bound no code
is looked at, not even a right one, until the wrong ones are an hour old. Where very many try the codes of one boutique,
or the hub's, a code that is right at first goes on working for everybody else.
"""

from datetime import timedelta
from typing import Literal

import msgspec

WINDOW = timedelta(hours=1)
"""How long a wrong code counts."""

TOLD_WHY_MAX = 3
"""So many wrong ones are answered with the reason."""
VISITOR_MAX = 10
"""Wrong ones of one browser's session."""
PLACE_MAX = 30
"""Of one address, an IPv6 /64: a household, an office."""
NETWORK_MAX = 100
"""Of the network around it (`federation.node.visitor.network_of`), or of all of whom nothing is known."""
WHOLE_MAX = 300
"""Of everybody, for the codes of one boutique or of the hub; beyond, one wrong code of a network is enough."""

Verdict = Literal["told-why", "plain", "shut"]
"""What is done with one more code: looked at with the reason told, looked at without, not looked at."""


class WrongCodes(msgspec.Struct, frozen=True, kw_only=True):
    """Wrong codes within the WINDOW, the same one once: from here, and from everybody for one boutique or the hub."""

    visitor: int = 0
    place: int = 0
    network: int = 0
    whole: int = 0


def judge(wrong: WrongCodes) -> Verdict:
    """What is done with one more code."""
    if wrong.visitor >= VISITOR_MAX or wrong.place >= PLACE_MAX or wrong.network >= NETWORK_MAX:
        return "shut"
    if wrong.whole >= WHOLE_MAX:
        return "shut" if max(wrong.visitor, wrong.place, wrong.network) else "plain"
    return "plain" if max(wrong.visitor, wrong.place) >= TOLD_WHY_MAX else "told-why"
