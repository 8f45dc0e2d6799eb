"""`galleria keys new-epoch`: begin a boutique's catalogue anew, with its root key."""

import asyncio
from pathlib import Path

import click

from federation.documents import identity
from federation.node import clock
from federation.node.database import atomic
from federation.service import epochs
from marketplace.cli.commands.keys_options import PARTY, ROOT_KEY, YES, confirm
from marketplace.cli.errors import CommandError
from marketplace.cli.keys_node import keys_node, party_meant
from marketplace.cli.recovery import read_key

SENTENCES = (
    "The catalogue begins anew from what this node has now: everything published is said again, signed once more.",
    "Hubs that stopped because two catalogues had been signed go on with this one; the old one stays as history.",
    "What this node has lost, say by restoring an old backup, and no hub gave back, is gone from the catalogue.",
)


@click.command("new-epoch", short_help="Begin a boutique's catalogue anew, after two were signed.")
@PARTY
@ROOT_KEY
@YES
def new_epoch(*, party: str, root_key: Path, yes: bool) -> None:
    """Begin the signed catalogue of PARTY anew: the way out when a hub says that two histories were signed."""
    asyncio.run(_new_epoch(party, root_key, yes=yes))


async def _new_epoch(words: str, root_key: Path, *, yes: bool) -> None:
    key = read_key(root_key)
    async with keys_node():
        meant = await party_meant(words)
        if meant.kind != "shop":
            raise CommandError(f"{meant.name} is a hub: only a boutique has a catalogue to begin anew")
        confirm([f"{meant.name} ({meant.id})", *SENTENCES], yes=yes)
        async with atomic():
            now = clock.now()
            operation = identity.sign_operation(await epochs.epoch_operation(meant.id, now), key.root)
            head = await epochs.open_epoch(meant.id, operation, now)
    click.echo(f"done: epoch {head.epoch} of the catalogue begins with {head.size} lines; linked hubs hear of it")
