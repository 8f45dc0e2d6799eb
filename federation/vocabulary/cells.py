"""Texts on their way into a spreadsheet's CSV file, kept from being run as formulas (OWASP, CSV injection). Pure.

A spreadsheet that expects semicolons, as in most of Europe, parts a cell at each of them, whatever quotes stand around
it: what follows one begins a cell as well.
"""

import re

_FORMULA = re.compile(r"(^|[;\t\r\n])([\s\"']{0,8})(?=[=+\-@])|^(?=[\t\r])")


def kept_as_text(text: str) -> str:
    """`text` with an apostrophe before everything that a spreadsheet would take for the beginning of a formula."""
    return _FORMULA.sub(lambda found: f"{found[1] or ''}'{found[2] or ''}", text)
