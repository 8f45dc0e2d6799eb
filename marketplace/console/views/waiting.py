"""What waits for the operator: what is wrong, then what others wait for, then what to keep an eye on. Pure."""

from collections.abc import Mapping, Sequence

import msgspec

from marketplace.console.views.looks import Tone, counted
from marketplace.console.views.standings import Standing


class Todo(msgspec.Struct, frozen=True):
    """Something that waits: what, where to go for it, how bad it is."""

    sentence: str
    url: str
    tone: Tone = "todo"


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """The figures from which it follows what to do next. `shortfall` and `unbalanced` are by currency, minor units."""

    standings: Sequence[Standing]
    unbalanced: Sequence[str] = ()
    shortfall: Mapping[str, int] = {}
    alerts: int = 0
    dead_letters: int = 0
    failed_refunds: int = 0
    failed_payouts: int = 0
    blocked_settlements: int = 0
    owed_claims: int = 0
    overdue_parts: int = 0


def todos(waiting: Waiting) -> list[Todo]:
    """What waits, worst first."""
    return [*_wrong(waiting), *_waited_for(waiting), *_watched(waiting)]


def _wrong(waiting: Waiting) -> list[Todo]:
    found = [
        Todo(f"The ledger does not balance in {currency}. Stop and look.", "/console/trial-balance", "bad")
        for currency in waiting.unbalanced
    ]
    found += [
        Todo(f"The hub owes more in {currency} than it has", "/console/money", "bad")
        for currency, short_minor in waiting.shortfall.items()
        if short_minor
    ]
    frozen = [one for one in waiting.standings if one.row.replica_state == "frozen"]
    found += [
        Todo(f"{one.row.name} signed two histories and is frozen", f"/console/boutiques/{one.row.shop_id}", "bad")
        for one in frozen
    ]
    if waiting.alerts:
        found.append(Todo(f"{counted(waiting.alerts, 'alert')} about money", "/console/money#alerts", "bad"))
    if waiting.dead_letters:
        sentence = f"{counted(waiting.dead_letters, 'message')} could not be delivered"
        found.append(Todo(sentence, "/console/dead-letters", "bad"))
    if waiting.failed_refunds:
        sentence = f"{counted(waiting.failed_refunds, 'refund')} did not reach the shopper"
        found.append(Todo(sentence, "/console/money/refunds?state=failed", "bad"))
    if waiting.failed_payouts:
        sentence = f"{counted(waiting.failed_payouts, 'payout')} did not reach the boutique’s bank"
        found.append(Todo(sentence, "/console/money/payouts?state=failed", "bad"))
    return found


def _waited_for(waiting: Waiting) -> list[Todo]:
    found = []
    asking = sum(one.row.link_state == "proposed" and one.row.proposed_by_shop for one in waiting.standings)
    if asking:
        sentence = f"{counted(asking, 'boutique')} {'asks' if asking == 1 else 'ask'} to be let in"
        found.append(Todo(sentence, "/console/boutiques"))
    if waiting.overdue_parts:
        found.append(Todo(f"{counted(waiting.overdue_parts, 'parcel')} overdue", "/console/orders#overdue"))
    if waiting.blocked_settlements:
        sentence = f"{counted(waiting.blocked_settlements, 'settlement')} cannot be sent to its boutique"
        if waiting.blocked_settlements > 1:
            sentence = f"{counted(waiting.blocked_settlements, 'settlement')} cannot be sent to their boutiques"
        found.append(Todo(sentence, "/console/money/settlements?state=blocked"))
    return found


def _watched(waiting: Waiting) -> list[Todo]:
    found = []
    for one in waiting.standings:
        if one.row.quarantined:
            sentence = f"{one.row.name}: {counted(one.row.quarantined, 'record')} could not be read"
            found.append(Todo(sentence, f"/console/boutiques/{one.row.shop_id}#unreadable", "calm"))
    silent = [one for one in waiting.standings if one.open and one.row.freshness == "stale"]
    if silent:
        names = ", ".join(one.row.name for one in silent[:3]) + (" and others" if len(silent) > 3 else "")  # noqa: PLR2004
        found.append(Todo(f"Silent for a while, sold only after asking: {names}", "/console/boutiques", "calm"))
    if waiting.owed_claims:
        sentence = f"{counted(waiting.owed_claims, 'debt')} of boutiques, to be set off against what they sell next"
        found.append(Todo(sentence, "/console/money/claims?state=owed", "calm"))
    return found
