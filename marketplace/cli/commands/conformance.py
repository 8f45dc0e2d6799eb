"""`galleria conformance`: judge any shop or hub of FED/1 from outside, test by test."""

import asyncio
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import click
import msgspec
from rich.console import Console

from federation.conformance.judging import Wish, judge
from federation.conformance.meeting import profile_address
from federation.conformance.tester import SEED_BYTES
from federation.conformance.verdicts import FailedError, NotAskedError, Outcome, Report, Verdict
from federation.node.door import Door
from federation.node.settings import is_loopback
from federation.vocabulary.ids import new_secret
from marketplace.cli.errors import CommandError

EXIT_FAILED = 1
MARKS: dict[Outcome, str] = {"passed": "\u2713", "failed": "\u2717", "not asked": "\u2013"}
STYLES: dict[Outcome, str] = {"passed": "green", "failed": "bold red", "not asked": "dim"}


@click.command(short_help="Judge any shop or hub of the federation, test by test.")
@click.argument("address")
@click.option("--party", default="", metavar="ID", help="Which party to judge where a node hosts several.")
@click.option("--as", "key_file", type=click.Path(path_type=Path), help="The tester's secret, made when missing.")
@click.option("--wait", default=0, metavar="SECONDS", help="How long to wait for the link to be accepted.")
@click.option("--spend", is_flag=True, help="Also ask what leaves traces: a sale, and a fork of the tester's own log.")
@click.option("--only", multiple=True, metavar="CHECK", help="Ask this check alone; may be given several times.")
@click.option("--reach", multiple=True, metavar="HOST:PORT", help="A loopback address that may be asked (for demos).")
@click.option("--json", "json_file", type=click.Path(path_type=Path), help="Write the report here as JSON too.")
def conformance(address: str, key_file: Path | None, json_file: Path | None, **options: object) -> None:
    """Judge the party at ADDRESS: the address of a node, or of one party's profile.

    The tester asks for a link like any stranger. Until its people accept that, only what is public is judged. With
    --as the tester is the same party each time, so that one acceptance serves every later run. Ends with 0 when
    nothing failed, 1 when something did, 2 when nobody could be judged.
    """
    wish = Wish(
        seed=_seed(key_file),
        wait_seconds=float(str(options["wait"])),
        may_spend=bool(options["spend"]),
        stays_linked=key_file is not None,
        only=frozenset(str(name) for name in _several(options["only"])),
    )
    console = Console(highlight=False)
    report = asyncio.run(_judged(address, str(options["party"]), _several(options["reach"]), wish, console))
    if json_file is not None:
        json_file.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    _summarise(report, console)
    if not report.conforms:
        sys.exit(EXIT_FAILED)


async def _judged(address: str, party: str, reach: tuple[str, ...], wish: Wish, console: Console) -> Report:
    own = urlsplit(address).netloc
    door = Door(frozenset({*reach, own} if is_loopback(own) else reach))
    try:
        profile_url = await profile_address(door, address, party)
    except (FailedError, NotAskedError) as error:
        raise CommandError(str(error)) from error
    return await judge(door, profile_url, wish, lambda verdict: _show(verdict, console))


def _show(verdict: Verdict, console: Console) -> None:
    style = STYLES[verdict.outcome]
    console.print(f"{MARKS[verdict.outcome]} {verdict.name}: {verdict.rule}", style=style, markup=False, soft_wrap=True)
    if verdict.reason:
        console.print(f"    {verdict.reason}", style=style, markup=False, soft_wrap=True)


def _summarise(report: Report, console: Console) -> None:
    counted: Iterator[str] = (f"{report.count(outcome)} {outcome}" for outcome in MARKS)
    name = f"{report.name} ({report.kind} {report.party_id})" if report.party_id else report.name
    console.print(f"{name}, FED/1 of {report.version}: {', '.join(counted)}", markup=False, soft_wrap=True)


def _several(given: object) -> tuple[str, ...]:
    return tuple(str(one) for one in given) if isinstance(given, tuple) else ()


def _seed(key_file: Path | None) -> bytes:
    """The tester's secret: fresh, or kept in a file that only its owner may read."""
    if key_file is None:
        return new_secret(SEED_BYTES)
    if not key_file.exists():
        kept = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(kept, "w") as file:
            file.write(new_secret(SEED_BYTES).hex() + "\n")
    try:
        seed = bytes.fromhex(key_file.read_text(encoding="ascii"))
    except ValueError as error:
        raise CommandError(f"{key_file} is no tester's secret: 64 hexadecimal digits are expected") from error
    if len(seed) != SEED_BYTES:
        raise CommandError(f"{key_file} is no tester's secret: 64 hexadecimal digits are expected")
    return seed
