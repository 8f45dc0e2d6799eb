"""Changing where a boutique's money goes: two words that count, and a letter to the boutique at each step.

In the caller's transaction. The letter goes to the address in the boutique's own signed profile, so that whoever says
new bank details in its name is heard of by the boutique before anything is paid to them.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from federation.node import mail
from federation.node.accounts import Account
from marketplace.accounts import trust
from marketplace.hub import Hub
from marketplace.listings import service as listings
from marketplace.orders import mails
from payouts.domain.bank_change import BankChangeRecord, ChangeSource
from payouts.domain.bank_file import BankDetails, masked_iban
from payouts.service import adjusting, bank_changes
from payouts.service.bank_changes import FirstWord
from payouts.settings import PayoutSettings


class House(msgspec.Struct, frozen=True):
    """The hub as its letters name it, and what it decided about money."""

    name: str
    settings: PayoutSettings


def house_of(hub: Hub) -> House:
    """What of a hub is needed here."""
    return House(hub.settings.node_name, hub.payments.settings)


async def propose(hub: House, word: FirstWord, now: datetime) -> BankChangeRecord:
    """The first word: write it down and tell the boutique. Raises BankDetailsError."""
    change = await bank_changes.propose(word, hub.settings, now)
    await _tell(hub, change, "asked", now)
    return change


def by_operator(shop_id: str, details: BankDetails, person: Account, *, at_once: bool) -> FirstWord:
    """What an operator says for a boutique."""
    return FirstWord(shop_id=shop_id, details=details, source=ChangeSource.CONSOLE, by=person.email, at_once=at_once)


async def approve(hub: House, change_id: UUID, person: Account, now: datetime, *, at_once: bool) -> BankChangeRecord:
    """The second word: the boutique is paid there, and told so.

    Raises NotAllowedError when the word of one of the two does not count, and as `bank_changes.approve`.
    """
    change = await bank_changes.change_of(change_id)
    if change.source is ChangeSource.CONSOLE:
        await trust.require_two(change.proposed_by, person.email, now)
    else:
        await trust.require_one(person.email, now)
    agreed = await bank_changes.approve(change_id, person.email, hub.settings, now, at_once=at_once)
    await _tell(hub, agreed, "agreed", now)
    return agreed


async def reject(hub: House, change_id: UUID, person: Account, note: str, now: datetime) -> BankChangeRecord:
    """Turn it down, and tell the boutique why. Raises as `bank_changes.reject`."""
    refused = await bank_changes.reject(change_id, person.email, note, now)
    await _tell(hub, refused, "refused", now)
    return refused


async def approve_correction(correction_id: UUID, person: Account, now: datetime) -> None:
    """Agree to a correction. Raises NotAllowedError when one of the two words does not count, and as `adjusting`."""
    proposed_by = await adjusting.proposer_of(correction_id)
    if proposed_by != person.email:
        await trust.require_two(proposed_by, person.email, now)
    await adjusting.approve(correction_id, person.email, now)


async def _tell(hub: House, change: BankChangeRecord, what: str, now: datetime) -> None:
    """Write to the boutique, if its profile names an address."""
    shop = (await listings.shops_by_id({change.shop_id}, now)).get(change.shop_id)
    if shop is None or not shop.profile.email:
        return
    values = {
        "what": what,
        "shop": shop.name,
        "hub": hub.name,
        "holder": change.holder,
        "iban": masked_iban(change.iban),
        "own": change.source is ChangeSource.SHOP,
        "by": change.proposed_by,
        "at": change.proposed_at,
        "usable_from": change.usable_from or "",
        "note": change.decision_note,
    }
    subject, text = mails.written("bank_details", values, "it" if shop.profile.country == "IT" else "en")
    await mail.send(shop.profile.email, subject, text, now=now, key=f"bank_details:{change.id}:{what}")
