"""`galleria letters`: what a node could not deliver, in plain words, and sending it again."""

import asyncio

import click

from federation.node import clock
from federation.node.database import atomic
from federation.service.letters import Undelivered, send_again, send_all_again, undelivered
from marketplace.cli.errors import CommandError
from marketplace.cli.keys_node import keys_node


@click.command(short_help="Show what could not be delivered; send it again.")
@click.option("--again", default="", metavar="NUMBER|all", help="Send this message again, or all of them.")
def letters(again: str) -> None:
    """Show the messages that this node gave up on: what, to whom, since when, why; and send them again.

    Every receiver takes each message once at most, so sending again is harmless.
    """
    asyncio.run(_letters(again))


async def _letters(again: str) -> None:
    async with keys_node():
        if again:
            await _again(again)
            return
        found = await undelivered()
        for one in found:
            click.echo(_line(one))
        click.echo(f"{len(found)} not delivered" if found else "everything was delivered, or is still being tried")


async def _again(which: str) -> None:
    async with atomic():
        if which == "all":
            click.echo(f"{await send_all_again(clock.now())} on their way again")
        elif not which.isdigit() or not await send_again(int(which), clock.now()):
            raise CommandError(f"there is no undelivered message {which[:20]!r}: see `galleria letters`")
        else:
            click.echo("on its way again")


def _line(one: Undelivered) -> str:
    to = f" to {one.peer_name or one.peer_id}" if one.peer_id else ""
    order = f", order {one.order_id}" if one.order_id else ""
    why = f"refused: {one.refusal}" if one.refusal else one.error
    return f"{one.id}  {one.topic}{to}{order}, since {one.since:%Y-%m-%d %H:%M}, {one.attempts} tries: {why}"
