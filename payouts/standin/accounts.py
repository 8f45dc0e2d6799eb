"""Connected accounts: one kept form, shown as the v1 or the v2 object; onboarding pages; balance settings."""

import secrets
from typing import Any

from payouts.standin.errors import RefusedError
from payouts.standin.state import Link
from payouts.standin.world import Thing, World

LINK_LIFE_SECONDS = 300
DELAY_DAYS_MAX = 31
USUAL_DELAY_DAYS = 2


def open_account(world: World, params: Thing) -> Thing:
    """Open an account whose papers are still to come (v2)."""
    identity, defaults = params.get("identity", {}), params.get("defaults", {})
    account = _account(world, identity.get("country", ""), defaults.get("currency", ""), params.get("metadata", {}))
    account |= {
        "display_name": params.get("display_name"),
        "contact_email": params.get("contact_email"),
        "dashboard": params.get("dashboard"),
        "entity_type": identity.get("entity_type"),
        "responsibilities": defaults.get("responsibilities", {}),
    }
    wanted: Any = params.get("configuration", {}).get("recipient", {}).get("capabilities", {})
    account["requested"] = bool(wanted.get("stripe_balance", {}).get("stripe_transfers", {}).get("requested"))
    world.notify("v2.core.account.created", account["id"])
    return as_v2(account)


def open_account_v1(world: World, params: Thing) -> Thing:
    """Open an account the older way: `type` express, with the capabilities it asks for."""
    wanted = {name for name, asked in params.get("capabilities", {}).items() if asked.get("requested")}
    if wanted == {"transfers"} and "tos_acceptance" not in params:
        raise RefusedError(
            "When requesting the `transfers` capability without `card_payments`, the recipient agreement is needed, "
            "which is not offered within the platform's own country.",
            "parameter_missing",
            "tos_acceptance[service_agreement]",
        )
    account = _account(world, params.get("country", ""), params.get("default_currency", ""), params.get("metadata", {}))
    account |= {
        "display_name": params.get("business_profile", {}).get("name"),
        "contact_email": params.get("email"),
        "dashboard": "express",
        "requested": "transfers" in wanted,
    }
    world.tell("account.updated", as_v1(account), account["id"])
    return as_v1(account)


def _account(world: World, country: str, currency: str, metadata: Thing) -> Thing:
    account: Thing = {
        "id": world.new_id("account"),
        "country": country,
        "currency": currency.lower(),
        "metadata": metadata,
        "ready": world.settings.accounts_ready,
        "submitted": world.settings.accounts_ready,
        "closed": False,
        "created": world.now,
        "moment": world.moment.isoformat().replace("+00:00", "Z"),
        "entity_type": None,
        "responsibilities": {},
    }
    world.balance_settings[account["id"]] = _fresh_settings()
    world.touch("balance_settings", account["id"])
    return world.add("account", account)


def can_take_transfers(account: Thing) -> bool:
    """Whether the account's capability for transfers is active."""
    return bool(account["ready"] and account["requested"] and not account["closed"])


def hand_in(world: World, account_id: str) -> Thing:
    """The shop has handed its papers in; the provider looks through them."""
    account = world.account(account_id)
    account["submitted"] = True
    world.notify("v2.core.account[requirements].updated", account_id)
    world.tell("account.updated", as_v1(account), account_id)
    return account


def change(world: World, account_id: str, *, ready: bool) -> Thing:
    """All papers are in, or something is wrong with them again."""
    account = world.account(account_id)
    account["ready"] = account["submitted"] = ready
    world.notify("v2.core.account[configuration.recipient].capability_status_updated", account_id)
    world.tell("account.updated", as_v1(account), account_id)
    return account


def close(world: World, account_id: str) -> Thing:
    """The account is gone for good."""
    account = world.account(account_id)
    account["closed"] = True
    world.notify("v2.core.account.closed", account_id)
    world.tell(
        "account.application.deauthorized", {"id": "ca_standin", "object": "application", "name": None}, account_id
    )
    return account


def as_v2(account: Thing) -> Thing:
    """The v2 object, with the parts our adapter asks to be included."""
    status = "active" if can_take_transfers(account) else "pending" if account["submitted"] else "restricted"
    capabilities = {"stripe_balance": {"stripe_transfers": {"status": status, "status_details": []}}}
    return {
        "id": account["id"],
        "object": "v2.core.account",
        "applied_configurations": ["recipient"],
        "closed": account["closed"],
        "configuration": {"recipient": {"applied": True, "capabilities": capabilities}},
        "contact_email": account["contact_email"],
        "created": account["moment"],
        "dashboard": account["dashboard"],
        "defaults": {"currency": account["currency"], "responsibilities": account["responsibilities"]},
        "display_name": account["display_name"],
        "identity": {"country": account["country"], "entity_type": account["entity_type"]},
        "livemode": False,
        "metadata": account["metadata"],
    }


def as_v1(account: Thing) -> Thing:
    """The v1 object."""
    status = "active" if can_take_transfers(account) else "inactive"
    due = [] if account["submitted"] else ["external_account", "tos_acceptance.date"]
    return {
        "id": account["id"],
        "object": "account",
        "business_profile": {"name": account["display_name"]},
        "capabilities": {"card_payments": status, "transfers": status},
        "charges_enabled": account["ready"],
        "country": account["country"],
        "created": account["created"],
        "default_currency": account["currency"],
        "details_submitted": account["submitted"],
        "requirements": {
            "currently_due": due,
            "disabled_reason": "rejected.other" if account["closed"] else None,
        },
        "email": account["contact_email"],
        "metadata": account["metadata"],
        "payouts_enabled": account["ready"],
        "type": "express",
    }


def link_v2(world: World, params: Thing) -> Thing:
    """A page for an account's papers; it works once, for some minutes."""
    world.account(params["account"])
    until = world.moment.fromtimestamp(world.now + LINK_LIFE_SECONDS, world.moment.tzinfo)
    wanted = params.get("use_case", {}).get("account_onboarding", {})
    return {
        "object": "v2.core.account_link",
        "account": params["account"],
        "created": world.moment.isoformat().replace("+00:00", "Z"),
        "expires_at": until.isoformat().replace("+00:00", "Z"),
        "livemode": False,
        "url": _link(world, params["account"], wanted),
        "use_case": params["use_case"],
    }


def link_v1(world: World, params: Thing) -> Thing:
    """The same for v1."""
    world.account(params["account"])
    return {
        "object": "account_link",
        "created": world.now,
        "expires_at": world.now + LINK_LIFE_SECONDS,
        "url": _link(world, params["account"], params),
    }


def _link(world: World, account_id: str, wanted: Thing) -> str:
    """The address of a page for papers, remembered with where it leads on."""
    link_id = f"link_{secrets.token_urlsafe(16)}"
    world.links[link_id] = Link(
        account_id, wanted.get("refresh_url", ""), wanted.get("return_url", ""), world.now + LINK_LIFE_SECONDS
    )
    world.touch("link", link_id)
    return f"{world.settings.public_url}/setup/{account_id}/{link_id}"


def settings_of(world: World, account_id: str) -> Thing:
    """How an account's balance is paid out."""
    world.touch("balance_settings", account_id)
    return world.balance_settings.setdefault(account_id, _fresh_settings())


def change_settings(world: World, account_id: str, params: Thing) -> Thing:
    """Change when and how much of an account's balance is paid out."""
    payments = settings_of(world, account_id)["payments"]
    asked = params.get("payments", {})
    payouts, timing = asked.get("payouts", {}), asked.get("settlement_timing", {})
    payments["payouts"]["schedule"] = payouts.get("schedule", payments["payouts"]["schedule"])
    for name in ("minimum_balance_by_currency", "statement_descriptor"):
        payments["payouts"][name] = payouts.get(name, payments["payouts"][name]) or None
    if "delay_days_override" in timing:
        override = int(timing["delay_days_override"]) if timing["delay_days_override"] else None
        if override is not None and not 0 < override <= DELAY_DAYS_MAX:
            raise RefusedError("delay_days_override is too large", "parameter_invalid_integer", "payments")
        payments["settlement_timing"] = {"delay_days": override or USUAL_DELAY_DAYS, "delay_days_override": override}
    payments["debit_negative_balances"] = asked.get("debit_negative_balances", payments["debit_negative_balances"])
    world.tell("balance_settings.updated", settings_of(world, account_id), account_id)
    return settings_of(world, account_id)


def _fresh_settings() -> Thing:
    return {
        "object": "balance_settings",
        "payments": {
            "debit_negative_balances": True,
            "payouts": {
                "minimum_balance_by_currency": None,
                "schedule": {"interval": "daily"},
                "statement_descriptor": None,
                "status": "enabled",
            },
            "settlement_timing": {"delay_days": USUAL_DELAY_DAYS, "delay_days_override": None},
        },
    }
