"""`galleria demo`: the whole marketplace on this machine, to look at or, with `--check`, to be proven."""

import asyncio
import os
import shlex
import shutil
import signal
import tempfile
from collections.abc import Coroutine, Iterator, Sequence
from pathlib import Path

import click
import msgspec
from rich.console import Console

from marketplace.cli.progress import Progress
from marketplace.cli.state import StateFolder, default_state
from marketplace.demo.check.run import check_everything
from marketplace.demo.check.showing import shown
from marketplace.demo.layout import DemoLayout, free_base_port
from marketplace.demo.opening import OPERATOR_EMAIL, sign_in_link, sign_in_links
from marketplace.demo.running import BOUTIQUES, Ready, chosen_layout, running

LINKS_SHOWN = 15
"""Rows of the table in the terminal: storefront, console, control desk, and the first twelve boutiques."""


@click.command()
@click.option("--check", is_flag=True, help="Prove that everything adds up, then stop. Exit code 0 only if it does.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the check's figures.")
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), help="Where everything is kept.")
@click.option("--port", type=int, help="The hub's port; the other nodes follow it. The first run on a state decides.")
@click.option("--boutiques", type=click.IntRange(1), help=f"How many boutiques open; {BOUTIQUES} unless said.")
@click.option(
    "--catalogs",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of export files, described in its demo-shops.json: further boutiques are made from them.",
)
def demo(
    *,
    check: bool,
    json_file: Path | None,
    state: Path | None,
    port: int | None,
    boutiques: int | None,
    catalogs: Path | None,
) -> None:
    """Start a hub, shop nodes with boutiques, and a simulated payment provider as processes on this machine."""
    progress = Progress()
    catalogs = catalogs.resolve() if catalogs is not None else None
    if json_file is not None and not check:
        raise click.UsageError("--json says where --check writes its figures: add --check")
    if not check:
        kept = StateFolder((state or default_state(os.environ)).resolve())
        _until_done(_show(kept, chosen_layout(kept, port, boutiques, catalogs), progress))
        return
    folder = state.resolve() if state else Path(tempfile.mkdtemp(prefix="galleria-check-"))
    if state is None and port is None:
        port = free_base_port()
    passed = False
    try:
        whole = chosen_layout(StateFolder(folder), port, boutiques, catalogs)
        passed = _until_done(_check(StateFolder(folder), whole, json_file, progress))
    finally:
        if state is None and passed:
            shutil.rmtree(folder, ignore_errors=True)
        elif not passed:
            progress.say(f"the logs of every process are in {folder / 'logs'}")
    if not passed:
        raise SystemExit(1)


def _until_done(work: Coroutine[None, None, bool]) -> bool:
    """Run to the end, or until SIGINT or SIGTERM ask to stop: everything is taken down in order then. True if done."""

    async def main() -> bool:
        task = asyncio.ensure_future(work)
        asked = False

        def stop() -> None:
            nonlocal asked
            if not asked:
                asked = True
                task.cancel()

        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, stop)
        try:
            return await task
        except asyncio.CancelledError:
            return False

    return asyncio.run(main())


async def _show(state: StateFolder, whole: DemoLayout, progress: Progress) -> bool:
    async with running(state, whole, progress) as ready:
        rows = await _addresses(ready)
        for line in _lined_up(rows[:LINKS_SHOWN]):
            click.echo(line)
        if len(rows) > LINKS_SHOWN:
            click.echo(f"The links of all {len(ready.opened.shops)} boutiques are in {_kept_links(state, rows)}")
        settings = shlex.quote(str(state.node(whole.hub.name) / "settings"))
        click.echo(f"To run a command as a node, such as the hub: ( . {settings} && ./galleria keys show )")
        click.echo("Sign-in links work once, within twelve hours. Ctrl-C stops everything.")
        await asyncio.Event().wait()
    return True


async def _addresses(ready: Ready) -> list[tuple[str, str]]:
    fleet, hub = ready.fleet, ready.fleet.layout.hub
    rows = [
        ("storefront", f"{hub.url}/"),
        (f"console ({OPERATOR_EMAIL})", await sign_in_link(fleet, hub, OPERATOR_EMAIL, "/console")),
        ("control desk of the pretended payments", f"{fleet.layout.standin.url}/"),
    ]
    links: dict[str, str] = {}
    for node in fleet.layout.shop_nodes:
        its = [shop for shop in ready.opened.shops if shop.node == node]
        made = await sign_in_links(fleet, node, [(shop.owner_email, f"/portal/{shop.handle}") for shop in its])
        links |= dict(zip((shop.shop_id for shop in its), made, strict=True))
    return rows + [(f"{shop.name} ({shop.owner_email})", links[shop.shop_id]) for shop in ready.opened.shops]


def _kept_links(state: StateFolder, rows: Sequence[tuple[str, str]]) -> Path:
    """The file that holds every link, readable by us alone; the one before it is replaced."""
    path = state.path / "links.txt"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.writelines(f"{line}\n" for line in _lined_up(rows))
    return path


def _lined_up(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Two columns without frames or folds: a link that is cut in two cannot be clicked."""
    width = max(len(what) for what, _ in rows)
    yield from (f"  {what:<{width}}  {address}" for what, address in rows)


async def _check(state: StateFolder, whole: DemoLayout, json_file: Path | None, progress: Progress) -> bool:
    async with running(state, whole, progress) as ready:
        report = await check_everything(ready, progress)
    console = Console()
    for part in shown(report):
        console.print(part, markup=False)
    if json_file is not None:
        await asyncio.to_thread(json_file.write_bytes, msgspec.json.format(msgspec.json.encode(report), indent=2))
    return report.passed
