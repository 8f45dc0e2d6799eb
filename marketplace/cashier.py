"""What the hub tells its boutiques of how they are paid: the answer to `federation.ports.Cashier`.

How an account stands is read at the provider when a boutique's people look, since they may just have come back from
its pages; if it does not answer, what was known last is told.
"""

import unicodedata
from datetime import datetime

import msgspec
import structlog

from federation.conversations.paying import (
    BankAccount,
    BankChange,
    BankSaid,
    BankStanding,
    PapersAsked,
    PayingState,
)
from federation.documents.times import text_of
from federation.node.database import atomic
from federation.vocabulary.errors import ConflictError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import sentence
from marketplace.money import bank_details
from marketplace.money.bank_details import House
from payouts import service as payouts
from payouts.domain.bank_change import BankChangeRecord, ChangeSource, ChangeStatus
from payouts.domain.bank_file import SEPA_CURRENCY, checked_details, masked_iban
from payouts.domain.terms import Rail
from payouts.errors import AccountNotReadyError, ProviderError
from payouts.service import bank_changes, terms
from payouts.service.bank_changes import FirstWord
from payouts.service.context import Payments

_log = structlog.get_logger(__name__)


class HubCashier:
    """Answers for one hub's payments."""

    def __init__(self, payments: Payments, name: str = "") -> None:
        self._payments = payments
        self._house = House(name, payments.settings)

    async def standing(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> PayingState:
        """How the boutique's account stands, read anew unless it is ready or closed; and how it is paid by bank."""
        found = await self._at_provider(hub_id, shop_id, now)
        return msgspec.structs.replace(found, bank=await self._bank(shop_id, found, now))

    async def say_bank(self, hub_id: PartyId, shop_id: PartyId, said: BankSaid, now: datetime) -> PayingState:
        """Take the boutique's own word for an account; an operator has to say the second."""
        before = await self.standing(hub_id, shop_id, now)
        if before.bank is None:
            raise ConflictError(sentence("This hub pays you through its payment provider, not by bank."))
        details = checked_details(said.holder, said.iban, said.bic)
        word = FirstWord(shop_id=shop_id, details=details, source=ChangeSource.SHOP, by=said.by)
        async with atomic():
            await bank_details.propose(self._house, word, now)
        return msgspec.structs.replace(before, bank=await self._bank(shop_id, before, now))

    async def _bank(self, shop_id: PartyId, found: PayingState, now: datetime) -> BankStanding | None:
        """How it stands with the boutique's bank account: None where nobody would pay to one."""
        settings, agreed = self._payments.settings, await terms.terms_of(shop_id, now)
        by_bank = agreed.rail is Rail.BANK
        offered = settings.bank is not None and settings.settlement_currency == SEPA_CURRENCY
        if not by_bank and (not offered or found.standing == "ready"):
            return None
        changes = await bank_changes.history(shop_id)
        newest = changes[0] if changes else None
        return BankStanding(
            pays=_account(agreed.holder, agreed.iban) if by_bank and agreed.iban else None,
            since=text_of(agreed.bank_changed_at) if by_bank and agreed.bank_changed_at else None,
            usable_from=text_of(agreed.bank_usable_from) if by_bank and agreed.bank_usable_from else None,
            waits=_change(newest) if newest is not None and newest.status is ChangeStatus.PROPOSED else None,
            refused=_change(newest) if newest is not None and newest.status is ChangeStatus.REJECTED else None,
        )

    async def _at_provider(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> PayingState:
        known = await payouts.account_of(shop_id)
        if known is None:
            return PayingState(standing="none")
        if known.standing in {"papers", "checking"}:
            try:
                await payouts.open_account(self._payments, shop_id, now)
            except ProviderError as error:
                _log.warning("account_not_read", hub_id=hub_id, shop_id=shop_id, reason=error.detail)
        found = await payouts.account_of(shop_id) or known
        return PayingState(standing=found.standing)

    async def papers(self, hub_id: PartyId, shop_id: PartyId, asked: PapersAsked, now: datetime) -> PayingState:
        """A page of the provider's for this visit; none when nothing is to be handed in."""
        found = await self.standing(hub_id, shop_id, now)
        if found.standing in {"none", "closed"}:
            return found
        try:
            link = await payouts.link_to_papers(self._payments, shop_id, asked.refresh_url, asked.return_url, now)
        except AccountNotReadyError:
            return PayingState(standing="closed")
        except ProviderError as error:
            _log.warning("page_not_made", hub_id=hub_id, shop_id=shop_id, reason=error.detail)
            return found
        until = None if link.expires_at is None else text_of(link.expires_at)
        return PayingState(standing=found.standing, page=link.url, page_until=until)


def _account(holder: str, iban: str) -> BankAccount:
    return BankAccount(holder=_composed(holder), iban=masked_iban(iban).replace(" ", "\u00a0"))


def _change(change: BankChangeRecord) -> BankChange:
    return BankChange(
        account=_account(change.holder, change.iban),
        said_by="boutique" if change.source is ChangeSource.SHOP else "hub",
        said_at=text_of(change.proposed_at),
        note=_composed(change.decision_note),
    )


def _composed(text: str) -> str:
    """As every document wants it, or the whole answer could not be sent."""
    return unicodedata.normalize("NFC", text)
