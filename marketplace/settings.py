"""What the hub is told at start."""

from pathlib import Path
from typing import Annotated, Literal

import msgspec

from federation.node.settings import NodeSettings, SettingsError
from federation.vocabulary.zones import UTC_NAME, ZoneName, ZoneUnknownError, zone_of
from payouts.adapters.choice import PAGE_ORIGIN
from payouts.adapters.stripe.settings import API_URL, StripeSettings
from payouts.domain.bank_file import BankDetails, checked_details
from payouts.domain.payment import Capture
from payouts.domain.terms import RESERVE_BP_MAX, RESERVE_DAYS_MAX
from payouts.errors import BankDetailsError

Rate = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
"""A share in basis points: 1000 is ten per cent."""


class HubSettings(NodeSettings, frozen=True, kw_only=True):
    """A node's settings and the hub's own. Rates are basis points, durations seconds.

    `commission_bp` of a line's price is the hub's commission as long as no other rule was made; `commission_base` says
    whether rates are of the price as paid or of that without VAT. `commission_vat_bp` of the commission is added for
    boutiques in `country`, the hub's own, and for others as `payouts.domain.vat` says. `referral_bp` of a piece goes to
    the boutique that sent its shopper, where both agree to it; 0 means nobody gets anything. `search_dir` is the index,
    by default `search` in the state folder. `payout_interval_seconds` is the least time between two payouts to one
    boutique; 0 means a day, and in the demo a few seconds. What a boutique is owed may go `release_window_days` after
    its part was `release_after`; `reserve_bp` of it is kept back for `reserve_days`. An alarm sounds when the hub has
    kept a share longer than `holding_days_max` days, or more than `holding_minor_max` in all (0: any sum). No
    correction by hand is above `adjustment_minor_max`. `bank_holder`, `bank_iban` and `bank_bic` are the hub's own
    account, from which boutiques are paid that the provider does not reach; empty: there is none. Nothing is paid to
    a boutique's new bank details for `bank_cooling_days`. A boutique that has not accepted a paid order after
    `answer_within_hours` is given up and its part given back. `plates_dir` is the folder of our own vector plates,
    shared with shop nodes of the same machine. `boutiques_expected` is how many a demo is about to open; 0 where nobody
    counts. `payment_provider` says who takes the money, with the settings that begin with its name.

    `legal_name`, `legal_address` and `vat_id` are the hub's own in law: without them it issues no commission invoice.
    `time_zone` (a name of the IANA database) is where its months end, by which papers are closed, dated and numbered.

    Once commission rules were made (`marketplace.terms`), they say what the commission is. `provider_fee_borne_by` says
    who bears what the payment provider keeps of later sales.
    """

    payment_provider: Literal["stripe"] = "stripe"
    stripe_key: str = ""
    stripe_webhook_secrets: tuple[str, ...] = ()
    stripe_accounts: Literal["v2", "v1"] = "v2"
    stripe_url: str = API_URL
    stripe_pages_url: str = PAGE_ORIGIN
    search_dir: str = ""
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] = "IT"
    currency: Literal["EUR", "GBP", "USD", "CHF", "JPY"] = "EUR"
    time_zone: ZoneName = UTC_NAME
    legal_name: Annotated[str, msgspec.Meta(max_length=200)] = ""
    legal_address: Annotated[str, msgspec.Meta(max_length=400)] = ""
    vat_id: Annotated[str, msgspec.Meta(max_length=30)] = ""
    rates_file: str = ""
    commission_bp: Rate = 1_000
    commission_vat_bp: Rate = 2_200
    commission_base: Literal["gross", "net"] = "gross"
    referral_bp: Annotated[int, msgspec.Meta(ge=0, le=3_000)] = 0
    provider_fee_borne_by: Literal["hub", "shops"] = "hub"
    payout_interval_seconds: Annotated[int, msgspec.Meta(ge=0)] = 0
    release_after: Literal["shipped", "delivered"] = "delivered"
    release_window_days: Annotated[int, msgspec.Meta(ge=0, le=90)] = 14
    reserve_bp: Annotated[int, msgspec.Meta(ge=0, le=RESERVE_BP_MAX)] = 0
    reserve_days: Annotated[int, msgspec.Meta(ge=1, le=RESERVE_DAYS_MAX)] = 30
    holding_days_max: Annotated[int, msgspec.Meta(ge=1, le=365)] = 60
    holding_minor_max: Annotated[int, msgspec.Meta(ge=0)] = 0
    adjustment_minor_max: Annotated[int, msgspec.Meta(ge=1)] = 100_000
    bank_holder: str = ""
    bank_iban: str = ""
    bank_bic: str = ""
    bank_cooling_days: Annotated[int, msgspec.Meta(ge=0, le=30)] = 3
    vat_register: Literal["off", "vies"] = "off"
    reverse_charge: Literal["digits", "checked"] = "digits"
    """What takes a boutique's VAT id as right for the reverse charge: its check digits, or a register's answer too.

    With `vat_register` an operator can ask the European Union's; `checked` needs it.
    """
    capture: Capture = "automatic"
    acceptance_window_hours: Annotated[int, msgspec.Meta(ge=1, le=120)] = 48
    """With `capture` manual the shopper's money is held while the boutiques have so long to answer, then taken once.

    Cards hold it for five to seven days.
    """
    answer_within_hours: Annotated[int, msgspec.Meta(ge=1, le=720)] = 48
    plates_dir: Path | None = None
    boutiques_expected: Annotated[int, msgspec.Meta(ge=0)] = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        missing = [
            f"GALLERIA_{name.upper()}" for name in ("stripe_key", "stripe_webhook_secrets") if not getattr(self, name)
        ]
        if missing:
            raise SettingsError(
                f"nobody takes this hub's payments: set {' and '.join(missing)} as docs/payments-stripe.md says, with "
                "keys of Stripe, or of `galleria standin`, which moves no money"
            )
        if self.reverse_charge == "checked" and self.vat_register == "off":
            raise SettingsError("GALLERIA_REVERSE_CHARGE checked needs a register: set GALLERIA_VAT_REGISTER to vies")
        try:
            zone_of(self.time_zone)
        except ZoneUnknownError as error:
            raise SettingsError(f"GALLERIA_TIME_ZONE: {error.detail}") from error
        try:
            self.bank  # noqa: B018 - read once, to refuse a mistyped account at start
        except BankDetailsError as error:
            raise SettingsError(f"GALLERIA_BANK_HOLDER, _IBAN, _BIC: {error.detail}") from error

    @property
    def bank(self) -> BankDetails | None:
        """The hub's own bank account. Raises BankDetailsError when it is mistyped."""
        if not self.bank_iban:
            return None
        return checked_details(self.bank_holder or self.node_name, self.bank_iban, self.bank_bic)

    @property
    def provider(self) -> StripeSettings:
        """What the payment provider's adapter is told."""
        return StripeSettings(
            api_key=self.stripe_key,
            webhook_secrets=self.stripe_webhook_secrets,
            accounts=self.stripe_accounts,
            api_url=self.stripe_url,
        )

    @property
    def payment_pages_url(self) -> str:
        """Where shoppers are sent to pay."""
        return self.stripe_pages_url

    @property
    def media_dir(self) -> Path:
        """Where our own copies of boutiques' pictures lie, each under its hash."""
        return self.state_dir / "media"
