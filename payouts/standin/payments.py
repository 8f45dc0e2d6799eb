"""Checkout pages, payment intents and charges: from the request for money to money on the platform's balance."""

import msgspec

from payouts.domain.amounts import rate_of
from payouts.standin.errors import RefusedError
from payouts.standin.moves import exchanged_minor, move
from payouts.standin.world import Thing, World, money_of

PAGE_LIFE_SECONDS = 86_400
HELD_SECONDS = 7 * 86_400
CARD_REFUSED = "pm_card_chargeDeclined"
CARD_ASKED = "pm_card_authenticationRequired"
CARD_DISPUTED = "pm_card_createDispute"
_STILL_OPEN = frozenset({"requires_payment_method", "requires_capture", "requires_confirmation", "requires_action"})


class Decline(msgspec.Struct, frozen=True):
    """Why a card did not pay: Stripe's code, what its bank said, and the sentence for the shopper."""

    code: str
    reason: str
    words: str


DECLINED = Decline("card_declined", "generic_decline", "Your card was declined.")
SHORT = Decline("card_declined", "insufficient_funds", "Your card has insufficient funds.")
NOT_CONFIRMED = Decline(
    "payment_intent_authentication_failure",
    "",
    "We are unable to authenticate your payment method. Please choose a different payment method and try again.",
)


def open_page(world: World, params: Thing) -> Thing:
    """A Checkout Session: one page on which one payment can be made."""
    lines = params.get("line_items", [])
    if params.get("mode") != "payment" or not lines:
        raise RefusedError("a page is made for mode `payment` with line_items", "parameter_missing", "line_items")
    if not str(params.get("success_url", "")).startswith(("http://", "https://")):
        raise RefusedError("Not a valid URL", "url_invalid", "success_url")
    prices = [line["price_data"] for line in lines]
    total = sum(price["unit_amount"] * line.get("quantity", 1) for price, line in zip(prices, lines, strict=True))
    if total <= 0:
        raise RefusedError("The amount must be greater than zero.", "parameter_invalid_integer", "line_items")
    currency = prices[0]["currency"].lower()
    money_of(total, currency)
    page_id = world.new_id("checkout.session")
    page = {
        "id": page_id,
        "object": "checkout.session",
        "amount_subtotal": total,
        "amount_total": total,
        "cancel_url": params.get("cancel_url"),
        "client_reference_id": params.get("client_reference_id"),
        "created": world.now,
        "currency": currency,
        "expires_at": world.now + PAGE_LIFE_SECONDS,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_status": "unpaid",
        "status": "open",
        "success_url": params["success_url"],
        "ui_mode": "hosted_page",
        "url": f"{world.settings.public_url}/pay/{page_id}",
    }
    card = params.get("payment_method_options", {}).get("card", {})
    world.drafts[page_id] = {"intent": params.get("payment_intent_data", {}), "card": card}
    return world.add("checkout.session", page)


def expire_page(world: World, page_id: str) -> Thing:
    """Close a page nobody paid on; a page that is over refuses."""
    page = world.find("checkout.session", page_id)
    if page["status"] != "open":
        raise RefusedError(
            f"Only Checkout Sessions with a status in ['open'] can be expired. This one is {page['status']}."
        )
    page["status"], page["url"] = "expired", None
    world.tell("checkout.session.expired", page)
    if page["payment_intent"]:
        cancel_intent(world, page["payment_intent"])
    return page


def open_intent(world: World, params: Thing) -> Thing:
    """A PaymentIntent, waiting for a card."""
    if params["amount"] <= 0:
        raise RefusedError("Invalid positive integer", "parameter_invalid_integer", "amount")
    money_of(params["amount"], params["currency"])
    intent = {
        "id": world.new_id("payment_intent"),
        "object": "payment_intent",
        "amount": params["amount"],
        "amount_capturable": 0,
        "amount_received": 0,
        "canceled_at": None,
        "cancellation_reason": None,
        "capture_method": params.get("capture_method", "automatic_async"),
        "created": world.now,
        "currency": params["currency"].lower(),
        "description": params.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": params.get("metadata", {}),
        "next_action": None,
        "payment_method_options": params.get("payment_method_options"),
        "status": "requires_payment_method",
        "transfer_group": params.get("transfer_group"),
    }
    world.tell("payment_intent.created", intent)
    world.add("payment_intent", intent)
    if params.get("confirm"):
        return confirm_intent(world, intent["id"], params.get("payment_method", ""))
    return intent


def confirm_intent(world: World, intent_id: str, method: str) -> Thing:
    """Use one of Stripe's test cards on an intent: it pays, is refused, or its bank asks the shopper first."""
    intent = world.find("payment_intent", intent_id)
    if intent["status"] not in {"requires_payment_method", "requires_confirmation", "requires_action"}:
        raise RefusedError(
            f"You cannot confirm this PaymentIntent because it has a status of {intent['status']}.",
            "payment_intent_unexpected_state",
        )
    if method == CARD_REFUSED:
        decline_card(world, intent, DECLINED)
        raise RefusedError("Your card was declined.", "card_declined", kind="card_error")
    if method == CARD_ASKED:
        intent |= {"status": "requires_action", "next_action": {"type": "use_stripe_sdk"}}
        world.tell("payment_intent.requires_action", intent)
        return intent
    if not method.startswith("pm_"):
        raise RefusedError(f"No such PaymentMethod: '{method[:60]}'", "resource_missing", "payment_method")
    charge = use_card(world, intent)
    if method == CARD_DISPUTED:
        world.drafts[charge["id"]] = {"disputed_at": world.now}
    return intent


def update_intent(world: World, intent_id: str, params: Thing) -> Thing:
    """Change an intent that waits for a card."""
    intent = world.find("payment_intent", intent_id)
    if intent["status"] not in _STILL_OPEN - {"requires_capture"}:
        raise RefusedError(
            f"This PaymentIntent could not be updated because it has a status of {intent['status']}.",
            "payment_intent_unexpected_state",
        )
    intent.update(params)
    return intent


def cancel_intent(world: World, intent_id: str, reason: str = "") -> Thing:
    """Take a request for money back; what was only held is let go."""
    intent = world.find("payment_intent", intent_id)
    if intent["status"] not in _STILL_OPEN:
        raise RefusedError(
            f"You cannot cancel this PaymentIntent because it has a status of {intent['status']}.",
            "payment_intent_unexpected_state",
        )
    intent |= {"status": "canceled", "canceled_at": world.now, "cancellation_reason": reason or None}
    intent["amount_capturable"] = 0
    world.tell("payment_intent.canceled", intent)
    return intent


def capture_intent(world: World, intent_id: str, amount: int | None) -> Thing:
    """Take what was held, or a part of it; the rest is let go, and there is no second capture."""
    intent = world.find("payment_intent", intent_id)
    if intent["status"] != "requires_capture":
        raise RefusedError(
            f"This PaymentIntent could not be captured because it has a status of {intent['status']}.",
            "payment_intent_unexpected_state",
        )
    taken = intent["amount_capturable"] if amount is None else amount
    if not 0 < taken <= intent["amount_capturable"]:
        raise RefusedError("The amount to capture is larger than what is held.", "amount_too_large")
    _take(world, intent, world.find("charge", intent["latest_charge"]), taken)
    return intent


def use_card(world: World, intent: Thing, method: str = "card") -> Thing:
    """The shopper paid: with a card that can be held for a capture, or in another way, which is taken at once."""
    charge_id = world.new_id("charge")
    charge = {
        "id": charge_id,
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "captured": False,
        "created": world.now,
        "currency": intent["currency"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "paid": True,
        "payment_intent": intent["id"],
        "payment_method_details": _method(world, method),
        "refunded": False,
        "status": "succeeded",
        "transfer_group": intent["transfer_group"] or f"group_{intent['id']}",
    }
    world.add("charge", charge)
    intent |= {"latest_charge": charge_id, "last_payment_error": None}
    by_card = (intent["payment_method_options"] or {}).get("card", {}).get("capture_method")
    if intent["capture_method"] == "manual" or (method == "card" and by_card == "manual"):
        intent |= {"status": "requires_capture", "amount_capturable": intent["amount"]}
        world.tell("payment_intent.amount_capturable_updated", intent)
    else:
        _take(world, intent, charge, intent["amount"])
    return charge


def _method(world: World, method: str) -> Thing:
    details: Thing = {"capture_before": world.now + HELD_SECONDS} if method == "card" else {}
    return {"type": method, method: details}


def let_go_due(world: World) -> None:
    """Let go what was held for too long."""
    for charge in list(world.things["charge"].values()):
        until = charge["payment_method_details"].get("card", {}).get("capture_before", 0)
        if charge["captured"] or charge["status"] != "succeeded" or until > world.now:
            continue
        intent = world.find("payment_intent", charge["payment_intent"])
        if intent["status"] == "requires_capture":
            cancel_intent(world, intent["id"], "automatic")
            world.tell("charge.expired", charge)


def decline_card(world: World, intent: Thing, decline: Decline) -> None:
    """A card was refused; the intent waits for another."""
    error = {"code": decline.code, "message": decline.words, "type": "card_error"}
    intent["last_payment_error"] = error | ({"decline_code": decline.reason} if decline.reason else {})
    intent["status"] = "requires_payment_method"
    world.tell("payment_intent.payment_failed", intent)


def _take(world: World, intent: Thing, charge: Thing, amount: int) -> None:
    charge |= {"captured": True, "amount_captured": amount}
    intent |= {"status": "succeeded", "amount_received": amount, "amount_capturable": 0}
    charge["metadata"] = dict(intent["metadata"])
    if world.settings.settle_delay_seconds <= 0:
        settle(world, charge)
    world.tell("payment_intent.succeeded", intent)
    world.tell("charge.succeeded", charge)


def settle(world: World, charge: Thing) -> None:
    """It is known what a charge came to: exchanged, less the fee, available after the usual delay."""
    world.touch("charge", charge["id"])
    gross = exchanged_minor(world, charge["amount_captured"], charge["currency"])
    settings = world.settings
    fee = min(rate_of(gross, settings.fee_bp) + settings.fee_fixed_minor, gross)
    currency = settings.settlement_currency.lower()
    at = charge["created"] + settings.funds_delay_seconds
    made = move(world, "", ("charge", charge["id"]), gross, currency, at=at, fee=fee)
    made["exchange_rate"] = world.exchange_rate(charge["currency"])
    charge["balance_transaction"] = made["id"]


def settle_due(world: World) -> None:
    """Make known what charges came to once the usual delay is over."""
    for charge in list(world.things["charge"].values()):
        waits = charge["captured"] and charge["balance_transaction"] is None
        if waits and charge["created"] + world.settings.settle_delay_seconds <= world.now:
            settle(world, charge)
            world.tell("charge.updated", charge)
