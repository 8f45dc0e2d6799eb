"""Where our code calls the payment provider, read from the code itself: nobody chooses the points, nobody forgets one.

A point is a function of ours and the method of the provider it calls. Every use of `pay.provider` must be of a form
that is understood here; another one is an error, so that no call can hide from the kill tests.
"""

import ast
import inspect
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from payouts.dispute_ports import BalanceBook, DisputeDesk
from payouts.ports import PaymentProvider

ROOT = Path(__file__).parents[2]
SERVICES = "payouts.service."
OUTSIDE = ("payouts/adapters/", "payouts/standin/", "payouts/sandbox/", "marketplace/demo/")
"""What stands on the provider's side, and the demo's own hands on it."""

HOLDERS = ("pay", "payments", "_payments", "self._pay")
"""What our code calls the value whose `provider` is the provider."""


class Point(NamedTuple):
    """A function of ours (without `payouts.service.`) and what it asks the provider for."""

    where: str
    call: str

    def __str__(self) -> str:
        return f"{self.where} asks {self.call}"


def asked_of(port: type) -> set[str]:
    """The calls a port has: what leaves the process; checking a signature does not."""
    return {name for name, method in vars(port).items() if inspect.iscoroutinefunction(method)}


CALLS: Mapping[str, set[str]] = {
    "": asked_of(PaymentProvider),
    "disputes": asked_of(DisputeDesk),
    "balance_book": asked_of(BalanceBook),
}
"""Every call of the provider and of its two desks."""


def points() -> list[Point]:
    """Every place that calls the provider, in the order of the code."""
    found: list[Point] = []
    for folder in ("payouts", "marketplace"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            text = path.read_text()
            if ".provider" in text and not name.startswith(OUTSIDE):
                module = name.removesuffix(".py").replace("/", ".").removeprefix(SERVICES)
                found += _points_in(module, ast.parse(text))
    return list(dict.fromkeys(found))


def _points_in(module: str, tree: ast.Module) -> Iterator[Point]:
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.AsyncFunctionDef | ast.FunctionDef)]
    outer = [each for each in functions if not any(each in _inside(other) for other in functions)]
    for function in outer:
        where = f"{module}.{function.name}"
        yield from (Point(where, call) for call in _calls_in(function, where))


def _inside(function: ast.AST) -> list[ast.AST]:
    return [each for each in ast.walk(function) if each is not function]


def _calls_in(function: ast.AST, where: str) -> Iterator[str]:
    known = {id(node): child for child in ast.walk(function) for node in ast.iter_child_nodes(child)}
    desks = _desks_named(function)
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr == "provider" and ast.unparse(node.value).endswith(HOLDERS):
            yield from _call_above(node, known, where)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in desks:
            assert node.attr in CALLS[desks[node.value.id]], f"{where}: {ast.unparse(node)} is no call we know"
            yield node.attr


def _call_above(node: ast.Attribute, parents: Mapping[int, ast.AST], where: str) -> Iterator[str]:
    """The call that a use of the provider is part of; none when a desk is only given a name."""
    above = parents[id(node)]
    desk = ""
    if isinstance(above, ast.Attribute) and above.attr in CALLS:
        desk, above = above.attr, parents[id(above)]
        if not isinstance(above, ast.Attribute):
            return
    if isinstance(above, ast.Attribute) and above.attr == "read_event":
        return
    if not isinstance(above, ast.Attribute) or above.attr not in CALLS[desk]:
        raise AssertionError(f"{where} uses the provider in a way the kill tests cannot read: {ast.unparse(above)}")
    yield above.attr


def _desks_named(function: ast.AST) -> dict[str, str]:
    """Names given to one of the provider's desks, as in `desk = pay.provider.disputes`."""
    named: dict[str, str] = {}
    for node in ast.walk(function):
        for name, what in _given(node):
            base, _, desk = ast.unparse(what).rpartition(".")
            if isinstance(name, ast.Name) and desk in CALLS and base.endswith(".provider"):
                named[name.id] = desk
    return named


def _given(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """The names an assignment gives, each with what."""
    if not isinstance(node, ast.Assign):
        return []
    return list(zip(_each_of(node.targets[0]), _each_of(node.value), strict=False))


def _each_of(what: ast.expr) -> list[ast.expr]:
    return what.elts if isinstance(what, ast.Tuple) else [what]
