"""Languages: which one a request is answered in, and how messages and boutiques' texts follow it."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from litestar import Request

from federation.node.languages import Wording, in_language, language, negotiate, speaking, written_in
from federation.node.pages import address_in, format_number
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

msgid "Basket"
msgstr "Borsa"

msgid "%(amount)s since %(at)s, by %(day)s: %(why)s"
msgstr "%(why)s: %(amount)s dal %(at)s, entro il %(day)s"

msgctxt "of an order"
msgid "State"
msgstr "Stato"

msgid "%(num)d piece"
msgid_plural "%(num)d pieces"
msgstr[0] "%(num)d capo"
msgstr[1] "%(num)d capi"
"""


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", "en"), ("it", "it"), ("it-CH,it;q=0.9,en;q=0.8", "it"), ("fr, en;q=0.5, it;q=0.7", "it"),
        ("de,fr", "en"), ("en, it", "en"), ("it;q=0", "en"), ("it;q=rubbish", "en"), ("*", "en"),
        ("it;q=0.2,EN-gb;q=0.3", "en"), (";;,,=", "en"), ("x" * 10_000 + ",it", "en"),
    ],
)  # fmt: skip
def test_accept_language_is_weighed(accept: str, chosen: str) -> None:
    """The likeliest of our languages wins; what is unreadable or endless falls back to English."""
    assert negotiate(accept) == chosen


def test_messages_follow_the_language(tmp_path: Path) -> None:
    """Singular, plural and context are translated inside `speaking`; a message without translation stays English."""
    (tmp_path / "it.po").write_text(PO, "utf-8")
    wording = Wording([tmp_path, tmp_path / "missing"])
    assert wording.gettext("Basket") == "Basket"
    with speaking("it"):
        assert wording.gettext("Basket") == "Borsa"
        assert wording.pgettext("of an order", "State") == "Stato"
        assert [wording.ngettext("%(num)d piece", "%(num)d pieces", count) for count in (1, 2)] == [
            "%(num)d capo",
            "%(num)d capi",
        ]
        assert wording.gettext("Never translated") == "Never translated"
    assert language() == "en"


def test_the_first_folder_wins(tmp_path: Path) -> None:
    """An audience's own wording stands before the node kit's."""
    for name, word in (("own", "Borsa"), ("kit", "Cestino")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "it.po").write_text(PO.replace("Borsa", word), "utf-8")
    with speaking("it"):
        assert Wording([tmp_path / "own", tmp_path / "kit"]).gettext("Basket") == "Borsa"


def test_texts_of_boutiques_fall_back() -> None:
    """The reader's language, then English, then the boutique's own, then any; and its code is told."""
    texts = {"it": "Abito", "ja": "ドレス"}
    assert (in_language(texts, "ja"), written_in(texts, "ja")) == ("ドレス", "ja")
    assert (in_language(texts), written_in(texts)) == ("Abito", "it")
    assert in_language({"en": "Dress", **texts}) == "Dress"
    with speaking("it"):
        assert in_language({"en": "Dress", **texts}) == "Abito"
    assert (in_language({}), written_in({})) == ("", "")


def test_a_language_we_lack_is_answered_in_english() -> None:
    """A cookie may say anything."""
    with speaking("tlh"):
        assert language() == "en"


def test_a_page_in_another_language_is_a_page_of_ours() -> None:
    """However a path begins, the link to its other language leads to no other site."""
    scope: Any = {"type": "http", "path": "//elsewhere.example/x", "query_string": b"a=1&lang=en"}
    assert address_in(Request(scope), "it") == "/elsewhere.example/x?a=1&lang=it"


def test_whole_numbers_are_parted_as_the_reader_does() -> None:
    """Twelve thousand is not twelve and a bit."""
    assert format_number(12_136) == "12,136"
    with speaking("it"):
        assert format_number(12_136) == "12.136"


def test_what_is_filled_in_follows_the_language(tmp_path: Path) -> None:
    """Amounts, moments and days are written as the reader writes them; a text stays as it is."""
    (tmp_path / "it.po").write_text(PO, "utf-8")
    wording = Wording([tmp_path])
    said = sentence(
        "%(amount)s since %(at)s, by %(day)s: %(why)s",
        amount=Money(123_450, "EUR"),
        at=datetime(2026, 11, 3, 10, 5, tzinfo=UTC),
        day=date(2026, 12, 24),
        why=(sentence("Basket"), "Basket"),
    )
    assert wording.said(said) == "€1,234.50 since 3 Nov 2026, 10:05, by 24 Dec 2026: Basket, Basket"
    with speaking("it"):
        assert wording.said(said) == "Borsa, Basket: 1.234,50\xa0€ dal 3 nov 2026, 10:05, entro il 24 dic 2026"
