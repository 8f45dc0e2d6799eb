"""One call to Stripe: with a key of ours, within a time, once; its failures as our errors and its answer checked."""

import ssl
from collections.abc import Awaitable
from typing import TypeVar

import aiohttp
import msgspec
import stripe

from payouts.adapters.stripe.refusals import refusal_of
from payouts.adapters.stripe.settings import StripeSettings
from payouts.errors import ProviderUnavailableError

T = TypeVar("T")

CONNECT_SECONDS = 5.0

stripe.enable_telemetry = False


def make_http(settings: StripeSettings) -> stripe.AIOHTTPClient:
    """Connections to Stripe; they belong to the event loop that first uses them."""
    return stripe.AIOHTTPClient(timeout=aiohttp.ClientTimeout(total=settings.timeout_seconds, connect=CONNECT_SECONDS))


def make_client(settings: StripeSettings, http: stripe.AIOHTTPClient) -> stripe.StripeClient:
    """A client that never repeats a call by itself: repeating is the outbox's, with the key of the row."""
    return stripe.StripeClient(
        settings.api_key,
        base_addresses={"api": settings.api_url.rstrip("/")},
        http_client=http,
        max_network_retries=0,
    )


async def ask(call: Awaitable[stripe.StripeObject], kind: type[T]) -> T:
    """Wait for an answer and read what we need of it.

    Raises the ProviderError leaves; an answer that cannot be read leaves the outcome unknown.
    """
    try:
        found = await call
    except stripe.StripeError as error:
        raise refusal_of(error) from error
    except (aiohttp.ClientError, TimeoutError, ssl.SSLError) as error:
        raise ProviderUnavailableError("the payment provider's answer was cut off") from error
    try:
        return msgspec.convert(found.to_dict(), kind)
    except msgspec.ValidationError as error:
        raise ProviderUnavailableError(f"the payment provider's answer cannot be read: {error}") from error
