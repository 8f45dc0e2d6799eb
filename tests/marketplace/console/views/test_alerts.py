"""Alerts in words: no kind is taken for a broken rule of the books, and each case is said in the reader's language."""

import ast
import importlib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from federation.node.languages import speaking
from federation.vocabulary.money import Money
from federation.vocabulary.wording import as_kept, sentence
from marketplace.console.views import alerts
from marketplace.console.views.alert_cases import CASES, ORDER, RULE
from marketplace.console.views.alerts import Places
from payouts.domain.alert_words import quoted
from payouts.domain.records import AlertRecord
from payouts.service.disputes import CALLED_FOR
from tests.wording import AUDIENCES

ROOT = Path(__file__).parents[4]
RAISING = ("raise_alert", "tell_person", "solvency.tell")
HANDED_ON = frozenset({("payouts/service/attention.py", "kind"), ("payouts/invariants.py", "breach.rule")})
"""Where a kind comes from whoever calls, and where it is the name of a rule that is broken."""
MADE_UP = {"f'dispute-{step.value}'": [f"dispute-{step.value}" for step in CALLED_FOR]}
RAISED_AT = datetime(2026, 11, 22, tzinfo=UTC)


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


def _record(kind: str, reference: str = "one:two", said: str = "") -> AlertRecord:
    return AlertRecord(id=1, kind=kind, reference=reference, message=str(said), told=as_kept(said), raised_at=RAISED_AT)


def _shown(kind: str, reference: str = "one:two", said: str = "") -> alerts.Alert:
    places = Places({"s1": "Ombra Corta"}, {"p1": "/console/money/orders/o1"})
    return alerts.alert(_record(kind, reference, said), places)


def test_every_kind_has_words_of_its_own() -> None:
    """What our code calls a person for is said by its own name, and no name is kept that nobody calls by any more."""
    kinds = set(_kinds())
    assert {"invoice-waits", "statement-broken", "dispute-reopened", "shortfall", "sent-unpaid"} <= kinds
    assert sorted(kinds ^ set(CASES)) == []


def test_what_is_raised_is_said_in_every_language() -> None:
    """Each module that calls a person lies where its sentences must have a translation that the console reads."""
    read = (*AUDIENCES["marketplace/console"], *AUDIENCES["marketplace/storefront"])
    untranslated = {path for path, _, _ in _raised() if not path.startswith(tuple(f"{folder}/" for folder in read))}
    assert untranslated == {"payouts/invariants.py"}, "which takes its words from payouts.domain.alert_words"


def test_papers_that_wait_lead_to_their_list() -> None:
    """Where the page says which boutique it is and what is missing."""
    assert _shown("invoice-waits").url == _shown("statement-broken", "s1:EUR").url == "/console/money/papers"
    assert _shown("dispute-lost").url == "/console/money/disputes/one"


def test_what_is_about_an_order_leads_to_its_money() -> None:
    """By the payment, refund or part that the alert names; to the list when that is not to be found any more."""
    of_order = [kind for kind, case in CASES.items() if case.url == ORDER]
    assert alerts.references([_record(kind, "p1:2") for kind in of_order]) == {"p1"}
    assert {_shown(kind, "p1:2").url for kind in of_order} == {"/console/money/orders/o1"}
    places = Places({}, {"one": "/console/money/orders/o1"}, {"one": "G-7K3Q9M"})
    for kind in ("refund-failed", "dispute-lost", "answer-refused", "hold-lost"):
        shown = alerts.alert(_record(kind), places)
        assert (shown.order, shown.order_url) == ("G-7K3Q9M", "/console/money/orders/o1")
    assert alerts.alert(_record("paper-undrawn"), places).order == ""
    assert _shown("hold-lost", "gone").url == "/console/money/orders"


@pytest.mark.parametrize(
    ("language", "case"),
    [
        ("en", "€1,234.50 for Ombra Corta was not sent: “no <such> account”"),
        ("it", "1.234,50\xa0€ per Ombra Corta non sono partiti: «no <such> account»"),
    ],
)
def test_a_case_is_said_in_the_readers_language(language: str, case: str) -> None:
    """Amounts as the language writes them, boutiques by name, and the provider's words as they are, in quotes."""
    said = sentence(
        "%(amount)s for %(shop)s was not sent: %(why)s",
        amount=Money(123450, "EUR"),
        shop="s1",
        why=quoted("no <such> account"),
    )
    with speaking(language):
        shown = _shown("transfer-refused", said=said)
    assert (shown.case, shown.is_english) == (case, False)
    assert alerts.shops([_record("transfer-refused", said=said)]) == {"s1"}


def test_codes_in_a_case_are_said_in_words() -> None:
    """A job is called by what it does, and a bank's reason by what it means, in the reader's language."""
    with speaking("it"):
        late = _shown(
            "job-late",
            said=sentence(
                "“%(job)s” should run every %(minutes)s min, and %(last)s",
                job="pay.payouts",
                minutes=5,
                last=sentence("it last ran to its end on %(at)s", at=datetime(2026, 11, 22, 9, 5, tzinfo=UTC)),
            ),
        )
        queue = _shown(
            "bank-file-due",
            said=sentence(
                "%(shop)s waits for a bank file since %(since)s (shares: %(shares)s)",
                shop="s1",
                since=date(2026, 11, 3),
                shares=2,
            ),
        )
    assert late.case.endswith("dovrebbe girare ogni 5 min: è arrivato alla fine l’ultima volta il 22 nov 2026, 09:05")
    assert "pay.payouts" not in late.case
    assert queue.case == "Ombra Corta attende un file bancario dal 3 nov 2026 (spettanze: 2)"


def test_an_alert_from_before_is_shown_in_its_english() -> None:
    """A row that was written as English text alone stays readable, and the page marks its language."""
    with speaking("it"):
        shown = alerts.alert(
            AlertRecord(id=1, kind="shortfall", reference="EUR", message="100% short", raised_at=RAISED_AT), Places()
        )
    assert (shown.case, shown.is_english) == ("100% short", True)
    assert shown.title == "L’hub deve più di quanto ha"


def test_a_broken_rule_has_a_title_and_a_page() -> None:
    """Any kind that no case names is a rule of the books."""
    shown = _shown("balance-is-sum")
    assert (shown.title, shown.url) == (RULE.title, RULE.url)
