"""Words without case, accents and punctuation, so that `Größe`, `GROSSE` and `grosse` are one. Pure."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[a-z0-9½¼¾]+")


@lru_cache(maxsize=8192)
def folded(text: str) -> str:
    """Lower case, without accents, words set apart by one blank."""
    plain = text.casefold()
    if not plain.isascii():
        plain = "".join(
            character for character in unicodedata.normalize("NFD", plain) if not unicodedata.combining(character)
        )
    return " ".join(_WORD.findall(plain.replace("'", " ").replace("’", " ")))


def phrases(text: str, longest: int = 3) -> list[str]:
    """The folded word groups of `text`, longer ones first, in the order in which they stand."""
    words = folded(text).split()
    return [
        " ".join(words[start : start + length])
        for length in range(min(longest, len(words)), 0, -1)
        for start in range(len(words) - length + 1)
    ]
