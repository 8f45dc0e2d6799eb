"""Which movements of ours an automatic payout was made of, by the provider's own list of it. Pure.

Exactly what is listed is claimed. What the provider keeps back or lets go is part of the sum and nobody's; the rest of
what cannot be laid to a movement is unexplained, and a person is told. What we sent in a currency that the account does
not have the provider has exchanged: it counts at what became of it.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from federation.vocabulary.money import Money, zero
from payouts.domain.records import MovementRecord

ItemKind = Literal["transfer", "reversal", "returned", "kept", "other"]
"""What stands behind a part of an automatic payout: a transfer, money taken back of one, a payout that came back,
money that the provider keeps back or lets go, or something that is none of ours."""


class PayoutItem(msgspec.Struct, frozen=True, kw_only=True):
    """A movement of an account that an automatic payout sent on; negative for what left the account before.

    `source` is the id of the transfer, the reversal or the returned payout as the hub knows it; `type` is the
    provider's word.
    """

    id: str
    kind: ItemKind
    type: str
    source: str
    net: Money


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """What a payout claims, what of it is none of our movements (`other`), and what of that nobody can explain.

    Movements of another currency stand here at what they came to in the payout's.
    """

    claimed: tuple[MovementRecord, ...]
    other_minor: int
    unexplained_minor: int


def within(movements: Sequence[MovementRecord], available_minor: int) -> list[MovementRecord]:
    """All that was taken back, and of what came in the oldest that fit into what is available."""
    chosen = [movement for movement in movements if movement.amount_minor < 0]
    total = sum(movement.amount_minor for movement in chosen)
    for movement in movements:
        if movement.amount_minor > 0 and total + movement.amount_minor <= available_minor:
            chosen.append(movement)
            total += movement.amount_minor
    return chosen


def name_of(item: PayoutItem) -> str:
    """What our movement of a transfer or a reversal is called; empty for anything else."""
    return f"{item.kind}:{item.source}" if item.kind in {"transfer", "reversal"} else ""


def shared(
    amount_minor: int,
    items: Sequence[PayoutItem],
    named: Sequence[MovementRecord],
    returned: Mapping[str, Sequence[MovementRecord]],
) -> Shared:
    """Lay a payout's items to movements: to those `named` so, and to what a `returned` payout was made of.

    What another payout has claimed is not claimed again.
    """
    free = {one.id: one for one in named if one.payout_id is None}
    free |= {one.id: one for ones in returned.values() for one in ones if one.payout_id is None}
    claimed: list[MovementRecord] = []
    kept = 0
    for item in items:
        own = [one for one in named if one.reference.rstrip("+") == name_of(item)] or returned.get(item.source, ())
        claimed += _counted([free.pop(one.id) for one in own if one.id in free], item.net)
        kept += item.net.amount_minor if item.kind == "kept" else 0
    other = amount_minor - sum(one.amount_minor for one in claimed)
    return Shared(claimed=tuple(claimed), other_minor=other, unexplained_minor=other - kept)


def _counted(movements: Sequence[MovementRecord], net: Money) -> list[MovementRecord]:
    """Movements as they count in a payout: those of another currency come to `net`, which is told of them together."""
    counted: list[MovementRecord] = []
    left = net
    for one in movements:
        if one.currency == net.currency:
            counted.append(one)
        else:
            counted.append(msgspec.structs.replace(one, amount_minor=left.amount_minor, currency=net.currency))
            left = zero(net.currency)
    return counted
