"""The stand-in and our adapter held to the typed definitions in Stripe's own package, so that neither drifts."""

import importlib
import inspect
import types
import typing
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import pytest
import stripe
import stripe.params
import typing_extensions
from stripe._object_classes import get_object_class
from stripe._stripe_context import StripeContext
from stripe.events import _event_classes

from payouts.adapters.stripe import accounts as seen_accounts
from payouts.adapters.stripe import addresses, contents, seen, terms
from payouts.standin.operations import OPERATIONS, Operation
from tests.payouts.standin.life import every_kind_of_object

NAMES = {**vars(typing), "StripeContext": StripeContext}


def params_class(operation: Operation) -> type:
    """The typed class of an operation's parameters."""
    module, _, name = operation.typed.rpartition(".")
    found: type = getattr(importlib.import_module(f"stripe.params.{module}".rstrip(".")), name)
    return found


def alternatives(kind: Any) -> Iterator[Any]:
    """The parts of a union, each alone."""
    if typing.get_origin(kind) in {typing.Union, types.UnionType}:
        for each in typing.get_args(kind):
            yield from alternatives(each)
    else:
        yield kind


def leads_somewhere(kind: Any, path: list[str]) -> bool:
    """Whether a dotted path of parameter names exists in a typed parameter."""
    if not path:
        return True
    return any(_step(each, path) for each in alternatives(kind))


def _step(kind: Any, path: list[str]) -> bool:
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if path[0] == "*":
        return origin in {list, dict} and leads_somewhere(args[-1], path[1:])
    if not (inspect.isclass(kind) and typing_extensions.is_typeddict(kind)):
        return False
    module = vars(importlib.import_module(kind.__module__))
    hints = typing_extensions.get_type_hints(kind, localns={**NAMES, **module})
    return path[0] in hints and leads_somewhere(hints[path[0]], path[1:])


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: f"{each.method} {each.path}")
def test_parameters_are_stripes(operation: Operation) -> None:
    """Every parameter the stand-in takes exists in Stripe's typed parameters; whatever else is sent it refuses."""
    kind = params_class(operation)
    assert [name for name in operation.accepts if not leads_somewhere(kind, name.split("."))] == []
    assert set(operation.required) <= {name.split(".")[0] for name in operation.accepts}


def unknown_fields(thing: Mapping[str, Any], kind: type, path: str) -> Iterator[str]:
    """The fields of an object that its class does not have, also inside it."""
    known = set().union(*(vars(base).get("__annotations__", {}) for base in kind.__mro__))
    inner: Mapping[str, type] = getattr(kind, "_inner_class_types", {})
    for name, value in thing.items():
        if name not in known:
            yield f"{path}.{name}"
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, Mapping) and name in inner:
                yield from unknown_fields(each, inner[name], f"{path}.{name}")


OBJECTS = every_kind_of_object()


@pytest.mark.parametrize("thing", OBJECTS, ids=lambda each: each["object"])
def test_objects_are_stripes(thing: Mapping[str, Any]) -> None:
    """Every field of every object the stand-in shows exists in Stripe's class for it."""
    kind = get_object_class("V2" if thing["object"].startswith("v2.") else "V1", thing["object"])
    assert kind is not stripe.StripeObject
    related = {"related_object"} if thing["object"] == "v2.core.event" else set()
    shown = {name: value for name, value in thing.items() if name not in related}
    assert list(unknown_fields(shown, kind, thing["object"])) == []


def test_event_types_are_stripes() -> None:
    """Every event the stand-in tells of is one Stripe tells of, thin ones included."""
    hints = typing.get_type_hints(stripe.Event, localns=NAMES)
    known = {*typing.get_args(hints["type"]), *_event_classes._V2_EVENT_CLASS_LOOKUP}  # noqa: SLF001 - the list itself
    told = {thing["type"] for thing in OBJECTS if thing["object"] in {"event", "v2.core.event"}}
    assert {each for each in told if each not in known} == set()


def named(path: str) -> type:
    """A class of the package by its dotted name."""
    found: Any = stripe
    for name in path.split("."):
        found = getattr(found, name)
    kind: type = found
    return kind


@pytest.mark.parametrize(
    "ours",
    [
        kind
        for module in (seen, seen_accounts, addresses, contents, terms)
        for kind in vars(module).values()
        if hasattr(kind, "STRIPE")
    ],
    ids=lambda each: str(each.__name__),
)
def test_what_we_read_exists(ours: type[msgspec.Struct]) -> None:
    """Every field our adapter reads of an object exists in Stripe's class for it."""
    kind = named(str(ours.STRIPE))  # type: ignore[attr-defined]  # the filter above saw to it
    known = set().union(*(vars(base).get("__annotations__", {}) for base in kind.__mro__))
    assert {field.name for field in msgspec.structs.fields(ours)} - known == set()
