"""Who bears the money that a dispute took: the lines a person chose, or all that is left of the order in proportion.

In the caller's transaction, on a dispute the caller has locked. What still lies with us for a shop is taken from
there; what was sent becomes a claim, reversed at once, or only once all is lost where money could not be sent again.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain import dispute_postings
from payouts.domain.amounts import portion
from payouts.domain.dispute import FUNDS, ChosenLine, DisputedLine, FundsStep, checked, crosses_border, spread
from payouts.domain.dispute_postings import Round
from payouts.domain.dispute_records import DisputeLineRecord, DisputeRecord, DisputeShareRecord
from payouts.domain.giveback import Components, refund_components
from payouts.domain.postings import Bearer
from payouts.domain.records import ClaimRecord, LineRecord, PaymentRecord, SettlementRecord, text_of
from payouts.errors import PaymentMissingError
from payouts.service import messages, voiding
from payouts.service.bearing import Slice, bearers, borne_by, division, settled_part, with_promotions
from payouts.service.context import Payments
from payouts.store import disputes as store
from payouts.store import ledger, lists, rows


async def disputed_lines(order_id: UUID) -> list[DisputedLine]:
    """The lines of an order with what is left of each."""
    return [
        DisputedLine(str(line.shop_order_id), line.line_id, line.paid - line.gone_minor)
        for line in await lists.lines_of_order(order_id)
        if line.paid > line.gone_minor
    ]


async def bear(dispute: DisputeRecord, pay: Payments, now: datetime) -> DisputeRecord:
    """Have the shops bear what was taken: the lines a person chose, or all that is left in proportion.

    What is for refunds that are not paid yet is left out of that proportion: the shops bear those refunds already.
    Nothing happens to a payment that is not settled yet: it is not known what its lines come to; nor while that
    proportion depends on a refund under way.
    """
    payment = await payment_of(dispute)
    if not FUNDS.allows(dispute.funds, FundsStep.BORNE) or payment.settled is None:
        return dispute
    left = await disputed_lines(dispute.order_id)
    fitting = dispute.amount.currency == payment.received.currency
    if fitting and not dispute.choice and await voiding.waited_for(dispute, sum(each.left_minor for each in left)):
        return dispute
    chosen = _chosen(dispute, left, await voiding.for_refunds_minor(dispute)) if fitting else ()
    slices = await _slices(chosen)
    excess = dispute.amount_minor - sum(each.components.paid for each in slices)
    taken = Money(dispute.taken_minor, dispute.taken_currency or payment.settled.currency)
    dispute = msgspec.structs.replace(
        dispute,
        funds=FUNDS.after(dispute.funds, FundsStep.BORNE),
        excess_minor=portion(taken.amount_minor, excess, dispute.amount_minor),
        updated_at=now,
    )
    bearing: list[Bearer] = []
    for each in slices:
        await _mark(dispute, each)
    for shop_order_id in sorted({each.line.shop_order_id for each in slices}, key=str):
        mine = [each for each in slices if each.line.shop_order_id == shop_order_id]
        bearing += await _bear_part(dispute, shop_order_id, mine, pay, now)
    await ledger.post(dispute_postings.borne(round_of(dispute, [each.borne for each in slices]), bearing), now)
    return dispute


def _chosen(dispute: DisputeRecord, left: Sequence[DisputedLine], for_refunds: int) -> tuple[ChosenLine, ...]:
    """A person's choice as far as it still fits, else everything in proportion."""
    if not dispute.choice:
        return spread(dispute.amount_minor - for_refunds, left)
    room = {(line.shop_order_id, line.line_id): line.left_minor for line in left}
    kept = [
        msgspec.structs.replace(each, amount_minor=min(each.amount_minor, room.get(_place(each), 0)))
        for each in dispute.choice
    ]
    return tuple(each for each in kept if each.amount_minor)


def _place(each: ChosenLine) -> tuple[str, str]:
    return each.shop_order_id, each.line_id


def check_choice(dispute: DisputeRecord, chosen: Sequence[ChosenLine], left: Sequence[DisputedLine]) -> str:
    """A choice as its column holds it; raises DisputeChoiceError."""
    return msgspec.json.encode(checked(dispute.amount_minor, chosen, left)).decode()


async def _slices(chosen: Sequence[ChosenLine]) -> list[Slice]:
    slices: list[Slice] = []
    for shop_order_id in sorted({each.shop_order_id for each in chosen}):
        lines = {line.line_id: line for line in await rows.lines_of_shop_order(UUID(shop_order_id))}
        mine = [each for each in chosen if each.shop_order_id == shop_order_id]
        slices += [_slice(lines[each.line_id], each.amount_minor) for each in mine]
    return slices


def _slice(line: LineRecord, amount_minor: int) -> Slice:
    given = refund_components(line.components, line.gone_minor, amount_minor)
    return Slice(line, 0, _unhurt(given), _unhurt(settled_part(line, given) or given))


def _unhurt(part: Components) -> Components:
    """The same parts with no shop gaining from a dispute by rounding: the hub bears the odd unit."""
    if part.seller >= 0:
        return part
    return msgspec.structs.replace(part, seller=0, commission=part.commission + part.seller)


async def _mark(dispute: DisputeRecord, each: Slice) -> None:
    line, given = each.line, each.components
    await rows.lines.save(msgspec.structs.replace(line, disputed_minor=line.disputed_minor + given.paid))
    await store.lines.add(
        DisputeLineRecord(
            dispute_id=dispute.id,
            round=dispute.round,
            shop_order_id=line.shop_order_id,
            line_id=line.line_id,
            settled=text_of(each.borne),
            **msgspec.structs.asdict(given),
        )
    )


async def _bear_part(
    dispute: DisputeRecord, shop_order_id: UUID, slices: Sequence[Slice], pay: Payments, now: datetime
) -> list[Bearer]:
    owed = {(each.kind, each.shop_id): each for each in await rows.settlements_of(shop_order_id, lock=True)}
    bearing: list[Bearer] = []
    for key, amount in with_promotions(borne_by(slices), owed).items():
        settlement = owed.get(key)
        if settlement is None:
            raise PaymentMissingError(
                sentence(
                    "shop order %(id)s has no %(kind)s share of %(party)s",
                    id=shop_order_id,
                    kind=key[0].value,
                    party=key[1],
                )
            )
        held, claimed = division(settlement, amount)
        claim = await open_claim(dispute, settlement, claimed, pay, now) if claimed else None
        await rows.settlements.save(
            msgspec.structs.replace(
                settlement,
                disputed_minor=settlement.disputed_minor + held,
                claimed_minor=settlement.claimed_minor + claimed,
                updated_at=now,
            )
        )
        await store.shares.add(
            DisputeShareRecord(
                dispute_id=dispute.id,
                round=dispute.round,
                settlement_id=settlement.id,
                shop_id=settlement.shop_id,
                currency=settlement.currency,
                held_minor=held,
                claimed_minor=claimed,
                claim_id=None if claim is None else claim.id,
            )
        )
        bearing += bearers(settlement, held, claimed)
    return bearing


async def open_claim(
    dispute: DisputeRecord,
    settlement: SettlementRecord,
    amount: int,
    pay: Payments,
    now: datetime,
    *,
    fee: bool = False,
) -> ClaimRecord:
    account = await rows.shop_accounts.get(settlement.shop_id)
    country = pay.settings.vat_country if account is None else account.country
    claim = ClaimRecord(
        id=new_id(),
        dispute_id=dispute.id,
        dispute_round=dispute.round,
        for_fee=fee,
        waits=not fee and crosses_border(pay.settings.vat_country, country),
        settlement_id=settlement.id,
        shop_id=settlement.shop_id,
        currency=settlement.currency,
        amount_minor=amount,
        created_at=now,
        updated_at=now,
    )
    await rows.claims.add(claim)
    if not claim.waits:
        await messages.send("pay.claim", claim.id, "disputed", now)
    return claim


async def round_so_far(dispute: DisputeRecord) -> Round:
    parts = [each.settled_components for each in await store.lines_of(dispute.id, dispute.round)]
    return round_of(dispute, parts)


def round_of(dispute: DisputeRecord, parts: Sequence[Components]) -> Round:
    taken = dispute.taken
    if taken is None:
        raise PaymentMissingError(sentence("nothing was taken for dispute %(id)s", id=dispute.id))
    return Round(
        dispute_id=dispute.id, number=dispute.round, taken=taken, parts=tuple(parts), excess=dispute.excess_minor
    )


async def settlement_of(settlement_id: UUID) -> SettlementRecord:
    settlement = await rows.settlements.get(settlement_id, lock=True)
    if settlement is None:
        raise PaymentMissingError(sentence("there is no settlement %(id)s", id=settlement_id))
    return settlement


async def payment_of(dispute: DisputeRecord) -> PaymentRecord:
    payment = await rows.payments.get(dispute.payment_id)
    if payment is None:
        raise PaymentMissingError(sentence("there is no payment %(id)s", id=dispute.payment_id))
    return payment
