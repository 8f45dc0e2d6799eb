"""`galleria hub`: set up the hub of a node, and let its operator in."""

import asyncio

import click
import msgspec

from federation.documents.keys import PublicKey
from federation.node import clock
from federation.node.database import atomic
from federation.service.order_comparing import Compared, Sums
from federation.vocabulary.money import Money, to_decimal
from marketplace.accounts.setup import open_hub, operator_link
from marketplace.cli.archives import told_on
from marketplace.cli.commands.keys_options import FURTHER_ROOTS
from marketplace.cli.node_context import as_node
from marketplace.cli.recovery import recovery_folder, write_recovery_file
from marketplace.composition import build_hub
from marketplace.leaving import rebuilding
from marketplace.leaving.rebuilding import Rebuilt
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
@click.option("--orders-only", is_flag=True, help="Read nothing again; only compare the orders.")
@click.option("--json", "as_json", is_flag=True, help="Say the result as JSON.")
def rebuild(only: str, *, orders_only: bool, as_json: bool) -> None:
    """Make listings, stock and index anew from the boutiques alone; orders and money are left as they are.

    For a hub whose listings were lost or are not to be trusted. Until a boutique has been read again it is not shown.
    Safe to run again. Stock follows with each boutique's next word, within half a minute. Orders are compared with what
    the boutiques have of them, and differences told. Exit codes: 0 all is well, 1 something differs or was not reached.
    """
    told = asyncio.run(_rebuild(only, orders_only=orders_only))
    if as_json:
        click.echo(msgspec.json.encode(told).decode())
    else:
        _say(told)
    if not told.is_well():
        raise click.exceptions.Exit(1)


class RebuildTold(msgspec.Struct, frozen=True):
    """What came of a rebuild: each boutique, its orders, and what is shown."""

    boutiques: list[Rebuilt]
    orders: list[Compared]
    shown: int
    products: int

    def is_well(self) -> bool:
        """Whether every boutique was read and no order differs."""
        is_read = not any(item.error for item in self.boutiques)
        return is_read and not any(item.error or item.differing for item in self.orders)


async def _rebuild(only: str, *, orders_only: bool) -> RebuildTold:
    async with as_node(HubSettings) as settings:
        built = build_hub(settings)
        done: list[Rebuilt] = []
        with told_on("rebuild") as told:
            if not orders_only:
                done = await rebuilding.rebuild(built, lambda one, whole: told("boutiques", one, whole), only=only)
            orders = await rebuilding.compare_orders(built, lambda one, whole: told("orders", one, whole), only=only)
        shown, products = await rebuilding.listed()
        return RebuildTold(done, orders, shown, products)


def _say(told: RebuildTold) -> None:
    click.echo(f"{len(told.boutiques)} boutiques read again; {told.shown} shown with {told.products} products")
    for one in told.boutiques:
        if one.error:
            click.echo(f"{one.shop_id}: {one.error} (it is asked again by the hub's worker)")
    count, differing = sum(one.orders for one in told.orders), sum(len(one.differing) for one in told.orders)
    click.echo(f"{count} orders compared with the boutiques; {differing} differ")
    for compared in told.orders:
        for item in compared.differing:
            click.echo(f"{compared.shop_id}, order {item.order_id}: {'; '.join(item.what)}")
        if compared.here != compared.there:
            click.echo(f"{compared.shop_id}: the hub has {_sums(compared.here)}, the boutique {_sums(compared.there)}")
        if compared.error:
            click.echo(f"{compared.shop_id}: its orders could not all be compared: {compared.error}")


def _sums(sums: Sums) -> str:
    named = {"ordered": sums.ordered, "transferred": sums.transferred, "paid out": sums.paid_out}
    return ", ".join(
        f"{word} {to_decimal(Money(minor, currency))} {currency}"
        for word, each in named.items()
        for currency, minor in sorted(each.items())
    )
