"""`galleria hub`: set up the hub of a node, and let its operator in."""

import asyncio

import click

from federation.node import clock
from federation.node.database import atomic
from marketplace.accounts.setup import open_hub, operator_link
from marketplace.cli.node_context import as_node
from marketplace.cli.recovery import recovery_folder, write_recovery_file
from marketplace.settings import HubSettings


@click.group()
def hub() -> None:
    """Set a hub up."""


@hub.command(short_help="Make the hub's identity and its operator.")
@click.option("--name", required=True, help="What shoppers will call the hub.")
@click.option("--operator-email", required=True, help="Who may use the console.")
def init(name: str, operator_email: str) -> None:
    """Make the hub's identity and its operator, and print the operator's first sign-in link.

    Safe to run again: the hub stays, an operator is added, a fresh link is printed.
    """
    asyncio.run(_init(name, operator_email))


async def _init(name: str, operator_email: str) -> None:
    async with as_node(HubSettings) as settings:
        async with atomic():
            opened = await open_hub(settings, name, operator_email, clock.now())
            link = await operator_link(settings, opened.account_id, clock.now())
            if opened.root_seed is not None:
                path = write_recovery_file(recovery_folder(settings), opened.hub_id, opened.root_seed)
                click.echo(f"root key: {path} (move it to a safe place away from this machine)")
        click.echo(f"hub: {opened.hub_id}")
        click.echo(f"sign in once, within 15 minutes: {link}")
