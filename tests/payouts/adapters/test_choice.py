"""A hub runs on the payment provider its settings name."""

import pytest

from federation.node.settings import SettingsError, load
from marketplace.settings import HubSettings
from payouts.adapters.choice import make_provider
from payouts.adapters.stripe.provider import StripeProvider
from payouts.adapters.stripe.settings import StripeSettings

NODE = {
    "GALLERIA_NODE_NAME": "hub",
    "GALLERIA_PUBLIC_URL": "https://hub.example",
    "GALLERIA_DATABASE_URL": "postgresql://127.0.0.1/hub",
    "GALLERIA_BROKER_URL": "redis://127.0.0.1/0",
    "GALLERIA_STATE_DIR": "state",
    "GALLERIA_SECRET_KEY": "x" * 40,
}
STRIPE = {
    "GALLERIA_PAYMENT_PROVIDER": "stripe",
    "GALLERIA_STRIPE_KEY": "sk_test_1",
    "GALLERIA_STRIPE_WEBHOOK_SECRETS": "whsec_own, whsec_connect whsec_thin",
}


def test_stripe_is_chosen_by_settings() -> None:
    """The adapter gets the key, every webhook secret, and where boutiques come back to."""
    settings = load(HubSettings, NODE | STRIPE)
    assert settings.provider == StripeSettings(
        api_key="sk_test_1",
        webhook_secrets=("whsec_own", "whsec_connect", "whsec_thin"),
    )
    assert settings.payment_pages_url == "https://checkout.stripe.com"
    assert isinstance(make_provider(settings.provider), StripeProvider)


def test_a_stand_in_is_named_by_its_address() -> None:
    """A hub that is tried out speaks to a stand-in with the same adapter, and sends shoppers to its pages."""
    at = "http://127.0.0.1:7009"
    settings = load(HubSettings, NODE | STRIPE | {"GALLERIA_STRIPE_URL": at, "GALLERIA_STRIPE_PAGES_URL": at})
    assert (settings.provider.api_url, settings.payment_pages_url) == (at, at)


@pytest.mark.parametrize("missing", ["GALLERIA_STRIPE_KEY", "GALLERIA_STRIPE_WEBHOOK_SECRETS"])
def test_a_hub_that_nobody_pays_does_not_start(missing: str) -> None:
    """Without its provider's secrets a hub refuses to start, names what is missing and says what to do."""
    given = {name: text for name, text in (NODE | STRIPE).items() if name != missing}
    with pytest.raises(SettingsError, match=f"{missing}.*galleria standin"):
        load(HubSettings, given)
