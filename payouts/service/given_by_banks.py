"""What shoppers' banks took of an order's payment and gave to the shopper themselves, for pages.

Invariant: only money that was taken and has not come back counts; what is not decided yet is told apart.
"""

from collections.abc import Mapping
from uuid import UUID

import msgspec

from federation.vocabulary.money import Money, zero
from payouts.domain.dispute import UNDECIDED, DisputeStatus, FundsStage
from payouts.domain.dispute_records import DisputeRecord
from payouts.store import disputes as store
from payouts.store import lists

_DECIDED_FOR_THE_SHOPPER = frozenset({DisputeStatus.LOST, DisputeStatus.PREVENTED})
_NOT_WITH_US = frozenset({FundsStage.TAKEN, FundsStage.BORNE, FundsStage.LOST})


class BanksWord(msgspec.Struct, frozen=True, kw_only=True):
    """How much banks have `asked` for and not decided about, how much they have `given` the shopper for good.

    All in the shopper's currency. `of_parts` is what of the given each shop order bears; what paid for refunds that
    went void, or that people wrote off against it, is in no part.
    """

    asked: Money
    given: Money
    of_parts: Mapping[UUID, Money]


async def banks_word(order_id: UUID, currency: str) -> BanksWord:
    """What banks have done with an order's payment of that currency."""
    found = [each for each in await store.of_order(order_id) if each.currency == currency]
    asked = [each for each in found if each.status in UNDECIDED and not each.refundable]
    given = [each for each in found if _is_given(each)]
    of_parts: dict[UUID, Money] = {}
    for dispute in given:
        for line in await store.lines_of(dispute.id, dispute.round):
            before = of_parts.get(line.shop_order_id, zero(currency))
            of_parts[line.shop_order_id] = before + Money(line.paid, currency)
    for refund in await lists.refunds_of_order(order_id):
        counted = Money(refund.by_disputes_minor - refund.by_unborne_minor, currency)
        if counted and refund.currency == currency:
            _take(of_parts, refund.shop_order_id, counted)
    return BanksWord(
        asked=sum((each.amount for each in asked), zero(currency)),
        given=sum((each.amount for each in given), zero(currency)),
        of_parts=of_parts,
    )


def _take(of_parts: dict[UUID, Money], first: UUID | None, counted: Money) -> None:
    """Leave out what is told with a refund already: of its own part, then of the others."""
    for part in sorted(of_parts, key=lambda each: (each != first, str(each))):
        taken = min(of_parts[part], counted)
        of_parts[part] -= taken
        counted -= taken


def _is_given(dispute: DisputeRecord) -> bool:
    return dispute.status in _DECIDED_FOR_THE_SHOPPER and dispute.funds in _NOT_WITH_US
