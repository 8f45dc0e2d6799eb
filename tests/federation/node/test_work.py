"""Workers: woken at once, swept anyway, and at work while the broker is dead."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from datetime import datetime
from pathlib import Path

import httpx
import msgspec
import pytest

from federation.node.clock import now
from federation.node.database import Database, atomic, execute, fetch_value
from federation.node.outbox import Outbox, enqueue
from federation.node.wake import Waker
from federation.node.work import Node, NodeProcess, Sweep
from marketplace.cli.children import Children
from marketplace.cli.valkey import EmbeddedValkey
from tests.support.clients import node_settings
from tests.support.postgres import Urls
from tests.support.sample_node import TOPIC, Note

ROOT = Path(__file__).parents[3]


@pytest.fixture
def valkey() -> Iterator[EmbeddedValkey]:
    """A broker of the test's own, to be killed and brought back."""
    with tempfile.TemporaryDirectory(prefix="galleria-test-") as folder, Children() as children:
        broker = EmbeddedValkey(Path(folder), children)
        broker.start()
        yield broker
        broker.stop()


@pytest.fixture
def worker(database_urls: Urls, valkey: EmbeddedValkey, tmp_path: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """A real worker with its beat, draining the queue `sync` of the sample node."""
    command = [
        *(sys.executable, "-m", "celery", "-A", "tests.support.sample_node", "worker", "-B", "-Q", "sync", "-c", "1"),
        *("--without-gossip", "--without-mingle", "--without-heartbeat"),
    ]
    environ = environment(database_urls, valkey.url(0), tmp_path)
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True)
    yield process
    end(process)


def environment(urls: Urls, broker_url: str, state_dir: Path) -> dict[str, str]:
    """The whole environment of a process of the sample node."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "GALLERIA_NODE_NAME": "sample",
        "GALLERIA_PUBLIC_URL": "http://127.0.0.1:7999",
        "GALLERIA_DATABASE_URL": urls.app,
        "GALLERIA_BROKER_URL": broker_url,
        "GALLERIA_STATE_DIR": str(state_dir),
        "GALLERIA_SECRET_KEY": "k" * 32,
        "GALLERIA_ENVIRONMENT": "test",
        "C_FORCE_ROOT": "1",
    }


def end(process: "subprocess.Popen[bytes]") -> None:
    """Stop a process politely, else for sure."""
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=5)


async def noted(text: str, within_seconds: float) -> float:
    """Seconds until the worker has noted `text`."""
    started = time.monotonic()
    while await fetch_value("SELECT content FROM node_setting WHERE name = $1", text) is None:
        assert time.monotonic() - started < within_seconds, f"{text!r} was not noted within {within_seconds} s"
        await asyncio.sleep(0.02)
    return time.monotonic() - started


async def ask_for(text: str) -> float:
    """Seconds that the change itself took, wake-up included."""
    started = time.monotonic()
    async with atomic():
        await enqueue(TOPIC, text, Note(text), key=text, queue="sync", now=now())
    return time.monotonic() - started


@pytest.fixture
def web(database_urls: Urls, tmp_path: Path) -> Iterator[str]:
    """A real web process of the sample node; its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--host", "127.0.0.1"),
        *("--port", str(port), "--workers-kill-timeout", "5", "tests.support.sample_node:create_app_from_env"),
    ]
    environ = environment(database_urls, "none:", tmp_path)
    with (tmp_path / "web.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log, start_new_session=True)
    yield f"http://127.0.0.1:{port}"
    end(process)


@pytest.mark.processes
async def test_real_web_process(committed: Database, web: str) -> None:
    """Served by granian, a request finds its database and commits its effect; a wrong address gets a page."""
    async with httpx.AsyncClient(base_url=web, headers={"accept": "text/html"}) as browser:
        await ready(browser)
        answers = await asyncio.gather(*(browser.post(f"/note/n{number}") for number in range(30)))
        assert {answer.status_code for answer in answers} == {201}
        assert await fetch_value("SELECT count(*) FROM node_outbox") == 30
        missing = await browser.get("/nowhere")
        assert (missing.status_code, missing.headers["x-content-type-options"]) == (404, "nosniff")


async def ready(browser: httpx.AsyncClient) -> None:
    """Wait until the web process says that it is ready."""
    async with asyncio.timeout(30):
        while True:
            try:
                if (await browser.get("/readyz")).text == "ready":
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)


@pytest.mark.processes
@pytest.mark.usefixtures("worker")
async def test_worker_with_and_without_a_broker(committed: Database, valkey: EmbeddedValkey) -> None:
    """Work is done at once when woken, within seconds without the broker, and at once again when it is back."""
    waker = Waker(valkey.url(0))
    committed.wake = waker.wake
    await ask_for("first")
    await noted("first", 30)
    await ask_for("woken")
    assert await noted("woken", 5) < 1.5
    valkey.kill()
    assert await ask_for("alone") < 0.2
    await noted("alone", 15)
    await noted("ticks", 15)
    ticks = int(await fetch_value("SELECT content FROM node_setting WHERE name = 'ticks'"))
    await asyncio.sleep(4)
    assert int(await fetch_value("SELECT content FROM node_setting WHERE name = 'ticks'")) > ticks
    valkey.start()
    await ask_for("back")
    await noted("back", 20)
    await asyncio.sleep(2)
    await ask_for("woken again")
    assert await noted("woken again", 10) < 3
    waker.stop()


async def test_dead_broker_makes_nobody_wait(committed: Database) -> None:
    """With nothing at the broker's address a change is committed as fast as ever."""
    waker = Waker("redis://127.0.0.1:9/0")
    committed.wake = waker.wake
    for number in range(20):
        assert await ask_for(f"n{number}") < 0.2
    started = time.monotonic()
    waker.stop()
    assert time.monotonic() - started < 1.5


class Counter(msgspec.Struct):
    """How many sweeps ran at once, at most."""

    running: int = 0
    most: int = 0
    runs: int = 0

    async def run(self, _now: datetime) -> None:
        """A sweep that takes a while."""
        self.running += 1
        self.runs += 1
        self.most = max(self.most, self.running)
        await asyncio.sleep(0.2)
        self.running -= 1


@pytest.fixture
async def processes(database_urls: Urls, tmp_path: Path) -> AsyncIterator[tuple[NodeProcess, NodeProcess, Counter]]:
    """Two processes of one node (here: two threads) with a sweep."""
    counter = Counter()
    node = Node(
        name="n",
        settings=node_settings(database_urls, tmp_path),
        apps=(),
        outbox=Outbox({}),
        sweeps=(Sweep("slow", 1, "sync", counter.run),),
    )
    pair = NodeProcess(lambda: node), NodeProcess(lambda: node)
    yield (*pair, counter)
    for process in pair:
        await asyncio.to_thread(process.stop)


async def test_sweep_never_runs_twice_at_once(processes: tuple[NodeProcess, NodeProcess, Counter]) -> None:
    """Two workers told to run the same sweep at the same time run it once; later it runs again."""
    one, two, counter = processes
    await asyncio.gather(asyncio.to_thread(one.sweep, "slow"), asyncio.to_thread(two.sweep, "slow"))
    assert (counter.runs, counter.most) == (1, 1)
    await asyncio.to_thread(two.sweep, "slow")
    assert counter.runs == 2
    await asyncio.to_thread(one.sweep, "unknown")


async def test_housekeeping_drops_what_has_served(
    committed: Database, processes: tuple[NodeProcess, NodeProcess, Counter]
) -> None:
    """The kit's own sweep removes sessions past their time."""
    await execute(
        "INSERT INTO node_session (token_sha256, content, created_at, expires_at)"
        " VALUES (sha256('x'), '{}', now() - interval '31 days', now() - interval '1 day')"
    )
    await asyncio.to_thread(processes[0].sweep, "node.housekeeping")
    assert await fetch_value("SELECT count(*) FROM node_session") == 0
