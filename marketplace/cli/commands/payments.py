"""`galleria payments`: what a hub has to set up at its payment provider."""

import asyncio
import os
from typing import get_args

import click

from federation.node.settings import load
from marketplace.cli.errors import CommandError
from marketplace.settings import HubSettings
from payouts.adapters.choice import open_addresses
from payouts.errors import ProviderError
from payouts.http import PATH
from payouts.ports import AddressKind, EventAddress

SECRETS = "GALLERIA_STRIPE_WEBHOOK_SECRETS"


@click.group()
def payments() -> None:
    """Set the hub's payment provider up."""


@payments.command(short_help="Register the addresses to which Stripe delivers events.")
@click.option(
    "--another", type=click.Choice(get_args(AddressKind)), help="Make a second one, to change its secret for another."
)
@click.option("--remove", default="", metavar="ID", help="Take one of the hub's addresses away.")
@click.option("--look", is_flag=True, help="Only say what is there.")
def endpoints(another: AddressKind | None, remove: str, *, look: bool) -> None:
    """Find the hub's three addresses at Stripe by their URL, make those that are missing, and print their secrets once.

    Safe to run again: what is there is left as it is, but for events it is not told of yet. A secret is printed when
    its address is made and cannot be had again. To change one: --another, put its secret into the list beside the old
    one, restart the hub, then --remove the old address. Meanwhile every event comes twice and counts once.
    """
    settings = _settings()
    hook_url = f"{settings.public_url}{PATH}"
    try:
        told = asyncio.run(_endpoints(settings, hook_url, another, remove, look=look))
    except ProviderError as error:
        raise CommandError(f"Stripe did not do it: {error.detail}") from error
    for address in told:
        _say(address)
    secrets = [address.secret for address in told if address.secret]
    if secrets:
        click.echo(f"\nAdd to {SECRETS} (or its _FILE), separated by blanks, and restart the hub:")
        click.echo(" ".join(secrets))


def _settings() -> HubSettings:
    """The hub's settings; its secrets are what is still to be made here."""
    return load(HubSettings, {SECRETS: "none", **os.environ})


async def _endpoints(
    settings: HubSettings, hook_url: str, another: AddressKind | None, remove: str, *, look: bool
) -> list[EventAddress]:
    addresses = open_addresses(settings.provider)
    try:
        if remove:
            await addresses.remove(hook_url, remove)
        if another is not None:
            return [await addresses.another(hook_url, another)]
        return await addresses.standing(hook_url) if look or remove else await addresses.ensure(hook_url)
    finally:
        await addresses.close()


def _say(address: EventAddress) -> None:
    what = "made" if address.is_new else "was there"
    if address.added:
        what += f"; is told of {', '.join(address.added)} as well now"
    click.echo(f"{address.what:9} {address.id}  {address.url}  {what}")
