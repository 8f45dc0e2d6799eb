"""What waits for the operator: what is wrong, then what others wait for, then what to keep an eye on."""

from collections.abc import Mapping, Sequence

import msgspec

from marketplace.console.views.looks import Tone
from marketplace.console.views.standings import Standing
from marketplace.console.words import counted, say

NAMES_MAX = 3
"""How many silent boutiques a sentence names."""


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
    corrections: int = 0
    for_bank: int = 0
    overdue_parts: int = 0
    overdue_returns: int = 0


def todos(waiting: Waiting) -> list[Todo]:
    """What waits, worst first."""
    return [*_wrong(waiting), *_waited_for(waiting), *_watched(waiting)]


def _wrong(waiting: Waiting) -> list[Todo]:
    found = [
        Todo(
            say("The ledger does not balance in %(currency)s. Stop and look.", currency=currency),
            "/console/trial-balance",
            "bad",
        )
        for currency in waiting.unbalanced
    ]
    found += [
        Todo(say("The hub owes more in %(currency)s than it has", currency=currency), "/console/money", "bad")
        for currency, short_minor in waiting.shortfall.items()
        if short_minor
    ]
    frozen = [one for one in waiting.standings if one.row.replica_state == "frozen"]
    found += [_frozen(one) for one in frozen]
    if waiting.alerts:
        found.append(
            Todo(
                counted("%(num)s alert about money", "%(num)s alerts about money", waiting.alerts),
                "/console/money#alerts",
                "bad",
            )
        )
    if waiting.dead_letters:
        sentence = counted(
            "%(num)s message could not be delivered", "%(num)s messages could not be delivered", waiting.dead_letters
        )
        found.append(Todo(sentence, "/console/dead-letters", "bad"))
    if waiting.failed_refunds:
        sentence = counted(
            "%(num)s refund did not reach the shopper",
            "%(num)s refunds did not reach the shopper",
            waiting.failed_refunds,
        )
        found.append(Todo(sentence, "/console/money/refunds?state=failed", "bad"))
    if waiting.failed_payouts:
        sentence = counted(
            "%(num)s payout did not reach the boutique’s bank",
            "%(num)s payouts did not reach the boutique’s bank",
            waiting.failed_payouts,
        )
        found.append(Todo(sentence, "/console/money/payouts?state=failed", "bad"))
    return found


def _frozen(one: Standing) -> Todo:
    sentence = say("%(name)s signed two histories and is frozen", name=one.row.name)
    return Todo(sentence, f"/console/boutiques/{one.row.shop_id}", "bad")


def _waited_for(waiting: Waiting) -> list[Todo]:
    found = []
    asking = sum(one.row.link_state == "proposed" and one.row.proposed_by_shop for one in waiting.standings)
    if asking:
        sentence = counted("%(num)s boutique asks to be let in", "%(num)s boutiques ask to be let in", asking)
        found.append(Todo(sentence, "/console/boutiques"))
    if waiting.overdue_parts:
        found.append(
            Todo(
                counted("%(num)s parcel overdue", "%(num)s parcels overdue", waiting.overdue_parts),
                "/console/orders#overdue",
            )
        )
    if waiting.overdue_returns:
        sentence = counted("%(num)s return overdue", "%(num)s returns overdue", waiting.overdue_returns)
        found.append(Todo(sentence, "/console/returns?state=overdue"))
    if waiting.blocked_settlements:
        sentence = counted(
            "%(num)s settlement cannot be sent to its boutique",
            "%(num)s settlements cannot be sent to their boutiques",
            waiting.blocked_settlements,
        )
        found.append(Todo(sentence, "/console/money/blocked"))
    if waiting.corrections:
        sentence = counted(
            "%(num)s correction waits for a second person",
            "%(num)s corrections wait for a second person",
            waiting.corrections,
        )
        found.append(Todo(sentence, "/console/money/corrections"))
    if waiting.for_bank:
        sentence = counted(
            "%(num)s boutique waits for a bank file", "%(num)s boutiques wait for a bank file", waiting.for_bank
        )
        found.append(Todo(sentence, "/console/money/bank-files"))
    return found


def _watched(waiting: Waiting) -> list[Todo]:
    found = []
    for one in waiting.standings:
        if one.row.quarantined:
            sentence = counted(
                "%(name)s: %(num)s record could not be read",
                "%(name)s: %(num)s records could not be read",
                one.row.quarantined,
                name=one.row.name,
            )
            found.append(Todo(sentence, f"/console/boutiques/{one.row.shop_id}#unreadable", "calm"))
    silent = [one for one in waiting.standings if one.open and one.row.freshness == "stale"]
    if silent:
        names = ", ".join(one.row.name for one in silent[:NAMES_MAX])
        sentence = say("Silent for a while, sold only after asking: %(names)s", names=names)
        if len(silent) > NAMES_MAX:
            sentence = say("Silent for a while, sold only after asking: %(names)s and others", names=names)
        found.append(Todo(sentence, "/console/boutiques", "calm"))
    if waiting.owed_claims:
        sentence = counted(
            "%(num)s debt of boutiques, to be set off against what they sell next",
            "%(num)s debts of boutiques, to be set off against what they sell next",
            waiting.owed_claims,
        )
        found.append(Todo(sentence, "/console/money/claims?state=owed", "calm"))
    return found
