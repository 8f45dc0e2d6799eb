"""What a check is: a name, the rule it stands for, whom it concerns, what it needs first, and how it is asked."""

from collections.abc import Awaitable, Callable
from typing import Literal

import msgspec

from federation.conformance.session import Session

Needs = Literal["known", "linked", "spending"]
"""`known`: the tester has introduced itself. `linked`: the link is accepted. `spending`: stock may be sold to it."""

Asked = Callable[[Session], Awaitable[None]]


class Check(msgspec.Struct, frozen=True):
    """A rule and how a node is asked whether it keeps it; raises FailedError or NotAskedError."""

    name: str
    rule: str
    asked: Asked
    concerns: Literal["any", "shop", "hub"] = "any"
    needs: Needs = "linked"
