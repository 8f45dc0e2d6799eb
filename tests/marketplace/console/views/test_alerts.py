"""Alerts in words: no kind that our code raises is taken for a broken rule of the books."""

import ast
import importlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from marketplace.console.views import alerts
from payouts.domain.records import AlertRecord
from payouts.service.disputes import CALLED_FOR

ROOT = Path(__file__).parents[4]
RAISING = ("raise_alert", "tell_person", "solvency.tell")
HANDED_ON = frozenset({("payouts/service/attention.py", "kind"), ("payouts/invariants.py", "breach.rule")})
"""Where a kind comes from whoever calls, and where it is the name of a rule that is broken."""
MADE_UP = {"f'dispute-{step.value}'": [f"dispute-{step.value}" for step in CALLED_FOR]}


def _raised() -> Iterator[tuple[str, str, ast.expr]]:
    """Each call for a person: the file, the module, and the kind as code."""
    paths = [path for folder in ("payouts", "marketplace") for path in sorted((ROOT / folder).rglob("*.py"))]
    for path in paths:
        text = path.read_text("utf-8")
        if not any(name in text for name in RAISING):
            continue
        inside = path.relative_to(ROOT)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(RAISING):
                yield str(inside), ".".join(inside.with_suffix("").parts), node.args[0]


def _kinds() -> Iterator[str]:
    for path, module, kind in _raised():
        words = ast.unparse(kind)
        if (path, words) in HANDED_ON:
            continue
        if isinstance(kind, ast.Constant):
            yield str(kind.value)
        elif words in MADE_UP:
            yield from MADE_UP[words]
        else:
            yield getattr(importlib.import_module(module), words)


def _shown(kind: str, reference: str = "one:two") -> alerts.Alert:
    raised_at = datetime(2026, 11, 22, tzinfo=UTC)
    return alerts.alert(AlertRecord(id=1, kind=kind, reference=reference, message="", raised_at=raised_at))


def test_every_kind_has_words_of_its_own() -> None:
    """What our code calls a person for is said by its own name; only a rule of the nightly look is called one."""
    kinds = set(_kinds())
    assert {"invoice-waits", "statement-broken", "dispute-reopened", "shortfall", "sent-unpaid"} <= kinds
    rule = _shown("balance-is-sum").words
    assert sorted(kind for kind in kinds if _shown(kind).words == rule) == []


def test_papers_that_wait_lead_to_their_list() -> None:
    """Where the page says which boutique it is and what is missing."""
    assert _shown("invoice-waits").url == _shown("statement-broken", "s1:EUR").url == "/console/money/papers"
    assert _shown("dispute-lost").url == "/console/money/disputes/one"
