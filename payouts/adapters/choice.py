"""The payment provider of a hub, made at start from its settings."""

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from payouts.adapters.stripe.settings import StripeSettings
from payouts.ports import EventAddresses, PaymentProvider

PAGE_ORIGIN = "https://checkout.stripe.com"
"""Where Stripe's payment pages are."""


def open_addresses(settings: StripeSettings) -> EventAddresses:
    """The addresses of a hub at Stripe."""
    adapter = importlib.import_module("payouts.adapters.stripe.addresses")
    addresses: EventAddresses = adapter.StripeAddresses(settings)
    return addresses


def make_provider(settings: StripeSettings) -> PaymentProvider:
    """The adapter for Stripe, or for a stand-in at `api_url`.

    Stripe's package costs a second of every process's start, so it is loaded by those alone that speak to it.
    """
    adapter = importlib.import_module("payouts.adapters.stripe.provider")
    provider: PaymentProvider = adapter.StripeProvider(settings)
    return provider


@asynccontextmanager
async def provider_for_now(settings: StripeSettings) -> AsyncIterator[PaymentProvider]:
    """The same for a short while: its connections end with the block."""
    adapter = importlib.import_module("payouts.adapters.stripe.provider")
    provider = adapter.StripeProvider(settings)
    try:
        yield provider
    finally:
        await provider.close()
