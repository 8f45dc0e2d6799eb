"""The platform's balance at Stripe, movement by movement."""

from collections.abc import Awaitable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

import msgspec
import stripe
from stripe.params import BalanceTransactionListParams

from federation.vocabulary.money import CURRENCY_EXPONENTS
from payouts.adapters.stripe.listing import PAGE, PAGES_MAX, one_page
from payouts.adapters.stripe.states import REFERENCE, money
from payouts.dispute_ports import BalanceMove

SOURCE = "data.source"


class SeenMove(msgspec.Struct, frozen=True, kw_only=True):
    """A balance transaction with what it comes from."""

    STRIPE: ClassVar[str] = "BalanceTransaction"
    id: str
    type: str
    amount: int
    fee: int
    currency: str
    created: int
    available_on: int
    description: str | None = None
    source: str | Mapping[str, Any] | None = None


def move_of(seen: SeenMove) -> BalanceMove:
    """A balance transaction in the port's words."""
    source: Mapping[str, Any] = seen.source if isinstance(seen.source, Mapping) else {"id": seen.source}
    metadata = source.get("metadata") or {}
    return BalanceMove(
        id=seen.id,
        type=seen.type,
        amount=money(seen.amount, seen.currency),
        fee=money(seen.fee, seen.currency),
        source=str(source.get("id") or ""),
        reference=str(metadata.get(REFERENCE) or ""),
        description=(seen.description or "")[:200],
        created_at=datetime.fromtimestamp(seen.created, UTC),
        available_at=datetime.fromtimestamp(seen.available_on, UTC),
    )


class StripeBalances:
    """The list of one platform account's balance transactions."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._list = client.v1.balance_transactions

    async def balance_transactions(self, after: str, limit: int = PAGE) -> Sequence[BalanceMove]:
        page = await self._newer(after, limit) if after else (await self._all())[-limit:]
        return [move_of(each) for each in reversed(page) if each.currency.upper() in CURRENCY_EXPONENTS]

    async def _newer(self, after: str, limit: int) -> list[SeenMove]:
        page, _ = await one_page(
            self._list.list_async({"limit": min(limit, PAGE), "ending_before": after, "expand": [SOURCE]}), SeenMove
        )
        return page

    async def _all(self) -> list[SeenMove]:
        """Every movement that is listed, newest first; at most fifty pages."""
        found: list[SeenMove] = []
        for _ in range(PAGES_MAX):
            page, more = await one_page(self._page_before(found[-1].id if found else ""), SeenMove)
            found += page
            if not more:
                break
        return found

    def _page_before(self, last: str) -> Awaitable[stripe.StripeObject]:
        params: BalanceTransactionListParams = {"limit": PAGE, "expand": [SOURCE]}
        if last:
            params["starting_after"] = last
        return self._list.list_async(params)
