"""The page on leaving says what the program does."""

from datetime import timedelta
from pathlib import Path

from marketplace.leaving.domain.keeping import RULES

PAGE = Path(__file__).parents[3] / "docs" / "leaving.md"


def test_the_page_prints_every_rule() -> None:
    """Each rule of keeping stands in the page's table as it is kept."""
    text = PAGE.read_text("utf-8")
    for rule in RULES:
        days = (
            "for good" if rule.kept is None else "not at all" if rule.kept == timedelta(0) else f"{rule.kept.days} days"
        )
        assert f"| {rule.what} | {days} | {rule.ground} |" in text
