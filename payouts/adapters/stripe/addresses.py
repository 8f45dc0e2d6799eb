"""The hub's addresses at Stripe, to which events are delivered: found by their URL before any is made.

There are three: of the platform's own account, of connected accounts, and of papers (thin events about accounts). They
differ in what stands after the question mark, so that each is found again. A secret is shown by Stripe when an address
is made and never again: one that was there is left as it is, its missing events are added, and nothing is made anew
unless it is asked for.
"""

from collections.abc import Awaitable
from typing import ClassVar, cast

import msgspec
import stripe
from stripe.params import WebhookEndpointCreateParams, WebhookEndpointListParams, WebhookEndpointUpdateParams

from payouts.adapters.stripe.calling import ask, make_client, make_http
from payouts.adapters.stripe.listing import every
from payouts.adapters.stripe.settings import StripeSettings
from payouts.adapters.stripe.wanted import EVENTS, QUERY
from payouts.errors import ProviderRefusedError
from payouts.ports import AddressKind, EventAddress


class SeenEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An address of snapshot events; `secret` only in the answer that makes it."""

    STRIPE: ClassVar[str] = "WebhookEndpoint"
    id: str
    url: str
    enabled_events: tuple[str, ...]
    secret: str = ""


class SeenTarget(msgspec.Struct, frozen=True, kw_only=True):
    """Where a destination is."""

    STRIPE: ClassVar[str] = "v2.core.EventDestination.WebhookEndpoint"
    url: str | None = None
    signing_secret: str | None = None


class SeenDestination(msgspec.Struct, frozen=True, kw_only=True):
    """A destination of thin events."""

    STRIPE: ClassVar[str] = "v2.core.EventDestination"
    id: str
    enabled_events: tuple[str, ...]
    webhook_endpoint: SeenTarget | None = None


class SeenDestinations(msgspec.Struct, frozen=True, kw_only=True):
    """A page of them; a platform has a handful."""

    data: tuple[SeenDestination, ...]


class StripeAddresses:
    """Looks after the addresses of one hub. `close` ends its connections."""

    def __init__(self, settings: StripeSettings) -> None:
        self._http = make_http(settings)
        client = make_client(settings, self._http)
        self._v1, self._core = client.v1, client.v2.core

    async def close(self) -> None:
        """End the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call]

    async def ensure(self, hook_url: str) -> list[EventAddress]:
        """Every address, made if it is not there, with all its events."""
        known = await self.standing(hook_url)
        found = []
        for what in QUERY:
            there = [address for address in known if address.what == what]
            found += [await self._completed(address) for address in there] or [await self.another(hook_url, what)]
        return found

    async def standing(self, hook_url: str) -> list[EventAddress]:
        """The hub's addresses as they are, oldest last; their secrets cannot be read."""

        def fetch(after: str) -> Awaitable[stripe.StripeObject]:
            params: WebhookEndpointListParams = {"limit": 100}
            if after:
                params["starting_after"] = after
            return self._v1.webhook_endpoints.list_async(params)

        call = self._core.event_destinations.list_async({"limit": 100, "include": ["webhook_endpoint.url"]})
        thin = (await ask(call, SeenDestinations)).data
        seen = [(each.id, each.url, each.enabled_events) for each in await every(fetch, SeenEndpoint)]
        seen += [
            (each.id, (each.webhook_endpoint.url if each.webhook_endpoint else "") or "", each.enabled_events)
            for each in thin
        ]
        by_url = {f"{hook_url}{query}": what for what, query in QUERY.items()}
        return [
            EventAddress(what=by_url[url], id=known_id, url=url, events=events)
            for known_id, url, events in seen
            if url in by_url
        ]

    async def another(self, hook_url: str, what: AddressKind) -> EventAddress:
        """Make an address, also beside one that is there: both are told of everything until that one is removed."""
        url = f"{hook_url}{QUERY[what]}"
        number = sum(address.what == what for address in await self.standing(hook_url)) + 1
        key = f"hook:{url}:{number}"
        if what == "papers":
            return await self._destination(url, key)
        params = {
            "url": url,
            "enabled_events": list(EVENTS[what]),
            "connect": what == "accounts",
            "api_version": stripe.api_version,
            "description": f"Galleria, {what}",
        }
        call = self._v1.webhook_endpoints.create_async(
            cast(WebhookEndpointCreateParams, params), {"idempotency_key": key}
        )
        made = await ask(call, SeenEndpoint)
        return EventAddress(
            what=what, id=made.id, url=made.url, events=made.enabled_events, secret=made.secret, is_new=True
        )

    async def remove(self, hook_url: str, address_id: str) -> None:
        """Take one of the hub's addresses away. Raises ProviderRefusedError for any other."""
        known = {address.id: address.what for address in await self.standing(hook_url)}
        if address_id not in known:
            raise ProviderRefusedError(f"{address_id} is no address of this hub")
        if known[address_id] == "papers":
            await ask(self._core.event_destinations.delete_async(address_id), dict)
        else:
            await ask(self._v1.webhook_endpoints.delete_async(address_id), dict)

    async def _destination(self, url: str, key: str) -> EventAddress:
        call = self._core.event_destinations.create_async(
            {
                "name": "Galleria, papers",
                "type": "webhook_endpoint",
                "event_payload": "thin",
                "enabled_events": list(EVENTS["papers"]),
                "include": ["webhook_endpoint.url", "webhook_endpoint.signing_secret"],
                "webhook_endpoint": {"url": url},
            },
            {"idempotency_key": key},
        )
        made = await ask(call, SeenDestination)
        secret = (made.webhook_endpoint.signing_secret if made.webhook_endpoint else "") or ""
        return EventAddress(what="papers", id=made.id, url=url, events=made.enabled_events, secret=secret, is_new=True)

    async def _completed(self, address: EventAddress) -> EventAddress:
        """The address with every event it has to be told of; it keeps those it had."""
        missing = tuple(each for each in EVENTS[address.what] if each not in address.events)
        if not missing or "*" in address.events:
            return address
        events = [*address.events, *missing]
        key = f"hook:{address.id}:{len(events)}:{missing[0]}"
        options: stripe.RequestOptions = {"idempotency_key": key}
        if address.what == "papers":
            thin = self._core.event_destinations.update_async(address.id, {"enabled_events": events}, options)
            await ask(thin, SeenDestination)
        else:
            params = cast(WebhookEndpointUpdateParams, {"enabled_events": events})
            await ask(self._v1.webhook_endpoints.update_async(address.id, params, options), SeenEndpoint)
        return msgspec.structs.replace(address, events=tuple(events), added=missing)
