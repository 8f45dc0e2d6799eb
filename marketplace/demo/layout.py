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
from marketplace.cli.processes import HUB, SANDBOX, SHOP_NODE, NodeKind
from marketplace.cli.state import StateFolder

HOST = "127.0.0.1"
DEFAULT_PORT = 7400
PAYOUT_INTERVAL_SECONDS = 5
"""Boutiques of the demo need not wait for their money until tomorrow."""

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
    """The hub, the shop nodes and the sandbox of one demo, and how many boutiques are to open on them.

    `catalogs` is a folder of export files from which further boutiques are made, if there is one.
    """

    hub: DemoNode
    shop_nodes: tuple[DemoNode, ...]
    sandbox: DemoNode
    boutiques: int = 0
    catalogs: Path | None = None

    @property
    def nodes(self) -> tuple[DemoNode, ...]:
        """All of them, in the order in which they are started."""
        return (self.sandbox, self.hub, *self.shop_nodes)


def plates_folder(state: StateFolder) -> Path:
    """Where the demo's drawings lie, each once, for all of its nodes."""
    folder = state.path / "plates"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder


def layout(base_port: int, boutiques: int = 0) -> DemoLayout:
    """The hub on `base_port`, the shop nodes after it, the sandbox nine further. Raises CommandError for a bad port."""
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
        sandbox=DemoNode(kind=SANDBOX, name="sandbox", title="Payment sandbox", number=9, port=base_port + 9),
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
    own = {
        "NODE_NAME": node.title,
        "PUBLIC_URL": node.url,
        "DATABASE_URL": database_url,
        "BROKER_URL": broker_url,
        "STATE_DIR": str(state.node(node.name)),
        "SECRET_KEY_FILE": str(kept_secret(state, node.name, "secret-key")),
        "ENVIRONMENT": "demo",
        "REACHABLE": ",".join(other.address for other in whole.nodes if other != node),
        **({} if node.kind is SANDBOX else {"PLATES_DIR": str(plates_folder(state))}),
        **({"BOUTIQUES_EXPECTED": str(whole.boutiques)} if node.kind is HUB else {}),
        **_money(node, whole, state),
    }
    passed_on = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed_on, "PYTHONUNBUFFERED": "1", **{f"GALLERIA_{name}": value for name, value in own.items()}}


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


BANK_IBAN = "IT60X0542811101000000123456"
"""The bank account of the demo's hub: the example number of the IBAN registry, which is nobody's."""


def _money(node: DemoNode, whole: DemoLayout, state: StateFolder) -> Mapping[str, str]:
    """How the hub and the simulated payment provider know each other."""
    key = str(kept_secret(state, whole.sandbox.name, "api-key"))
    webhook_secret = str(kept_secret(state, whole.sandbox.name, "webhook-secret"))
    if node.kind is HUB:
        return {
            "SANDBOX_URL": whole.sandbox.url,
            "SANDBOX_KEY_FILE": key,
            "SANDBOX_WEBHOOK_SECRET_FILE": webhook_secret,
            "SEARCH_DIR": str(state.node(node.name) / "search"),
            "RATES_FILE": str(RATES_FILE),
            "PAYOUT_INTERVAL_SECONDS": str(PAYOUT_INTERVAL_SECONDS),
            "RELEASE_AFTER": "shipped",
            "RELEASE_WINDOW_DAYS": "0",
            "BANK_HOLDER": whole.hub.title,
            "BANK_IBAN": BANK_IBAN,
        }
    if node.kind is SANDBOX:
        return {
            "EVENTS_URL": f"{whole.hub.url}/hooks/payments",
            "API_KEY_FILE": key,
            "WEBHOOK_SECRET_FILE": webhook_secret,
        }
    return {}


def kept_secret(state: StateFolder, node: str, name: str) -> Path:
    """The path of a random secret, made once and readable by us alone."""
    path = state.node(node) / name
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(36))
    return path
