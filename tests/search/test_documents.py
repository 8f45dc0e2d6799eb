"""What is indexed is true of one colour, and only what can be bought counts as a size."""

import pytest

from federation.vocabulary.product import Size
from search.documents import documents_of, size_label, size_token
from tests.search.builders import product, shop


def test_one_document_per_colour_with_its_own_sizes() -> None:
    """A size in stock in red does not appear on black."""
    article = product("p1", "Silk dress", "dresses", ("red", "black"))
    owner = documents_of(article, shop(), "s1", in_stock=frozenset({"p1-red-42"}), rev=3, first_seen=7)
    sizes = {document.keywords["colour"][0]: document.keywords["size"] for document in owner.documents}
    assert sizes == {"red": ("clothing:IT:42",), "black": ()}
    assert {document.keywords["in_stock"] for document in owner.documents} == {("yes",), ("no",)}
    assert {document.rev for document in owner.documents} == {3}


def test_document_ids_are_stable_and_distinct() -> None:
    """The same colour always has the same id; two colours never share one."""
    article = product("p1", "Silk dress", "dresses", ("red", "black"))
    twice = [
        [
            document.id
            for document in documents_of(article, shop(), "s1", in_stock=frozenset(), rev=rev, first_seen=0).documents
        ]
        for rev in (1, 2)
    ]
    assert twice[0] == twice[1]
    assert len(set(twice[0])) == 2


@pytest.mark.parametrize(
    ("category", "size", "token", "label"),
    [
        ("dresses", Size("IT", "42", "42"), "clothing:IT:42", "IT 42"),
        ("shoes", Size("IT", "37,5", "37½"), "shoes:IT:37.5", "IT 37.5"),
        ("knitwear", Size("INT", "M", "M"), "clothing:INT:M", "M"),
        ("handbags", Size("ONE", "ONE", "One size"), "bags:ONE:ONE", "One size"),
    ],
)
def test_sizes_mean_one_thing(category: str, size: Size, token: str, label: str) -> None:
    """A shoe 38 and a dress 38 are different sizes, and both read as people write them."""
    assert size_token(category, size) == token
    assert size_label(token) == label
