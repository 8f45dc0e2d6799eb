"""The hub's office: where its days begin and its months end is its operator's to say, once, at start."""

import pytest

from federation.node.settings import SettingsError, load
from marketplace.papers.office import HubOffice
from marketplace.settings import HubSettings

ENVIRON = {
    "GALLERIA_NODE_NAME": "Hub",
    "GALLERIA_PUBLIC_URL": "http://127.0.0.1:17301",
    "GALLERIA_DATABASE_URL": "postgresql://unused",
    "GALLERIA_BROKER_URL": "none:",
    "GALLERIA_STATE_DIR": "unused",
    "GALLERIA_SECRET_KEY": "test-secret-key-of-32-characters!",
    "GALLERIA_STRIPE_KEY": "key",
    "GALLERIA_STRIPE_WEBHOOK_SECRETS": "secret",
}


def test_the_hub_s_zone_is_its_operator_s_to_say() -> None:
    """UTC without a word; a name of the data base else; any other stops the start with a sentence."""
    assert HubOffice(load(HubSettings, ENVIRON)).time_zone == "UTC"
    assert HubOffice(load(HubSettings, {**ENVIRON, "GALLERIA_TIME_ZONE": "Europe/Rome"})).time_zone == "Europe/Rome"
    with pytest.raises(SettingsError, match="GALLERIA_TIME_ZONE: 'Europe/Roma' is no time zone known here"):
        load(HubSettings, {**ENVIRON, "GALLERIA_TIME_ZONE": "Europe/Roma"})
