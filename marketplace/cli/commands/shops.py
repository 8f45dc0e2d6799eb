"""`galleria shops`: open boutiques on a shop node, and ask hubs to link with them."""

import asyncio
from pathlib import Path

import click
import msgspec

from federation.documents.keys import PublicKey
from federation.node import accounts, clock, signin
from federation.node.database import atomic
from federation.service import links
from federation.service.context import create_federation
from federation.vocabulary.errors import RecordInvalidError
from federation.vocabulary.product import ShopProfile
from marketplace.cli.commands import guided_move, moving
from marketplace.cli.commands.keys_options import FURTHER_ROOTS
from marketplace.cli.node_context import as_node
from marketplace.cli.recovery import recovery_folder, write_recovery_file
from shops import service
from shops import store as boutiques
from shops.desk import BoutiqueDesk
from shops.settings import ShopNodeSettings


@click.group()
def shops() -> None:
    """Open boutiques on a shop node and link them with hubs."""


@shops.command(short_help="Open a boutique from its profile, a JSON file.")
@click.argument("profile", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--owner-email", required=True, help="Who may use the boutique's portal.")
@click.option(
    "--outbound", is_flag=True, help="This node cannot be reached from outside: it fetches from its hubs what is asked."
)
@FURTHER_ROOTS
def add(profile: Path, owner_email: str, *, outbound: bool, further_roots: tuple[PublicKey, ...]) -> None:
    """Open the boutique that PROFILE (a JSON file) describes, and print its owner's first sign-in link.

    With --outbound nothing needs to reach this node, so it may stand behind a home router.
    """
    try:
        described = msgspec.json.decode(profile.read_bytes(), type=ShopProfile)
    except msgspec.DecodeError as error:
        raise RecordInvalidError(f"{profile} is not a boutique's profile: {error}") from error
    asyncio.run(_add(described, owner_email, outbound, further_roots))


async def _add(profile: ShopProfile, owner_email: str, outbound: bool, further_roots: tuple[PublicKey, ...]) -> None:  # noqa: FBT001
    async with as_node(ShopNodeSettings) as settings, atomic():
        opened = await service.open_shop(
            settings, profile, owner_email, clock.now(), outbound=outbound, further_roots=further_roots
        )
        key_file = write_recovery_file(recovery_folder(settings), opened.shop_id, opened.root_seed)
        await service.note_recovery_file(opened.shop_id, str(key_file))
        owner = await accounts.ensure_account(owner_email, profile.name)
        link = await signin.create_link(settings, owner, clock.now(), f"/portal/{profile.handle}/")
        click.echo(f"root key: {key_file} (move it to a safe place away from this machine)")
        click.echo(f"boutique: {opened.shop_id}")
        click.echo(f"sign in once, within 15 minutes: {link}")


@shops.command(short_help="Ask a hub to take a boutique up.")
@click.argument("handle")
@click.argument("hub_profile_url")
@click.option("--message", default="", help="A word to the hub's operator.")
def link(handle: str, hub_profile_url: str, message: str) -> None:
    """Ask the hub at HUB_PROFILE_URL to take up the boutique HANDLE; its operator accepts in the console."""
    asyncio.run(_link(handle, hub_profile_url, message))


shops.add_command(guided_move.move)
shops.add_command(guided_move.ticket)
shops.add_command(moving.take_in)
shops.add_command(moving.stay)
shops.add_command(moving.clear)


async def _link(handle: str, hub_profile_url: str, message: str) -> None:
    async with as_node(ShopNodeSettings) as settings:
        boutique = await boutiques.boutique_by_handle(handle)
        federation = create_federation(settings, shop_desk=BoutiqueDesk())
        await links.propose_link(federation, boutique.shop_id, hub_profile_url, clock.now(), message)
        click.echo(f"{boutique.profile.name} has asked; the hub's operator decides")
