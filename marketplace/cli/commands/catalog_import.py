"""`galleria import`: bring a boutique's catalogue in from a file, or many boutiques' by a mapping.

Exit codes: 0 all went well, 1 some rows were refused, 3 the file was refused whole, 4 too many products are missing in
it and somebody must confirm.
"""

import asyncio
import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import click
import msgspec
from rich.console import Console
from rich.progress import Progress as Bar

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.errors import RecordInvalidError
from marketplace.cli.commands.import_files import (
    bytes_of,
    choice_options,
    is_jsonl,
    opener_of,
    sizes_and_words,
    unpacked,
)
from marketplace.cli.errors import CommandError
from marketplace.cli.node_context import as_node
from shops import store as boutiques
from shops.importers.domain.mapping import Mapping, read_mapping
from shops.importers.domain.report import ImportReport, report_csv
from shops.importers.errors import FileRefusedError, ProductsGoneError
from shops.importers.service import (
    MappedImport,
    Source,
    bounded_lines,
    choices_of,
    import_file,
    import_mapped,
    jsonl_file,
    preview_file,
    save_choices,
    shopify_file,
)
from shops.settings import ShopNodeSettings

REFUSED, HELD = 3, 4
SHOWN_MAX = 50
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    handle: str | None
    file: Path
    mapping: Path | None
    translations: Path | None
    pictures: Path | None
    report: Path | None
    dry_run: bool
    confirm_gone: bool
    changes: dict[str, Any]


class _NothingKeptError(Exception):
    """Rolls a dry run's settings back."""


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="[HANDLE] FILE")
@click.option("--map", "mapping", type=_FILE, help="How the columns of any table are read (docs/import-mapping.md).")
@click.option("--translations", type=_FILE, help="A second file with titles and texts in further languages.")
@click.option("--pictures", type=_FOLDER, help="A folder with pictures by the file names of their addresses.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write every finding as CSV.")
@click.option("--dry-run", is_flag=True, help="Say what would happen; change nothing.")
@click.option("--confirm-gone", is_flag=True, help="Withdraw what is missing in the file, however much it is.")
@choice_options
def import_catalog(names: tuple[str, ...], **options: Any) -> None:
    """Import FILE into the boutique HANDLE of this node: JSON lines, a Shopify export, or any table with --map.

    Good rows are imported whatever stands around them; each bad one is explained. Settings given here are kept as the
    boutique's own. With --map, a shop column may say which boutique each row belongs to; then HANDLE may be left out.
    """
    *handles, file = names
    if len(handles) > 1 or not Path(file).is_file():
        raise click.UsageError(f"give the boutique's handle and a file that is there; {file} is none")
    if not handles and options["mapping"] is None:
        raise click.UsageError("give the boutique's handle before the file")
    own = ("mapping", "translations", "pictures", "report", "dry_run", "confirm_gone")
    changes = sizes_and_words({name: value for name, value in options.items() if name not in own})
    order = Order(
        handle=handles[0] if handles else None,
        file=Path(file),
        changes=changes,
        **{name: options[name] for name in own},
    )
    asyncio.run(_import(order))


async def _import(order: Order) -> None:
    async with as_node(ShopNodeSettings) as settings:
        try:
            if order.mapping is not None:
                reports = await _mapped(settings, order, order.mapping)
            else:
                reports = await _one(settings, order)
        except ProductsGoneError as error:
            _end(order, error, HELD)
        except FileRefusedError as error:
            _end(order, error, REFUSED)
    _say(order, reports)


def _end(order: Order, error: FileRefusedError, code: int) -> NoReturn:
    at = f" line {error.line}:" if error.line else ""
    click.echo(f"{order.file.name}:{at} {error.code}: {error.detail}", err=True)
    if code == HELD:
        click.echo("nothing was changed; add --confirm-gone if they are really gone", err=True)
    raise SystemExit(code)


async def _one(settings: ShopNodeSettings, order: Order) -> dict[str, ImportReport]:
    boutique = await boutiques.boutique_by_handle(order.handle or "")
    if order.dry_run:
        reports: list[ImportReport] = []
        with contextlib.suppress(_NothingKeptError):
            async with atomic():
                await _keep_choices(boutique.shop_id, order)
                with _source(order) as source:
                    reports.append(await preview_file(settings, boutique.shop_id, source))
                raise _NothingKeptError
        return {boutique.handle: reports[0]}
    async with atomic():
        await _keep_choices(boutique.shop_id, order)
    with _source(order) as source, _bar(order) as told:
        report = await import_file(
            settings,
            boutique.shop_id,
            source,
            clock.now(),
            pictures_dir=order.pictures,
            plates=True,
            may_withdraw=order.confirm_gone,
            told=told,
        )
    return {boutique.handle: report}


async def _mapped(settings: ShopNodeSettings, order: Order, path: Path) -> dict[str, ImportReport]:
    mapping = _read_mapping(path)
    if order.handle is not None and not order.dry_run:
        async with atomic():
            await _keep_choices((await boutiques.boutique_by_handle(order.handle)).shop_id, order)
    work = MappedImport(
        open=opener_of(order.file),
        mapping=mapping,
        handle=order.handle,
        pictures_dir=order.pictures,
        may_withdraw=order.confirm_gone,
        is_dry=order.dry_run,
    )
    with _bar(order) as told:
        return await import_mapped(settings, work, clock.now(), told=told)


def _read_mapping(path: Path) -> Mapping:
    try:
        return read_mapping(path.read_text("utf-8"))
    except (RecordInvalidError, UnicodeDecodeError) as error:
        raise CommandError(f"{path.name}: {error}") from error


async def _keep_choices(shop_id: Any, order: Order) -> None:
    if order.changes:
        before = await choices_of(shop_id)
        words = {name: getattr(before, name) | order.changes[name] for name in ("categories", "colours")}
        await save_choices(shop_id, msgspec.structs.replace(before, **(order.changes | words)))


@contextlib.contextmanager
def _source(order: Order) -> Iterator[Source]:
    """The file as lines that stream, or whole."""
    if is_jsonl(order.file):
        with unpacked(order.file) as stream:
            yield jsonl_file(bounded_lines(stream))
        return
    translations = bytes_of(order.translations) if order.translations is not None else b""
    yield shopify_file(bytes_of(order.file), translations=translations)


@contextlib.contextmanager
def _bar(order: Order) -> Iterator[Any]:
    """A bar on a terminal; nothing elsewhere."""
    with Bar(transient=True, console=Console(stderr=True), disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(f"import {order.file.name}", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)


def _say(order: Order, reports: dict[str, ImportReport]) -> None:
    whole = ImportReport()
    for report in reports.values():
        whole = whole.joined(report)
    findings = [finding for report in reports.values() for finding in report.findings]
    would = "would be " if order.dry_run else ""
    click.echo(f"{whole.imported} {would}imported, {whole.unchanged} unchanged, {whole.rejected} rejected")
    rows = whole.rows
    click.echo(
        f"products: {whole.new} new, {whole.changed} changed, {whole.unchanged} unchanged, {whole.hidden} kept back, "
        f"{whole.withdrawn} withdrawn; {whole.changes} changes"
    )
    click.echo(
        f"rows read {rows.read} = {rows.product} products + {rows.variant} variants + {rows.image} pictures "
        f"+ {rows.skipped} skipped + {rows.refused} refused; variants {whole.variants_taken} of {whole.variants_read}"
    )
    for name, number in sorted(whole.by_code.items()):
        click.echo(f"  {number} × {name}")
    errors = [finding for finding in findings if finding.severity == "error"]
    for fault in errors[:SHOWN_MAX]:
        click.echo(f"line {fault.line}: {fault.column or '/'}: {fault.sentence}")
    if order.report is not None:
        order.report.write_text("".join(report_csv(findings)), "utf-8", newline="")
        click.echo(f"{len(findings)} findings written to {order.report}")
    if whole.errors:
        raise SystemExit(1)
