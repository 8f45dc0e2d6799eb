"""Cells that no spreadsheet runs."""

import pytest

from federation.vocabulary.cells import kept_as_text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("Abito; lino - seta = 2", "Abito; lino - seta = 2"),
        ("a@b.example", "a@b.example"),
        ("=1+1", "'=1+1"),
        ("-3", "'-3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\rx", "'\rx"),
        ("  =1", "'  =1"),
        ("lino;=1+1", "lino;'=1+1"),
        ('lino";"=1+1', 'lino";\'"=1+1'),
        ("lino\n+1", "lino\n'+1"),
        ("lino; -1;@x", "lino;' -1;'@x"),
    ],
)
def test_nothing_is_left_that_begins_a_formula(text: str, kept: str) -> None:
    """Neither the text nor a part that a semicolon or a line end would make a cell of begins like a formula."""
    assert kept_as_text(text) == kept
