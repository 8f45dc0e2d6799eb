"""What was agreed with one shop: its payout days, its reserve, its way of being paid and its bank details.

Each runs in the caller's transaction and locks the shop's row. What waits already follows the new way at once.
"""

from datetime import datetime

import msgspec

from federation.vocabulary.wording import sentence
from payouts.domain.bank_file import SEPA_CURRENCY, BankDetails
from payouts.domain.settlement import SETTLEMENT, SettlementStep
from payouts.domain.terms import RESERVE_BP_MAX, RESERVE_DAYS_MAX, Rail, Schedule, TermsRecord
from payouts.errors import AmountInvalidError, BankDetailsError, IllegalMoveError
from payouts.service import messages
from payouts.store import desk, rows


async def terms_of(shop_id: str, now: datetime, *, lock: bool = False) -> TermsRecord:
    """A shop's terms: the hub's own where nothing else was agreed."""
    found = await desk.terms.get(shop_id, lock=lock)
    return found or TermsRecord(shop_id=shop_id, updated_at=now)


async def set_schedule(shop_id: str, schedule: Schedule, now: datetime) -> None:
    """When the shop is paid out from now on."""
    terms = await terms_of(shop_id, now, lock=True)
    await _save(
        msgspec.structs.replace(
            terms,
            payout_interval=schedule.interval,
            payout_anchor=schedule.anchor,
            payout_minimum_minor=schedule.minimum_minor,
            updated_at=now,
        )
    )


async def set_reserve(shop_id: str, basis_points: int | None, days: int | None, now: datetime) -> None:
    """What is kept back of the shop's shares from now on; None: as of everybody. Raises AmountInvalidError."""
    if basis_points is not None and not 0 <= basis_points <= RESERVE_BP_MAX:
        raise AmountInvalidError(sentence("a reserve is from 0 to %(percent)s per cent", percent=RESERVE_BP_MAX // 100))
    if days is not None and not 1 <= days <= RESERVE_DAYS_MAX:
        raise AmountInvalidError(sentence("a reserve is kept from 1 to %(days)s days", days=RESERVE_DAYS_MAX))
    terms = await terms_of(shop_id, now, lock=True)
    await _save(msgspec.structs.replace(terms, reserve_bp=basis_points, reserve_days=days, updated_at=now))


async def pay_by_bank(
    shop_id: str,
    details: BankDetails,
    by: str,
    now: datetime,
    *,
    currency: str = SEPA_CURRENCY,
    usable_from: datetime | None = None,
) -> None:
    """Pay the shop by our own bank to this account from now on, or from `usable_from` on.

    What lies in a file already goes where it says. `currency` is what shops are owed in. People change bank details by
    two words (`payouts.service.bank_changes`), the second of which ends here. Raises BankDetailsError when shops are
    not owed euro: no SEPA file pays anything else.
    """
    if currency != SEPA_CURRENCY:
        raise BankDetailsError(sentence("bank files pay euro, and this hub settles in %(currency)s", currency=currency))
    terms = await terms_of(shop_id, now, lock=True)
    changed = (terms.holder, terms.iban, terms.bic) != (details.holder, details.iban, details.bic)
    await _save(
        msgspec.structs.replace(
            terms,
            rail=Rail.BANK,
            holder=details.holder,
            iban=details.iban,
            bic=details.bic,
            bank_changed_at=now if changed else terms.bank_changed_at,
            bank_changed_by=by if changed else terms.bank_changed_by,
            bank_usable_from=usable_from if changed else terms.bank_usable_from,
            updated_at=now,
        )
    )
    await _wake_blocked(shop_id, now)


async def pay_by_provider(shop_id: str, now: datetime) -> None:
    """Pay the shop through its account at the provider from now on; what waits for a file goes there as well.

    Raises IllegalMoveError while the shop has no account there.
    """
    account = await rows.shop_accounts.get(shop_id)
    if account is None or account.provider_id is None:
        raise IllegalMoveError("the boutique has no account at the payment provider yet")
    terms = await terms_of(shop_id, now, lock=True)
    await _save(msgspec.structs.replace(terms, rail=Rail.PROVIDER, updated_at=now))
    for share in await desk.queued_of(shop_id):
        locked = await rows.settlements.get(share.id, lock=True)
        if locked is not None and SETTLEMENT.allows(locked.status, SettlementStep.WOKEN):
            status = SETTLEMENT.after(locked.status, SettlementStep.WOKEN)
            await rows.settlements.save(msgspec.structs.replace(locked, status=status, updated_at=now))
            await messages.send("pay.transfer", share.id, f"by provider:{now.isoformat()}", now)
    await _wake_blocked(shop_id, now)


async def request_payout(shop_id: str, now: datetime) -> None:
    """Have all that a shop has at the provider paid out, on a person's word, at most once a minute."""
    await messages.send("pay.payout", shop_id, f"by hand:{now:%Y-%m-%dT%H:%M}", now)


async def _wake_blocked(shop_id: str, now: datetime) -> None:
    for settlement_id, attempt in await rows.settlements_blocked_by_account(shop_id):
        await messages.send("pay.transfer", settlement_id, f"terms:{attempt}:{now.isoformat()}", now)


async def _save(terms: TermsRecord) -> None:
    if await desk.terms.get(terms.shop_id) is None:
        await desk.terms.add(terms)
    else:
        await desk.terms.save(terms)
