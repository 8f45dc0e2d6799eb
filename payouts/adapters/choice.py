"""Which payment provider a hub runs on, chosen at start by its settings."""

import importlib
from typing import Literal

import msgspec

from payouts.adapters.sandbox import SandboxProvider
from payouts.adapters.stripe.settings import StripeSettings
from payouts.adapters.transport import Transport
from payouts.ports import EventAddresses, PaymentProvider

PAGE_ORIGIN = "https://checkout.stripe.com"
"""Where Stripe's payment pages are."""


class SandboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Where the simulated provider is, and the secrets shared with it."""

    url: str
    api_key: str
    webhook_secret: str


ProviderSettings = SandboxSettings | StripeSettings
ProviderName = Literal["sandbox", "stripe"]


def open_addresses(settings: StripeSettings) -> EventAddresses:
    """The addresses of a hub at Stripe."""
    adapter = importlib.import_module("payouts.adapters.stripe.addresses")
    addresses: EventAddresses = adapter.StripeAddresses(settings)
    return addresses


def make_provider(settings: ProviderSettings, transport: Transport) -> PaymentProvider:
    """The adapter for the provider these settings are of.

    Stripe's package costs a second of every process's start, so it is loaded by hubs that use it alone.
    """
    if isinstance(settings, SandboxSettings):
        return SandboxProvider(transport, settings.url, settings.api_key, settings.webhook_secret)
    adapter = importlib.import_module("payouts.adapters.stripe.provider")
    provider: PaymentProvider = adapter.StripeProvider(settings)
    return provider
