"""The processes each kind of node runs, and the exact command line of each: one place for demo, compose and by hand.

A node kind is composed elsewhere (`marketplace`, `shops`, `payouts.standin`); here stand only the names of its app
factory, its worker, its queues and the packages whose tables its database holds.
"""

import sys
from pathlib import Path

import msgspec

from federation.service.pressure import WAITING_MAX

WORKERS_KILL_TIMEOUT_SECONDS = 5
HEADER_READ_TIMEOUT_MS = 10_000
BACKPRESSURE = WAITING_MAX + 64
"""Requests one web process works on at once, beside those that mailboxes keep waiting; more wait in the socket."""

_WORKER_FLAGS = ("--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "INFO")


class NodeKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of node: `apps` are the Piccolo apps of its database, `queues` what its general worker drains.

    Without apps it has no database, without a worker nothing but its web process.
    """

    name: str
    app: str
    apps: tuple[str, ...] = ()
    worker: str = ""
    queues: tuple[str, ...] = ()


HUB = NodeKind(
    name="hub",
    app="marketplace.app:create_app_from_env",
    worker="marketplace.worker",
    apps=(
        "federation.node.piccolo_app",
        "federation.piccolo_app",
        "payouts.piccolo_app",
        "marketplace.piccolo_app",
    ),
    queues=("sync", "money", "mail", "media"),
)
SHOP_NODE = NodeKind(
    name="shop",
    app="shops.app:create_app_from_env",
    worker="shops.worker",
    apps=("federation.node.piccolo_app", "federation.piccolo_app", "shops.piccolo_app"),
    queues=("sync", "mail", "import", "pictures"),
)
STANDIN = NodeKind(name="standin", app="payouts.standin.app:create_app_from_env")
KINDS = {kind.name: kind for kind in (HUB, SHOP_NODE, STANDIN)}
INDEX_QUEUE = "index"


def web_command(kind: NodeKind, host: str, port: int) -> tuple[str, ...]:
    """One web process: granian with a single worker, bounded header time, HTTP/1 only behind whatever proxy."""
    return (
        *(sys.executable, "-P", "-m", "granian"),
        *("--interface", "asgi", "--factory", "--http", "1", "--no-ws"),
        *("--host", host, "--port", str(port), "--workers", "1"),
        *("--workers-kill-timeout", str(WORKERS_KILL_TIMEOUT_SECONDS)),
        *("--http1-header-read-timeout", str(HEADER_READ_TIMEOUT_MS), "--backpressure", str(BACKPRESSURE)),
        *("--log-level", "warning", "--no-access-log"),
        kind.app,
    )


def worker_command(kind: NodeKind, name: str, *, concurrency: int, schedule: Path | None) -> tuple[str, ...]:
    """The general worker of a node; with `schedule` (beat's own file) it also runs the sweeps: one of them per node."""
    beat = () if schedule is None else ("--beat", "--schedule", str(schedule))
    return (
        *(sys.executable, "-P", "-m", "celery", "--app", kind.worker, "worker"),
        *("--hostname", name, "--queues", ",".join(kind.queues), "--concurrency", str(concurrency)),
        *_WORKER_FLAGS,
        *beat,
    )


def indexer_command(name: str) -> tuple[str, ...]:
    """The sole owner of the embedded index's writer: one process, one task at a time."""
    return (
        *(sys.executable, "-P", "-m", "celery", "--app", HUB.worker, "worker"),
        *("--hostname", name, "--queues", INDEX_QUEUE, "--pool", "solo", "--concurrency", "1"),
        *_WORKER_FLAGS,
    )
