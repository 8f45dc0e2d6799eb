"""The form every operation of the stand-in is written in: its address, the parameters it takes, and the deed.

`typed` names the class in the `stripe` package whose keys the parameters must be among, which a test checks.
"""

from collections.abc import Callable

import msgspec

from payouts.standin.forms import EXPAND, Accepted
from payouts.standin.world import Thing, World


class Call(msgspec.Struct, frozen=True):
    """A request understood: its parameters, what stood in its address, and the account it is made for."""

    params: Thing
    ids: tuple[str, ...]
    account: str


Deed = Callable[[World, Call], Thing | list[Thing]]


class Operation(msgspec.Struct, frozen=True):
    """One thing that can be asked; a deed that answers a list is paged."""

    method: str
    path: str
    typed: str
    deed: Deed
    accepts: Accepted = EXPAND
    required: tuple[str, ...] = ()


def look(path: str, typed: str, kind: str) -> Operation:
    """Reading one object of a kind by its id, of the account the request is made for."""
    return Operation("GET", path, typed, lambda world, call: world.find(kind, call.ids[0], call.account))


def of_intent(world: World, call: Call, kind: str) -> list[Thing]:
    """The objects of a kind, all or those of the payment intent that is asked for."""
    wanted = call.params.get("payment_intent")
    return [each for each in world.all(kind) if not wanted or each["payment_intent"] == wanted]
