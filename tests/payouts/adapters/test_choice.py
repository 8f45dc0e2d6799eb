"""A hub runs on the payment provider its settings name."""

from collections.abc import Mapping

import pytest

from federation.node.door import Door
from federation.node.settings import SettingsError, load
from marketplace.settings import HubSettings
from payouts.adapters.choice import make_provider
from payouts.adapters.sandbox import SandboxProvider
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
SANDBOX = {
    "GALLERIA_SANDBOX_URL": "http://127.0.0.1:7009",
    "GALLERIA_SANDBOX_KEY": "key",
    "GALLERIA_SANDBOX_WEBHOOK_SECRET": "secret",
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
    assert isinstance(make_provider(settings.provider, Door(frozenset())), StripeProvider)


def test_the_sandbox_is_chosen_by_default() -> None:
    """A hub that names no provider runs on the sandbox."""
    settings = load(HubSettings, NODE | SANDBOX)
    assert settings.payment_pages_url == "http://127.0.0.1:7009"
    assert isinstance(make_provider(settings.provider, Door(frozenset())), SandboxProvider)


@pytest.mark.parametrize("given", [{}, {"GALLERIA_PAYMENT_PROVIDER": "stripe"}])
def test_what_the_chosen_one_needs_is_asked_for(given: Mapping[str, str]) -> None:
    """A hub without its provider's secrets does not start, and says which are missing."""
    with pytest.raises(SettingsError, match="STRIPE_KEY" if given else "SANDBOX_URL"):
        load(HubSettings, {**NODE, **given})
