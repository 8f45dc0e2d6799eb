"""What waits for the operator: what is wrong, then what others wait for, then what to keep an eye on."""

from collections.abc import Sequence

import msgspec

from marketplace.console.views import hands
from marketplace.console.views.hands import Morning, Todo
from marketplace.console.views.standings import Standing
from marketplace.console.words import counted, say

NAMES_MAX = 3
"""How many silent boutiques a sentence names."""


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """The figures from which it follows what to do next, those of money among them."""

    standings: Sequence[Standing]
    money: Morning
    dead_letters: int = 0
    overdue_parts: int = 0
    overdue_returns: int = 0


def todos(waiting: Waiting) -> list[Todo]:
    """What waits, worst first."""
    return [*_wrong(waiting), *_waited_for(waiting), *_watched(waiting)]


def _wrong(waiting: Waiting) -> list[Todo]:
    found = [_frozen(one) for one in waiting.standings if one.row.replica_state == "frozen"]
    found += hands.wrong(waiting.money)
    if waiting.dead_letters:
        sentence = counted(
            "%(num)s message could not be delivered", "%(num)s messages could not be delivered", waiting.dead_letters
        )
        found.append(Todo(sentence, "/console/dead-letters", "bad"))
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
    return [*found, *hands.waited_for(waiting.money.hands)]


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
    return [*found, *hands.watched(waiting.money.hands)]
