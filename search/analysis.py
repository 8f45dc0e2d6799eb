"""Turns text into tokens, the same way for index and query: fold, split by script, drop elisions, join dotted forms.

Pure. Engines receive tokens ready made and split on spaces only, so no engine's own language rules interfere.
Folding drops Latin accents (U+0300-036F) only: stripping every combining mark would turn バ into ハ.
"""

import re
import unicodedata
from functools import lru_cache

WORDS_MAX = 10
"""Words of a query that are read; the rest is ignored (the same bound as Meilisearch's default)."""

_ACCENTS = re.compile("[\u0300-\u036f]")
_SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "’": "'", "ʼ": "'"})
_WORD = re.compile(
    r"(?P<dotted>[a-z0-9](?:\.[a-z0-9])+\.?)(?![a-z0-9])"
    r"|(?P<hyphened>[a-z0-9]+(?:-[a-z0-9]+)+)"
    r"|(?P<number>\d+(?:[.,]\d+)?)(?![a-z0-9])"
    r"|(?P<latin>[a-z0-9]+(?:'[a-z0-9]+)*)"
    r"|(?P<cjk>[\u3040-\u309f]+|[\u30a0-\u30ff]+|[\u3400-\u9fff]+)"
    r"|(?P<other>[^\W_]+)"
)
_ELIDED = frozenset(
    "l d c j m n s t qu un dell nell sull all dall quell bell sant jusqu lorsqu puisqu".split()  # noqa: SIM905
)
STOP_WORDS = frozenset(
    "a an the of for with in on and or to il lo la i gli le un una di da per con e le la les des du de pour avec "  # noqa: SIM905
    "der die das und mit el los las y size taglia misura taille "
    "from something qualcosa del dello della dei degli delle dal dallo dalla".split()
)


def fold(text: str) -> str:
    """Compatibility-compose, casefold and drop Latin accents: "Décolleté" and "decollete" become one."""
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_SPECIAL)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", lowered)))


def tokens(text: str) -> list[str]:
    """The folded words of `text` in order, compounds also joined ("t-shirt" gives t, shirt, tshirt)."""
    found: list[str] = []
    for match in _WORD.finditer(fold(text)):
        found.extend(_split(str(match.lastgroup), match.group()))
    return found


def _split(kind: str, word: str) -> list[str]:
    if kind == "dotted":
        return [word.replace(".", "")]
    if kind == "hyphened":
        parts = word.split("-")
        return [*parts, "".join(parts)]
    if kind == "number":
        return [word.replace(",", ".")]
    if kind == "latin":
        return _without_elision(word)
    if kind == "cjk":
        return [word] if len(word) == 1 else [word[at : at + 2] for at in range(len(word) - 1)]
    return [word]


def _without_elision(word: str) -> list[str]:
    head, apostrophe, tail = word.partition("'")
    if not apostrophe:
        return [word]
    if tail == "s":  # English possessive: men's is men
        return [head]
    return [tail] if head in _ELIDED else [head, *_without_elision(tail)]


def stem(token: str) -> str:
    """A light English plural stem: enough to make boots meet boot; never applied to numbers or short words."""
    if len(token) <= 3 or not token.isalpha() or not token.isascii():  # noqa: PLR2004 - bag, tie
        return token
    if token.endswith("ies"):
        return token[:-3] + "y"
    if token.endswith(("sses", "shes", "ches", "xes")):
        return token[:-2]
    if token.endswith("s") and not token.endswith(("ss", "us", "is")):
        return token[:-1]
    return token


def index_text(*texts: str) -> str:
    """Tokens and their stems, joined by spaces: what goes into an engine's text field."""
    return " ".join(filter(None, (_index_word(word) for text in texts for word in text.split())))


@lru_cache(maxsize=50_000)
def _index_word(word: str) -> str:
    """The tokens of one word between blanks, which no token reaches across; remembered, since shops repeat them."""
    found: list[str] = []
    for token in tokens(word):
        root = stem(token)
        found += [token] if root == token else [token, root]
    return " ".join(found)
