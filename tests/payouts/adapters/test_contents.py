"""What Stripe (a stand-in) lists of a payout that it made by an account's own schedule."""

import pytest

from payouts.errors import ProviderRefusedError
from payouts.ports import PayoutTerms
from payouts.standin import bank, levers
from payouts.standin.moves import move
from tests.payouts.stripe_lab import stripe_world
from tests.payouts.worked_example import euro

DAY = bank.DAY_SECONDS
MANY = 130
"""More than a page of Stripe's lists holds."""


async def test_all_that_is_in_it_is_listed_by_what_it_comes_from() -> None:
    """A transfer, its reversal, what is kept back, others’ money over several pages; of one by hand nothing."""
    async with stripe_world() as lab:
        made = await lab.provider.create_payment("order-1", euro(10_000), "Hats", "http://127.0.0.1:7999/", "pi:1")
        await lab.pay(made.id)
        account = (await lab.provider.create_account("shop-a", "A", "FR", "EUR", "acct:a")).id
        await lab.complete_account(account)
        sent = await lab.provider.transfer("s1", account, euro(3_000), made.id, "tr:1")
        back = await lab.provider.reverse_transfer("c1", sent.id, euro(500), "trr:1")
        for number in range(MANY):
            move(lab.state, account, ("adjustment", f"dp_{number}"), 1, "eur")
        by_hand = await lab.provider.payout("p1", account, euro(100), "po:1")
        terms = PayoutTerms(interval="daily", minimum=(euro(200),))
        await lab.provider.set_payout_terms(account, terms, "daily")
        levers.pass_time(lab.state, 1)
        bank.pay_out_by_schedule(lab.state)
        (number,) = [each["id"] for each in lab.state.all("payout", account) if each["automatic"]]
        seen = await lab.provider.get_payout(f"{account}/{number}")
        assert (seen.listing, await lab.provider.payout_contents(seen.id)) == ("pending", [])
        levers.pass_time(lab.state, DAY)
        seen = await lab.provider.get_payout(seen.id)
        assert (seen.listing, seen.amount) == ("complete", euro(3_000 - 500 + MANY - 100 - 200))
        items = await lab.provider.payout_contents(seen.id)
        assert sum(each.net.amount_minor for each in items) == seen.amount.amount_minor
        assert [(each.kind, each.source) for each in items if each.kind != "other"] == [
            ("transfer", sent.id),
            ("reversal", back.id),
            ("kept", ""),
        ]
        assert sum(each.kind == "other" for each in items) == MANY + 1, "what was paid by hand before is none of it"
        with pytest.raises(ProviderRefusedError, match="manual"):
            await lab.provider.payout_contents(by_hand.id)
        assert (await lab.provider.get_payout(by_hand.id)).listing == "none"
