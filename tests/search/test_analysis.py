"""Words become the same tokens in index and query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.analysis import fold, index_text, stem, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L'abito d'estate", ["abito", "estate"]),
        ("dell’artigianato", ["artigianato"]),
        ("boucles d'oreilles", ["boucles", "oreilles"]),
        ("Décolleté HERMÈS weiß", ["decollete", "hermes", "weiss"]),
        ("men's", ["men"]),
        ("T-shirt off-white", ["t", "shirt", "tshirt", "off", "white", "offwhite"]),
        ("A.P.C.", ["apc"]),
        ("taglia 37,5", ["taglia", "37.5"]),
        ("ﾜﾝﾋﾟｰｽ", ["ワン", "ンピ", "ピー", "ース"]),
        ("黒ワンピ", ["黒", "ワン", "ンピ"]),
        ("バッグ", ["バッ", "ッグ"]),
        ("", []),
        ("  -- !! ", []),
    ],
)
def test_tokens(text: str, expected: list[str]) -> None:
    """Accents, elisions, compounds, possessives and scripts are split as shoppers of each language expect."""
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("word", "root"),
    [
        ("boots", "boot"),
        ("dresses", "dress"),
        ("scarves", "scarve"),
        ("dress", "dress"),
        ("berries", "berry"),
        ("42s", "42s"),
    ],
)
def test_stem(word: str, root: str) -> None:
    """English plurals lose their ending; singulars and codes keep theirs."""
    assert stem(word) == root


def test_index_text_holds_words_and_roots() -> None:
    """The index finds a plural by its singular."""
    assert index_text("Ankle Boots") == "ankle boots boot"


@given(st.text(max_size=200))
def test_tokens_are_stable_under_folding(text: str) -> None:
    """Any text splits without error, into non-empty tokens free of spaces, and folding first changes nothing."""
    words = tokens(text)
    assert all(word and not any(mark.isspace() for mark in word) for word in words)
    assert tokens(fold(text)) == words


@given(st.text(alphabet="aàÄ.-'’ 1,\u00a0\u3000\u0308\u00a8ßﬁ日カ゛\n\tTs", max_size=20))
def test_words_are_analysed_alone_as_in_their_sentence(text: str) -> None:
    """What is remembered word by word is what the whole text gives."""
    whole = [word for token in tokens(text) for word in dict.fromkeys((token, stem(token)))]
    assert index_text(text) == " ".join(whole)
