"""Shops' accounts by Stripe's two interfaces: v2 with a recipient configuration, and v1's express accounts.

Both make an account whose papers Stripe itself collects on pages of its own, whose fees and losses are the platform's,
and whose balance is paid out only when the hub asks (`balance_settings`, manual).
"""

from datetime import UTC, datetime
from typing import ClassVar, Protocol

import msgspec
import stripe

from payouts.adapters.stripe.calling import ask
from payouts.adapters.stripe.states import REFERENCE
from payouts.ports import AccountLink, Standing


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A connected account, whichever interface it was read by."""

    id: str
    reference: str
    standing: Standing


class Wish(msgspec.Struct, frozen=True):
    """The account that is wanted: whose, called how, where, in which currency, and where its people are written to.

    Stripe's documentation of Accounts v2 has asked for an address for recipients; none is said when none is known.
    """

    shop_id: str
    name: str
    country: str
    currency: str
    email: str


class Accounts(Protocol):
    """What the adapter needs of accounts."""

    async def create(self, wish: Wish, key: str) -> Account: ...

    async def get(self, account_id: str) -> Account: ...

    async def link(self, account_id: str, refresh_url: str, return_url: str, key: str) -> AccountLink: ...


class _Status(msgspec.Struct, frozen=True, kw_only=True):
    status: str = ""


class _StripeBalance(msgspec.Struct, frozen=True, kw_only=True):
    stripe_transfers: _Status | None = None


class _Capabilities(msgspec.Struct, frozen=True, kw_only=True):
    stripe_balance: _StripeBalance | None = None


class _Recipient(msgspec.Struct, frozen=True, kw_only=True):
    capabilities: _Capabilities | None = None


class _Configuration(msgspec.Struct, frozen=True, kw_only=True):
    recipient: _Recipient | None = None


class SeenAccountV2(msgspec.Struct, frozen=True, kw_only=True):
    """A v2 account with its recipient configuration included."""

    STRIPE: ClassVar[str] = "v2.core.Account"
    id: str
    metadata: dict[str, str] | None = None
    configuration: _Configuration | None = None
    closed: bool | None = None

    def account(self) -> Account:
        """Ready once the capability for transfers is active."""
        recipient = self.configuration.recipient if self.configuration else None
        balance = recipient.capabilities.stripe_balance if recipient and recipient.capabilities else None
        status = balance.stripe_transfers.status if balance and balance.stripe_transfers else ""
        standing = "closed" if self.closed else _STANDING.get(status, "papers")
        return Account(id=self.id, reference=(self.metadata or {}).get(REFERENCE, ""), standing=standing)


class SeenLinkV2(msgspec.Struct, frozen=True, kw_only=True):
    """A v2 account link."""

    STRIPE: ClassVar[str] = "v2.core.AccountLink"
    url: str
    expires_at: datetime


_STANDING: dict[str, Standing] = {"active": "ready", "pending": "checking"}
"""How an account stands whose capability for transfers is so; otherwise papers are missing."""
REJECTED = "rejected."


class _RequirementsV1(msgspec.Struct, frozen=True, kw_only=True):
    disabled_reason: str | None = None
    currently_due: tuple[str, ...] | None = None


class _CapabilitiesV1(msgspec.Struct, frozen=True, kw_only=True):
    transfers: str = "inactive"


class SeenAccountV1(msgspec.Struct, frozen=True, kw_only=True):
    """A v1 account."""

    STRIPE: ClassVar[str] = "Account"
    id: str
    metadata: dict[str, str] | None = None
    capabilities: _CapabilitiesV1 | None = None
    requirements: _RequirementsV1 | None = None
    details_submitted: bool = False

    def account(self) -> Account:
        """Ready once the capability for transfers is active; looked through once all that is due was handed in."""
        needs = self.requirements or _RequirementsV1()
        standing = _STANDING.get(self.capabilities.transfers if self.capabilities else "", "papers")
        if (needs.disabled_reason or "").startswith(REJECTED):
            standing = "closed"
        elif standing == "papers" and self.details_submitted and not needs.currently_due:
            standing = "checking"
        return Account(id=self.id, reference=(self.metadata or {}).get(REFERENCE, ""), standing=standing)


class SeenLinkV1(msgspec.Struct, frozen=True, kw_only=True):
    """A v1 account link."""

    STRIPE: ClassVar[str] = "AccountLink"
    url: str
    expires_at: int


class AccountsV2:
    """Accounts v2: a recipient and nothing else, with the express dashboard."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._core = client.v2.core

    async def create(self, wish: Wish, key: str) -> Account:
        call = self._core.accounts.create_async(
            {
                **({"contact_email": wish.email} if wish.email else {}),
                "display_name": wish.name,
                "dashboard": "express",
                "identity": {"country": wish.country.lower()},
                "defaults": {
                    "currency": wish.currency.lower(),
                    "responsibilities": {"fees_collector": "application", "losses_collector": "application"},
                },
                "configuration": {
                    "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
                },
                "include": ["configuration.recipient"],
                "metadata": {REFERENCE: wish.shop_id},
            },
            {"idempotency_key": key},
        )
        return (await ask(call, SeenAccountV2)).account()

    async def get(self, account_id: str) -> Account:
        call = self._core.accounts.retrieve_async(account_id, {"include": ["configuration.recipient"]})
        return (await ask(call, SeenAccountV2)).account()

    async def link(self, account_id: str, refresh_url: str, return_url: str, key: str) -> AccountLink:
        call = self._core.account_links.create_async(
            {
                "account": account_id,
                "use_case": {
                    "type": "account_onboarding",
                    "account_onboarding": {
                        "refresh_url": refresh_url,
                        "return_url": return_url,
                    },
                },
            },
            {"idempotency_key": key},
        )
        made = await ask(call, SeenLinkV2)
        return AccountLink(url=made.url, expires_at=made.expires_at)


class AccountsV1:
    """Accounts v1, express: asks for card payments too, since transfers alone are refused in the hub's own country."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self._v1 = client.v1

    async def create(self, wish: Wish, key: str) -> Account:
        call = self._v1.accounts.create_async(
            {
                "type": "express",
                **({"email": wish.email} if wish.email else {}),
                "country": wish.country.upper(),
                "default_currency": wish.currency.lower(),
                "business_profile": {"name": wish.name},
                "capabilities": {"card_payments": {"requested": True}, "transfers": {"requested": True}},
                "metadata": {REFERENCE: wish.shop_id},
            },
            {"idempotency_key": key},
        )
        return (await ask(call, SeenAccountV1)).account()

    async def get(self, account_id: str) -> Account:
        return (await ask(self._v1.accounts.retrieve_async(account_id), SeenAccountV1)).account()

    async def link(self, account_id: str, refresh_url: str, return_url: str, key: str) -> AccountLink:
        call = self._v1.account_links.create_async(
            {
                "account": account_id,
                "type": "account_onboarding",
                "refresh_url": refresh_url,
                "return_url": return_url,
            },
            {"idempotency_key": key},
        )
        made = await ask(call, SeenLinkV1)
        return AccountLink(url=made.url, expires_at=datetime.fromtimestamp(made.expires_at, UTC))
