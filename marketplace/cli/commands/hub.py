"""`galleria hub`: set up the hub of a node, and let its operator in."""

import asyncio

import click

from federation.documents.keys import PublicKey
from federation.node import clock
from federation.node.database import atomic
from marketplace.accounts.setup import open_hub, operator_link
from marketplace.cli.archives import told_on
from marketplace.cli.commands.keys_options import FURTHER_ROOTS
from marketplace.cli.node_context import as_node
from marketplace.cli.recovery import recovery_folder, write_recovery_file
from marketplace.composition import build_hub
from marketplace.leaving import rebuilding
from marketplace.settings import HubSettings


@click.group()
def hub() -> None:
    """Set a hub up."""


@hub.command(short_help="Make the hub's identity and its operator.")
@click.option("--name", required=True, help="What shoppers will call the hub.")
@click.option("--operator-email", required=True, help="Who may use the console.")
@FURTHER_ROOTS
def init(name: str, operator_email: str, further_roots: tuple[PublicKey, ...]) -> None:
    """Make the hub's identity and its operator, and print the operator's first sign-in link.

    Safe to run again: the hub stays, an operator is added, a fresh link is printed.
    """
    asyncio.run(_init(name, operator_email, further_roots))


async def _init(name: str, operator_email: str, further_roots: tuple[PublicKey, ...]) -> None:
    async with as_node(HubSettings) as settings:
        async with atomic():
            opened = await open_hub(settings, name, operator_email, clock.now(), further_roots=further_roots)
            link = await operator_link(settings, opened.account_id, clock.now())
            if opened.root_seed is not None:
                path = write_recovery_file(recovery_folder(settings), opened.hub_id, opened.root_seed)
                click.echo(f"root key: {path} (move it to a safe place away from this machine)")
        click.echo(f"hub: {opened.hub_id}")
        click.echo(f"sign in once, within 15 minutes: {link}")


@hub.command(short_help="Follow every boutique anew, from its own log.")
@click.option("--only", default="", help="Only the boutique with this party id.")
def rebuild(only: str) -> None:
    """Make listings, stock and index anew from the boutiques alone; orders and money are left as they are.

    For a hub whose listings were lost or are not to be trusted. Until a boutique has been read again it is not shown.
    Safe to run again. Stock follows with each boutique's next word, within half a minute.
    """
    asyncio.run(_rebuild(only))


async def _rebuild(only: str) -> None:
    async with as_node(HubSettings) as settings:
        built = build_hub(settings)
        with told_on("rebuild") as told:
            done = await rebuilding.rebuild(built, lambda number, whole: told("boutiques", number, whole), only=only)
        boutiques, products = await rebuilding.listed()
        click.echo(f"{len(done)} boutiques read again; {boutiques} shown with {products} products")
        for item in done:
            if item.error:
                click.echo(f"{item.shop_id}: {item.error} (it is asked again by the hub's worker)")
