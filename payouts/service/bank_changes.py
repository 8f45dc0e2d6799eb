"""Bank details of a shop by two words: one says them, another person agrees or not. In the caller's transaction.

A shop has at most one change that waits for its second word; saying another one replaces it. Whether two people are
independent of each other is for the caller to judge: here they only have to be two.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from federation.vocabulary.errors import QuotaError
from federation.vocabulary.ids import new_id
from federation.vocabulary.wording import sentence
from payouts.domain.bank_change import (
    BANK_CHANGE,
    NOTE_LENGTH_MAX,
    SAID_BY_LENGTH_MAX,
    BankChangeRecord,
    ChangeSource,
    ChangeStatus,
    ChangeStep,
    usable_from,
)
from payouts.domain.bank_file import SEPA_CURRENCY, BankDetails
from payouts.domain.terms import Rail
from payouts.errors import BankDetailsError, PaymentMissingError
from payouts.service.terms import pay_by_bank, terms_of
from payouts.settings import PayoutSettings
from payouts.store import bank_changes as store
from payouts.store import desk, rows

TOLD_BY_SHOP = "bank-details-said"
"""The alert that a shop has said an account of its own, which an operator has to agree to."""

SHOWN_MAX = 20
DAY = timedelta(days=1)
SAID_BY_SHOP_PER_DAY_MAX = 10
"""So often a shop may say another account of its own within a day: each word writes it a letter."""


class FirstWord(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted, and by whom; `at_once`: without letting the account rest, which only an operator may ask for."""

    shop_id: str
    details: BankDetails
    source: ChangeSource
    by: str
    at_once: bool = False


async def propose(word: FirstWord, settings: PayoutSettings, now: datetime) -> BankChangeRecord:
    """Write down where a shop should be paid, for somebody else to agree to; the same again changes nothing.

    Raises BankDetailsError when no bank file of this hub could pay it, or it is paid there already; QuotaError when a
    shop says too many within a day.
    """
    if settings.settlement_currency != SEPA_CURRENCY:
        raise BankDetailsError(
            sentence("bank files pay euro, and this hub settles in %(currency)s", currency=settings.settlement_currency)
        )
    terms = await terms_of(word.shop_id, now, lock=True)
    if terms.rail is Rail.BANK and BankDetails(terms.holder, terms.iban, terms.bic) == word.details:
        raise BankDetailsError("this is the account it is paid to already")
    waiting = await store.waiting_of(word.shop_id, lock=True)
    if waiting is not None:
        if (waiting.details, waiting.proposed_by, waiting.at_once) == (word.details, word.by, word.at_once):
            return waiting
        status = BANK_CHANGE.after(waiting.status, ChangeStep.REPLACED)
        await store.changes.save(msgspec.structs.replace(waiting, status=status, decided_by=word.by, decided_at=now))
    if word.source is ChangeSource.SHOP:
        said = await store.said_by_shop_since(word.shop_id, now - DAY)
        if said >= SAID_BY_SHOP_PER_DAY_MAX:
            raise QuotaError(
                "too many accounts were said within a day: say the right one tomorrow, or call the hub",
                retry_after_seconds=int(DAY.total_seconds()),
            )
    change = BankChangeRecord(
        id=new_id(),
        shop_id=word.shop_id,
        holder=word.details.holder,
        iban=word.details.iban,
        bic=word.details.bic,
        source=word.source,
        at_once=word.at_once and word.source is ChangeSource.CONSOLE,
        proposed_by=word.by[:SAID_BY_LENGTH_MAX],
        proposed_at=now,
    )
    await store.changes.add(change)
    if word.source is ChangeSource.SHOP:
        words = sentence("%(shop)s asks to be paid to another account", shop=word.shop_id)
        await rows.raise_alert(TOLD_BY_SHOP, word.shop_id, words, now)
    return change


async def approve(
    change_id: UUID, by: str, settings: PayoutSettings, now: datetime, *, at_once: bool = False
) -> BankChangeRecord:
    """Agree: the shop is paid there from now on, after a rest unless both wish none; again: no change.

    Raises BankDetailsError for one's own word, IllegalMoveError for one that was decided or replaced.
    """
    change = await _to_decide(change_id, by)
    if change.status is ChangeStatus.APPROVED and change.decided_by == by:
        return change
    begins = usable_from(change, now, settings.bank_cooling_days, at_once=at_once)
    agreed = msgspec.structs.replace(
        change,
        status=BANK_CHANGE.after(change.status, ChangeStep.APPROVED),
        decided_by=by,
        decided_at=now,
        usable_from=begins,
    )
    await store.changes.save(agreed)
    both = f"{change.proposed_by}, {by}"
    currency = settings.settlement_currency
    await pay_by_bank(change.shop_id, change.details, both, now, currency=currency, usable_from=begins)
    await desk.clear_alert_of(TOLD_BY_SHOP, change.shop_id, now)
    return agreed


async def reject(change_id: UUID, by: str, note: str, now: datetime) -> BankChangeRecord:
    """Turn a change down and say why; again by the same person: no change. Raises as `approve`."""
    reason = " ".join(note.split())
    if not reason or len(reason) > NOTE_LENGTH_MAX:
        raise BankDetailsError(sentence("say why not, in at most %(num)s characters", num=NOTE_LENGTH_MAX))
    change = await _to_decide(change_id, by, own_too=True)
    if change.status is ChangeStatus.REJECTED and change.decided_by == by:
        return change
    status = BANK_CHANGE.after(change.status, ChangeStep.REJECTED)
    refused = msgspec.structs.replace(change, status=status, decided_by=by, decided_at=now, decision_note=reason)
    await store.changes.save(refused)
    await desk.clear_alert_of(TOLD_BY_SHOP, change.shop_id, now)
    return refused


async def waiting_of(shop_id: str) -> BankChangeRecord | None:
    """The change of a shop that waits for its second word."""
    return await store.waiting_of(shop_id)


async def waiting(limit: int = 200) -> list[BankChangeRecord]:
    """Every change that waits for its second word, oldest first."""
    return await store.waiting(limit)


async def history(shop_id: str) -> list[BankChangeRecord]:
    """A shop's changes, newest first."""
    return await store.of_shop(shop_id, SHOWN_MAX)


async def change_of(change_id: UUID) -> BankChangeRecord:
    """One change. Raises PaymentMissingError."""
    found = await store.changes.get(change_id)
    if found is None:
        raise PaymentMissingError(sentence("there is no change of bank details %(id)s", id=change_id))
    return found


async def _to_decide(change_id: UUID, by: str, *, own_too: bool = False) -> BankChangeRecord:
    """A change, locked behind its shop's terms, in the order in which `propose` locks them."""
    shop_id = (await change_of(change_id)).shop_id
    await desk.terms.get(shop_id, lock=True)
    change = await store.changes.get(change_id, lock=True)
    if change is None:
        raise PaymentMissingError(sentence("there is no change of bank details %(id)s", id=change_id))
    if change.is_own_of(by) and not own_too:
        raise BankDetailsError("somebody else has to agree: these bank details are your own word")
    return change
