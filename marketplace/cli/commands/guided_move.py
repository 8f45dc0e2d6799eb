"""`galleria shops move` and `ticket`: a boutique comes to this node from another one, in one guided command.

Exit codes: 0 it lives here, 2 refused or stopped, with a sentence saying why and what to do; the same again goes on.
"""

import asyncio
import re
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import click
import msgspec
from rich.console import Console
from rich.progress import BarColumn, TaskProgressColumn, TextColumn
from rich.progress import Progress as Bar

from federation.node import clock
from federation.node.database import atomic
from federation.service.context import create_federation
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PARTY_ID_PATTERN, PartyId
from marketplace.cli.archives import disk_said, shown
from marketplace.cli.commands.keys_options import EXISTING_FILE, JSON, YES, confirm
from marketplace.cli.errors import CommandError
from marketplace.cli.node_context import as_node
from marketplace.cli.recovery import RecoveryKey, read_key
from shops import store as boutiques
from shops.desk import BoutiqueDesk
from shops.moving.arrival import steps
from shops.moving.arrival.notes import folder_of
from shops.moving.arrival.steps import STEPS, Moved, Prospect, Step, Wanted, Watch
from shops.moving.handover import store as handovers
from shops.moving.handover.service import command_of, make_ticket
from shops.settings import ShopNodeSettings

_PARTY = re.compile(rf"(?<![a-z0-9]){PARTY_ID_PATTERN}(?![a-z0-9])")
WORDS: dict[Step, str] = {
    "stop": "it stops at its old node, which writes its last archive",
    "fetch": "the archive is fetched",
    "take-in": "all of it is checked and taken in, at once or not at all",
    "tell": "the old node learns where it lives",
    "pictures": "its products name their pictures' new addresses",
    "hubs": "its hubs hear of it",
}
FIVE_MINUTES = 300


@click.command(short_help="Move a boutique to this node from the one it lives at.")
@click.argument("old", metavar="ADDRESS-OF-OLD")
@click.option("--root-key", type=EXISTING_FILE, required=True, help="The boutique's recovery file.")
@click.option("--ticket", default="", help="The ticket that its owner made in the portal of the old node.")
@YES
@JSON
def move(old: str, *, root_key: Path, ticket: str, yes: bool, as_json: bool) -> None:
    """Let a boutique live on this node: it stops at its old node, is fetched whole, taken in, and everybody hears.

    ADDRESS-OF-OLD is the boutique's profile address at its old node, or just that node's address. The recovery file
    says who the boutique is and that it lives here from now on; it stays where it is. Without --ticket its key also
    asks the old node to let the boutique go.

    Nothing is lost when this stops half-way, whatever stopped it: run the same command again and it goes on where it
    stood. Until it has been taken in here, `Stay here after all` at the old node takes everything back.
    """
    wanted = wanted_of(old, read_key(root_key), ticket)
    try:
        prospect, moved = asyncio.run(_move(wanted, yes=yes, quiet=as_json))
    except CommandError:
        raise
    except GalleriaError as error:
        again = "" if as_json else "\nNothing is lost: run the same command again, and it goes on where it stood."
        raise CommandError(f"{error.detail}{again}") from error
    if as_json:
        click.echo(msgspec.json.encode(moved).decode())
        return
    _say(prospect, moved)


@click.command(short_help="Make a ticket with which another node may fetch a boutique of this one.")
@click.argument("handle")
@click.option("--withdraw", is_flag=True, help="Make no ticket; let none that was made open anything any more.")
def ticket(handle: str, *, withdraw: bool) -> None:
    """Make a ticket for the boutique HANDLE: good for a day and for one node, which stops the boutique here."""
    made = asyncio.run(_ticket(handle, withdraw=withdraw))
    if made is None:
        click.echo("no ticket opens anything any more")
        return
    click.echo("Nothing stops before the new node uses it; it is good for a day, and once. There enter:")
    click.echo(f"  {made}")


def wanted_of(old: str, key: RecoveryKey, ticket: str) -> Wanted:
    """What is to move, by the words of a person. Raises CommandError."""
    parts = urlsplit(old if "//" in old else f"https://{old}")
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise CommandError(f"{old} is no address: give the one the old node's page shows, such as https://node.example")
    named = _PARTY.search(parts.path)
    party_id = PartyId(named[0]) if named else key.party_id
    if party_id is None:
        raise CommandError("the recovery file does not say whose key it is: give the boutique's profile address")
    if key.party_id not in {None, party_id}:
        raise CommandError(f"the recovery file is {key.party_id}'s, the address names {party_id}")
    address = f"{parts.scheme}://{parts.netloc.lower()}"
    return Wanted(party_id=party_id, old=address, root_seed=key.root.seed, ticket=ticket)


async def _move(wanted: Wanted, *, yes: bool, quiet: bool) -> tuple[Prospect, Moved]:
    async with as_node(ShopNodeSettings) as settings:
        fed = create_federation(settings, shop_desk=BoutiqueDesk())
        with disk_said(folder_of(settings), "; what came before is kept"):
            prospect = await steps.look(fed, settings, wanted, clock.now())
            if not prospect.lives_here:
                confirm(_plan(prospect, wanted, settings), yes=yes)
            elif not quiet:
                click.echo(f"{prospect.name} lives here already: what was to follow is seen to.")
            with _Guide(quiet=quiet) as guide:
                moved = await steps.move(fed, settings, wanted, Watch(step=guide.step, told=guide.told))
                guide.end()
    return prospect, moved


def _plan(prospect: Prospect, wanted: Wanted, settings: ShopNodeSettings) -> list[str]:
    again = "A move that was begun before goes on. " if prospect.is_resumed else ""
    lines = [
        f"{again}{prospect.name} (/@{prospect.handle}) moves from {wanted.old} to {settings.public_url}:",
        f"{prospect.products} products, {prospect.orders} orders, about {shown(prospect.media_bytes)} of pictures.",
        "",
    ]
    lines += [f"  {number}. {WORDS[step]}" for number, step in enumerate(STEPS, 1)]
    return [
        *lines,
        "",
        "Between 1 and 3 it sells nothing, and hubs wait: a minute or two. Should anything stop this, run it again.",
    ]


class _Guide:
    """Says each step as it begins and how long it took, with a bar on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        console = Console(stderr=True)
        columns = (TextColumn("   {task.description}"), BarColumn(), TaskProgressColumn())
        self._bar = Bar(*columns, transient=True, console=console, disable=quiet or not console.is_terminal)
        self._task = self._bar.add_task("", total=None, visible=False)
        self._began = clock.now()
        self._words = ""

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def step(self, step: Step) -> None:
        """A step begins, and with it the one before is done."""
        self.end()
        self._began, self._words = clock.now(), f"{STEPS.index(step) + 1} of {len(STEPS)}: {WORDS[step]}"

    def end(self) -> None:
        """The present step is done."""
        self._bar.update(self._task, visible=False)
        if self._words and not self._quiet:
            seconds = (clock.now() - self._began).total_seconds()
            click.echo(f"{self._words} ({seconds:.1f} s)")
        self._words = ""

    def told(self, what: str, done: int, whole: int) -> None:
        """How far the present step is."""
        self._bar.update(self._task, description=what, completed=done, total=whole or None, visible=True)


def _say(prospect: Prospect, moved: Moved) -> None:
    click.echo(f"{prospect.name} lives here now, at {moved.address}/@{moved.handle}, done in {moved.seconds:.0f} s")
    click.echo(f"products: {moved.products}, orders: {moved.orders}, pictures: {moved.pictures}")
    if moved.published_again:
        click.echo(f"products published again with their pictures' new addresses: {moved.published_again}")
    click.echo(f"hubs that have heard of it: {moved.hubs - len(moved.hubs_waiting)} of {moved.hubs}")
    for hub in moved.hubs_waiting:
        click.echo(f"  {hub} has not answered yet: this node's worker goes on telling it")
    if not moved.old_node_heard:
        click.echo("the old node could not be told where it lives; run this again, or tell its operator")
    click.echo(
        "Keep the recovery file away from both nodes. At the old node `galleria shops clear` deletes what is left."
    )


async def _ticket(handle: str, *, withdraw: bool) -> str | None:
    """The command to enter at the new node."""
    async with as_node(ShopNodeSettings) as settings:
        boutique = await boutiques.boutique_by_handle(handle)
        async with atomic():
            if withdraw:
                await handovers.forget(boutique.shop_id)
                return None
            made = await make_ticket(boutique.shop_id, clock.now())
        return command_of(settings, boutique.shop_id, made)
