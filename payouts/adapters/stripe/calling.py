"""One call to Stripe: with a key of ours, within a time, once; its failures as our errors and its answer checked."""

import re
import ssl
from collections.abc import Awaitable, Mapping
from io import BytesIO
from typing import Any, TypeVar

import aiohttp
import msgspec
import stripe

from payouts.adapters.stripe.refusals import refusal_of
from payouts.adapters.stripe.settings import API_URL, StripeSettings
from payouts.errors import ProviderConflictError, ProviderUnavailableError

T = TypeVar("T")

CONNECT_SECONDS = 5.0
PIECEMEAL_BYTES = 2**19
"""Bodies above this are sent piece by piece, so that nothing else of the process waits for them."""

stripe.enable_telemetry = False


_MADE_UP = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""What Stripe's client writes as the key of a change that was given none."""


class KeyedClient(stripe.AIOHTTPClient):
    """Lets no change go out under a key that is not of our making: it could never be repeated."""

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: Any = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        """As its base class; raises ProviderConflictError, before anything is sent, for a change without a key."""
        key = headers.get("Idempotency-Key", "")
        if method.lower() == "post" and (not key or _MADE_UP.fullmatch(key)):
            raise ProviderConflictError(f"a change at {url} was to go out without a key of ours")
        large = isinstance(post_data, bytes) and len(post_data) > PIECEMEAL_BYTES
        return await super().request_async(method, url, headers, BytesIO(post_data) if large else post_data)


def make_http(settings: StripeSettings) -> KeyedClient:
    """Connections to Stripe; they belong to the event loop that first uses them."""
    return KeyedClient(timeout=aiohttp.ClientTimeout(total=settings.timeout_seconds, connect=CONNECT_SECONDS))


def make_client(settings: StripeSettings, http: stripe.AIOHTTPClient) -> stripe.StripeClient:
    """A client that never repeats a call by itself: repeating is the outbox's, with the key of the row.

    Stripe takes files at a host of their own; whatever stands for Stripe takes them at its one address.
    """
    url = settings.api_url.rstrip("/")
    return stripe.StripeClient(
        settings.api_key,
        base_addresses={"api": url} if url == API_URL else {"api": url, "files": url},
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
