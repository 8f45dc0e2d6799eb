"""`galleria demo`: the whole marketplace on this machine, to look at or, with `--check`, to be proven."""

import asyncio
import os
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
from marketplace.demo.layout import free_base_port
from marketplace.demo.opening import OPERATOR_EMAIL, sign_in_link
from marketplace.demo.running import Ready, chosen_layout, running


@click.command()
@click.option("--check", is_flag=True, help="Prove that everything adds up, then stop. Exit code 0 only if it does.")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the check's figures.")
@click.option("--state", type=click.Path(file_okay=False, path_type=Path), help="Where everything is kept.")
@click.option("--port", type=int, help="The hub's port; the other nodes follow it. The first run on a state decides.")
def demo(*, check: bool, json_file: Path | None, state: Path | None, port: int | None) -> None:
    """Start a hub, shop nodes with boutiques, and a simulated payment provider as processes on this machine."""
    progress = Progress()
    if json_file is not None and not check:
        raise click.UsageError("--json says where --check writes its figures: add --check")
    if not check:
        _until_done(_show(StateFolder((state or default_state(os.environ)).resolve()), port, progress))
        return
    folder = state.resolve() if state else Path(tempfile.mkdtemp(prefix="galleria-check-"))
    if state is None and port is None:
        port = free_base_port()
    passed = False
    try:
        passed = _until_done(_check(StateFolder(folder), port, json_file, progress))
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


async def _show(state: StateFolder, port: int | None, progress: Progress) -> bool:
    async with running(state, chosen_layout(state, port), progress) as ready:
        for line in _lined_up(await _addresses(ready)):
            click.echo(line)
        click.echo("Sign-in links work once, within twelve hours. Ctrl-C stops everything.")
        await asyncio.Event().wait()
    return True


async def _addresses(ready: Ready) -> list[tuple[str, str]]:
    fleet, hub = ready.fleet, ready.fleet.layout.hub
    rows = [
        ("storefront", f"{hub.url}/"),
        (f"console ({OPERATOR_EMAIL})", await sign_in_link(fleet, hub, OPERATOR_EMAIL, "/console")),
    ]
    for shop in ready.opened.shops:
        link = await sign_in_link(fleet, shop.node, shop.owner_email, f"/portal/{shop.handle}")
        rows.append((f"{shop.name} ({shop.owner_email})", link))
    return rows


def _lined_up(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Two columns without frames or folds: a link that is cut in two cannot be clicked."""
    width = max(len(what) for what, _ in rows)
    yield from (f"  {what:<{width}}  {address}" for what, address in rows)


async def _check(state: StateFolder, port: int | None, json_file: Path | None, progress: Progress) -> bool:
    async with running(state, chosen_layout(state, port), progress) as ready:
        report = await check_everything(ready, progress)
    console = Console()
    for part in shown(report):
        console.print(part, markup=False)
    if json_file is not None:
        await asyncio.to_thread(json_file.write_bytes, msgspec.json.format(msgspec.json.encode(report), indent=2))
    return report.passed
