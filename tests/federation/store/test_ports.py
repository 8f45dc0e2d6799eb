"""The contract is whole: every method of every port is called by a test here, over both kinds of database."""

import ast
import inspect
from pathlib import Path

import pytest

from federation.store import ADAPTERS

SUBJECTS = sorted(ADAPTERS["memory"].__struct_fields__)
TESTS = sorted(Path(__file__).parent.glob("test_*.py"))


def called(path: Path) -> set[tuple[str, str]]:
    """(subject, method) of every call of a store in a module, under whatever name it was imported."""
    tree = ast.parse(path.read_text())
    names = {
        each.asname or each.name: each.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "federation.store"
        for each in node.names
    }
    return {
        (names[node.value.id], node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in names
    }


CALLED = set().union(*map(called, TESTS))


def methods(subject: str) -> set[str]:
    """What the port of a subject promises."""
    port = ADAPTERS["memory"].__annotations__[subject]
    return {name for name, _ in inspect.getmembers(port, inspect.isfunction) if not name.startswith("_")}


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_promise_is_tried(subject: str) -> None:
    """No method of a port is without a test."""
    assert {name for name in methods(subject) if (subject, name) not in CALLED} == set()


def test_both_kinds_have_every_subject() -> None:
    """Neither kind of database lacks an adapter."""
    assert set(ADAPTERS) == {"memory", "postgres"}
