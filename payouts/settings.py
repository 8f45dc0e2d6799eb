"""What the hub decides about money, once at start."""

import msgspec

from payouts.domain.postings import HubBooks


class PayoutSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's money rules. Durations are seconds.

    `settlement_currency` is the one currency in which the provider keeps the hub's balance and shops are owed;
    `vat_country` is where the hub owes VAT on its commissions; `payout_interval_seconds` is the least time between two
    payouts to one shop; `stuck_after_seconds` is when a row under way is taken up again by the sweeps, and
    `key_lifetime_seconds` how long the provider certainly remembers an idempotency key.
    """

    settlement_currency: str = "EUR"
    vat_country: str = "FR"
    payout_interval_seconds: int = 86_400
    stuck_after_seconds: int = 60
    key_lifetime_seconds: int = 23 * 3_600

    @property
    def books(self) -> HubBooks:
        """Where the hub's own sums are booked."""
        return HubBooks(vat_country=self.vat_country)
