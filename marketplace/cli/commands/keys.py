"""`galleria keys`: make, show, change, back up and recover the keys of a boutique or a hub, in plain words.

A root key is read from the file that is named and from nowhere else; no command prints one but `make --on-paper`.
Results go to standard output, `--json` makes them one document; questions and warnings go to standard error.
"""

import asyncio
from pathlib import Path

import click
import msgspec

from federation.documents import json
from federation.node import clock
from federation.node.seals import SealError
from federation.records import HostedParty
from federation.service import identity_changes, parties
from federation.service.identity_view import IdentityView, identity_view
from federation.service.sealing import seal_keys
from federation.store import parties as store
from federation.vocabulary.ids import PartyId, new_secret
from marketplace.cli import keys_words
from marketplace.cli.commands.keys_changes import CHANGES
from marketplace.cli.commands.keys_options import EXISTING_FILE, JSON, PARTY
from marketplace.cli.commands.keys_recover import recover
from marketplace.cli.errors import CommandError
from marketplace.cli.keys_node import keys_node, party_meant
from marketplace.cli.recovery import RecoveryKey, public_part, read_key, spelled, write_key, write_new


@click.group()
def keys() -> None:
    """Make, show, change, back up and recover the keys of a boutique or a hub."""


for command in (*CHANGES, recover):
    keys.add_command(command)


@keys.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--on-paper", is_flag=True, help="Print each key too, to be written down. Mind who looks on.")
def make(files: tuple[Path, ...], *, on_paper: bool) -> None:
    """Make a root key in each of FILES, new files that only you can read.

    Needs no node: do it on a machine that is not connected, and give a node the public parts only.
    """
    for path in files:
        seed = new_secret(32)
        write_key(path, seed, "Root key of a boutique or hub. Whoever has it owns that party for good.")
        click.echo(f"{path}: public part {public_part(seed)}")
        if on_paper:
            click.echo(f"  {spelled(seed)}")


@keys.command()
@PARTY
@JSON
def show(party: str, *, as_json: bool) -> None:
    """Say who a party is: its operations, its keys and until when each may sign, what hubs have countersigned."""
    view = asyncio.run(_view(party))
    if as_json:
        click.echo(msgspec.json.encode(view, enc_hook=str))
        return
    for line in keys_words.told(view):
        click.echo(line)


async def _view(words: str) -> IdentityView:
    async with keys_node():
        return await identity_view((await party_meant(words)).id, clock.now())


@keys.command()
@PARTY
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--root-key", required=True, type=EXISTING_FILE, help="The recovery file to check and to copy.")
def backup(party: str, folder: Path, root_key: Path) -> None:
    """Check a recovery file and put it into FOLDER, with the party's operations and what hubs countersigned.

    The two files and any hub that knows the party are all that is needed to recover it. Nothing is written over.
    """
    key = read_key(root_key)
    meant, place, document = asyncio.run(_checked(party, key))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    operations, copy = folder / f"{meant.id}.operations.json", folder / f"{meant.id}.root-key-{place}"
    for path in (operations, copy):
        if path.exists():
            raise CommandError(f"{path} is there already: nothing is ever written over it, name another folder")
    write_key(copy, key.root.seed, f"Root key {place} of {meant.id}. Whoever has it owns this party for good.")
    write_new(operations, document)
    click.echo(f"{copy}: {keys_words.ROOTS[place]} of {meant.name}, checked")
    click.echo(f"{operations}: its operations and the hubs' words, nothing secret")


async def _checked(words: str, key: RecoveryKey) -> tuple[HostedParty, int, str]:
    """The party, the place of the key among its root keys, and what is public of it."""
    async with keys_node():
        meant = await party_meant(words)
        place = await identity_changes.root_place(meant.id, key.root.public)
        if place is None:
            raise CommandError(f"this key is none of the root keys that {meant.name} has now")
        return meant, place + 1, await _public_document(meant.id)


async def _public_document(party_id: PartyId) -> str:
    chain = await parties.own_operations(party_id)
    words = [word.note.decode() for word in await store.countersigned(party_id)]
    return json.encode({"operations": chain.operations, "countersigned": words}).decode() + "\n"


@keys.command()
def reseal() -> None:
    """Seal every daily key in the node's database under GALLERIA_SECRET_KEY.

    To change that secret: put the new one into GALLERIA_SECRET_KEY and the old one into GALLERIA_SECRET_KEY_BEFORE,
    run this (or start the node), then take GALLERIA_SECRET_KEY_BEFORE away.
    """
    asyncio.run(_reseal())


async def _reseal() -> None:
    async with keys_node():
        unsealed = await store.unsealed_parties()
        try:
            await seal_keys()
        except SealError as error:
            raise CommandError(error.detail) from error
    click.echo(f"{unsealed} keys sealed anew" if unsealed else "nothing to do: every key lies sealed under this secret")
