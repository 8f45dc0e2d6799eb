"""`galleria web`, `worker`, `indexer`, `standin`: become one process of a node, with the settings of the environment.

The process replaces this command, so that signals and exit codes are its own. Whoever runs many nodes (systemd,
containers) starts these; the demo's supervisor starts the same command lines itself.
"""

import os
from pathlib import Path

import click

from federation.node.settings import NodeSettings, load
from marketplace.cli.processes import (
    HUB,
    KINDS,
    SHOP_NODE,
    STANDIN,
    NodeKind,
    indexer_command,
    web_command,
    worker_command,
)
from marketplace.settings import HubSettings
from payouts.standin.settings import StandinProcessSettings
from shops.settings import ShopNodeSettings

_KIND = click.argument("kind", type=click.Choice([HUB.name, SHOP_NODE.name]))
_SETTINGS: dict[str, type[NodeSettings] | type[StandinProcessSettings]] = {
    HUB.name: HubSettings,
    SHOP_NODE.name: ShopNodeSettings,
    STANDIN.name: StandinProcessSettings,
}
_HOST = click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
_PORT = click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65_535))


@click.command()
@_KIND
@_HOST
@_PORT
def web(kind: str, host: str, port: int) -> None:
    """Serve the pages and the protocol of a hub or of a shop node."""
    _become(KINDS[kind], web_command(KINDS[kind], host, port))


@click.command()
@_HOST
@_PORT
def standin(host: str, port: int) -> None:
    """Serve a stand-in for Stripe: its interface, pages to pay on, a control desk, signed events. No money moves."""
    _become(STANDIN, web_command(STANDIN, host, port))


@click.command()
@_KIND
@click.option("--name", default="worker@%h", show_default=True, help="What the broker calls this worker.")
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1, 64))
@click.option(
    "--schedule",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also run the sweeps, keeping their timetable in this file. Exactly one worker of a node does.",
)
def worker(kind: str, name: str, concurrency: int, schedule: Path | None) -> None:
    """Do a node's work behind its pages: synchronise, move money, send mail."""
    _become(KINDS[kind], worker_command(KINDS[kind], name, concurrency=concurrency, schedule=schedule))


@click.command()
@click.option("--name", default="indexer@%h", show_default=True, help="What the broker calls this worker.")
def indexer(name: str) -> None:
    """Keep the hub's search index: the one process that writes it."""
    _become(HUB, indexer_command(name))


def _become(kind: NodeKind, command: tuple[str, ...]) -> None:
    """Read the settings once, so that a missing one is said in a sentence, then become the process that reads them."""
    load(_SETTINGS[kind.name])
    os.execve(command[0], command, os.environ)  # noqa: S606 - the point of these commands
