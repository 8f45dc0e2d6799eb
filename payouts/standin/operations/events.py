"""What can be asked about events and their addresses."""

from collections.abc import Iterator

from payouts.standin import endpoints
from payouts.standin.forms import EXPAND, PAGING
from payouts.standin.operations.calling import Call, Operation, look
from payouts.standin.parameters import DESTINATION, ENDPOINT, EVENTS, NOTHING, TEXTS
from payouts.standin.world import Thing, World


def _events(world: World, call: Call) -> list[Thing]:
    kinds = {*call.params.get("types", ()), *([call.params["type"]] if "type" in call.params else [])}
    since = max(call.params.get("created", {}).get("gte", 0), call.params.get("created", {}).get("gt", -1) + 1)
    found = world.all("event", call.account)
    return [each for each in found if each["created"] >= since and (not kinds or each["type"] in kinds)]


def event_operations() -> Iterator[Operation]:
    """Events and who is told of them."""
    yield Operation("GET", "/v1/events", "EventListParams", _events, EVENTS)
    yield look("/v1/events/{id}", "EventRetrieveParams", "event")
    yield Operation(
        "POST",
        "/v1/webhook_endpoints",
        "WebhookEndpointCreateParams",
        lambda world, call: endpoints.open_endpoint(world, call.params),
        {**ENDPOINT, **EXPAND},
        ("url", "enabled_events"),
    )
    yield Operation(
        "GET",
        "/v1/webhook_endpoints",
        "WebhookEndpointListParams",
        lambda world, _call: endpoints.snapshots(world),
        PAGING,
    )
    yield Operation(
        "POST",
        "/v1/webhook_endpoints/{id}",
        "WebhookEndpointUpdateParams",
        lambda world, call: endpoints.change_endpoint(world, call.ids[0], call.params),
        {"enabled_events.*": str, **TEXTS, **EXPAND},
    )
    yield Operation(
        "DELETE",
        "/v1/webhook_endpoints/{id}",
        "WebhookEndpointDeleteParams",
        lambda world, call: endpoints.close_endpoint(world, call.ids[0]),
        NOTHING,
    )
    yield Operation(
        "POST",
        "/v2/core/event_destinations",
        "v2.core.EventDestinationCreateParams",
        lambda world, call: endpoints.open_destination(world, call.params),
        DESTINATION,
        ("name", "type", "event_payload", "enabled_events"),
    )
    yield Operation(
        "GET",
        "/v2/core/event_destinations",
        "v2.core.EventDestinationListParams",
        lambda world, _call: endpoints.destinations(world),
        {"include.*": str, "limit": int},
    )
    yield Operation(
        "POST",
        "/v2/core/event_destinations/{id}",
        "v2.core.EventDestinationUpdateParams",
        lambda world, call: endpoints.as_destination(world, endpoints.change_endpoint(world, call.ids[0], call.params)),
        {"enabled_events.*": str, "name": str, "include.*": str, "metadata.*": str},
    )
    yield Operation(
        "DELETE",
        "/v2/core/event_destinations/{id}",
        "WebhookEndpointDeleteParams",
        lambda world, call: endpoints.close_endpoint(world, call.ids[0]),
        NOTHING,
    )
