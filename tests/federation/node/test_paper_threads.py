"""Documents on paper are drawn beside the loop, several at a time: each is what it is alone."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from federation.node.paper import Sheet, paper, table, words

TEXTS = tuple(
    "".join(chr(code) for code in range(start, start + 90)) for start in (0x41, 0xC0, 0x100, 0x120, 0x140, 0x160)
)
"""Letters with and without accents, many of each, so that taking them out of a face lasts a while."""


@pytest.fixture(autouse=True)
def restless() -> Iterator[None]:
    """Threads take turns as often as they can."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def _drawn(text: str) -> bytes:
    sheet = Sheet(title=text, author="Hub", language="it", foot=text, page_words=lambda page, pages: f"{page}/{pages}")
    return paper(
        sheet, [words(text, "title"), words(text, "small"), table([[text, "€"], [text, "1,00"]], [3, 1], totals=1)]
    )


def test_documents_drawn_at_once_are_what_they_are_alone() -> None:
    """The faces are shared by all documents, letters of one are never mixed into another's."""
    with ThreadPoolExecutor(len(TEXTS)) as threads:
        at_once = list(threads.map(_drawn, TEXTS * 3))
    assert at_once == [_drawn(text) for text in TEXTS] * 3
