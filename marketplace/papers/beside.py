"""Holding the CSV and the PDF of a paper against its signed document: both are made again from it and compared."""

from collections.abc import Callable, Sequence

from federation.node.paper import drawn_by
from federation.vocabulary.errors import GalleriaError
from marketplace.papers.drawn import Drawing, first_difference, taken_apart
from marketplace.papers.packing import is_packed_anew
from marketplace.provenance.checking import Report
from payouts.domain.invoice import Invoice
from payouts.domain.statement import Statement
from payouts.domain.statement_csv import statement_csv
from payouts.papers.invoice_pdf import invoice_pdf
from payouts.papers.statement_pdf import statement_pdf

_MARK = "\ufeff"
_SHOWN_MAX = 200


def say_csv(report: Report, document: Statement | Invoice, given: bytes) -> None:
    """Whether a CSV is the one of this document, and where it first differs."""
    if isinstance(document, Invoice):
        report.say("csv", "failed", "an invoice or credit note has no CSV: this one is of something else")
        return
    made = _made(report, "csv", lambda: statement_csv(document))
    if made is None:
        return
    if given == made:
        report.say("csv", "held", "the CSV is, byte for byte, what the signed file says")
        return
    difference = _differing(_lines(given), _lines(made))
    if difference is None:
        report.say("csv", "held", "the CSV says, line by line, what the signed file says; only its line ends differ")
    else:
        report.say("csv", "failed", difference)


def _made(report: Report, form: str, make: Callable[[], bytes]) -> bytes | None:
    """A form made again; nothing where this program cannot, which the report says."""
    try:
        return make()
    except Exception as error:  # noqa: BLE001 - an edge: anybody may have written and signed the document
        reason = error.detail if isinstance(error, GalleriaError) else f"{type(error).__name__}: {_quoted(str(error))}"
        report.say(form, "unasked", f"the {form.upper()} cannot be made again here: {reason}")
        return None


def _lines(table: bytes) -> list[str]:
    return table.decode("utf-8", "replace").removeprefix(_MARK).replace("\r\n", "\n").rstrip("\n").split("\n")


def _differing(given: Sequence[str], made: Sequence[str]) -> str | None:
    """Which line is the first that differs, in words."""
    for number, (told, right) in enumerate(zip(given, made, strict=False), start=1):
        if told != right:
            return f"line {number} of the CSV is {_quoted(told)}, signed is {_quoted(right)}"
    if len(given) < len(made):
        return f"the CSV ends after line {len(given)}, signed are {len(made)} lines"
    if len(given) > len(made):
        return f"line {len(made) + 1} of the CSV, {_quoted(given[len(made)])}, stands in no signed file"
    return None


def say_pdf(report: Report, document: Statement | Invoice, given: bytes) -> None:
    """Whether a PDF is the one of this document; where another version drew it that cannot be told."""
    made = _made(report, "pdf", lambda: _drawn(document))
    if made is None:
        return
    if given == made:
        report.say("pdf", "held", "the PDF is, byte for byte, drawn from the signed file")
        return
    if is_packed_anew(given, made):
        report.say("pdf", "held", "the PDF is drawn from the signed file; only how it is packed differs")
        return
    theirs, ours = taken_apart(given), taken_apart(made)
    if theirs.made_by == drawn_by():
        report.say("pdf", "failed", f"the PDF is not what the signed file draws: {_changed(theirs, ours)}")
    else:
        report.say("pdf", "unasked", f"{_strange(theirs)} {_compared(theirs, ours)}")


def _drawn(document: Statement | Invoice) -> bytes:
    return statement_pdf(document) if isinstance(document, Statement) else invoice_pdf(document)


def _changed(theirs: Drawing, ours: Drawing) -> str:
    found = first_difference(theirs, ours)
    if found is None:
        return "no word of it was seen to differ, and something else in it was changed"
    page, told, right = found
    return f"page {page} says {_quoted(told)} where signed is {_quoted(right)}"


def _strange(theirs: Drawing) -> str:
    drawer = theirs.made_by[:_SHOWN_MAX] or "something that does not say its name"
    return (
        f"the PDF was drawn by {drawer}, this is {drawn_by()}: whether it is what was signed cannot be told here, "
        "rely on the signed file."
    )


def _compared(theirs: Drawing, ours: Drawing) -> str:
    found = first_difference(theirs, ours)
    if found is None:
        return "As far as its words can be read, they are those of the signed file, which proves nothing"
    page, told, right = found
    return f"Its words first differ on page {page}: {_quoted(told)} there, {_quoted(right)} here"


def _quoted(text: str) -> str:
    """Text from outside as a terminal may be shown it."""
    plain = "".join(each if each.isprintable() else "\ufffd" for each in text)
    return f"\u201c{plain[:_SHOWN_MAX]}\u201d"
