"""The money of a dispute: booked as the provider moves it, given back to those who bore it, or lost.

All in the caller's transaction, on a dispute the caller has locked. A dispute that is won is sent again as a share of
its own, to the account the shop has then; claims that are still owed are netted from it, so nothing is waited for.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import Sentence, sentence
from payouts.dispute_ports import BalanceMove
from payouts.domain import dispute_postings
from payouts.domain.amounts import allocate
from payouts.domain.claim import CLAIM, ClaimStatus, ClaimStep
from payouts.domain.dispute import (
    FUNDS,
    FundsStage,
    FundsStep,
)
from payouts.domain.dispute_postings import Round
from payouts.domain.dispute_records import DisputeLineRecord, DisputeMoveRecord, DisputeRecord
from payouts.domain.ledger import AccountKind
from payouts.domain.postings import Bearer, HubBooks
from payouts.domain.records import ClaimRecord, SettlementRecord
from payouts.domain.settlement import SETTLEMENT, STILL_WITH_US, SettlementKind, SettlementStatus, SettlementStep
from payouts.service import messages, voiding
from payouts.service.bearing import bearers
from payouts.service.context import Payments
from payouts.service.dispute_bearing import bear, open_claim, payment_of, round_of, round_so_far, settlement_of
from payouts.store import disputes as store
from payouts.store import ledger, rows


async def book_moves(dispute: DisputeRecord, moves: Sequence[BalanceMove], now: datetime) -> DisputeRecord:
    """Book what the provider did to the balance and was not booked yet, and what follows from it."""
    known = {move.id for move in await store.moves_of(dispute.id)}
    for move in moves:
        if move.id in known or not move.amount:
            continue
        taken = move.amount.amount_minor < 0
        if taken and FUNDS.allows(dispute.funds, FundsStep.TAKEN):
            dispute = _taken(dispute, move, now)
        elif taken:
            words = sentence("%(amount)s was taken once more before anything came back", amount=move.amount)
            await _puzzled(dispute, words, now)
        await _book(dispute, move, now)
        dispute = msgspec.structs.replace(dispute, fee_minor=dispute.fee_minor + move.fee.amount_minor)
        if not taken:
            dispute = await _give_back(dispute, move, now)
    return dispute


def _taken(dispute: DisputeRecord, move: BalanceMove, now: datetime) -> DisputeRecord:
    return msgspec.structs.replace(
        dispute,
        funds=FUNDS.after(dispute.funds, FundsStep.TAKEN),
        round=dispute.round + 1,
        taken_minor=-move.amount.amount_minor,
        taken_currency=move.amount.currency,
        excess_minor=0,
        updated_at=now,
    )


async def _book(dispute: DisputeRecord, move: BalanceMove, now: datetime) -> None:
    await ledger.post(dispute_postings.funds_moved(dispute.id, move.id, move.amount, move.fee), now)
    await store.moves.add(
        DisputeMoveRecord(
            id=move.id,
            dispute_id=dispute.id,
            round=dispute.round,
            amount_minor=move.amount.amount_minor,
            fee_minor=move.fee.amount_minor,
            currency=move.amount.currency,
            created_at=move.created_at,
        )
    )


async def lose(dispute: DisputeRecord, pay: Payments, now: datetime) -> DisputeRecord:
    """Nothing comes back: the hub gives its own part up, and claims that waited are made good now."""
    dispute = await bear(dispute, pay, now)
    if not FUNDS.allows(dispute.funds, FundsStep.LOST):
        return dispute
    payment = await payment_of(dispute)
    of = await round_so_far(dispute)
    if of.costs_the_hub:
        await ledger.post(dispute_postings.lost(of, HubBooks(payment.vat_country)), now)
    for claim in await store.claims_of(dispute.id):
        if claim.waits:
            await rows.claims.save(msgspec.structs.replace(claim, waits=False, updated_at=now))
            await messages.send("pay.claim", claim.id, "lost", now)
    for share in await store.shares_of(dispute.id, dispute.round):
        await _close_empty(share.settlement_id, now)
    if pay.settings.dispute_fee_borne_by == "shop":
        await _charge_fee(dispute, of, pay, now)
    dispute = msgspec.structs.replace(dispute, funds=FUNDS.after(dispute.funds, FundsStep.LOST), updated_at=now)
    await voiding.have_reviewed(dispute, now)
    return dispute


async def _close_empty(settlement_id: UUID, now: datetime) -> None:
    """A share that lay with us and is all gone by the dispute is at its end."""
    settlement = await settlement_of(settlement_id)
    if settlement.status in STILL_WITH_US and settlement.due_minor == 0 and settlement.reserved_minor == 0:
        status = SETTLEMENT.after(settlement.status, SettlementStep.REFUNDED)
        await rows.settlements.save(msgspec.structs.replace(settlement, status=status, updated_at=now))


async def _charge_fee(dispute: DisputeRecord, of: Round, pay: Payments, now: datetime) -> None:
    """The round's fee becomes a debt of the shops that bear it, in proportion."""
    fee = sum(move.fee_minor for move in await store.moves_of(dispute.id) if move.round == dispute.round)
    shares = await store.shares_of(dispute.id, dispute.round)
    if fee <= 0 or not shares:
        return
    bearing = []
    for share, part in zip(
        shares, allocate(fee, [each.held_minor + each.claimed_minor for each in shares]), strict=True
    ):
        if part:
            await open_claim(dispute, await settlement_of(share.settlement_id), part, pay, now, fee=True)
            bearing.append(Bearer(AccountKind.CLAIM, share.shop_id, part))
    await ledger.post(dispute_postings.fee_charged(of, bearing), now)


async def _give_back(dispute: DisputeRecord, move: BalanceMove, now: datetime) -> DisputeRecord:
    """The provider gave the money back: everybody has again what the dispute took, or nothing was taken from anybody.

    Less than was taken, in the same currency, is for a person to look at.
    """
    if not FUNDS.allows(dispute.funds, FundsStep.RETURNED):
        words = sentence("%(amount)s came back, and nothing of this dispute was taken any more", amount=move.amount)
        await _puzzled(dispute, words, now)
        return dispute
    if dispute.taken_currency == dispute.currency and move.amount.amount_minor != dispute.taken_minor:
        words = sentence(
            "%(amount)s came back, %(taken)s had been taken: nothing was given on",
            amount=move.amount,
            taken=dispute.taken,
        )
        await _puzzled(dispute, words, now)
        return dispute
    if dispute.funds is not FundsStage.TAKEN:
        await _reinstate(dispute, move.amount, now)
    elif move.amount.amount_minor != dispute.taken_minor:
        await ledger.post(dispute_postings.rate_kept(round_of(dispute, ()), move.amount), now)
    dispute = msgspec.structs.replace(dispute, funds=FUNDS.after(dispute.funds, FundsStep.RETURNED), updated_at=now)
    await voiding.have_reviewed(dispute, now)
    return dispute


async def _puzzled(dispute: DisputeRecord, words: Sentence, now: datetime) -> None:
    await rows.raise_alert("dispute-money", str(dispute.id), words, now)


async def _reinstate(dispute: DisputeRecord, back: Money, now: datetime) -> None:
    payment = await payment_of(dispute)
    claims = {claim.id: claim for claim in await store.claims_of(dispute.id)}
    bearing: list[Bearer] = []
    again: dict[tuple[UUID, str], int] = {}
    written_off = 0
    for share in await store.shares_of(dispute.id, dispute.round):
        settlement = await settlement_of(share.settlement_id)
        in_place = share.held_minor if settlement.status in STILL_WITH_US else 0
        claim = None if share.claim_id is None else claims[share.claim_id]
        forgiven = 0 if claim is None else claim.written_off_minor
        written_off += forgiven
        bearing += bearers(settlement, in_place, 0)
        key = (settlement.shop_order_id, settlement.shop_id)
        again[key] = again.get(key, 0) + share.held_minor - in_place + share.claimed_minor - forgiven
        await rows.settlements.save(
            msgspec.structs.replace(
                settlement,
                disputed_minor=settlement.disputed_minor - in_place,
                claimed_minor=settlement.claimed_minor - share.claimed_minor,
                updated_at=now,
            )
        )
        if claim is not None and claim.waits:
            await _net_instead(claim, now)
    for (shop_order_id, shop_id), amount in again.items():
        if amount:
            bearing.append(Bearer(AccountKind.RELEASABLE, shop_id, amount))
            await _send_again(dispute, shop_order_id, shop_id, Money(amount, back.currency), now)
    was_lost = dispute.funds is FundsStage.LOST
    of = await round_so_far(dispute)
    books = HubBooks(payment.vat_country)
    await ledger.post(
        dispute_postings.returned(of, back, bearing, books, was_lost=was_lost, written_off=written_off), now
    )
    for each in await store.lines_of(dispute.id, dispute.round):
        await _unmark(each)


async def _net_instead(claim: ClaimRecord, now: datetime) -> None:
    """A claim that waited for a dispute that is won is netted from what is sent again."""
    if claim.status is ClaimStatus.OPEN:
        status = CLAIM.after(claim.status, ClaimStep.OWED)
        await rows.claims.save(msgspec.structs.replace(claim, status=status, waits=False, updated_at=now))


async def _send_again(dispute: DisputeRecord, shop_order_id: UUID, shop_id: str, amount: Money, now: datetime) -> None:
    share = SettlementRecord(
        id=new_id(),
        order_id=dispute.order_id,
        payment_id=dispute.payment_id,
        shop_order_id=shop_order_id,
        shop_id=shop_id,
        kind=SettlementKind.REINSTATED,
        currency=amount.currency,
        amount_minor=amount.amount_minor,
        status=SettlementStatus.RELEASABLE,
        dispute_id=dispute.id,
        dispute_round=dispute.round,
        released_at=now,
        created_at=now,
        updated_at=now,
    )
    await rows.settlements.add(share)
    await messages.send("pay.transfer", share.id, "dispute won", now)


async def _unmark(each: DisputeLineRecord) -> None:
    for line in await rows.lines_of_shop_order(each.shop_order_id):
        if line.line_id == each.line_id:
            await rows.lines.save(msgspec.structs.replace(line, disputed_minor=line.disputed_minor - each.paid))
