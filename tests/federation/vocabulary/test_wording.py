"""Sentences that are kept as values: what they say in English, and that they come back from where they were kept."""

from datetime import date, datetime, timedelta, timezone

import pytest

from federation.vocabulary.money import Money
from federation.vocabulary.wording import Sentence, as_kept, as_sentence, sentence, told_again

WHOLE = sentence(
    "%(amount)s of %(shop)s since %(day)s at %(at)s, %(num)s times: %(why)s (%(several)s)",
    amount=Money(-123_450, "EUR"),
    shop="Ombra “Corta”",
    day=date(2026, 11, 3),
    at=datetime(2026, 11, 3, 10, 5, tzinfo=timezone(timedelta(hours=1))),
    num=7,
    why=sentence("because of %(amount)s, 100 %%", amount=Money(500, "JPY")),
    several=(as_sentence("one"), "two"),
)


def test_a_sentence_is_english_for_whoever_reads_it_as_text() -> None:
    """Amounts with their currency, days and moments in one form, in UTC."""
    assert WHOLE == (
        "-1234.50 EUR of Ombra “Corta” since 2026-11-03 at 2026-11-03 09:05 UTC, 7 times: "
        "because of 500 JPY, 100 % (one, two)"
    )


def test_what_was_kept_is_told_again() -> None:
    """With its message and every value of its kind, so that any page can say it in its reader's language."""
    again = told_again("not looked at", as_kept(WHOLE))
    assert isinstance(again, Sentence)
    assert (again, again.pattern, again.values) == (WHOLE, WHOLE.pattern, WHOLE.values)


@pytest.mark.parametrize("text", ["", "plain", "100% of it"])
def test_a_text_without_values_is_kept_as_nothing_more(text: str) -> None:
    """It is told as it stands; as a Sentence it says the same, whatever signs are in it."""
    assert (as_kept(text), told_again(text, "")) == ("", text)
    assert as_sentence(text) == told_again("", as_kept(as_sentence(text))) == text


def test_findings_kept_before_are_still_read() -> None:
    """Rows of imports were written in this form, with texts and numbers alone."""
    kept = '{"pattern":"row %(line)s has no %(what)s","values":{"line":3,"what":"price"}}'
    assert told_again("", kept) == "row 3 has no price"
