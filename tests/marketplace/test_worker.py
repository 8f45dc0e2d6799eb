"""The hub's workers are complete."""

import re
from pathlib import Path

import pytest

from federation.node.settings import SettingsError, load
from marketplace import worker
from marketplace.composition import DAY_SECONDS, DEMO_SECONDS, payout_settings_of, search_folder
from marketplace.settings import HubSettings
from tests.marketplace.orders.world import World

PACKAGES = Path(worker.__file__).parent.parent
ENVIRON = {
    "GALLERIA_NODE_NAME": "hub",
    "GALLERIA_PUBLIC_URL": "http://127.0.0.1:17320",
    "GALLERIA_DATABASE_URL": "postgresql://app@localhost/hub",
    "GALLERIA_BROKER_URL": "none:",
    "GALLERIA_STATE_DIR": "state",
    "GALLERIA_SECRET_KEY": "k" * 32,
    "GALLERIA_ENVIRONMENT": "demo",
    "GALLERIA_REACHABLE": "127.0.0.1:17321,127.0.0.1:17322",
    "GALLERIA_STRIPE_KEY": "key",
    "GALLERIA_STRIPE_WEBHOOK_SECRETS": "secret",
}


def test_every_topic_of_the_hub_has_a_handler(tmp_path: Path) -> None:
    """What any package of the hub writes into its outbox, some handler of its workers takes."""
    node = worker.node_of(World(tmp_path).hub)
    written = set()
    for package in ("federation", "payouts", "marketplace"):
        for source in (PACKAGES / package).rglob("*.py"):
            written |= set(re.findall(r'"((?:hub|pay|fed|mail)\.[a-z_]+)"', source.read_text()))
    sweeps = {sweep.name for sweep in node.sweeps}
    handled = set(node.outbox._handlers)  # noqa: SLF001 - the question is exactly what stands in it
    assert {topic for topic in handled if topic.startswith("hub.")} == {
        "hub.release",
        "hub.confirm",
        "hub.rehold",
        "hub.place",
        "hub.answered",
        "hub.charged",
        "hub.withdrawn",
        "hub.pictures",
        "hub.reindex",
        "hub.word",
    }
    assert not {topic for topic in written if topic.startswith(("hub.", "pay."))} - handled - sweeps


def test_every_sweep_runs_in_a_queue_that_is_drained(tmp_path: Path) -> None:
    """Names are unique, and no sweep waits in a queue nobody serves."""
    node = worker.node_of(World(tmp_path).hub)
    names = [sweep.name for sweep in node.sweeps]
    assert len(set(names)) == len(names)
    assert {sweep.queue for sweep in node.sweeps} <= set(node.queues)


def test_settings_are_read_from_the_environment() -> None:
    """The demo's environment is enough; it pays out within seconds and keeps its index in the state folder."""
    settings = load(HubSettings, ENVIRON)
    assert (settings.commission_bp, settings.country) == (1_000, "IT")
    assert payout_settings_of(settings).payout_interval_seconds == DEMO_SECONDS
    assert search_folder(settings) == Path("state/search")
    calm = load(HubSettings, {**ENVIRON, "GALLERIA_ENVIRONMENT": "production", "GALLERIA_SEARCH_DIR": "elsewhere"})
    assert payout_settings_of(calm).payout_interval_seconds == DAY_SECONDS
    assert search_folder(calm) == Path("elsewhere")


@pytest.mark.parametrize(
    "change", [{"GALLERIA_COMMISSION_BP": "20000"}, {"GALLERIA_COUNTRY": "Italy"}, {"GALLERIA_COMISSION_BP": "1"}]
)
def test_a_wrong_setting_stops_the_start(change: dict[str, str]) -> None:
    """Out of bounds, malformed or misspelt: the message names the variable."""
    with pytest.raises(SettingsError, match=next(iter(change))):
        load(HubSettings, {**ENVIRON, **change})
