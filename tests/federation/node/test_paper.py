"""Documents on paper: the same bytes each time, over as many pages as needed, nothing from outside taken for markup."""

import re

from reportlab.platypus import Flowable

from federation.node.paper import Sheet, columns, few_lines, paper, table, words

PAGES: list[tuple[int, int]] = []


def _numbered(page: int, pages: int) -> str:
    PAGES.append((page, pages))
    return f"Pagina {page} di {pages}"


SHEET = Sheet(title="Ricevuta", author="Hub", language="it", foot="Ordine G-1", page_words=_numbered)


def _story() -> list[Flowable]:
    rows = [
        ["Pezzo", "Prezzo"],
        *[[f"Abito <b> {each} Žluťoučký", "€ 1,00"] for each in range(90)],
        ["In tutto", "€ 90,00"],
    ]
    return [words("Città & <i>altro\nŁódź"), table(rows, [3, 1], numbers=(1,), totals=1)]


def test_the_same_content_gives_the_same_bytes() -> None:
    """No clock and no chance is in a document, so that its digest can be kept; markup from outside is only text."""
    made = paper(SHEET, _story())
    assert made == paper(SHEET, _story())
    assert made.startswith(b"%PDF-")
    assert b"/Lang (it)" in made


def test_text_of_many_lines_still_fits_its_place() -> None:
    """A cell cannot go over a page: what has more lines than that is set in running lines, and nothing is lost."""
    assert few_lines(" Via Roma 1\n\nMilano ", 8) == "Via Roma 1\nMilano"
    assert few_lines("a\nb\u2028c", 2) == "a, b, c"
    tall = "x\n" * 200
    assert paper(SHEET, [table([["Pezzo", "Prezzo"], [tall, tall]], [3, 1]), columns([[words(tall)], [words(tall)]])])


def test_a_long_table_goes_over_pages_and_each_is_numbered() -> None:
    """Ninety rows need several pages; each says which of how many it is, in letters that the file brings along."""
    PAGES.clear()
    made = paper(SHEET, _story())
    found = re.search(rb"/Count (\d+)", made)
    assert found is not None
    pages = int(found[1])
    assert pages > 1
    assert [(page, pages) for page in range(1, pages + 1)] == PAGES
    assert made.count(b"/FontFile2") >= 2
