"""`galleria verify`: check a hub's product page or a saved proof against what the boutique signed, or a hub's paper."""

import asyncio
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec

from federation.documents.papers import PAPER_BYTES_MAX
from federation.log import forks
from federation.node.door import Door
from federation.node.settings import is_loopback
from federation.vocabulary.errors import RecordInvalidError, TooLargeError
from marketplace.cli.commands.keys_options import EXISTING_FILE
from marketplace.cli.errors import CommandError
from marketplace.cli.recovery import write_new
from marketplace.papers.checking import NOTHING, Beside, KnownHub, check_paper, is_paper, known_hub, named_hub
from marketplace.provenance.checking import Report, check_page, check_saved, hold_against

EXIT_FAILED = 1
MARKS = {"held": "\u2713", "failed": "\u2717", "unasked": "\u2013"}


@click.command(short_help="Check a product page, a saved proof, or a hub's statement or invoice.")
@click.argument("what", metavar="URL|FILE")
@click.option("--against", type=EXISTING_FILE, help="Another saved proof, to be held against the one in FILE.")
@click.option("--write", "fork", type=click.Path(dir_okay=False, path_type=Path), help="Keep what both prove there.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option("--hub", "hub", metavar="ID|FILE", help="The hub a paper must be of: its id, or what was saved of it.")
@click.option("--csv", type=EXISTING_FILE, help="The CSV of the paper in FILE, to be held against it.")
@click.option("--pdf", type=EXISTING_FILE, help="The PDF of the paper in FILE, to be held against it.")
@click.option("--reach", multiple=True, metavar="HOST:PORT", help="A loopback address that may be asked (for demos).")
def verify(
    what: str,
    *,
    against: Path | None,
    fork: Path | None,
    as_json: bool,
    hub: str | None,
    csv: Path | None,
    pdf: Path | None,
    reach: tuple[str, ...],
) -> None:
    """Check the product page at URL, or the proof or paper saved in FILE, without trusting the hub that shows it.

    A statement, commission invoice or credit note (the signed file, ending in .json) is checked offline: who signed it,
    for whom, about which period, whether it was changed and whether it adds up. --hub names the hub it must be of. With
    --csv and --pdf those are made again from it and compared.

    With --against two saved proofs of one boutique are held against each other: where no one catalogue can hold both,
    --write keeps the proof of it, which any hub takes. Ends with 0 when everything that could be checked holds, 1 when
    something does not, 2 when nothing could be asked.
    """
    beside = Beside(*(None if path is None else _saved(path) for path in (csv, pdf)))
    report = _report(what, hub, beside, reach)
    if against is not None:
        _hold_against(report, against, fork)
    click.echo(_as_json(report) if as_json else _in_words(report))
    if not report.holds:
        sys.exit(EXIT_FAILED)


def _report(what: str, hub: str | None, beside: Beside, reach: tuple[str, ...]) -> Report:
    if "://" not in what:
        data = _saved(Path(what))
        try:
            if is_paper(data):
                return check_paper(what, data, _hub(hub), beside)
            _refuse_beside(what, beside)
            return check_saved(what, data)
        except (RecordInvalidError, TooLargeError) as error:
            raise CommandError(f"{what} is neither a saved proof nor a signed paper: {error.detail}") from error
    _refuse_beside(what, beside)
    own = urlsplit(what).netloc
    allowed = {*reach, own} if is_loopback(own) else set(reach)
    return asyncio.run(check_page(Door(frozenset(allowed)), what))


def _refuse_beside(what: str, beside: Beside) -> None:
    """Only papers have other forms: to say nothing of a file that was given would look as if it had been compared."""
    if beside != NOTHING:
        raise CommandError(f"--csv and --pdf are forms of a signed paper, and {what} is none")


def _hub(named: str | None) -> KnownHub | None:
    """The hub as the reader named it: by its id, or by a file with its operations or its profile."""
    if named is None:
        return None
    by_id = named_hub(named)
    if by_id is not None:
        return by_id
    try:
        return known_hub(_saved(Path(named)))
    except (RecordInvalidError, TooLargeError) as error:
        raise CommandError(f"{named} is no hub's id, and no saved operations or profile: {error.detail}") from error


def _hold_against(report: Report, against: Path, fork: Path | None) -> None:
    """Say whether two saved proofs can be of one catalogue, and keep what proves that they cannot."""
    try:
        proof = hold_against(report, str(against), _saved(against))
    except (RecordInvalidError, TooLargeError) as error:
        raise CommandError(f"{against} is not a saved proof: {error.detail}") from error
    if proof is not None and fork is not None:
        write_new(fork, forks.encode(proof).decode())


def _saved(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(PAPER_BYTES_MAX + 1)
    except OSError as error:
        raise CommandError(
            f"{path} cannot be read: give a page's address or a saved proof ({error.strerror})"
        ) from error


def _in_words(report: Report) -> str:
    lines = [report.address, *(f"  {MARKS[step.outcome]} {step.words}" for step in report.steps)]
    lines.append(f"It holds: {report.conclusion}." if report.holds else _verdict(report))
    return "\n".join(lines)


def _verdict(report: Report) -> str:
    failed = ", ".join(step.name for step in report.steps if step.outcome == "failed")
    shown = "page" if "://" in report.address else "file"
    return f"It does not hold ({failed}): do not trust this {shown}."


def _as_json(report: Report) -> str:
    proof = report.proof
    told = {
        "address": report.address,
        "holds": report.holds,
        "steps": report.steps,
        "shop": proof.shop if proof else None,
        "epoch": proof.epoch if proof else None,
        "key": proof.key if proof else None,
        "seq": proof.seq if proof else None,
        "leaf": proof.leaf if proof else None,
    }
    return msgspec.json.encode(told).decode()
