"""Reading Stripe's lists, newest first, page by page and never without an end."""

from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

import msgspec
import stripe
from stripe.params import (
    EventListParams,
    RefundListParams,
    TransferListParams,
    TransferReversalListParams,
)

from payouts.adapters.stripe.calling import ask
from payouts.adapters.stripe.events import SeenEvent
from payouts.adapters.stripe.seen import SeenPayout, SeenRefund, SeenReversal, SeenTransfer
from payouts.errors import ProviderUnavailableError

PAGE = 100
PAGES_MAX = 50


class _Listed(msgspec.Struct, frozen=True, kw_only=True):
    data: list[dict[str, Any]]
    has_more: bool


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


SeenT = TypeVar("SeenT", bound=_Identified)
Fetch = Callable[[str], Awaitable[stripe.StripeObject]]


async def one_page(call: Awaitable[stripe.StripeObject], kind: type[SeenT]) -> tuple[list[SeenT], bool]:
    """The objects of one page, and whether there are more."""
    listed = await ask(call, _Listed)
    try:
        return msgspec.convert(listed.data, list[kind]), listed.has_more  # type: ignore[valid-type]  # kind is a class
    except msgspec.ValidationError as error:
        raise ProviderUnavailableError(f"the payment provider's list cannot be read: {error}") from error


async def every(fetch: Fetch, kind: type[SeenT]) -> list[SeenT]:
    """All objects of a list; `fetch` gets the id of the last one read, or nothing at first.

    Raises ProviderUnavailableError for one of more than fifty pages: half a list says nothing about what is not in it.
    """
    found, is_whole = await _newest(fetch, kind)
    if not is_whole:
        raise ProviderUnavailableError(f"the payment provider's list has more than {PAGES_MAX * PAGE} entries")
    return found


async def _newest(fetch: Fetch, kind: type[SeenT]) -> tuple[list[SeenT], bool]:
    """The first fifty pages of a list, and whether they are all of it."""
    found: list[SeenT] = []
    for _ in range(PAGES_MAX):
        page, more = await one_page(fetch(found[-1].id if found else ""), kind)
        found += page
        if not more or not page:
            return found, True
    return found, False


class Lists:
    """The lists of one platform account."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1

    async def transfers(self, group: str) -> list[SeenTransfer]:
        """Every transfer of a basket."""

        def fetch(after: str) -> Awaitable[stripe.StripeObject]:
            params: TransferListParams = {"transfer_group": group, "limit": PAGE}
            if after:
                params["starting_after"] = after
            return self._v1.transfers.list_async(params)

        return await every(fetch, SeenTransfer)

    async def reversals(self, transfer_id: str) -> list[SeenReversal]:
        """Everything that was taken back of a transfer."""

        def fetch(after: str) -> Awaitable[stripe.StripeObject]:
            params: TransferReversalListParams = {"limit": PAGE}
            if after:
                params["starting_after"] = after
            return self._v1.transfers.reversals.list_async(transfer_id, params)

        return await every(fetch, SeenReversal)

    async def refunds(self, intent_id: str) -> list[SeenRefund]:
        """Every refund of a payment."""

        def fetch(after: str) -> Awaitable[stripe.StripeObject]:
            params: RefundListParams = {
                "payment_intent": intent_id,
                "limit": PAGE,
                "expand": ["data.balance_transaction"],
            }
            if after:
                params["starting_after"] = after
            return self._v1.refunds.list_async(params)

        return await every(fetch, SeenRefund)

    async def payouts(self, account_id: str) -> list[SeenPayout]:
        """The latest page of an account's payouts, or of the platform's own for an empty one."""
        options: stripe.RequestOptions = {"stripe_account": account_id} if account_id else {}
        call = self._v1.payouts.list_async({"limit": PAGE}, options)
        page, _ = await one_page(call, SeenPayout)
        return page

    async def events_since(self, second: int) -> list[SeenEvent]:
        """The platform's newest events from a second on, zero for all that are kept; fifty pages at most."""

        def fetch(after: str) -> Awaitable[stripe.StripeObject]:
            params: EventListParams = {"limit": PAGE, "created": {"gte": second}}
            if after:
                params["starting_after"] = after
            return self._v1.events.list_async(params)

        found, _ = await _newest(fetch, SeenEvent)
        return found

    async def events_after(self, event_id: str, limit: int) -> list[SeenEvent]:
        """The page of events that come next after one; raises ProviderRefusedError when the list does not hold it."""
        page, _ = await one_page(self._v1.events.list_async({"limit": limit, "ending_before": event_id}), SeenEvent)
        return page
