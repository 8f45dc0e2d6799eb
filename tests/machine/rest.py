"""The end of a life: nothing goes wrong any more, everything is decided, time passes, and all must agree."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from federation.node import clock
from payouts import service
from payouts.domain.hold import HoldReason
from payouts.invariants import differences
from payouts.service import disputes, refund_payment, releasing, sending
from payouts.standin import accounts, levers
from payouts.standin import disputes as banks
from payouts.standin.world import PLATFORM
from tests.machine.checks import merged
from tests.machine.life import DECIDED, Life
from tests.machine.model import HOME
from tests.machine.orders import SHOPS

ROUNDS = 8
TRIED = 3
"""A refund that failed so often is paid in another way: what a lost dispute left on its payment is too little."""

LONG = 4 * 86_400
FLOAT = 10_000_000
"""Lent to the hub for its last days: rates may have moved against it, and what it lost in disputes is lost."""

STILL_OWED = frozenset({"held", "releasable", "in_transfer", "reserve"})
OVER = frozenset({"sent", "netted", "refunded", "part_reversed", "reversed"})


async def come_to_rest(life: Life) -> None:
    """Have everything end, and hold ledger, provider and banks beside one another."""
    _heal(life)
    await life.write_all_down()
    await life.go_on("all", 0)
    moved = -1
    for _ in range(ROUNDS):
        await _decide(life)
        await _help(life)
        life.outside.pass_time(LONG)
        await life.go_on("all", 0)
        before, moved = moved, len(life.outside.things("balance_transaction"))
        if moved == before and not unfinished(life):
            break
    assert not unfinished(life), f"it does not come to rest: {unfinished(life)}"
    await _compare(life)


def _heal(life: Life) -> None:
    """No more misfortunes; accounts and banks are well, and nobody's account is below zero."""
    outside = life.outside
    outside.desk.faults.forget()
    outside.world.failing_banks.clear()
    for account_id, account in outside.things("account").items():
        short = outside.world.available_minor(account_id, "eur")
        if short < 0:
            outside.shift(account_id, -short)
        if not account["closed"]:
            accounts.change(outside.world, account_id, ready=True)
    outside.shift(PLATFORM, FLOAT, "topup")


async def _decide(life: Life) -> None:
    """Everybody says what they have not said: shoppers, shops, banks, people."""
    outside = life.outside
    for page in list(outside.things("checkout.session").values()):
        if page["status"] == "open":
            levers.give_up(outside.world, page["id"])
    for number, dispute in enumerate(list(outside.things("dispute").values())):
        if dispute["status"] not in DECIDED:
            by_lot = "won" if number % 2 else "lost"
            outcome = "warning_closed" if dispute["status"].startswith("warning_") else by_lot
            banks.decide(outside.world, dispute["id"], outcome)  # type: ignore[arg-type]
    for payment in life.facts["payments"]:
        if payment["status"] == "authorised":
            order = life.model.orders[UUID(payment["order_id"])]
            await life.hub.command(service.capture_payment, order.id, order.total(), clock.now())
    for part in life.parts():
        await life.hub.command(service.note_moment, part, "delivered", clock.now())


async def _help(life: Life) -> None:
    """People do what alerts ask them to do."""
    facts, hub = life.facts, life.hub
    for hold in facts["holds"]:
        await _lift(life, hold)
    for account in facts["accounts"]:
        if account["standing"] == "closed":
            await hub.command(service.replace_account, account["shop_id"], clock.now())
        if account["payouts_paused"]:
            await hub.command(service.resume_payouts, account["shop_id"], clock.now())
    for failed in [each for each in facts["refunds"] if each["status"] == "failed" and each["attempt"] < TRIED]:
        await hub.command(refund_payment.retry_refund, UUID(failed["id"]), clock.now())
    for number in range(len(facts["refunds"])):
        await life.operators.settle_refund(number, 0)
    for blocked in [UUID(each["id"]) for each in facts["shares"] if each["status"] == "blocked"]:
        await hub.command(sending.try_again, blocked, clock.now())
    for account_id, account in life.outside.things("account").items():
        if not account["closed"] and not account["ready"]:
            accounts.change(life.outside.world, account_id, ready=True)
    await life.operators.end_at_bank()


async def _lift(life: Life, hold: dict[str, Any]) -> None:
    """A hold ends: a return is over, a person has looked; a dispute's ends by itself."""
    match hold["reason"]:
        case "fraud":
            await life.hub.command(disputes.lift_warning, hold["reference"], "ada", "", clock.now())
        case "return":
            part = UUID(hold["shop_order_id"])
            await life.hub.command(service.unfreeze, part, HoldReason.RETURN, hold["reference"], clock.now())
        case "operator":
            await life.hub.command(releasing.lift, hold["id"], "ada", clock.now())


def unfinished(life: Life) -> list[str]:
    """What is still under way."""
    facts = life.facts
    found = [
        f"share {each['kind']} {each['status']} {each['block_reason']}"
        for each in facts["shares"]
        if each["status"] not in OVER
    ]
    found += [
        f"refund {each['status']}"
        for each in facts["refunds"]
        if each["status"] not in {"succeeded", "voided", "paid_by_hand"}
    ]
    found += [f"claim {each['status']}" for each in facts["claims"] if each["status"] in {"reversing", "open"}]
    found += [f"answer {each['answer']}" for each in facts["disputes"] if each["answer"] == "submitting"]
    found += [f"payout {each['status']}" for each in facts["payouts"] if each["status"] not in {"paid", "failed"}]
    found += [
        f"to our bank {each['status']}" for each in facts["float_moves"] if each["status"] not in {"paid", "failed"}
    ]
    found += [f"move {each['type']} {each['state']}" for each in facts["moves"] if each["state"] in {"new", "waiting"}]
    found += [f"message {each['topic']}: {each['last_error']}" for each in facts["waiting"]]
    found += [
        f"{each['amount']} in {each['kind']}"
        for each in facts["balances"]
        if each["kind"] in STILL_OWED and each["amount"]
    ]
    found += [f"hold {each['reason']}" for each in facts["holds"]]
    found += [
        f"payment {each['status']}"
        for each in facts["payments"]
        if each["status"] in {"open", "processing", "authorised", "capturing"} or each["booked"] != each["funded"]
    ]
    return found


async def _compare(life: Life) -> None:
    """8: the ledger, the provider's balances and the banks say the same, movement by movement."""
    facts, outside = life.facts, life.outside
    assert await life.hub.do(lambda: differences(life.hub.pay)) == []
    at_provider = sum(
        each["net"] for each in outside.things("balance_transaction").values() if outside.world.owners[each["id"]] == ""
    )
    assert merged(facts).get(("provider", HOME), 0) == at_provider
    listed = {each["id"]: each["state"] for each in facts["moves"]}
    moved = {key for key, each in outside.things("balance_transaction").items() if outside.world.owners[key] == ""}
    assert set(listed) == moved
    assert set(listed.values()) <= {"matched", "booked"}, listed
    dead = [f"{each['topic']}: {each['last_error']}" for each in facts["dead"]]
    assert not [each for each in dead if not any(word in each for word in MISFORTUNE)], dead
    assert {place: each for place, each in merged(facts).items() if place[1] != HOME} == {}
    _compare_shops(life)
    for number in range(len(SHOPS)):
        await life.operators.close_papers(number, 0)


MISFORTUNE = ("a misfortune asked for", "Invalid response body")
"""A message that met one after waiting for three days is given up; the regular jobs do its work."""


def _compare_shops(life: Life) -> None:
    """What each shop got is on its accounts or in its bank, and no shop is owed anything any more."""
    facts, outside = life.facts, life.outside
    came: dict[str, int] = defaultdict(int)
    paid_out: dict[str, int] = defaultdict(int)
    for each in facts["movements"]:
        came[each["shop_id"]] += 0 if each["reference"].startswith("bank ") else each["amount"]
    for each in outside.things("payout").values():
        if each["status"] == "paid" and outside.world.owners[each["id"]] != PLATFORM:
            shop = outside.world.account(outside.world.owners[each["id"]])["metadata"]["reference"]
            paid_out[shop] += each["amount"]
    for each in facts["payouts"]:
        if each["status"] == "paid" and each["rail"] != "bank":
            paid_out[each["shop_id"]] -= each["amount"]
    assert not any(paid_out.values()), f"banks and rows differ: {dict(paid_out)}"
    for shop in SHOPS:
        accounts_of = [key for key, each in outside.things("account").items() if each["metadata"]["reference"] == shop]
        given = sum(
            each["amount"] - each["amount_reversed"]
            for each in outside.things("transfer").values()
            if each["destination"] in accounts_of
        )
        assert came[shop] == given, f"{shop} was given {given}, the rows say {came[shop]}"
