"""What the hub decides about money, once at start."""

from typing import Literal

import msgspec

from payouts.domain.bank_file import BankDetails
from payouts.domain.postings import HubBooks


class PayoutSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The hub's money rules. Durations are seconds.

    The provider's fee of a lost dispute is borne by the hub or by the shops concerned (`dispute_fee_borne_by`); nobody
    having chosen lines for `dispute_choice_days`, all lines bear a dispute.

    `settlement_currency` is the one currency in which the provider keeps the hub's balance and shops are owed;
    `vat_country` is where the hub owes VAT on its commissions; `payout_interval_seconds` is the least time between two
    payouts to one shop; `stuck_after_seconds` is when a row under way is taken up again by the sweeps, and
    `key_lifetime_seconds` how long the provider certainly remembers an idempotency key.

    A share may go `release_window_days` after its order was `release_after`, and `reserve_bp` of it (basis points) is
    kept back for `reserve_days`. The hub sounds an alarm when it has kept a share longer than `holding_days_max`, or
    more than `holding_minor_max` in all (0: any sum). No correction by hand is above `adjustment_minor_max`. `bank` is
    the hub's own account, from which boutiques are paid that the provider does not reach; None: it has none. Nothing is
    paid to a boutique's new bank details for `bank_cooling_days`, unless both people who changed them say so.
    """

    settlement_currency: str = "EUR"
    vat_country: str = "FR"
    payout_interval_seconds: int = 86_400
    dispute_fee_borne_by: Literal["hub", "shop"] = "hub"
    dispute_choice_days: int = 5
    stuck_after_seconds: int = 60
    release_after: Literal["shipped", "delivered"] = "delivered"
    release_window_days: int = 14
    reserve_bp: int = 0
    reserve_days: int = 30
    holding_days_max: int = 60
    holding_minor_max: int = 0
    adjustment_minor_max: int = 100_000
    bank: BankDetails | None = None
    bank_cooling_days: int = 3
    key_lifetime_seconds: int = 23 * 3_600

    @property
    def books(self) -> HubBooks:
        """Where the hub's own sums are booked."""
        return HubBooks(vat_country=self.vat_country)
