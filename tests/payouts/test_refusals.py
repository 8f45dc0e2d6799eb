"""Refusals that operators read can be said in their language: every one is a message, none is built in code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests import wording

ROOT = Path(__file__).parents[2]
CATALOGUES = {
    "payouts/domain": "marketplace/console",
    "payouts/service": "marketplace/console",
    "marketplace/console": "marketplace/console",
    "marketplace/accounts": "marketplace/console",
    "marketplace/terms": "marketplace/console",
    "marketplace/coupons": "marketplace/console",
    "marketplace/orders": "marketplace/storefront",
}
"""Folders whose refusals operators read, and the catalogue that their sentences stand in; the console reads both."""
INSIDE = frozenset(
    {
        "LedgerUnbalancedError", "LedgerConflictError", "LedgerShortError", "ProviderConflictError", "PeerRefusedError",
        "RetryLaterError", "EventRefusedError", "GiveUpError", "outbox.GiveUpError",
    }
)  # fmt: skip
"""Our own mistakes and words between machines: they reach logs, alerts and the outbox, never a page as they are."""
KEPT_AS_VALUES = frozenset(
    {"_HINDRANCES", "WHY_NOT", "forbidden", "words", "CROWDED", "priced.problems", "error.sentence"}
)
"""Where a refusal is taken from what was marked as a message elsewhere."""
MARKS = frozenset({"sentence", "message", "_too_much_given"})
BETWEEN_PROGRAMS = "where or 'the form'"
"""How a form that no page of ours sends is refused: by the library's own words."""


def _refusals() -> Iterator[tuple[str, str, ast.expr]]:
    """Each refusal raised in the money package for people: where, its class, and its words as code."""
    paths = [path for folder in CATALOGUES for path in sorted((ROOT / folder).rglob("*.py"))]
    for path, node in ((each, node) for each in paths for node in ast.walk(ast.parse(each.read_text("utf-8")))):
        if not isinstance(node, ast.Raise) or not isinstance(node.exc, ast.Call) or not node.exc.args:
            continue
        name = ast.unparse(node.exc.func)
        if name.endswith("Error") and name not in INSIDE:
            yield f"{path.relative_to(ROOT)}:{node.lineno}", name, node.exc.args[0]


def _is_message(words: ast.expr) -> bool:
    if isinstance(words, ast.Constant):
        return isinstance(words.value, str)
    if isinstance(words, ast.Call):
        return ast.unparse(words.func) in MARKS
    if isinstance(words, ast.Subscript):
        return ast.unparse(words.value) in KEPT_AS_VALUES
    return ast.unparse(words) in KEPT_AS_VALUES or BETWEEN_PROGRAMS in ast.unparse(words)


def test_no_refusal_is_built_in_code() -> None:
    """A sentence put together in code has no translation: it is a message with its values, or a marked value."""
    assert [
        f"{where} {name}({ast.unparse(words)})" for where, name, words in _refusals() if not _is_message(words)
    ] == []


def test_every_refusal_stands_in_a_catalogue_of_the_console() -> None:
    """Whoever reads such a refusal reads the console in Italian; each plain sentence and pattern is in there."""
    catalogues = {audience: wording.catalogue(audience, "it") for audience in CATALOGUES.values()}
    missing = []
    for where, _, words in _refusals():
        known = catalogues[next(audience for folder, audience in CATALOGUES.items() if where.startswith(f"{folder}/"))]
        text = words.args[0] if isinstance(words, ast.Call) else words
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            message = known.get(text.value)
            if message is None or not message.string:
                missing.append(f"{where}: {text.value}")
    assert missing == []
