"""`galleria shops take-in`, `stay` and `clear`: a boutique comes to this node, stays, or has left for good."""

import asyncio
import time
from pathlib import Path

import click
import msgspec

from federation.node import clock
from federation.service.context import create_federation
from federation.vocabulary.ids import PartyId, is_party_id
from marketplace.cli.archives import disk_said, password_of, told_on
from marketplace.cli.node_context import as_node
from marketplace.cli.recovery import read_key
from shops import store as boutiques
from shops.desk import BoutiqueDesk
from shops.moving.service import clearing, taking_in, taking_out
from shops.moving.service.rebasing import RebaseDue, rebase
from shops.moving.service.taking_in import Arrival, TakenIn
from shops.settings import ShopNodeSettings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="take-in", short_help="Let a boutique live on this node, from its archive.")
@click.argument("archive", type=_FILE)
@click.option("--root-key", type=_FILE, help="The boutique's recovery file: says that it lives here from now on.")
@click.option("--password-file", type=_FILE, help="The password of the key inside, to go on at the same address.")
@click.option("--password", "asks", is_flag=True, help="Ask for that password.")
@click.option("--old-node-is-gone", is_flag=True, help="The old node answers no more and never will.")
@click.option("--check", "only_check", is_flag=True, help="Check the archive whole and change nothing.")
@click.option("--json", "as_json", is_flag=True, help="Say the result as JSON.")
def take_in(
    archive: Path,
    *,
    root_key: Path | None,
    password_file: Path | None,
    asks: bool,
    old_node_is_gone: bool,
    only_check: bool,
    as_json: bool,
) -> None:
    """Take in ARCHIVE, made elsewhere by `galleria export --leave`: all of it or, at the first fault, nothing.

    With the root key the boutique gets a new daily key and this node's address, every hub hears of it, and the old
    node says from then on where the boutique lives. Safe to run again after a crash.
    """
    if only_check:
        asyncio.run(_check(archive))
        return
    seed = read_key(root_key).root.seed if root_key is not None else b""
    password = password_of(password_file, ask=asks, again=False)
    arrival = Arrival(root_seed=seed, password=password, is_old_node_gone=old_node_is_gone)
    started = time.monotonic()
    taken, renamed = asyncio.run(_take_in(archive, arrival))
    seconds = time.monotonic() - started
    if as_json:
        told = msgspec.structs.asdict(taken) | {"published_again": renamed, "seconds": round(seconds, 1)}
        click.echo(msgspec.json.encode(told).decode())
        return
    _say(taken, renamed, seconds)


@click.command(short_help="Let a boutique that was leaving go on here after all.")
@click.argument("handle")
def stay(handle: str) -> None:
    """Go on for the boutique HANDLE, which `export --leave` stopped, as long as it lives nowhere else."""
    asyncio.run(_stay(handle))
    click.echo("the boutique goes on here; its last archive can be taken in nowhere any more")


@click.command(short_help="Delete what a boutique that moved has left behind here.")
@click.argument("party", metavar="HANDLE|PARTY")
@click.option("--yes", is_flag=True, help="Do not ask.")
def clear(party: str, *, yes: bool) -> None:
    """Delete everything of a boutique that lives at another node now; that it moved, and where to, is still told."""
    asyncio.run(_clear(party, yes=yes))


async def _clear(party: str, *, yes: bool) -> None:
    async with as_node(ShopNodeSettings) as settings:
        is_id = is_party_id(party)
        shop_id = PartyId(party) if is_id else (await boutiques.boutique_by_handle(party)).shop_id
        known = await clearing.moved(shop_id)
        if not yes:
            click.confirm(f"{known.name} lives at {known.moved_to}. Delete all that is left of it here?", abort=True)
        done = await clearing.clear(settings, shop_id)
    click.echo(f"deleted of {done.name}: {done.products} products, {done.orders} orders, {done.pictures} pictures")
    click.echo(f"whoever asks here is still told that it lives at {done.moved_to}")


async def _take_in(archive: Path, arrival: Arrival) -> tuple[TakenIn, int]:
    async with as_node(ShopNodeSettings) as settings:
        fed = create_federation(settings, shop_desk=BoutiqueDesk())
        with told_on("take in") as told, disk_said(archive), archive.open("rb") as source:
            order = msgspec.structs.replace(arrival, told=told)
            taken = await taking_in.take_in(fed, settings, source, order, clock.now())
        if taken.address == taken.address_before:
            return taken, 0
        due = RebaseDue(taken.shop_id, taken.address_before, taken.address)
        return taken, await rebase(due, clock.now())


async def _check(archive: Path) -> None:
    async with as_node(ShopNodeSettings):
        with told_on("check") as told, disk_said(archive), archive.open("rb") as source:
            judged = await taking_in.check(source, clock.now(), told)
    end = judged.manifest.logs[-1]
    click.echo(
        f"{judged.told.name} ({judged.party_id}), made on {judged.manifest.made_at}: everything is as it should be"
    )
    click.echo(f"log: {end.size} lines, root {end.root}; pictures: {judged.manifest.media_count}")
    click.echo(
        "final: the old node had stopped" if judged.manifest.is_final else "not final: it went on at the old node"
    )


async def _stay(handle: str) -> None:
    async with as_node(ShopNodeSettings):
        await taking_out.stay((await boutiques.boutique_by_handle(handle)).shop_id, clock.now())


def _say(taken: TakenIn, renamed: int, seconds: float) -> None:
    click.echo(f"{taken.handle} lives here now ({taken.shop_id})")
    click.echo(f"log: {taken.size} lines, root {taken.root}")
    click.echo(f"products: {taken.products}, orders: {taken.orders}, pictures: {taken.pictures}")
    if renamed:
        click.echo(f"products published again with their pictures' new addresses: {renamed}")
    click.echo(f"hubs that hear of it: {taken.hubs}")
    if not taken.old_node_heard:
        click.echo(f"{taken.address_before} could not be told; tell its operator")
    click.echo(f"done in {seconds:.1f} s")
