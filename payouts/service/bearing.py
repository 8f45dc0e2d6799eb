"""Who bears what of lines that are given back, by a refund or by a dispute, and where each one's part lies.

Decides amounts only; what is written and posted is its callers'.
"""

from collections.abc import Mapping, Sequence

import msgspec

from payouts.domain.giveback import Components
from payouts.domain.ledger import AccountKind
from payouts.domain.postings import Bearer
from payouts.domain.records import LineRecord, SettlementRecord
from payouts.domain.settlement import STILL_WITH_US, SettlementKind, SettlementStatus
from payouts.domain.settling import settled_back
from payouts.service.sales import SHIPPING_LINE


class Slice(msgspec.Struct, frozen=True):
    """One line given back in part: what goes in the shopper's currency, and in the hub's once it is known."""

    line: LineRecord
    quantity: int
    components: Components
    settled: Components | None

    @property
    def borne(self) -> Components:
        """What the parties give back, in the currency their shares stand in."""
        return self.settled or self.components


def settled_part(line: LineRecord, given: Components) -> Components | None:
    """What goes back of a line in the hub's currency; the same figures when that is the shopper's as well."""
    whole = line.settled_components
    if whole is None or whole == line.components:
        return None if whole is None else given
    before = settled_back(whole, line.gone_minor, line.paid)
    return settled_back(whole, line.gone_minor + given.paid, line.paid) - before


def borne_by(slices: Sequence[Slice]) -> dict[tuple[SettlementKind, str], int]:
    """What each settlement of a shop order, by its kind and shop, bears of some slices of it."""
    borne: dict[tuple[SettlementKind, str], int] = {}
    for each in slices:
        kind = SettlementKind.SHIPPING if each.line.line_id == SHIPPING_LINE else SettlementKind.SALE
        for key, amount in (
            ((kind, each.line.shop_id), each.borne.seller),
            ((SettlementKind.REFERRAL, each.line.referrer), each.borne.referral),
        ):
            borne[key] = borne.get(key, 0) + amount
    return {key: amount for key, amount in borne.items() if amount}


def with_promotions(
    borne: Mapping[tuple[SettlementKind, str], int], owed: Mapping[tuple[SettlementKind, str], SettlementRecord]
) -> dict[tuple[SettlementKind, str], int]:
    """What each settlement bears where a hub's coupon pays part of a shop's share: first what the shopper paid of it.

    What is sent out of the shopper's own payment so never comes to more than what is left of that.
    """
    spread_out = dict(borne)
    for (kind, shop_id), amount in borne.items():
        promotion = owed.get((SettlementKind.PROMOTION, shop_id))
        if kind is SettlementKind.SALE and promotion is not None:
            sale = owed.get((kind, shop_id))
            left = 0 if sale is None else sale.amount_minor - sale.given_back_minor
            spread_out[kind, shop_id] = min(amount, left)
            spread_out[SettlementKind.PROMOTION, shop_id] = amount - min(amount, left)
    return {key: amount for key, amount in spread_out.items() if amount}


def division(settlement: SettlementRecord, amount: int) -> tuple[int, int]:
    """What of an amount a settlement bears from what still lies with us, and what its shop owes from now on."""
    with_us = min(amount, settlement.due_minor) if settlement.status in STILL_WITH_US else 0
    return with_us, amount - with_us


def bearers(settlement: SettlementRecord, with_us: int, claimed: int) -> list[Bearer]:
    """The accounts that bear such a division."""
    kind = AccountKind.HELD if settlement.status is SettlementStatus.HELD else AccountKind.RELEASABLE
    both = [Bearer(kind, settlement.shop_id, with_us), Bearer(AccountKind.CLAIM, settlement.shop_id, claimed)]
    return [each for each in both if each.amount]
