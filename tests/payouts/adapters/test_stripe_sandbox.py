"""The provider port's promises against a real Stripe sandbox, those of them that need no person at Stripe's pages.

Collected only with a secret test key in GALLERIA_TEST_STRIPE_KEY (see docs/payments-stripe.md). Stripe remembers keys
for a day and accounts for ever, so every run prefixes its keys and names.
"""

import os
from collections.abc import AsyncIterator

import pytest

from federation.vocabulary.ids import new_id
from federation.vocabulary.money import Money
from payouts.adapters.stripe.provider import StripeProvider
from payouts.adapters.stripe.settings import StripeSettings
from payouts.domain.payment import Capture
from payouts.errors import ProviderConflictError, ProviderRefusedError
from payouts.ports import AccountState, PaymentState
from tests.payouts.real_stripe import STRIPE_KEY
from tests.payouts.worked_example import euro

RETURN_URL = "https://galleria.example/order/t"


class FreshStripe(StripeProvider):
    """An adapter whose keys of this run were never used before."""

    run = new_id().hex

    async def create_account(
        self, shop_id: str, name: str, country: str, currency: str, key: str, *, email: str = ""
    ) -> AccountState:
        return await super().create_account(shop_id, name, country, currency, f"{self.run}:{key}", email=email)

    async def create_payment(
        self,
        reference: str,
        amount: Money,
        description: str,
        return_url: str,
        key: str,
        *,
        capture: Capture = "automatic",
    ) -> PaymentState:
        key = f"{self.run}:{key}"
        return await super().create_payment(reference, amount, description, return_url, key, capture=capture)

    async def cancel_payment(self, payment_id: str, key: str) -> PaymentState:
        return await super().cancel_payment(payment_id, f"{self.run}:{key}")


@pytest.fixture(params=["v2", "v1"])
async def provider(request: pytest.FixtureRequest) -> AsyncIterator[FreshStripe]:
    """The adapter at Stripe itself, by either account interface."""
    key = os.environ[STRIPE_KEY]
    assert key.startswith(("sk_test_", "rk_test_")), "only a test key may be used here"
    made = FreshStripe(StripeSettings(api_key=key, accounts=request.param))
    yield made
    await made.close()


async def test_a_page_is_made_once_under_its_key(provider: FreshStripe) -> None:
    """The same page again for the same key, and a refusal for the same key with another amount."""
    first = await provider.create_payment("ref", euro(500), "Hats", RETURN_URL, "pi")
    assert (first.status, first.amount, first.reference) == ("open", euro(500), "ref")
    assert first.redirect_url.startswith("https://")
    assert (await provider.create_payment("ref", euro(500), "Hats", RETURN_URL, "pi")).id == first.id
    with pytest.raises(ProviderConflictError):
        await provider.create_payment("ref", euro(501), "Hats", RETURN_URL, "pi")


async def test_an_open_page_can_be_closed(provider: FreshStripe) -> None:
    """A cancelled payment is over, and stays so when it is asked for again."""
    made = await provider.create_payment("ref", euro(500), "Hats", RETURN_URL, "pi:2")
    assert (await provider.cancel_payment(made.id, "can")).status == "cancelled"
    assert (await provider.cancel_payment(made.id, "can:2")).status == "cancelled"
    assert (await provider.get_payment(made.id)).status == "cancelled"


async def test_an_account_is_opened_and_has_a_page_for_its_papers(provider: FreshStripe) -> None:
    """A fresh account is not ready, says whose it is, has nothing, and is found again."""
    made = await provider.create_account("shop-a", "Shop A", "FR", "EUR", "acct", email="a@example.com")
    assert (made.ready, made.reference) == (False, "shop-a")
    link = await provider.account_link(made.id, RETURN_URL, RETURN_URL, f"{provider.run}:link")
    assert link.url.startswith("https://")
    assert (await provider.get_account(made.id)).available_in("EUR") == euro(0)


async def test_nothing_is_sent_of_an_unpaid_payment(provider: FreshStripe) -> None:
    """A transfer needs a payment that succeeded; none was made."""
    made = await provider.create_payment("ref", euro(500), "Hats", RETURN_URL, "pi:3")
    with pytest.raises(ProviderRefusedError):
        await provider.transfer("s1", "acct_nobody", euro(100), made.id, f"{provider.run}:tr")
    assert list(await provider.transfers_of("s1", made.id)) == []


async def test_what_does_not_exist_is_refused(provider: FreshStripe) -> None:
    """Unknown objects are definite refusals, not outages."""
    for look in (provider.get_payment, provider.get_refund, provider.get_payout):
        with pytest.raises(ProviderRefusedError):
            await look("nothing/of this name?")


async def test_events_are_listed_from_a_point_on(provider: FreshStripe) -> None:
    """After the first of the kept events come the others, in order."""
    made = await provider.create_payment("ref", euro(500), "Hats", RETURN_URL, "pi:4")
    await provider.cancel_payment(made.id, "can:4")
    events = list(await provider.list_events("", 100))
    assert [each.created_at for each in events] == sorted(each.created_at for each in events)
    assert list(await provider.list_events(events[0].id, 100))[: len(events) - 1] == events[1:]
