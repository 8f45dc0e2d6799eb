"""Answers as Stripe gives them: lists in pages, and ids replaced by objects where `expand` asks for it."""

from collections.abc import Sequence

from payouts.standin.errors import RefusedError
from payouts.standin.forms import PAGE_MAX
from payouts.standin.moves import with_status
from payouts.standin.transfers import at_destination
from payouts.standin.world import Thing, World

PAGE_USUAL = 10
DEPTH_MAX = 4
_KINDS = {
    "balance_transaction": "balance_transaction",
    "failure_balance_transaction": "balance_transaction",
    "charge": "charge",
    "latest_charge": "charge",
    "source_transaction": "charge",
    "payment_intent": "payment_intent",
    "transfer": "transfer",
    "destination": "account",
}
_SOURCES = ("charge", "refund", "transfer", "transfer_reversal", "dispute", "payout")
"""What a balance transaction can come from."""


def paged(found: Sequence[Thing], params: Thing, url: str) -> Thing:
    """One page of a list, newest first: after or before a place, or from the beginning."""
    limit = params.get("limit", PAGE_USUAL)
    if not 1 <= limit <= PAGE_MAX:
        raise RefusedError(f"This value must be less than or equal to {PAGE_MAX}", "parameter_invalid_integer", "limit")
    after, before = params.get("starting_after"), params.get("ending_before")
    if before:
        newer = found[: _place(found, before)]
        page, more = newer[-limit:], len(newer) > limit
    else:
        rest = found[_place(found, after) + 1 :] if after else found
        page, more = rest[:limit], len(rest) > limit
    return {"object": "list", "data": list(page), "has_more": more, "url": url}


def _place(found: Sequence[Thing], thing_id: str) -> int:
    for index, each in enumerate(found):
        if each["id"] == thing_id:
            return index
    raise RefusedError(f"No such object: '{thing_id[:60]}'", "resource_missing", "starting_after")


def expanded(world: World, answer: Thing, paths: Sequence[str]) -> Thing:
    """The answer with objects in place of the ids that the dotted `paths` lead to."""
    for path in paths:
        answer = _expand(world, answer, path.split(".")[: DEPTH_MAX + 1])
    return answer


def _object(world: World, name: str, thing_id: str) -> Thing | str:
    """What an id stands for in a field of this name; the id itself when that is nothing to expand."""
    kinds = _SOURCES if name == "source" else (_KINDS[name],) if name in _KINDS else ()
    arrived = at_destination(world, thing_id) if name == "source" else None
    if arrived is not None:
        return arrived
    return next((world.things[kind][thing_id] for kind in kinds if thing_id in world.things[kind]), thing_id)


def _expand(world: World, thing: Thing, names: Sequence[str]) -> Thing:
    name, rest = names[0], names[1:]
    found = thing.get(name)
    if isinstance(found, list):
        return thing | {name: [_expand(world, each, rest) if rest else each for each in found]}
    if isinstance(found, str):
        found = _object(world, name, found)
        if isinstance(found, dict) and found["object"] == "balance_transaction":
            found = with_status(world, found)
    if rest and isinstance(found, dict):
        found = _expand(world, found, rest)
    return thing | {name: found}
