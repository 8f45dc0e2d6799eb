"""Webhook endpoints: who is told of events, with which secret, and how it is changed for another."""

import secrets

from payouts.adapters.stripe.wanted import EVENTS, QUERY
from payouts.standin.world import Thing, World


def open_endpoint(world: World, params: Thing) -> Thing:
    """Register an address for the platform's events, or with `connect` for those of connected accounts.

    The secret is shown in this answer only.
    """
    endpoint = {
        "id": world.new_id("webhook_endpoint"),
        "object": "webhook_endpoint",
        "api_version": params.get("api_version"),
        "application": None,
        "created": world.now,
        "description": params.get("description"),
        "enabled_events": params["enabled_events"],
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "status": "enabled",
        "url": params["url"],
    }
    world.add("webhook_endpoint", endpoint)
    secret = f"whsec_{secrets.token_hex(16)}"
    world.drafts[endpoint["id"]] = {"connect": bool(params.get("connect")), "secrets": [secret]}
    return endpoint | {"secret": secret}


def open_destination(world: World, params: Thing) -> Thing:
    """Register an address for thin events (v2); its secret is shown in this answer only."""
    asked = {
        "url": params["webhook_endpoint"]["url"],
        "enabled_events": params["enabled_events"],
        "description": params["name"],
    }
    made = open_endpoint(world, asked)
    world.drafts[made["id"]]["thin"] = True
    return as_destination(world, made, made["secret"])


def keep_addresses(world: World, url: str, secret: str) -> None:
    """Have a hub's three addresses registered under one secret; those that are there stay as they are."""
    known = {each["url"] for each in world.things["webhook_endpoint"].values()}
    for what, query in QUERY.items():
        if url + query in known:
            continue
        asked = {"url": url + query, "enabled_events": list(EVENTS[what]), "connect": what == "accounts"}
        made = open_endpoint(world, asked)
        world.drafts[made["id"]] |= {"secrets": [secret], "thin": what == "papers"}


def change_endpoint(world: World, endpoint_id: str, params: Thing) -> Thing:
    """Tell an address of other events than before."""
    endpoint = world.find("webhook_endpoint", endpoint_id)
    endpoint |= {name: params[name] for name in ("enabled_events", "description") if name in params}
    return endpoint


def snapshots(world: World) -> list[Thing]:
    """The addresses of v1 events, newest first."""
    return [each for each in world.all("webhook_endpoint") if not world.drafts[each["id"]].get("thin")]


def destinations(world: World) -> Thing:
    """The addresses of thin events, as v2 lists them; never with their secrets."""
    thin = [each for each in world.all("webhook_endpoint") if world.drafts[each["id"]].get("thin")]
    return {"data": [as_destination(world, each) for each in thin], "next_page_url": None, "previous_page_url": None}


def as_destination(world: World, endpoint: Thing, secret: str | None = None) -> Thing:
    """An address of thin events as v2 shows it."""
    return {
        "id": endpoint["id"],
        "object": "v2.core.event_destination",
        "created": world.moment.isoformat().replace("+00:00", "Z"),
        "enabled_events": endpoint["enabled_events"],
        "event_payload": "thin",
        "livemode": False,
        "name": endpoint["description"],
        "status": "enabled",
        "type": "webhook_endpoint",
        "webhook_endpoint": {"signing_secret": secret, "url": endpoint["url"]},
    }


def close_endpoint(world: World, endpoint_id: str) -> Thing:
    """Stop telling an address of events."""
    endpoint = world.find("webhook_endpoint", endpoint_id)
    world.remove("webhook_endpoint", endpoint_id)
    return {"id": endpoint["id"], "object": "webhook_endpoint", "deleted": True}


def rotate_secret(world: World, endpoint_id: str, *, keep_old: bool) -> str:
    """A new secret for an endpoint; with `keep_old` deliveries are signed with both for the time being."""
    world.find("webhook_endpoint", endpoint_id)
    kept = world.drafts[endpoint_id]
    secret = f"whsec_{secrets.token_hex(16)}"
    kept["secrets"] = [secret, *kept["secrets"][:1]] if keep_old else [secret]
    return secret


def secrets_of(world: World, endpoint_id: str) -> list[str]:
    """The secrets deliveries to an endpoint are signed with now."""
    return list(world.drafts[endpoint_id]["secrets"])


def takes(world: World, endpoint: Thing, event: Thing) -> bool:
    """Whether an endpoint is told of an event."""
    kept = world.drafts[endpoint["id"]]
    if (event["object"] == "v2.core.event") != kept.get("thin", False):
        return False
    if event["object"] == "event" and bool(event.get("account")) != kept["connect"]:
        return False
    return bool({"*", event["type"]} & set(endpoint["enabled_events"]))
