"""Payouts that the provider made by its own schedule, or on somebody's word there: taken over as they are heard of.

Of an automatic one the provider lists what is in it, some time after it left: exactly that is claimed then, and nothing
before. What of it is none of our movements stands beside it; a person is told unless the provider only kept it back.
A list that cannot be read holds up nothing else about its payout, and is awaited no longer than one that does not come.
One that somebody made by hand at the provider is listed by nobody: it claims what was free.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
import structlog

from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from federation.vocabulary.wording import sentence
from payouts.domain.payout import PayoutStatus
from payouts.domain.payout_list import PayoutItem, name_of, shared, within
from payouts.domain.records import MovementRecord, PayoutRecord
from payouts.errors import ProviderError
from payouts.ports import PayoutState
from payouts.service.context import Payments
from payouts.service.payout_changes import change_of
from payouts.store import desk, payout_lists, rows

_log = structlog.get_logger(__name__)

UNEXPLAINED, UNLISTED = "payout-unexplained", "payout-unlisted"
LIST_PATIENCE, TRANSFER_PATIENCE = timedelta(days=7), timedelta(days=1)
"""How long a list is awaited, and how long a listed transfer that we may have made and not noted yet."""

DEPTH_MAX = 5
"""How many payouts that came back one after another are looked into for what they were made of."""


async def adopted(pay: Payments, seen: PayoutState, now: datetime) -> UUID | None:
    """The payout that the provider made by itself, as far as it can be said what is in it; None: no shop is known.

    Opens its transactions; repeatable.
    """
    payout = await _taken_over(pay, seen, now)
    if payout is not None and payout.list_due:
        items = await _readable(pay, seen)
        if items is not None:
            await _share(pay, payout, items, now)
        elif now - payout.created_at > LIST_PATIENCE:
            await _give_up(pay, payout, now)
    return None if payout is None else payout.id


async def _taken_over(pay: Payments, seen: PayoutState, now: datetime) -> PayoutRecord | None:
    async with atomic():
        shop_id = await desk.shop_of_account(seen.account_id)
        if shop_id is None or seen.amount.amount_minor <= 0:
            await _tell_taken(seen, shop_id, now)
            return None
        await rows.shop_accounts.get(shop_id, lock=True)
        known = await desk.payout_of_provider(seen.id)
        if known is not None:
            return known
        guesses = seen.listing == "none" and seen.status != "failed"
        free = await rows.movements_free(seen.account_id, seen.amount.currency) if guesses else []
        chosen, came = _guessed(free, seen.amount.amount_minor)
        payout = PayoutRecord(
            id=new_id(),
            shop_id=shop_id,
            account_id=seen.account_id,
            amount_minor=seen.amount.amount_minor,
            currency=seen.amount.currency,
            status=PayoutStatus.IN_TRANSIT,
            provider_id=seen.id,
            arrival_at=seen.arrival_at,
            automatic=True,
            other_minor=seen.amount.amount_minor - came,
            list_due=seen.listing != "none",
            created_at=now,
            updated_at=now,
        )
        await rows.payouts.add(payout)
        if chosen:
            await rows.claim_movements(payout.id, chosen)
        if not payout.list_due:
            await _tell_unexplained(payout, payout.other_minor, now)
        await pay.listener.payout_changed(await change_of(payout, was_paid=False), now)
        return payout


def _guessed(free: Sequence[MovementRecord], amount_minor: int) -> tuple[list[MovementRecord], int]:
    """What of the free movements makes up a payout that nobody lists, and what they come to."""
    chosen = within(free, amount_minor)
    came = sum(movement.amount_minor for movement in chosen)
    return (chosen, came) if came > 0 else ([], 0)


async def _readable(pay: Payments, seen: PayoutState) -> list[PayoutItem] | None:
    """What the provider lists of a payout; None when it does not yet, or when that cannot be read now."""
    if seen.listing != "complete":
        return None
    try:
        return await _listed(pay, seen.id)
    except ProviderError as error:
        _log.warning("payout_list_set_back", payout=seen.id, slug=error.slug, reason=error.detail)
        return None


async def _listed(pay: Payments, provider_id: str, before: tuple[str, ...] = ()) -> list[PayoutItem]:
    """What the provider lists of a payout.

    One among it that came back, and of which we never knew what was in it, is looked into likewise.
    """
    found: list[PayoutItem] = []
    for item in await pay.provider.payout_contents(provider_id):
        if item.kind == "returned" and item.source not in before and await _is_unknown_inside(item.source, before):
            found += await _listed(pay, item.source, (*before, provider_id))
        else:
            found.append(item)
    return found


async def _is_unknown_inside(provider_id: str, before: Sequence[str]) -> bool:
    payout = await desk.payout_of_provider(provider_id)
    if payout is None or not payout.automatic or len(before) >= DEPTH_MAX:
        return False
    return not await rows.payout_parts(payout.id)


async def _share(pay: Payments, payout: PayoutRecord, items: Sequence[PayoutItem], now: datetime) -> None:
    """Have a payout claim what the provider lists of it; later, when a transfer is listed that we do not know yet."""
    async with atomic():
        await rows.shop_accounts.get(payout.shop_id, lock=True)
        current = await rows.payouts.get(payout.id, lock=True)
        if current is None or not current.list_due:
            return
        names = {name_of(item) for item in items} - {""}
        named = await payout_lists.named(current.shop_id, sorted(names))
        known = {movement.reference.rstrip("+") for movement in named}
        if names - known and now - current.created_at <= TRANSFER_PATIENCE:
            return
        found = shared(current.amount_minor, items, named, await _returned(items))
        changed = msgspec.structs.replace(current, other_minor=found.other_minor, list_due=False, updated_at=now)
        await rows.payouts.save(changed)
        if found.claimed:
            await rows.claim_movements(changed.id, found.claimed)
        await _tell_unexplained(changed, found.unexplained_minor, now)
        await pay.listener.payout_changed(await change_of(changed, was_paid=False), now)


async def _give_up(pay: Payments, payout: PayoutRecord, now: datetime) -> None:
    """Have a payout whose list never came claim what lay there when we heard of it, as far as that goes."""
    async with atomic():
        await rows.shop_accounts.get(payout.shop_id, lock=True)
        current = await rows.payouts.get(payout.id, lock=True)
        if current is None or not current.list_due:
            return
        free = await rows.movements_free(current.account_id, current.currency)
        there = [movement for movement in free if movement.created_at <= current.created_at]
        chosen, came = _guessed(there, current.amount_minor)
        other_minor = current.amount_minor - came
        changed = msgspec.structs.replace(current, other_minor=other_minor, list_due=False, updated_at=now)
        await rows.payouts.save(changed)
        if chosen:
            await rows.claim_movements(changed.id, chosen)
        said = sentence(
            "the provider itself paid %(amount)s to the bank of %(shop)s and never said what is in it; %(part)s of "
            "what we sent there counts as paid out with it",
            amount=changed.amount,
            shop=changed.shop_id,
            part=Money(came, changed.currency),
        )
        await rows.raise_alert(UNLISTED, str(changed.id), said, now)
        await pay.listener.payout_changed(await change_of(changed, was_paid=False), now)


async def _returned(items: Sequence[PayoutItem]) -> dict[str, list[MovementRecord]]:
    """What the payouts that came back were made of, by the provider's id of each."""
    found: dict[str, list[MovementRecord]] = {}
    payouts = [await desk.payout_of_provider(item.source) for item in items if item.kind == "returned"]
    by_id = {payout.id: payout.provider_id or "" for payout in payouts if payout is not None}
    for payout_id, movement in await payout_lists.once_in(list(by_id)) if by_id else ():
        found.setdefault(by_id[payout_id], []).append(movement)
    return found


async def _tell_taken(seen: PayoutState, shop_id: str | None, now: datetime) -> None:
    """A payout below zero: the provider has collected from a shop's bank what its account was short of."""
    if shop_id is not None and seen.status != "failed":
        said = sentence(
            "the provider itself took %(amount)s from the bank of %(shop)s", amount=-seen.amount, shop=shop_id
        )
        await rows.raise_alert("payout-collected", seen.id, said, now)


async def _tell_unexplained(payout: PayoutRecord, unexplained_minor: int, now: datetime) -> None:
    if unexplained_minor:
        said = sentence(
            "the provider itself paid %(amount)s to the bank of %(shop)s; of that %(part)s is nothing we sent there",
            amount=payout.amount,
            shop=payout.shop_id,
            part=Money(unexplained_minor, payout.currency),
        )
        await rows.raise_alert(UNEXPLAINED, str(payout.id), said, now)
