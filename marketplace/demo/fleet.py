"""The demo's running parts: engines, migrated databases and every node's processes, under one supervisor.

Also the way into a node: `inside(node)` binds the node's own database for code that sets something up, exactly as the
node's own processes do, and `settings_of` reads the settings they were started with.
"""

import asyncio
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec

from federation.node.database import Database, using
from federation.node.fonts import ensure_fonts
from federation.node.migrations import migrate
from federation.node.seals import Seal
from federation.node.settings import load
from marketplace.cli.children import Child, Children, ChildSpec
from marketplace.cli.engine_user import engine_home, engine_user
from marketplace.cli.errors import CommandError
from marketplace.cli.postgres import EmbeddedPostgres
from marketplace.cli.probes import web_probe, worker_probe
from marketplace.cli.processes import HUB, indexer_command, web_command, worker_command
from marketplace.cli.progress import Progress
from marketplace.cli.state import StateFolder
from marketplace.cli.supervisor import NodeProcess, Supervisor
from marketplace.cli.valkey import EmbeddedValkey
from marketplace.demo.layout import HOST, DemoLayout, DemoNode, environment, keep_settings, kept_secret

T = TypeVar("T", bound=msgspec.Struct)

HUB_WORKER_CONCURRENCY = 2
SHOP_WORKER_CONCURRENCY = 1
STEPPING_ASIDE = ("nice", "-n", "5")
"""The indexer lets the processes that serve pages go first; the other workers' processes do so by themselves."""


class Fleet:
    """All processes of one demo. Use inside the supervisor's context."""

    def __init__(
        self, state: StateFolder, whole: DemoLayout, children: Children, supervisor: Supervisor, progress: Progress
    ) -> None:
        self.state = state
        self.layout = whole
        self.supervisor = supervisor
        self._children = children
        self._progress = progress
        home = engine_home(state.path, engine_user())
        if home != state.path:
            progress.say(f"the database lies in {home}, because its own user cannot reach {state.path}")
        self.postgres = EmbeddedPostgres(home / "postgres", children, logs=state.logs)
        self.broker = EmbeddedValkey(home / "broker", children, logs=state.logs)

    async def start_engines(self) -> None:
        """Bring up PostgreSQL and the broker, and every database of a node to its newest schema."""
        self._check_ports()
        with self._progress.phase("start PostgreSQL and the broker"):
            await asyncio.to_thread(self.postgres.start)
            await asyncio.to_thread(self.broker.start)
            await self.supervisor.adopt(self.postgres, self.broker)
        with self._progress.phase("migrate the nodes' databases"):
            for node in self.layout.nodes:
                if node.kind.apps:
                    urls = await asyncio.to_thread(self.postgres.create_database, node.database)
                    await migrate(urls.owner, node.kind.apps)
                keep_settings(self.state.node(node.name), self._environment(node))

    async def share_fonts(self) -> None:
        """Make the pages' fonts once, which takes seconds, and give every node a copy."""
        first, *others = [self.state.node(node.name) for node in self.layout.nodes]
        made = await asyncio.to_thread(ensure_fonts, first)
        for folder in others:
            await asyncio.to_thread(shutil.copytree, made, folder / made.relative_to(first), dirs_exist_ok=True)

    async def start_web(self) -> None:
        """Start every node's web process and wait until each answers."""
        with self._progress.phase("start the web processes"):
            await self.supervisor.start(*(self._web(node) for node in self.layout.nodes))

    async def start_workers(self) -> None:
        """Start every worker and the indexer and wait until each answers a ping."""
        with self._progress.phase("start the workers"):
            workers = [self._worker(node) for node in self.layout.nodes if node.kind.worker]
            await self.supervisor.start(self._indexer(), *workers)

    def run_once(self, name: str, node: DemoNode, command: tuple[str, ...]) -> Child:
        """Start a process of this node that ends by itself: nobody starts it again, and it falls with us."""
        return self._children.start(self._spec(name, node, command))

    def stop_once(self, child: Child) -> None:
        """Let go of a process of `run_once`, ended or not."""
        self._children.stop(child)

    @asynccontextmanager
    async def inside(self, node: DemoNode) -> AsyncIterator[None]:
        """Bind this node's database for the code inside, as the application role."""
        seal = Seal(kept_secret(self.state, node.name, "secret-key").read_text().strip())
        database = await Database(seal).start(self.postgres.urls(node.database).app, pool_max=2)
        try:
            with using(database):
                yield
        finally:
            await database.stop()

    def settings_of(self, node: DemoNode, kind: type[T]) -> T:
        """The settings this node's processes run with."""
        return load(kind, self._environment(node))

    def _environment(self, node: DemoNode) -> dict[str, str]:
        url = self.postgres.urls(node.database).app
        return environment(node, self.layout, self.state, url, self.broker.url(node.number))

    def _check_ports(self) -> None:
        for node in self.layout.nodes:
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, node.port))
                except OSError as error:
                    raise CommandError(
                        f"port {node.port}, wanted for {node.name}, is taken ({os.strerror(error.errno or 0)}): "
                        "stop what listens there, or name another base port with --port."
                    ) from error

    def _web(self, node: DemoNode) -> NodeProcess:
        return self._process(f"{node.name}-web", node, web_command(node.kind, HOST, node.port), None)

    def _worker(self, node: DemoNode) -> NodeProcess:
        name = worker_name(node, "worker")
        schedule = self.state.node(node.name) / "beat"
        concurrency = HUB_WORKER_CONCURRENCY if node.kind is HUB else SHOP_WORKER_CONCURRENCY
        command = worker_command(node.kind, name, concurrency=concurrency, schedule=schedule)
        return self._process(f"{node.name}-worker", node, command, name)

    def _indexer(self) -> NodeProcess:
        node = self.layout.hub
        name = worker_name(node, "indexer")
        return self._process(f"{node.name}-indexer", node, (*STEPPING_ASIDE, *indexer_command(name)), name)

    def _process(self, name: str, node: DemoNode, command: tuple[str, ...], worker: str | None) -> NodeProcess:
        probe = web_probe(node.port) if worker is None else worker_probe(self.broker.url(node.number), worker)
        return NodeProcess(self._spec(name, node, command), self._children, probe)

    def _spec(self, name: str, node: DemoNode, command: tuple[str, ...]) -> ChildSpec:
        return ChildSpec(
            name=name,
            command=command,
            environment=self._environment(node),
            log=self.state.logs / f"{name}.log",
            directory=self.state.node(node.name),
        )


def worker_name(node: DemoNode, role: str) -> str:
    """How a worker is called in its broker."""
    return f"{node.name}-{role}@galleria"
