"""What a payout of an account's own schedule is made of, as Stripe lists it once it has reconciled it.

The list is of the account's balance transactions and begins with the payout's own. A transfer from the platform is a
`payment` there, whose source names the transfer; its reversal a refund that names the reversal. Of payouts made by hand
Stripe has no list.
"""

from collections.abc import Awaitable, Mapping, Sequence
from typing import Any, ClassVar

import msgspec
import stripe
from stripe.params import BalanceTransactionListParams

from payouts.adapters.stripe.listing import PAGE, every
from payouts.adapters.stripe.states import money, payout_id
from payouts.domain.payout_list import ItemKind, PayoutItem

SOURCE = "data.source"
_RETURNED = frozenset({"payout_failure", "payout_cancel"})
_KEPT = frozenset(
    {
        "payment_network_reserve_hold",
        "payment_network_reserve_release",
        "payout_minimum_balance_hold",
        "payout_minimum_balance_release",
        "reserve_hold",
        "reserve_release",
        "reserve_transaction",
        "reserved_funds",
    }
)


class SeenItem(msgspec.Struct, frozen=True, kw_only=True):
    """A balance transaction of a connected account with what it comes from."""

    STRIPE: ClassVar[str] = "BalanceTransaction"
    id: str
    type: str
    net: int
    currency: str
    source: str | Mapping[str, Any] | None = None


class PayoutContents:
    """The lists of automatic payouts of one platform's accounts."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._list = client.v1.balance_transactions

    async def of(self, account_id: str, stripe_id: str) -> Sequence[PayoutItem]:
        """All that a payout is made of, oldest first."""
        options: stripe.RequestOptions = {"stripe_account": account_id} if account_id else {}

        def fetch(after: str) -> Awaitable[stripe.StripeObject]:
            params: BalanceTransactionListParams = {"payout": stripe_id, "limit": PAGE, "expand": [SOURCE]}
            if after:
                params["starting_after"] = after
            return self._list.list_async(params, options)

        listed = reversed(await every(fetch, SeenItem))
        return [_item(account_id, each) for each in listed if (each.type, _source_id(each)) != ("payout", stripe_id)]


def _source_id(seen: SeenItem) -> str:
    return str(seen.source.get("id") or "") if isinstance(seen.source, Mapping) else seen.source or ""


def _item(account_id: str, seen: SeenItem) -> PayoutItem:
    kind, source = _what(account_id, seen)
    return PayoutItem(id=seen.id, kind=kind, type=seen.type, source=source, net=money(seen.net, seen.currency))


def _what(account_id: str, seen: SeenItem) -> tuple[ItemKind, str]:
    """What stands behind a movement, and the id under which the hub knows that."""
    if seen.type in _RETURNED:
        return "returned", payout_id(account_id, _source_id(seen))
    if seen.type in _KEPT:
        return "kept", ""
    source: Mapping[str, Any] = seen.source if isinstance(seen.source, Mapping) else {}
    for kind, name in _BEHIND:
        behind = source.get(name)
        if behind:
            return kind, str(behind.get("id") if isinstance(behind, Mapping) else behind)
    return "other", _source_id(seen)


_BEHIND: tuple[tuple[ItemKind, str], ...] = (
    ("transfer", "source_transfer"),
    ("reversal", "source_transfer_reversal"),
)
"""The fields of a charge and of a refund that name what of the platform's caused them."""
