"""Reading forms and words from pages as the demo's browser does."""

import pytest

from marketplace.cli.errors import CommandError
from marketplace.demo.browser import Page, words_of

PAGE = Page(
    "http://127.0.0.1:7401/portal/zagara/orders/3",
    200,
    """
    <form action="/search"><input name="q" value="silk"><button>Find</button></form>
    <form method="post" action="/portal/zagara/orders/3/ship">
      <input type="hidden" name="csrf_token" value="abc">
      <input type="checkbox" name="all" value="1" checked><input type="checkbox" name="gift" value="1">
      <select name="carrier"><option value="poste">P</option><option value="gls" selected>G</option></select>
      <textarea name="note"></textarea>
      <button name="step" value="one">Ship</button>
    </form>
    """,
)


def test_a_form_keeps_what_it_carries() -> None:
    """Hidden fields, ticked boxes, chosen options and empty text areas are sent; unticked boxes are not."""
    form = PAGE.form("/ship")
    assert form.method == "POST"
    assert form.fields == {"csrf_token": "abc", "all": "1", "carrier": "gls", "note": ""}
    assert form.buttons == (("step", "one"),)


def test_a_missing_form_is_named_with_its_page() -> None:
    """Looking for a form that is not there says on which page."""
    assert not PAGE.offers("/accept")
    with pytest.raises(CommandError, match=r"orders/3 .* has no form"):
        PAGE.form("/accept")


def test_words_leave_scripts_and_styles_out() -> None:
    """An error page is told by its words."""
    html = (
        "<html><head><title>x</title></head><body><style>a{}</style><h1>Sold  out</h1><p>Look again</p></body></html>"
    )
    assert words_of(html) == "Sold out Look again"
