"""`galleria verify` with the CSV and the PDF of a paper: made again from the signed file, and every change is found."""

import re
import zlib
from base64 import a85decode, a85encode
from hashlib import sha256
from pathlib import Path

import msgspec
from click.testing import CliRunner

from federation.documents import papers
from federation.node.paper import drawn_by
from marketplace.cli.commands.verify import verify
from marketplace.papers.checking import Beside, check_paper
from marketplace.papers.drawn import taken_apart
from marketplace.provenance.checking import CheckedStep
from payouts.domain.papers import LegalParty, canonical
from payouts.domain.statement import Standing, Statement
from payouts.domain.statement_csv import statement_csv
from payouts.papers.invoice_pdf import invoice_pdf
from payouts.papers.statement_pdf import statement_pdf
from tests.marketplace.papers.test_checking import STATEMENT, sealed
from tests.payouts.paper_scene import DAILY, GENESIS, HUB
from tests.payouts.papers.test_forms import REVERSED

CSV, PDF = statement_csv(STATEMENT), statement_pdf(STATEMENT)


def step(name: str, beside: Beside, data: bytes = b"") -> CheckedStep:
    """How one step ended."""
    (found,) = [one for one in check_paper("file", data or sealed(), None, beside).steps if one.name == name]
    return found


def repacked(pdf: bytes, change: tuple[bytes, bytes] = (b"", b""), level: int = 1) -> bytes:
    """The same PDF as another machine packs it, every length and place right, and its pages changed."""

    def pack(found: re.Match[bytes]) -> bytes:
        letters, rest, content = found.groups()
        plain = zlib.decompress(a85decode(content.removesuffix(b"~>")) if letters else content).replace(*change)
        packed = zlib.compress(plain, level)
        packed = a85encode(packed) + b"~>" if letters else packed
        return b"/Filter [ %b/FlateDecode ] /Length %d%bstream\n%bendstream" % (letters, len(packed), rest, packed)

    return placed(_PACKED.sub(pack, pdf))


_PACKED = re.compile(
    rb"/Filter \[ ((?:/ASCII85Decode )?)/FlateDecode \] /Length [0-9]+([^\n]*\n>>\n)stream\n(.*?)endstream(?=\nendobj)",
    re.DOTALL,
)


def placed(pdf: bytes, **elsewhere: int) -> bytes:
    """With the places of its objects as they are now; of some, by their numbers (`o7`), elsewhere."""
    body, table, places = pdf.rpartition(b"\nxref\n")
    starts = {int(each[1]): each.start() for each in re.finditer(rb"(?<=\n)([0-9]{1,3}) 0 obj\n", body)}
    starts |= {int(name[1:]): place for name, place in elsewhere.items()}
    rows = b"".join(b"%010d 00000 n \n" % starts[number] for number in sorted(starts))
    places = re.sub(rb"(?:[0-9]{10} 00000 n \n)+", rows, places)
    return body + table + re.sub(rb"startxref\n[0-9]+", b"startxref\n%d" % (len(body) + 1), places)


def hiding(pdf: bytes, plain: bytes) -> bytes:
    """With another page behind a packed table of letters, where the cross-reference finds it; every length is right."""
    found = re.search(rb"/Length ([0-9]+)(\n>>\nstream\n)", pdf)
    number = re.search(rb"/Contents ([0-9]+) 0 R", pdf)
    assert found is not None
    assert number is not None
    ends = found.end() + int(found[1])
    page = b"\n%b 0 obj\n<< /Length %d >>\nstream\n%b\nendstream " % (number[1], len(plain), plain)
    content = pdf[found.end() : ends] + page
    whole = pdf[: found.start()] + b"/Length %d%b%b" % (len(content), found[2], content) + pdf[ends:]
    return placed(whole, **{f"o{int(number[1])}": whole.index(page) + 1})


def test_a_csv_is_what_was_signed_or_the_line_is_named() -> None:
    """Byte for byte; saved anew by a spreadsheet its line ends may differ, and nothing else."""
    assert step("csv", Beside(csv=CSV)).outcome == "held"
    saved_anew = CSV.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    assert "only its line ends differ" in step("csv", Beside(csv=saved_anew)).words
    changed = step("csv", Beside(csv=CSV.replace(b"116.43", b"117.43")))
    assert changed.outcome == "failed"
    assert re.match(r"line 3 of the CSV is “.*117\.43.*, signed is “.*116\.43", changed.words)
    lines = CSV.splitlines(keepends=True)
    assert step("csv", Beside(csv=b"".join(lines[:-1]))).words == "the CSV ends after line 3, signed are 4 lines"
    assert "line 5 of the CSV, “more”, stands in no" in step("csv", Beside(csv=CSV + b"more\r\n")).words
    assert step("csv", Beside(csv=b"\xff\x1b[2J")).outcome == "failed"


def test_a_pdf_is_what_was_signed_or_the_words_are_named() -> None:
    """However its streams are packed; one word changed is found, and so is what is no word."""
    assert "byte for byte" in step("pdf", Beside(pdf=PDF)).words
    assert placed(PDF) == PDF
    for level in (0, 1, 9):
        told = step("pdf", Beside(pdf=repacked(PDF, level=level)))
        assert (told.outcome, "only how it is packed differs" in told.words) == ("held", True)
    changed = step("pdf", Beside(pdf=repacked(PDF, (b"(92,20)", b"(82,20)"))))
    assert changed == CheckedStep(
        "pdf", "failed", "the PDF is not what the signed file draws: page 1 says “82,20” where signed is “92,20”"
    )
    covered = step("pdf", Beside(pdf=repacked(PDF, (b"(92,20) Tj", b"(92,20) Tj 0 0 600 800 re f"))))
    assert (covered.outcome, "something else in it was changed" in covered.words) == ("failed", True)
    added = step("pdf", Beside(pdf=PDF + b"\n99 0 obj\n<< /Type /Annot >>\nendobj\n"))
    assert added.outcome == "failed"
    assert step("pdf", Beside(pdf=statement_pdf(msgspec.structs.replace(STATEMENT, number="ST-1")))).outcome == "failed"


def test_a_pdf_that_shows_something_else_is_never_held() -> None:
    """Nothing hides behind what is packed, and no length, place or number leads elsewhere, whoever drew it."""
    (content,) = [one for _, one in taken_apart(PDF).objects if b"(92,20) Tj" in one]
    swapped = placed(PDF).replace(PDF[-700:-400], PDF[-700:-400].translate(bytes.maketrans(b"12", b"21")))
    size = re.search(rb"/Length1? [0-9]+\n>>\nstream\n", PDF)
    assert size is not None
    for forged in (
        hiding(PDF, content.partition(b"\n>>\n")[2].replace(b"(92,20)", b"(82,20)")),
        hiding(repacked(PDF), b" "),
        placed(PDF, o23=61),
        swapped,
        PDF.replace(b"/Root 20 0 R", b"/Root 21 0 R"),
        re.sub(rb"startxref\n[0-9]+", b"startxref\n61", PDF),
        PDF.replace(size[0], size[0].replace(b"/Length ", b"/Length 1")),
        PDF.replace(b"~>endstream", b"\n~>endstream"),
        PDF + b"\n",
    ):
        assert forged != PDF
        assert step("pdf", Beside(pdf=forged)).outcome == "failed"
        other = forged.replace(b"Galleria papers 2", b"Galleria papers 3")
        assert step("pdf", Beside(pdf=other)).outcome == "unasked"


def test_a_pdf_of_another_version_cannot_be_told_and_that_is_said() -> None:
    """It is neither taken for good nor called a fraud; where its words differ is said all the same."""
    older = step("pdf", Beside(pdf=PDF.replace(b"Galleria papers ", b"Galleria papers 1")))
    assert older.outcome == "unasked"
    assert "As far as its words can be read, they are those of the signed file" in older.words
    other = repacked(PDF.replace(b"Galleria papers ", b"Galleria papers 1"), (b"(92,20)", b"(82,20)"))
    told = step("pdf", Beside(pdf=other))
    assert (told.outcome, "page 1: “82,20” there, “92,20” here" in told.words) == ("unasked", True)
    for junk in (b"", b"%PDF-1.4", b"1 0 obj\n/Filter /FlateDecode stream\nx\nendstream\nendobj", PDF[: len(PDF) // 2]):
        assert step("pdf", Beside(pdf=junk)).outcome != "held"


def test_what_a_stranger_signed_is_no_crash() -> None:
    """A language, zone or time that this program does not know: said, and not taken for good."""
    strange = msgspec.structs.replace(STATEMENT.entries[0], at="some day")
    for change, outcome in (
        ({"language": "xx"}, "held"),
        ({"time_zone": "Mars/Olympus"}, "unasked"),
        ({"entries": (strange,)}, "failed"),
    ):
        data = sealed(msgspec.structs.replace(STATEMENT, **change))
        assert step("csv", Beside(csv=CSV), data).outcome == outcome
        assert step("pdf", Beside(pdf=PDF), data).outcome == "unasked"
    broken = sealed(msgspec.structs.replace(STATEMENT, standing=Standing(held_minor=1)))
    assert step("csv", Beside(csv=CSV), broken).outcome == "unasked"


def test_an_invoice_has_a_pdf_and_no_csv() -> None:
    """The one is compared, the other cannot be its."""
    hub, boutique = LegalParty(id=HUB, name="Hub", vat_id="IT1"), LegalParty(id="s1", name="Città", vat_id="CZ1")
    invoice = msgspec.structs.replace(REVERSED, hub=hub, boutique=boutique, time_zone="Europe/Rome")
    data = papers.seal(canonical(invoice), HUB, DAILY, [GENESIS.decode()])
    beside = Beside(csv=CSV, pdf=invoice_pdf(invoice))
    assert [step(name, beside, data).outcome for name in ("sums", "csv", "pdf")] == ["held", "failed", "held"]
    told = step("period", beside, data).words
    assert "from 2026-11-01T01:00:00+01:00 to before 2026-12-01T01:00:00+01:00 (days of Europe/Rome), in EUR" in told


def test_papers_from_before_zones_were_told_are_as_they_were() -> None:
    """Their document names none: it is in UTC, and so is their CSV, to the letter."""
    before = canonical(STATEMENT).replace(b',"time_zone":"UTC"', b"")
    assert before != canonical(STATEMENT)
    data = papers.seal(before, HUB, DAILY, [GENESIS.decode()])
    assert {one.outcome for one in check_paper("file", data, None, Beside(csv=CSV, pdf=PDF)).steps} == {
        "held",
        "unasked",
    }
    assert msgspec.json.decode(before, type=Statement).time_zone == "UTC"
    assert b"\r\n2026-11-03T10:00:00Z,sale," in CSV


def test_the_command_takes_both_and_says_what_is_wrong(tmp_path: Path) -> None:
    """Exit 0 with both, 1 with the line when one differs, a refusal where FILE is no paper."""
    paper, table, page = tmp_path / "st.json", tmp_path / "st.csv", tmp_path / "st.pdf"
    paper.write_bytes(sealed())
    table.write_bytes(CSV)
    page.write_bytes(PDF)
    done = CliRunner().invoke(verify, [str(paper), "--hub", str(HUB), "--csv", str(table), "--pdf", str(page)])
    assert (done.exit_code, done.output.count("byte for byte")) == (0, 2)
    table.write_bytes(CSV.replace(b"116.43", b"117.43"))
    changed = CliRunner().invoke(verify, [str(paper), "--csv", str(table)])
    assert (changed.exit_code, "It does not hold (csv)" in changed.output) == (1, True)
    paper.write_bytes(b"{}")
    refused = CliRunner().invoke(verify, [str(paper), "--csv", str(table)])
    assert refused.exit_code != 0
    assert "are forms of a signed paper" in f"{refused.output}{refused.exception}"


DRAWN = {
    "Galleria papers 2, ReportLab 5.1.0, font-source-serif-pro 0.0.1, font-manrope 0.0.2": (
        "8e14c072bbcac04ae7d72cf1b13e06af14ae22c4deb434400693adc85011b287"
    ),
}
"""What papers come to as each version draws them, fonts left out."""


def test_who_draws_a_paper_differently_says_so() -> None:
    """Raise `_RECIPE` in federation/node/paper.py with every change, and add what the papers come to here.

    Or a paper that an earlier version drew would be called changed.
    """
    drawings = [taken_apart(made) for made in (PDF, invoice_pdf(REVERSED))]
    pages = [content for drawing in drawings for _, content in drawing.objects if b" Tj" in content]
    digest = sha256(b"".join(pages)).hexdigest()
    assert DRAWN.get(drawn_by(), digest) == digest


def test_a_drawing_is_read_as_it_is_drawn() -> None:
    """Page by page, letters of every kind among them."""
    statement = msgspec.structs.replace(STATEMENT, boutique=LegalParty(id="s1", name="東京きもの & Ελένη Łódź"))
    (page,) = taken_apart(statement_pdf(statement)).pages
    assert {"東京きもの", "92,20", "novembre 2026"} <= set(page)
    assert any("Ελένη Łódź" in line for line in page)
