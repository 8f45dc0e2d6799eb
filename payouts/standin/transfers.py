"""Money from the platform to connected accounts, and back."""

from payouts.standin.accounts import can_take_transfers
from payouts.standin.errors import RefusedError
from payouts.standin.moves import move
from payouts.standin.world import PLATFORM, Thing, World, money_of


def transfer(world: World, params: Thing) -> Thing:
    """Give money to an account.

    Out of a charge it succeeds whatever the balance, arrives when the charge's money does, and never exceeds the
    charge; without one the platform's available balance must suffice.
    """
    account = world.account(params["destination"])
    amount, currency = params["amount"], params["currency"].lower()
    money_of(amount, currency)
    if amount <= 0:
        raise RefusedError("Invalid positive integer", "parameter_invalid_integer", "amount")
    if not can_take_transfers(account):
        raise RefusedError(
            "Your destination account needs to have at least one of the following capabilities enabled: transfers",
            "insufficient_capabilities_for_transfer",
            "destination",
        )
    source = params.get("source_transaction")
    group, at = params.get("transfer_group"), world.now
    if source:
        charge = world.find("charge", source)
        at = _check_source(world, charge, amount, currency)
        group = _group(charge, group)
    elif world.available_minor(PLATFORM, currency) < amount:
        raise RefusedError("You have insufficient funds in your Stripe account.", "balance_insufficient")
    return _book(world, params, group, at)


def _check_source(world: World, charge: Thing, amount: int, currency: str) -> int:
    """When the money of a charge arrives; raises RefusedError when this transfer cannot come out of it."""
    settled = world.things["balance_transaction"].get(charge["balance_transaction"] or "")
    if settled is None:
        raise RefusedError("The source_transaction has not been settled yet.", "charge_invalid_parameter")
    if settled["currency"] != currency:
        raise RefusedError(
            f"The currency of source_transaction's balance transaction ({settled['currency']}) must be the same as the "
            f"transfer currency ({currency})",
            "balance_invalid_parameter",
            "currency",
        )
    before = sum(each["amount"] for each in world.all("transfer") if each["source_transaction"] == charge["id"])
    if before + amount > settled["amount"]:
        raise RefusedError(
            "Transfers using this transaction as a source must not exceed the source amount of "
            f"{settled['amount']}. There are already existing transfers totalling {before}.",
            "charge_invalid_parameter",
            "amount",
        )
    return int(settled["available_on"])


def _group(charge: Thing, asked: str | None) -> str:
    group = str(charge["transfer_group"])
    if asked and asked != group:
        raise RefusedError("The transfer_group differs from the charge's", "parameter_unknown", "transfer_group")
    return group


def _book(world: World, params: Thing, group: str | None, at: int) -> Thing:
    amount, currency, destination = params["amount"], params["currency"].lower(), params["destination"]
    transfer_id, payment_id = world.new_id("transfer"), world.new_id("py")
    out = move(world, PLATFORM, ("transfer", transfer_id), -amount, currency, at=at)
    move(world, destination, ("payment", payment_id), amount, currency, at=at)
    made = {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": out["id"],
        "created": world.now,
        "currency": currency,
        "description": params.get("description"),
        "destination": destination,
        "destination_payment": payment_id,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "reversed": False,
        "source_transaction": params.get("source_transaction"),
        "source_type": "card",
        "transfer_group": group,
    }
    world.add("transfer", made)
    world.tell("transfer.created", made)
    return made


def reverse(world: World, transfer_id: str, params: Thing) -> Thing:
    """Take money back from an account, as far as its transfer and its available balance go."""
    made = world.find("transfer", transfer_id)
    left = made["amount"] - made["amount_reversed"]
    amount = params.get("amount", left)
    if not 0 < amount <= left:
        raise RefusedError(
            f"Transfer reversal amount ({amount}) is greater than unreversed amount on transfer ({left})",
            "amount_too_large",
            "amount",
        )
    if world.available_minor(made["destination"], made["currency"]) < amount:
        raise RefusedError("The account has insufficient funds for this reversal.", "balance_insufficient")
    reversal_id, refund_id = world.new_id("transfer_reversal"), world.new_id("pyr")
    move(world, made["destination"], ("payment_refund", refund_id), -amount, made["currency"])
    back = move(world, PLATFORM, ("transfer_refund", reversal_id), amount, made["currency"])
    reversal = {
        "id": reversal_id,
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": back["id"],
        "created": world.now,
        "currency": made["currency"],
        "destination_payment_refund": refund_id,
        "metadata": params.get("metadata", {}),
        "source_refund": None,
        "transfer": transfer_id,
    }
    made["amount_reversed"] += amount
    made["reversed"] = made["amount_reversed"] == made["amount"]
    world.add("transfer_reversal", reversal)
    world.tell("transfer.reversed", made)
    return reversal


def at_destination(world: World, thing_id: str) -> Thing | None:
    """What a transfer or its reversal is on the account that got it: a charge (`py_`) or a refund (`pyr_`)."""
    for made in world.things["transfer"].values() if thing_id.startswith("py_") else ():
        if made["destination_payment"] == thing_id:
            return _seen(made, thing_id, "charge", {"source_transfer": made["id"], "paid": True, "captured": True})
    for made in world.things["transfer_reversal"].values() if thing_id.startswith("pyr_") else ():
        if made["destination_payment_refund"] == thing_id:
            return _seen(made, thing_id, "refund", {"source_transfer_reversal": made["id"], "reason": None})
    return None


def _seen(made: Thing, thing_id: str, kind: str, more: Thing) -> Thing:
    told = {name: made[name] for name in ("amount", "currency", "created")}
    return {"id": thing_id, "object": kind, **told, "metadata": {}, "status": "succeeded", **more}


def reversals_of(world: World, transfer_id: str) -> list[Thing]:
    """What was taken back of a transfer, newest first."""
    world.find("transfer", transfer_id)
    return [each for each in world.all("transfer_reversal") if each["transfer"] == transfer_id]
