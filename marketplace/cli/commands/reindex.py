"""`galleria reindex`: build the hub's search index anew from its listings."""

import asyncio
import time

import click

from federation.node import clock, outbox
from federation.node.alone import alone
from federation.node.database import atomic, current
from marketplace.cli.archives import told_on
from marketplace.cli.errors import CommandError
from marketplace.cli.node_context import as_node
from marketplace.composition import build_hub
from marketplace.leaving import rebuilding
from marketplace.listings import indexer, tasks
from marketplace.settings import HubSettings

LOOK_SECONDS = 0.5


@click.command()
@click.option("--here", is_flag=True, help="Build it in this process; an indexer waits meanwhile.")
@click.option("--wait", default=600, show_default=True, help="Seconds to wait for the indexer to be done.")
def reindex(*, here: bool, wait: int) -> None:
    """Build the search index anew from the database and swap it in; shoppers search the old one until then.

    The running indexer does it, being the process that writes the index; where none runs, say --here.
    """
    started = time.monotonic()
    written = asyncio.run(_here() if here else _asked(wait))
    click.echo(f"the index holds {written} products, built in {time.monotonic() - started:.1f} s")


async def _here() -> int:
    async with as_node(HubSettings) as settings:
        hub = build_hub(settings)
        with told_on("index") as told:
            async with alone(current(), tasks.INDEX_SWEEP, wait=True):
                return await indexer.reindex(
                    hub.catalog, settings.currency, lambda done, whole: told("products", done, whole)
                )


async def _asked(wait: int) -> int:
    async with as_node(HubSettings):
        async with atomic():
            await tasks.request_reindex(clock.now())
        with told_on("index") as told:
            for look in range(int(wait / LOOK_SECONDS)):
                if await outbox.waiting(tasks.QUEUE) == 0:
                    return (await rebuilding.listed())[1]
                told("waiting for the indexer", look, int(wait / LOOK_SECONDS))
                await asyncio.sleep(LOOK_SECONDS)
    raise CommandError(f"no indexer has built it within {wait} s: start one (`galleria indexer`), or say --here")
