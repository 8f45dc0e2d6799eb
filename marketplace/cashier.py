"""What the hub tells its boutiques of how they are paid: the answer to `federation.ports.Cashier`.

How an account stands is read at the provider when a boutique's people look, since they may just have come back from
its pages; if it does not answer, what was known last is told.
"""

from datetime import datetime

import structlog

from federation.conversations.paying import PapersAsked, PayingState
from federation.documents.times import text_of
from federation.vocabulary.ids import PartyId
from payouts import service as payouts
from payouts.errors import AccountNotReadyError, ProviderError
from payouts.service.context import Payments

_log = structlog.get_logger(__name__)


class HubCashier:
    """Answers for one hub's payments."""

    def __init__(self, payments: Payments) -> None:
        self._payments = payments

    async def standing(self, hub_id: PartyId, shop_id: PartyId, now: datetime) -> PayingState:
        """How the boutique's account stands; read anew unless it is ready or closed."""
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
