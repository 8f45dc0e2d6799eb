"""The `galleria keys` commands that sign an operation: rotate, roots, move, retire, undo, new-epoch.

Each says first what will be so afterwards, asks back, then signs with the root key of the named file and records the
operation in one transaction; linked hubs hear of it by the node's worker.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import click
import msgspec

from federation.documents.identity_steps import OVERLAP_DAYS_MIN
from federation.documents.times import moment_of
from federation.node import clock
from federation.node.database import atomic
from federation.records import HostedParty
from federation.service import identity_changes
from federation.service.identity_changes import Plan
from federation.service.identity_view import identity_view
from marketplace.cli import keys_words
from marketplace.cli.commands.keys_options import JSON, PARTY, ROOT_KEY, YES, confirm, public_keys
from marketplace.cli.errors import CommandError
from marketplace.cli.keys_node import keys_node, party_meant
from marketplace.cli.recovery import RecoveryKey, read_key

MakePlan = Callable[[HostedParty, RecoveryKey, datetime], Awaitable[Plan]]


class _Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asks for: whose identity, with which key, and how to ask and answer."""

    party: str
    root_key: Path
    yes: bool
    as_json: bool


@click.command()
@PARTY
@ROOT_KEY
@click.option("--compromised", is_flag=True, help="The daily key was stolen: it ends at once, or when --since says.")
@click.option("--since", help="Since when the stolen key counts nowhere, like 2026-11-22T07:16:00Z.")
@click.option("--overlap-days", default=OVERLAP_DAYS_MIN, show_default=True, help="How long the old key goes on.")
@YES
@JSON
def rotate(
    *, party: str, root_key: Path, compromised: bool, since: str | None, overlap_days: int, yes: bool, as_json: bool
) -> None:
    """Name a new daily key for PARTY; the node signs with it from now on."""
    if since is not None and not compromised:
        raise CommandError("--since goes with --compromised: a planned rotation ends the old key in days to come")
    ended_at = None if since is None else moment_of(since)

    async def plan(meant: HostedParty, _key: RecoveryKey, now: datetime) -> Plan:
        if compromised:
            return await identity_changes.plan_after_theft(meant.id, now, since=ended_at)
        return await identity_changes.plan_rotation(meant.id, now, overlap_days=overlap_days)

    ending = (
        f"The old key counts for nothing after {since or 'this moment'}: hubs set aside what it signed since."
        if compromised
        else f"The old key goes on for {overlap_days} days, so that every hub learns the new one in its own time."
    )
    _change(_Wish(party=party, root_key=root_key, yes=yes, as_json=as_json), plan, [ending])


@click.command()
@PARTY
@ROOT_KEY
@click.option("--root", "roots", multiple=True, required=True, help="The public part of a root key; highest first.")
@YES
@JSON
def roots(*, party: str, root_key: Path, roots: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Name the root keys of PARTY, one to three, highest first; those not named count no more."""
    named = public_keys(roots)

    async def plan(meant: HostedParty, _key: RecoveryKey, now: datetime) -> Plan:
        return await identity_changes.plan_roots(meant.id, named, now)

    said = [f"Root key {place}: {text}" for place, text in enumerate(roots, start=1)]
    _change(
        _Wish(party=party, root_key=root_key, yes=yes, as_json=as_json),
        plan,
        [*said, "Root keys not named here can do nothing any more."],
    )


@click.command()
@PARTY
@click.argument("address")
@ROOT_KEY
@YES
@JSON
def move(*, party: str, address: str, root_key: Path, yes: bool, as_json: bool) -> None:
    """Say that PARTY is reached at ADDRESS (such as https://shop.example) from now on.

    The party's node must answer there: hubs believe an address only when both sides say the same.
    """

    async def plan(meant: HostedParty, _key: RecoveryKey, now: datetime) -> Plan:
        return await identity_changes.plan_move(meant.id, address, now)

    _change(
        _Wish(party=party, root_key=root_key, yes=yes, as_json=as_json),
        plan,
        [f"Every linked party will look for this one at {address} and nowhere else."],
    )


@click.command()
@PARTY
@ROOT_KEY
@YES
@JSON
def retire(*, party: str, root_key: Path, yes: bool, as_json: bool) -> None:
    """End PARTY for good: every link ends, nothing is sold, nothing is taken from it any more."""

    async def plan(meant: HostedParty, _key: RecoveryKey, now: datetime) -> Plan:
        return await identity_changes.plan_retirement(meant.id, now)

    _change(
        _Wish(party=party, root_key=root_key, yes=yes, as_json=as_json),
        plan,
        [
            "This is for good. Every link ends, hubs stop selling, and no operation can follow.",
            "Finish open orders first: nothing more can be said about them afterwards.",
        ],
    )


@click.command()
@PARTY
@ROOT_KEY
@YES
@JSON
def undo(*, party: str, root_key: Path, yes: bool, as_json: bool) -> None:
    """Overrule with a higher root key what a lower one of PARTY signed in the last 72 hours.

    Keys and address are again what they were before it; the lower root key that signed it counts no more.
    """

    async def plan(meant: HostedParty, key: RecoveryKey, now: datetime) -> Plan:
        return await identity_changes.plan_undoing(meant.id, key.root.public, now)

    _change(
        _Wish(party=party, root_key=root_key, yes=yes, as_json=as_json),
        plan,
        [
            "The oldest operation of a lower root key that can still be undone, and all that followed it, fall.",
            "The root key that signed it counts no more.",
        ],
    )


@click.command(name="new-epoch")
@PARTY
@ROOT_KEY
@YES
@JSON
def new_epoch(*, party: str, root_key: Path, yes: bool, as_json: bool) -> None:
    """Begin the catalogue's log of PARTY anew, when two histories of it were signed or a backup lost its end.

    What this node holds is what was published; hubs leave what they hold beyond it and follow the new log.
    """

    async def plan(meant: HostedParty, _key: RecoveryKey, now: datetime) -> Plan:
        return await identity_changes.plan_new_epoch(meant.id, now)

    _change(
        _Wish(party=party, root_key=root_key, yes=yes, as_json=as_json),
        plan,
        ["The catalogue's log begins anew from what this node holds; everything published is said again."],
    )


def _change(wish: _Wish, plan: MakePlan, sentences: list[str]) -> None:
    asyncio.run(_carried_out(wish, plan, sentences))


async def _carried_out(wish: _Wish, make_plan: MakePlan, sentences: list[str]) -> None:
    key = read_key(wish.root_key)
    async with keys_node() as node:
        meant = await party_meant(wish.party)
        confirm([f"{meant.name} ({meant.id})", *sentences], yes=wish.yes)
        async with atomic():
            now = clock.now()
            await identity_changes.carry_out(node.federation, await make_plan(meant, key, now), key.root, now)
        view = await identity_view(meant.id, clock.now())
    if wish.as_json:
        click.echo(msgspec.json.encode(view))
        return
    click.echo(f"done: {keys_words.sentence(view.operations[-1])}")
    click.echo(f"hubs that hear of it: {len(view.hubs)}; `galleria keys show` says which have countersigned it")


CHANGES = (rotate, roots, move, retire, undo, new_epoch)
