"""What the world does to the stand-in: shoppers pay or go away, papers come in, banks refuse, time passes."""

from datetime import timedelta
from decimal import Decimal

from payouts.standin import bank, disputes, payments, refunds
from payouts.standin.errors import RefusedError
from payouts.standin.world import Thing, World

DISPUTED_AFTER_SECONDS = 60


def pay_page(world: World, page_id: str, *, asks_bank: bool = False, method: str = "card") -> Thing:
    """The shopper pays on a page; with `asks_bank` the bank wants a confirmation first, given by paying again."""
    page = _open_page(world, page_id)
    intent = _intent_of(world, page)
    if asks_bank:
        intent["status"] = "requires_action"
        world.tell("payment_intent.requires_action", intent)
        return page
    payments.use_card(world, intent, method)
    held = intent["status"] == "requires_capture"
    page |= {"status": "complete", "payment_status": "unpaid" if held else "paid", "url": None}
    world.tell("checkout.session.completed", page)
    return page


def pay_to_dispute(world: World, page_id: str) -> Thing:
    """The shopper pays, and will say a minute later that it was somebody else."""
    page = pay_page(world, page_id)
    intent = world.find("payment_intent", page["payment_intent"])
    world.drafts[intent["latest_charge"]] = {"disputed_at": world.now + DISPUTED_AFTER_SECONDS}
    world.touch("charge", intent["latest_charge"])
    return page


def decline_page(world: World, page_id: str, decline: payments.Decline = payments.DECLINED) -> Thing:
    """The shopper's card is refused, or its bank not convinced; the page stays open for another."""
    page = _open_page(world, page_id)
    payments.decline_card(world, _intent_of(world, page), decline)
    return page


def give_up(world: World, page_id: str) -> Thing:
    """The shopper goes away, and the page closes."""
    return payments.expire_page(world, page_id)


def break_bank(world: World, account_id: str) -> Thing:
    """The account's bank sends back every payout from now on."""
    world.failing_banks.add(account_id)
    return world.account(account_id)


def mend_bank(world: World, account_id: str) -> Thing:
    """The account's bank takes payouts again."""
    world.failing_banks.discard(account_id)
    return world.account(account_id)


def hold_events(world: World, *, held: bool) -> Thing:
    """Keep every event back until further notice, or bring them again."""
    world.events_held = held
    return {"held": held}


def return_payout(world: World, payout_id: str) -> Thing:
    """A bank sends a payout back that was on its way, or called paid already."""
    made = world.things["payout"].get(payout_id)
    if made is None or made["status"] not in {"in_transit", "paid"}:
        raise RefusedError(f"there is no payout {payout_id[:60]} that could come back")
    bank.fail(world, made, "account_closed")
    return made


def move_rate(world: World, currency: str, per_euro: Decimal) -> Thing:
    """Let a currency stand at so many units for one euro from now on."""
    world.rates[currency] = per_euro
    return {"currency": currency}


def pass_time(world: World, seconds: int) -> Thing:
    """Move the clock ahead and let what is due happen, day by day."""
    while seconds > 0:
        step = min(seconds, bank.DAY_SECONDS)
        world.ahead += timedelta(seconds=step)
        seconds -= step
        tick(world)
        if step == bank.DAY_SECONDS:
            bank.pay_out_by_schedule(world)
    return {"now": world.now}


def tick(world: World) -> None:
    """Let what is due by now happen: charges settle, refunds are paid, payouts arrive, pages close."""
    payments.settle_due(world)
    payments.let_go_due(world)
    for made in list(world.things["refund"].values()):
        refunds.pay_if_possible(world, made)
    _dispute_due(world)
    disputes.run_out(world)
    bank.arrive_due(world)
    for page in list(world.things["checkout.session"].values()):
        if page["status"] == "open" and page["expires_at"] <= world.now:
            payments.expire_page(world, page["id"])


def _dispute_due(world: World) -> None:
    """Open the disputes that shoppers had in mind when they paid, once the money was taken."""
    for charge_id, draft in list(world.drafts.items()):
        charge = world.things["charge"].get(charge_id)
        if charge is not None and charge["captured"] and draft["disputed_at"] <= world.now:
            del world.drafts[charge_id]
            world.touch("charge", charge_id)
            disputes.open_dispute(world, charge_id, charge["amount_captured"], "fraudulent", inquiry=False)


def _open_page(world: World, page_id: str) -> Thing:
    page = world.find("checkout.session", page_id)
    if page["status"] != "open":
        raise RefusedError(f"this page is {page['status']}")
    return page


def _intent_of(world: World, page: Thing) -> Thing:
    """The page's payment intent, made when a card is first used on it."""
    if page["payment_intent"]:
        return world.find("payment_intent", page["payment_intent"])
    draft = world.drafts[page["id"]]
    asked = {"amount": page["amount_total"], "currency": page["currency"]}
    options = {"payment_method_options": {"card": draft["card"]}} if draft["card"] else {}
    intent = payments.open_intent(world, draft["intent"] | asked | options)
    page["payment_intent"] = intent["id"]
    return intent
