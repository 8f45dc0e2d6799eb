"""`galleria keys recover`: act for a party again with its recovery file and any hub that knows it.

The hub's own history and times are believed as far as root keys and its countersignatures reach; a fresh daily key is
named, the old ones end. A boutique's catalogue log comes back from the same hub; its words and pictures live in the
export (`galleria import`), since a hub gives them back only as published.
"""

import asyncio
from pathlib import Path

import click
import msgspec

from federation.node import clock
from federation.node.database import atomic
from federation.service import announcing, links, recovery, takeover
from federation.service.announcing import OperationsDue
from federation.service.identity_view import IdentityView, identity_view
from federation.service.takeover import TakenOver, TakeOver
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId, is_party_id
from marketplace.cli import keys_words
from marketplace.cli.commands.keys_options import EXISTING_FILE, JSON, YES, confirm
from marketplace.cli.errors import CommandError
from marketplace.cli.keys_node import KeysNode, keys_node
from marketplace.cli.recovery import read_key


class _Wish(msgspec.Struct, frozen=True, kw_only=True):
    file: Path
    hub: str
    party: str | None
    yes: bool


@click.command()
@click.argument("file", type=EXISTING_FILE)
@click.option("--hub", required=True, help="The profile address of a hub that knows the party; it ends in /profile.")
@click.option("--party", help="The party's id, when the recovery file does not say it.")
@YES
@JSON
def recover(*, file: Path, hub: str, party: str | None, yes: bool, as_json: bool) -> None:
    """Act for a party on this node again, with the root key in FILE and what a hub has countersigned."""
    view, fetched = asyncio.run(_recover(_Wish(file=file, hub=hub, party=party, yes=yes)))
    if as_json:
        click.echo(msgspec.json.encode(view))
        return
    click.echo(f"{view.name} ({view.party_id}) is hosted here now")
    click.echo(f"done: {keys_words.sentence(view.operations[-1])}")
    click.echo(fetched)


async def _recover(wish: _Wish) -> tuple[IdentityView, str]:
    key = read_key(wish.file)
    party_id = wish.party or key.party_id
    if party_id is None or not is_party_id(party_id):
        raise CommandError(f"{wish.file} does not say whose key it is: name the party with --party")
    async with keys_node() as node:
        now = clock.now()
        history = await takeover.fetch_history(node.federation, wish.hub, PartyId(party_id), now)
        confirm(
            [
                f"{history.hub.name} knows {len(history.operations)} operations of {party_id}.",
                f"It will be reached at {node.settings.public_url} from now on; every earlier daily key ends.",
            ],
            yes=wish.yes,
        )
        async with atomic():
            address = node.settings.public_url
            wanted = TakeOver(operations=history.operations, root_seed=key.root.seed, address=address)
            taken = await takeover.take_over(wanted, now)
            await takeover.keep_words(history)
            await takeover.open_log(taken, now)
            await announcing.announce_to(taken.party.id, history.hub.id, now)
        await links.propose_link(node.federation, taken.party.id, wish.hub, clock.now(), "recovered on another node")
        fetched = await _history_of_catalogue(node, taken, history.hub.id)
        return await identity_view(taken.party.id, clock.now()), fetched


async def _history_of_catalogue(node: KeysNode, taken: TakenOver, hub_id: PartyId) -> str:
    """Fetch a shop's own log back; what cannot be had now is said, and comes when the link is taken up."""
    try:
        await announcing.deliver_operations(node.federation, OperationsDue(taken.party.id, hub_id), clock.now())
        if taken.party.kind != "shop":
            return "the hub has heard of the new key"
        head = await recovery.recover_end(node.federation, (taken.party.id, hub_id), clock.now())
    except GalleriaError as error:
        return f"the catalogue's history could not be fetched yet: {error.detail}"
    return f"{head.size} lines of its signed catalogue are back from the hub"
