"""Money back to shoppers, at the rate of the day, from the platform's available balance or waiting for it."""

from payouts.standin.errors import RefusedError
from payouts.standin.moves import exchanged_minor, move
from payouts.standin.world import PLATFORM, Thing, World


def refund(world: World, params: Thing) -> Thing:
    """Give back part of a charge or all that is left of it."""
    intent = world.find("payment_intent", params["payment_intent"])
    if not intent["latest_charge"] or intent["status"] != "succeeded":
        raise RefusedError(f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.")
    charge = world.find("charge", intent["latest_charge"])
    left = charge["amount_captured"] - charge["amount_refunded"]
    amount = params.get("amount", left)
    if amount <= 0:
        raise RefusedError("Invalid positive integer", "parameter_invalid_integer", "amount")
    if amount > left:
        raise RefusedError(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})", "charge_already_refunded"
        )
    if any(each["charge"] == charge["id"] and not each["is_charge_refundable"] for each in world.all("dispute")):
        raise RefusedError("This charge has been charged back.", "charge_disputed")
    made = {
        "id": world.new_id("refund"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": world.now,
        "currency": charge["currency"],
        "metadata": params.get("metadata", {}),
        "payment_intent": intent["id"],
        "pending_reason": "insufficient_funds",
        "reason": params.get("reason"),
        "status": "pending",
    }
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    world.add("refund", made)
    world.tell("refund.created", made)
    pay_if_possible(world, made)
    return made


def pay_if_possible(world: World, made: Thing) -> None:
    """Pay a waiting refund when the platform's balance suffices by now."""
    if made["status"] != "pending":
        return
    taken = exchanged_minor(world, made["amount"], made["currency"])
    currency = world.settings.settlement_currency.lower()
    if world.available_minor(PLATFORM, currency) < taken:
        return
    world.touch("refund", made["id"])
    out = move(world, PLATFORM, ("refund", made["id"]), -taken, currency)
    out["exchange_rate"] = world.exchange_rate(made["currency"])
    made |= {"status": "succeeded", "balance_transaction": out["id"]}
    made.pop("pending_reason", None)
    world.tell("refund.updated", made)


def fail(world: World, refund_id: str, reason: str) -> Thing:
    """The shopper's bank sent a refund back: the money is on the platform's balance again."""
    made = world.find("refund", refund_id)
    if made["status"] == "succeeded":
        paid = world.things["balance_transaction"][made["balance_transaction"]]
        back = move(world, PLATFORM, ("refund_failure", refund_id), -paid["amount"], paid["currency"])
        made["failure_balance_transaction"] = back["id"]
    made.pop("pending_reason", None)
    made |= {"status": "failed", "failure_reason": reason}
    charge = world.find("charge", made["charge"])
    charge["amount_refunded"] -= made["amount"]
    charge["refunded"] = False
    world.tell("refund.failed", made)
    return made
