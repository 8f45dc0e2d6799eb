"""`galleria import`: bring a boutique's catalogue in from a file of JSON lines."""

import asyncio
from pathlib import Path

import click

from federation.node import clock
from marketplace.cli.node_context import as_node
from marketplace.cli.progress import Progress
from shops import store as boutiques
from shops.importers.domain.jsonl import bounded_lines
from shops.importers.service import import_jsonl
from shops.settings import ShopNodeSettings


@click.command()
@click.argument("handle")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_catalog(handle: str, file: Path) -> None:
    """Import FILE (one JSON object a line: product, stock, pictures) into the boutique HANDLE of this node.

    Good lines are imported whatever stands around them; each bad one is explained. Exit code 1 when there was one.
    """
    asyncio.run(_import(handle, file))


async def _import(handle: str, file: Path) -> None:
    progress = Progress()
    async with as_node(ShopNodeSettings) as settings:
        boutique = await boutiques.boutique_by_handle(handle)
        with progress.phase(f"import {file.name}"), file.open("rb") as source:
            report = await import_jsonl(settings, boutique.shop_id, bounded_lines(source), clock.now(), plates=True)
    click.echo(f"{report.imported} imported, {report.unchanged} unchanged, {report.rejected} rejected")
    for fault in report.faults:
        click.echo(f"line {fault.line}: {fault.pointer or '/'}: {fault.message or fault.code}")
    if report.rejected:
        raise SystemExit(1)
