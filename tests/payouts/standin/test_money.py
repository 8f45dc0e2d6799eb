"""What happens to money in the stand-in: held and taken, sent and back, disputed, paid out."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from payouts.standin import accounts, bank, disputes, levers, refunds
from payouts.standin.errors import RefusedError
from tests.payouts.standin.life import Life


def available(life: Life, owner: str = "") -> int:
    """Cents that can be taken from a balance."""
    return life.world.available_minor(owner, "eur")


def test_held_money_is_taken_once_and_in_part() -> None:
    """A card can be held, then a part taken; the rest is let go and there is no second capture."""
    life = Life()
    page = life.page(10_000, capture_method="manual")
    levers.pay_page(life.world, page["id"])
    intent = life.intent(page["id"])
    assert (intent["status"], available(life)) == ("requires_capture", 0)
    taken = life.made(f"/v1/payment_intents/{intent['id']}/capture", {"amount_to_capture": 4_000})
    assert (taken["status"], taken["amount_received"], available(life)) == ("succeeded", 4_000, 4_000 - 56 - 25)
    assert life.ask("POST", f"/v1/payment_intents/{intent['id']}/capture").status == 400


def test_what_a_charge_came_to_can_be_known_later() -> None:
    """With asynchronous capture the balance transaction is missing at first and arrives with charge.updated."""
    life = Life(settle_delay_seconds=5)
    _, charge = life.paid(10_000)
    assert life.world.find("charge", charge)["balance_transaction"] is None
    levers.pass_time(life.world, 5)
    assert life.world.find("charge", charge)["balance_transaction"]
    assert life.world.all("event")[0]["type"] == "charge.updated"


def test_a_transfer_without_a_charge_needs_the_balance() -> None:
    """Out of a charge it succeeds before the money is there; without one it is refused until then."""
    life = Life(funds_delay_seconds=60)
    account, (_, charge) = life.account(), life.paid(10_000)
    life.transfer(account, 5_000, charge)
    plain = {"amount": 1_000, "currency": "eur", "destination": account}
    assert life.ask("POST", "/v1/transfers", plain).status == 400
    levers.pass_time(life.world, 60)
    assert life.ask("POST", "/v1/transfers", plain).status == 200
    assert available(life, account) == 6_000


@pytest.mark.parametrize(("outcome", "left"), [("won", -2_000), ("lost", -6_000)])
def test_a_dispute_takes_amount_and_fee_and_gives_back_the_amount(outcome: str, left: int) -> None:
    """An inquiry moves nothing; the chargeback takes both; winning gives the amount back, never the fee."""
    life = Life()
    intent, charge = life.paid(10_000)
    before = available(life)
    dispute = disputes.open_dispute(life.world, charge, 4_000, "general", inquiry=True)
    assert available(life) == before
    disputes.escalate(life.world, dispute["id"])
    assert available(life) == before - 6_000
    assert life.ask("POST", "/v1/refunds", {"payment_intent": intent, "amount": 100}).status == 400
    disputes.decide(life.world, dispute["id"], "won" if outcome == "won" else "lost")
    assert available(life) == before + left
    with pytest.raises(RefusedError):
        disputes.decide(life.world, dispute["id"], "won")


def test_a_returned_refund_is_on_the_balance_again() -> None:
    """What a bank sends back can be refunded anew."""
    life = Life()
    intent, _ = life.paid(10_000)
    before = available(life)
    made = life.made("/v1/refunds", {"payment_intent": intent, "amount": 10_000 - 200})
    assert available(life) == before - 9_800
    refunds.fail(life.world, made["id"], "lost_or_stolen_card")
    assert available(life) == before
    assert life.made("/v1/refunds", {"payment_intent": intent, "amount": 9_800})["status"] == "succeeded"


def test_a_payout_can_come_back_after_it_was_paid() -> None:
    """`paid` is not the end: the money is on the account's balance again."""
    life = Life()
    account, (_, charge) = life.account(), life.paid(10_000)
    life.transfer(account, 5_000, charge)
    made = life.made("/v1/payouts", {"amount": 5_000, "currency": "eur"}, stripe_account=account)
    levers.pass_time(life.world, 1)
    stored = life.world.find("payout", made["id"], account)
    assert (stored["status"], available(life, account)) == ("paid", 0)
    bank.fail(life.world, stored, "account_closed")
    assert (stored["status"], available(life, account)) == ("failed", 5_000)


def test_a_fresh_account_is_paid_out_daily_until_told_otherwise() -> None:
    """Stripe's own default takes the balance away every day: who pays out by hand must say so."""
    life = Life()
    account, (_, charge) = life.account(), life.paid(10_000)
    life.transfer(account, 5_000, charge)
    levers.pass_time(life.world, bank.DAY_SECONDS)
    assert available(life, account) == 5_000
    daily = {"payments[payouts][schedule][interval]": "daily"}
    life.made("/v1/balance_settings", daily, stripe_account=account)
    levers.pass_time(life.world, bank.DAY_SECONDS)
    assert available(life, account) == 0
    [made] = life.world.all("payout", account)
    assert made["automatic"]


@pytest.mark.parametrize(
    ("schedule", "days"),
    [
        ({"interval": "weekly", "weekly_payout_days": ["tuesday"]}, 7),
        ({"interval": "monthly", "monthly_payout_days": [31]}, 31),
    ],
)
def test_accounts_are_paid_out_on_their_days(schedule: dict[str, Any], days: int) -> None:
    """Once in a week, or in a month (a day that it lacks is its last), and never between."""
    life = Life()
    account, (_, charge) = life.account(), life.paid(10_000)
    life.transfer(account, 5_000, charge)
    accounts.change_settings(life.world, account, {"payments": {"payouts": {"schedule": schedule}}})
    levers.pass_time(life.world, days * bank.DAY_SECONDS)
    [made] = life.world.all("payout", account)
    day = datetime.fromtimestamp(made["created"], UTC)
    assert day.strftime("%A") == "Tuesday" if days == 7 else (day + timedelta(days=1)).day == 1
    levers.return_payout(life.world, made["id"])
    assert (made["status"], available(life, account)) == ("failed", 5_000)
    with pytest.raises(RefusedError):
        levers.return_payout(life.world, made["id"])


def test_an_account_is_looked_through_before_it_is_ready() -> None:
    """Papers missing, then handed in, then fine, then gone; both interfaces say so."""
    life = Life()
    made = accounts.open_account(
        life.world,
        {
            "configuration": {
                "recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}
            }
        },
    )
    seen = []
    for act in (accounts.hand_in, lambda world, one: accounts.change(world, one, ready=True), accounts.close):
        account = act(life.world, made["id"])
        capabilities = accounts.as_v2(account)["configuration"]["recipient"]["capabilities"]
        seen.append((capabilities["stripe_balance"]["stripe_transfers"]["status"], account["closed"]))
    assert seen[:2] == [("pending", False), ("active", False)]
    assert seen[2][1]
    assert accounts.as_v1(life.world.account(made["id"]))["requirements"]["disabled_reason"] == "rejected.other"


def test_every_change_of_a_balance_is_listed() -> None:
    """The net amounts of the balance transactions sum to the balance, of the platform and of accounts."""
    life = Life()
    account, (intent, charge) = life.account(), life.paid(20_000)
    transfer = life.transfer(account, 9_000, charge)
    life.made(f"/v1/transfers/{transfer}/reversals", {"amount": 1_000})
    life.made("/v1/refunds", {"payment_intent": intent, "amount": 1_000})
    for owner in ("", account):
        headers = {"stripe_account": owner} if owner else {}
        listed = life.read(life.ask("GET", "/v1/balance_transactions", {"limit": 100}, **headers))["data"]
        assert sum(each["net"] for each in listed) == available(life, owner)
