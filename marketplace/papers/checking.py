"""Checking a saved statement, invoice or credit note offline: who signed it, for whom, and whether it adds up.

Nothing is asked of anybody: the file carries the hub's operations, from which its id and its keys follow. Whether that
id is the hub one deals with is for the reader to know: by the id itself, or by what the hub served of itself earlier.
"""

import msgspec

from federation.documents import json, papers
from federation.documents.identity import OperationsDocument
from federation.documents.papers import PaperFace, SealedPaper
from federation.documents.profile import PartyProfile
from federation.vocabulary.errors import GalleriaError, RecordInvalidError
from federation.vocabulary.ids import is_party_id
from federation.vocabulary.zones import zone_or_utc
from marketplace.papers.beside import say_csv, say_pdf
from marketplace.provenance.checking import Report
from payouts.domain.invoice import Invoice, check_invoice
from payouts.domain.papers import local_text
from payouts.domain.statement import Statement, check_statement
from payouts.errors import StatementBrokenError

KINDS = {"statement": "the statement", "invoice": "the commission invoice", "credit_note": "the credit note"}


class KnownHub(msgspec.Struct, frozen=True):
    """The hub as the reader knows it: its id, and its operations if they were kept."""

    id: str
    operations: tuple[str, ...] = ()


class _Typed(msgspec.Struct):
    type: str = ""


def is_paper(data: bytes) -> bool:
    """Whether saved bytes say that they are a paper."""
    try:
        return msgspec.json.decode(data, type=_Typed).type == "fed.paper/1"
    except msgspec.MsgspecError:
        return False


def known_hub(data: bytes) -> KnownHub:
    """A hub by what it served of itself and was saved: its operations, or its profile. Raises RecordInvalidError."""
    try:
        operations = json.decode(data, OperationsDocument, bytes_max=papers.PAPER_BYTES_MAX).operations
    except RecordInvalidError:
        return KnownHub(json.decode(data, PartyProfile).party_id)
    return KnownHub(papers.party_of(operations), operations)


class Beside(msgspec.Struct, frozen=True):
    """The other forms of a paper that were saved beside its signed file."""

    csv: bytes | None = None
    pdf: bytes | None = None


NOTHING = Beside()


def check_paper(name: str, data: bytes, hub: KnownHub | None = None, beside: Beside = NOTHING) -> Report:
    """Check a saved paper, step by step, and what was saved beside it.

    Raises RecordInvalidError or TooLargeError when it is none.
    """
    paper = papers.read_paper(data)
    face = paper.face
    what = f"{KINDS.get(face.kind, face.kind)} {face.number}"
    report = Report(address=name, conclusion=f"{what} is what {_issued(face, hub)}")
    _say_signature(report, paper, hub)
    if hub is None:
        words = f"say with --hub the id of your hub: this one is {face.hub.id}, and calls itself {face.hub.name}"
        report.say("hub", "unasked", words)
    elif hub.id == face.hub.id:
        report.say("hub", "held", f"{face.hub.name} is the hub you named")
    else:
        report.say("hub", "failed", f"it is of {face.hub.id}, you named {hub.id}")
    report.say("boutique", "held", f"it is for {face.boutique.name} ({face.boutique.id})")
    report.say("period", "held", f"{what}, {_times(face)}")
    document = _say_sums(report, face, paper.body)
    _say_beside(report, document, beside)
    return report


def _say_beside(report: Report, document: Statement | Invoice | None, beside: Beside) -> None:
    for name, given, say in (("csv", beside.csv, say_csv), ("pdf", beside.pdf, say_pdf)):
        if given is not None and document is None:
            report.say(name, "unasked", f"the {name.upper()} cannot be made again from what does not add up")
        elif given is not None and document is not None:
            say(report, document, given)


def _times(face: PaperFace) -> str:
    """When it is about and from, by the hub's clocks where they are known here."""
    zone = zone_or_utc(face.time_zone)
    start, end, issued = (local_text(time, zone) for time in (face.period_start, face.period_end, face.issued_at))
    return f"from {start} to before {end} (days of {face.time_zone}), in {face.currency}, issued {issued}"


def _issued(face: PaperFace, hub: KnownHub | None) -> str:
    """Who issued it, as far as it was asked: anybody may call himself what a hub is called, nobody has its id."""
    if hub is not None:
        return f"{face.hub.name} issued"
    return f"{face.hub.id}, which calls itself {face.hub.name}, issued; whether that is your hub was not asked"


def _say_signature(report: Report, paper: SealedPaper, hub: KnownHub | None) -> None:
    face = paper.face
    same = hub is not None and hub.id == face.hub.id
    try:
        papers.check(paper, operations=hub.operations if hub is not None and same else ())
    except GalleriaError as error:
        report.say("signature", "failed", error.detail)
    else:
        report.say("signature", "held", f"signed by a key of {face.hub.id} and not changed since")


def _say_sums(report: Report, face: PaperFace, document: bytes) -> Statement | Invoice | None:
    """Whether every line and the totals come to the same; returns what then can be drawn again."""
    try:
        if face.kind == "statement":
            statement = json.decode(document, Statement, bytes_max=papers.PAPER_BYTES_MAX)
            check_statement(statement)
            told = f"{len(statement.entries)} entries lead from {statement.opening_minor} to {statement.closing_minor}"
            report.say("sums", "held", f"{told} (in the smallest unit of {face.currency})")
            return statement
        if face.kind in {"invoice", "credit_note"}:
            invoice = json.decode(document, Invoice, bytes_max=papers.PAPER_BYTES_MAX)
            check_invoice(invoice)
            report.say("sums", "held", "its lines come to its totals")
            return invoice
        report.say("sums", "unasked", f"this program knows no papers of the kind {face.kind}")
    except (StatementBrokenError, RecordInvalidError) as error:
        report.say("sums", "failed", error.detail)
    return None


def named_hub(text: str) -> KnownHub | None:
    """A hub by its id; None for a text that is none."""
    return KnownHub(text) if is_party_id(text) else None
