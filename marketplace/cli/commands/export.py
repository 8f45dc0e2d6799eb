"""`galleria export`: a boutique's archive, with everything it has, as one file.

Exit codes: 0 the archive is there, 2 refused, with a sentence saying why.
"""

import asyncio
from pathlib import Path

import click
import msgspec

from federation.node import clock
from federation.vocabulary.ids import PartyId, is_party_id
from marketplace.cli.archives import disk_said, password_of, shown, told_on
from marketplace.cli.node_context import as_node
from shops import store as boutiques
from shops.moving.service.taking_out import TakenOut, Wish, take_out
from shops.settings import ShopNodeSettings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(name="export")
@click.argument("party", metavar="HANDLE|PARTY")
@click.argument("archive", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--leave", is_flag=True, help="Stop acting for the boutique here first: it is about to live elsewhere.")
@click.option("--force", is_flag=True, help="Write over ARCHIVE when it is there already.")
@click.option("--seal-key", is_flag=True, help="Put the daily key inside, under a password that is asked for.")
@click.option("--password-file", type=_FILE, help="Read that password from a file.")
@click.option("--json", "as_json", is_flag=True, help="Say the result as JSON.")
def export(
    party: str,
    archive: Path | None,
    *,
    leave: bool,
    force: bool,
    seal_key: bool,
    password_file: Path | None,
    as_json: bool,
) -> None:
    """Write everything a boutique has into ARCHIVE (by default HANDLE.galleria.zip): any time, as often as wanted.

    A file that is there already is left as it is, unless --force says otherwise; the archive bears its name only once
    it is whole. With --leave the boutique first stops here: hubs are asked to wait, nothing changes any more, and the
    archive can be taken in at another node by `galleria shops take-in`. `galleria shops stay` takes that back.
    """
    password = password_of(password_file, ask=seal_key)
    made = asyncio.run(_export(party, archive, Wish(password=password, leave=leave, overwrite=force)))
    end = made.manifest.logs[-1]
    if as_json:
        click.echo(msgspec.json.encode(_told(made)).decode())
        return
    click.echo(f"archive: {made.path} ({shown(made.size_bytes)})")
    click.echo(f"log: {end.size} lines, root {end.root}")
    click.echo(f"pictures: {made.manifest.media_count} ({shown(made.manifest.media_bytes)})")
    if made.manifest.is_final:
        click.echo("the boutique has stopped here. Carry the file to its new node and there say:")
        click.echo(f"  galleria shops take-in {made.path.name} --root-key RECOVERY-FILE")
        click.echo("(or there say `galleria shops move`, which fetches it by itself)")
        click.echo("until then `galleria shops stay` lets it go on here")


async def _export(party: str, archive: Path | None, wish: Wish) -> TakenOut:
    async with as_node(ShopNodeSettings) as settings:
        if is_party_id(party):
            boutique = await boutiques.boutique(PartyId(party))
        else:
            boutique = await boutiques.boutique_by_handle(party)
        path = archive or Path(f"{boutique.handle}.galleria.zip")
        stopped = "; the boutique has stopped here: run this again, or `galleria shops stay`" if wish.leave else ""
        with told_on(f"export {boutique.handle}") as told, disk_said(path, stopped):
            return await take_out(
                settings, boutique.shop_id, path, msgspec.structs.replace(wish, told=told), clock.now()
            )


def _told(made: TakenOut) -> dict[str, object]:
    manifest = made.manifest
    return {
        "archive": str(made.path),
        "size_bytes": made.size_bytes,
        "party": manifest.party,
        "final": manifest.is_final,
        "key_inside": made.is_key_inside,
        "logs": manifest.logs,
        "vseq": manifest.vseq,
        "pictures": manifest.media_count,
        "members": {item.name: item.lines for item in manifest.members},
    }
