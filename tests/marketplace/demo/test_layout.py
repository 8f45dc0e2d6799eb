"""The demo's nodes know each other by address, and each is told what it needs and nothing else."""

import socket
import stat
import subprocess
from pathlib import Path

import pytest

from federation.node.settings import NodeSettings, load
from marketplace.cli.errors import CommandError
from marketplace.cli.processes import HUB, SHOP_NODE, STANDIN
from marketplace.cli.state import StateFolder
from marketplace.demo.layout import DemoNode, environment, free_base_port, keep_settings, layout
from marketplace.demo.running import chosen_layout
from marketplace.demo.world.boutiques import house_names
from marketplace.settings import HubSettings
from payouts.standin.settings import StandinProcessSettings
from shops.settings import ShopNodeSettings

KINDS: dict[str, type[NodeSettings] | type[StandinProcessSettings]] = {
    HUB.name: HubSettings,
    SHOP_NODE.name: ShopNodeSettings,
    STANDIN.name: StandinProcessSettings,
}


def told(node: DemoNode, state: StateFolder) -> dict[str, str]:
    return environment(node, layout(7400), state, "postgresql://app@/hub", "redis+socket:///broker.sock")


@pytest.fixture
def state(tmp_path: Path) -> StateFolder:
    """A fresh state folder."""
    folder = StateFolder(tmp_path)
    folder.prepare()
    return folder


@pytest.mark.parametrize("node", layout(7400).nodes, ids=lambda node: node.name)
def test_each_node_accepts_what_it_is_told(node: DemoNode, state: StateFolder) -> None:
    """The environment of every process is read by its own settings: nothing missing, nothing unknown."""
    settings = load(KINDS[node.kind.name], told(node, state))
    assert settings.environment == "demo"
    assert settings.public_url == node.url


def test_a_shell_can_take_a_nodes_settings(state: StateFolder) -> None:
    """What is kept for people who run a command as a node is what its processes are told, and ours alone to read."""
    node = layout(7400).hub
    folder = state.node(node.name)
    keep_settings(folder, told(node, state) | {"GALLERIA_NODE_NAME": "Anna's hub"})
    kept = folder / "settings"
    shell = ["/bin/sh", "-c", '. "$0" && printf "%s %s" "$GALLERIA_NODE_NAME" "$GALLERIA_PUBLIC_URL"', str(kept)]
    assert subprocess.run(shell, capture_output=True, text=True, check=True).stdout == f"Anna's hub {node.url}"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "PATH=" not in kept.read_text()


def test_nodes_may_reach_each_other_and_nothing_else(state: StateFolder) -> None:
    """A node's guarded door opens to the exact addresses of the other nodes, not to its own."""
    whole = layout(7400)
    settings = load(HubSettings, told(whole.hub, state))
    assert sorted(settings.reachable) == ["127.0.0.1:7401", "127.0.0.1:7402", "127.0.0.1:7403"]


def test_hub_and_stand_in_share_their_keys_and_nothing_is_in_the_open(state: StateFolder) -> None:
    """The payment provider's key is the same on both sides, made once, and readable by us alone."""
    whole = layout(7400)
    hub = load(HubSettings, told(whole.hub, state))
    standin = load(StandinProcessSettings, told(whole.standin, state))
    assert hub.stripe_key == standin.api_key
    assert hub.stripe_webhook_secrets == (standin.webhook_secret,)
    assert hub.stripe_url == hub.payment_pages_url == standin.public_url
    assert hub.secret_key != standin.secret_key
    assert load(HubSettings, told(whole.hub, state)).secret_key == hub.secret_key
    for secret in state.path.rglob("*-key"):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600


def test_a_port_without_room_is_refused() -> None:
    """A base port that leaves no room for the other nodes is refused with a sentence."""
    with pytest.raises(CommandError, match="name one from"):
        layout(65_530)


def test_a_taken_port_is_stepped_over() -> None:
    """Free ports are found beside a node that listens already."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        found = free_base_port()
    assert found >= 7400
    assert layout(found).standin.port == found + 9


def test_the_first_run_on_a_state_decides_the_ports(state: StateFolder) -> None:
    """A state folder keeps its ports: the identities of its boutiques name them. Before its first run any will do."""
    assert chosen_layout(state, None).hub.port == 7400
    assert chosen_layout(state, 7500).hub.port == 7500
    (state.path / "demo.json").write_text('{"port":7500,"payments":"standin"}')
    assert chosen_layout(state, None).hub.port == 7500
    with pytest.raises(CommandError, match="live on port 7500"):
        chosen_layout(state, 7600)


def test_a_later_run_may_open_more_boutiques_and_closes_none(state: StateFolder) -> None:
    """Without a wish as many open as there are, up to 150; a state folder keeps what it has."""
    assert chosen_layout(state, None).boutiques == min(150, len(house_names()))
    assert chosen_layout(state, None, 3).boutiques == 3
    (state.path / "demo.json").write_text('{"port":7500,"boutiques":5,"payments":"standin"}')
    assert [chosen_layout(state, None, wish).boutiques for wish in (None, 2, 7)] == [5, 5, 7]


def test_hub_and_shop_nodes_share_the_drawings(state: StateFolder) -> None:
    """Each plate lies once on this machine, where every node that shows it may read it."""
    whole = layout(7400)
    folders = {load(HubSettings, told(whole.hub, state)).plates_dir}
    folders |= {load(ShopNodeSettings, told(node, state)).plates_dir for node in whole.shop_nodes}
    assert len(folders) == 1
    assert folders != {None}


def test_a_folder_of_another_simulator_is_refused(state: StateFolder) -> None:
    """Accounts that the stand-in does not know cannot be paid: the refusal says what to do."""
    (state.path / "demo.json").write_text('{"port":7500}')
    with pytest.raises(CommandError, match="remove the folder"):
        chosen_layout(state, None)
