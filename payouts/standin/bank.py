"""Payouts: from a balance to a bank, arriving later, and sometimes coming back after they were called paid."""

import calendar
from datetime import datetime

from payouts.standin.accounts import settings_of
from payouts.standin.errors import RefusedError
from payouts.standin.moves import move
from payouts.standin.world import PLATFORM, Thing, World

DAY_SECONDS = 86_400


def pay_out(world: World, owner: str, params: Thing, *, automatic: bool = False) -> Thing:
    """Send money from the available balance of the platform or of an account to its bank."""
    amount, currency = params["amount"], params["currency"].lower()
    if amount <= 0:
        raise RefusedError("Invalid positive integer", "parameter_invalid_integer", "amount")
    if owner != PLATFORM and not world.account(owner)["ready"]:
        raise RefusedError("Payouts are not allowed for this account.", "payouts_not_allowed")
    if world.available_minor(owner, currency) < amount:
        raise RefusedError("You have insufficient funds in your Stripe account.", "balance_insufficient")
    payout_id = world.new_id("payout")
    made_of = unlisted(world, owner, currency) if automatic else []
    out = move(world, owner, ("payout", payout_id), -amount, currency)
    made = {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "arrival_date": world.now + world.settings.payout_delay_seconds,
        "automatic": automatic,
        "balance_transaction": out["id"],
        "created": world.now,
        "currency": currency,
        "description": params.get("description"),
        "destination": None,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "method": "standard",
        "reconciliation_status": "in_progress" if automatic else "not_applicable",
        "source_type": "card",
        "statement_descriptor": params.get("statement_descriptor"),
        "status": "in_transit",
        "type": "bank_account",
    }
    world.add("payout", made, owner)
    if automatic:
        world.drafts[payout_id] = {"made_of": [out["id"], *made_of]}
    world.tell("payout.created", made, owner)
    return made


def unlisted(world: World, owner: str, currency: str) -> list[str]:
    """The available movements of a balance that no automatic payout was made of yet, newest first."""
    listed = {name for made in world.all("payout", owner) for name in _made_of(world, made)}
    return [
        each["id"]
        for each in world.moves(owner)
        if each["currency"] == currency and each["available_on"] <= world.now and each["id"] not in listed
    ]


def _made_of(world: World, made: Thing) -> list[str]:
    return list(world.drafts.get(made["id"], {}).get("made_of", ()))


def contents(world: World, owner: str, payout_id: str) -> list[Thing]:
    """What an automatic payout is made of, its own movement first: nothing until it is reconciled."""
    made = world.find("payout", payout_id, owner)
    if not made["automatic"]:
        raise RefusedError("Balance transaction history can only be filtered on automatic transfers, not manual.")
    if made["reconciliation_status"] != "completed":
        return []
    return [world.things["balance_transaction"][name] for name in _made_of(world, made)]


def arrive_due(world: World) -> None:
    """Let payouts reach their banks, or come back."""
    for made in list(world.things["payout"].values()):
        if made["status"] == "in_transit" and made["arrival_date"] <= world.now:
            arrive(world, made)


def arrive(world: World, made: Thing) -> None:
    """A payout reached the bank, or the bank refused it."""
    owner = world.owners[made["id"]]
    world.touch("payout", made["id"])
    if made["automatic"]:
        made["reconciliation_status"] = "completed"
    if owner in world.failing_banks:
        fail(world, made, "account_closed")
    else:
        made["status"] = "paid"
        world.tell("payout.paid", made, owner)
    if made["automatic"]:
        world.tell("payout.reconciliation_completed", made, owner)


def fail(world: World, made: Thing, code: str) -> None:
    """A payout came back, also after it was called paid: the money is on the balance again."""
    owner = world.owners[made["id"]]
    world.touch("payout", made["id"])
    back = move(world, owner, ("payout_failure", made["id"]), made["amount"], made["currency"])
    made |= {
        "status": "failed",
        "failure_balance_transaction": back["id"],
        "failure_code": code,
        "failure_message": "The bank account has been closed.",
    }
    world.tell("payout.failed", made, owner)


def pay_out_by_schedule(world: World) -> None:
    """Pay out what accounts whose day it is have available above the least they keep."""
    for account_id in list(world.things["account"]):
        kept = settings_of(world, account_id)["payments"]["payouts"]
        if _is_day_of(kept["schedule"], world.moment):
            _pay_out_rest(world, account_id, kept["minimum_balance_by_currency"] or {})


def _is_day_of(schedule: Thing, moment: datetime) -> bool:
    """Whether a schedule pays out on this day; a day that a month lacks is its last."""
    match schedule["interval"]:
        case "daily":
            return True
        case "weekly":
            return moment.strftime("%A").lower() in schedule.get("weekly_payout_days", ())
        case "monthly":
            days = calendar.monthrange(moment.year, moment.month)[1]
            return moment.day in {min(day, days) for day in schedule.get("monthly_payout_days", ())}
        case _:
            return False


def _pay_out_rest(world: World, account_id: str, least: Thing) -> None:
    if not world.account(account_id)["ready"]:
        return
    for currency in world.currencies(account_id):
        kept = int(least.get(currency, 0))
        amount = world.available_minor(account_id, currency) - kept
        if amount <= 0:
            continue
        if kept:
            move(world, account_id, ("payout_minimum_balance_hold", account_id), -kept, currency)
        pay_out(world, account_id, {"amount": amount, "currency": currency}, automatic=True)
        if kept:
            move(world, account_id, ("payout_minimum_balance_release", account_id), kept, currency)
