"""Where the demo's nodes live: names, loopback ports, databases, and the environment each process is started with.

Nodes know each other by address only, as they would on three continents. The list of loopback addresses that their
guarded doors may reach is written here and nowhere else.
"""

import contextlib
import os
import secrets
import shlex
import socket
from collections.abc import Mapping
from pathlib import Path

import msgspec

from marketplace.cli.errors import CommandError
from marketplace.cli.processes import HUB, SHOP_NODE, STANDIN, NodeKind
from marketplace.cli.state import StateFolder

HOST = "127.0.0.1"
DEFAULT_PORT = 7400
PAYOUT_INTERVAL_SECONDS = 5
"""Boutiques of the demo need not wait for their money until tomorrow."""

BANK_IBAN = "IT60X0542811101000000123456"
"""The bank account of the demo's hub: the example number of the IBAN registry, which is nobody's."""

LEGAL = {
    "LEGAL_NAME": "Galleria Dimostrativa S.r.l.",
    "LEGAL_ADDRESS": "Via dei Mille 1, 90141 Palermo, Italia",
    "VAT_ID": "IT00000000000",
}
"""Who the demo's hub is on papers: nobody, under a number that the tax office gives to nobody."""

RATES_FILE = Path(__file__).parent / "world" / "rates.toml"
"""Exchange rates of our own, so that the demonstration needs no network."""

PORT_MIN = 1024
PORT_MAX = 65_500
PORTS = 10
SHOP_NODES = 3
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")


class DemoNode(msgspec.Struct, frozen=True, kw_only=True):
    """One node: `number` is also its broker database; its PostgreSQL database is called after its name.

    `title` is what people read at the head of its pages.
    """

    kind: NodeKind
    name: str
    title: str
    number: int
    port: int

    @property
    def address(self) -> str:
        """`host:port`, as the guarded doors list it."""
        return f"{HOST}:{self.port}"

    @property
    def url(self) -> str:
        """The node's public address."""
        return f"http://{self.address}"

    @property
    def database(self) -> str:
        """The name of its database."""
        return self.name.replace("-", "_")


class DemoLayout(msgspec.Struct, frozen=True):
    """The hub, the shop nodes and the stand-in of one demo, and how many boutiques are to open on them.

    `catalogs` is a folder of export files from which further boutiques are made, if there is one.
    """

    hub: DemoNode
    shop_nodes: tuple[DemoNode, ...]
    standin: DemoNode
    boutiques: int = 0
    catalogs: Path | None = None

    @property
    def nodes(self) -> tuple[DemoNode, ...]:
        """All of them, in the order in which they are started."""
        return (self.standin, *self.federated)

    @property
    def federated(self) -> tuple[DemoNode, ...]:
        """Those that speak the protocol with one another."""
        return (self.hub, *self.shop_nodes)


def plates_folder(state: StateFolder) -> Path:
    """Where the demo's drawings lie, each once, for all of its nodes."""
    folder = state.path / "plates"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def layout(base_port: int, boutiques: int = 0) -> DemoLayout:
    """The hub on `base_port`, the shop nodes after it, the stand-in nine on. Raises CommandError for a bad port."""
    if not PORT_MIN <= base_port <= PORT_MAX:
        raise CommandError(
            f"--port {base_port} leaves no room for the demo's nodes: name one from {PORT_MIN} to {PORT_MAX}"
        )
    shop_nodes = tuple(
        DemoNode(
            kind=SHOP_NODE,
            name=f"shops-{number}",
            title="Galleria for boutiques",
            number=number,
            port=base_port + number,
        )
        for number in range(1, SHOP_NODES + 1)
    )
    return DemoLayout(
        hub=DemoNode(kind=HUB, name="hub", title="Galleria", number=0, port=base_port),
        shop_nodes=shop_nodes,
        standin=DemoNode(kind=STANDIN, name="standin", title="Payment simulator", number=9, port=base_port + 9),
        boutiques=boutiques,
    )


def free_base_port(first: int = DEFAULT_PORT) -> int:
    """A base port from `first` on, on which, and on the nine after it, nobody listens right now."""
    for base in range(first, PORT_MAX, 20):
        with contextlib.ExitStack() as stack, contextlib.suppress(OSError):
            for port in range(base, base + PORTS):
                stack.enter_context(socket.socket()).bind((HOST, port))
            return base
    raise CommandError("there are no ten free ports in a row on this machine: name a base port with --port")


def environment(
    node: DemoNode, whole: DemoLayout, state: StateFolder, database_url: str, broker_url: str
) -> dict[str, str]:
    """Everything a process of this node gets to see: its own settings and the little of ours that programs need."""
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    own = _of_standin(node, whole, state) if node.kind is STANDIN else _of_node(node, whole, state)
    if node.kind is not STANDIN:
        own |= {"DATABASE_URL": database_url, "BROKER_URL": broker_url}
    return {**passed_on, "PYTHONUNBUFFERED": "1", **{f"GALLERIA_{name}": value for name, value in own.items()}}


def _of_node(node: DemoNode, whole: DemoLayout, state: StateFolder) -> dict[str, str]:
    """What a hub or shop node is told, but for its database and broker."""
    return {
        "NODE_NAME": node.title,
        "PUBLIC_URL": node.url,
        "STATE_DIR": str(state.node(node.name)),
        "SECRET_KEY_FILE": str(kept_secret(state, node.name, "secret-key")),
        "ENVIRONMENT": "demo",
        "REACHABLE": ",".join(other.address for other in whole.federated if other != node),
        "PLATES_DIR": str(plates_folder(state)),
        **(_of_hub(node, whole, state) if node.kind is HUB else {}),
    }


def _of_hub(node: DemoNode, whole: DemoLayout, state: StateFolder) -> dict[str, str]:
    """How the hub counts its boutiques, searches, and lives with money."""
    return {
        "BOUTIQUES_EXPECTED": str(whole.boutiques),
        "SEARCH_DIR": str(state.node(node.name) / "search"),
        "RATES_FILE": str(RATES_FILE),
        "PAYMENT_PROVIDER": "stripe",
        "STRIPE_URL": whole.standin.url,
        "STRIPE_PAGES_URL": whole.standin.url,
        "STRIPE_KEY_FILE": str(kept_secret(state, whole.standin.name, "api-key")),
        "STRIPE_WEBHOOK_SECRETS_FILE": str(kept_secret(state, whole.standin.name, "webhook-secret")),
        "PAYOUT_INTERVAL_SECONDS": str(PAYOUT_INTERVAL_SECONDS),
        "RELEASE_AFTER": "shipped",
        "RELEASE_WINDOW_DAYS": "0",
        "BANK_HOLDER": whole.hub.title,
        "BANK_IBAN": BANK_IBAN,
        **LEGAL,
    }


def _of_standin(node: DemoNode, whole: DemoLayout, state: StateFolder) -> dict[str, str]:
    """What the payment provider's stand-in is told: it has neither database nor broker, and asks nobody for papers."""
    return {
        "NODE_NAME": node.title,
        "PUBLIC_URL": node.url,
        "STATE_DIR": str(state.node(node.name)),
        "SECRET_KEY_FILE": str(kept_secret(state, node.name, "secret-key")),
        "API_KEY_FILE": str(kept_secret(state, node.name, "api-key")),
        "WEBHOOK_SECRET_FILE": str(kept_secret(state, node.name, "webhook-secret")),
        "EVENTS_URL": f"{whole.hub.url}/hooks/payments",
        "ENVIRONMENT": "demo",
        "ACCOUNTS_READY": "true",
    }


def keep_settings(folder: Path, settings: Mapping[str, str]) -> None:
    """Write a node's settings into `folder` for a shell that is to run commands there: `. FOLDER/settings`.

    Readable by us alone, since it holds the database's password.
    """
    lines = [f"export {name}={shlex.quote(value)}" for name, value in settings.items() if name.startswith("GALLERIA_")]
    made = folder / "settings.new"
    made.unlink(missing_ok=True)
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
    made.replace(folder / "settings")


def kept_secret(state: StateFolder, node: str, name: str) -> Path:
    """The path of a random secret, made once and readable by us alone."""
    path = state.node(node) / name
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(36))
    return path
