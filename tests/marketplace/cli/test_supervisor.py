"""The supervisor: waits for real answers, starts again what falls, names what does not come up, stops everybody."""

import asyncio
import sys
import threading
from pathlib import Path
from time import monotonic, sleep

import pytest

from marketplace.cli.children import Children, ChildSpec
from marketplace.cli.errors import CommandError, ProcessFailedError
from marketplace.cli.probes import web_probe
from marketplace.cli.state import StateFolder
from marketplace.cli.supervisor import NodeProcess, Supervisor

pytestmark = pytest.mark.processes

WEB = """
import http.server, sys, time
time.sleep(0.2)
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Ready).serve_forever()
"""


def web(state: StateFolder, children: Children, port: int) -> NodeProcess:
    command = (sys.executable, "-c", WEB, str(port))
    spec = ChildSpec(name="web", command=command, environment={}, log=state.logs / "web.log")
    return NodeProcess(spec, children, web_probe(port))


async def test_a_killed_process_is_started_again(tmp_path: Path, unused_tcp_port: int) -> None:
    """After SIGKILL a process comes back with a new pid, the restart is counted, and its pid file follows."""
    state = StateFolder(tmp_path)
    state.prepare()
    said: list[str] = []
    with Children() as children:
        async with Supervisor(state.pids, said.append) as supervisor:
            process = web(state, children, unused_tcp_port)
            await supervisor.start(process)
            first = process.pid
            await supervisor.kill("web")
            await supervisor.until_ready("web", timeout_seconds=20)
            assert supervisor.restart_count("web") == 1
            assert process.pid != first
            assert (state.pids / "web.pid").read_text() == f"{process.pid}\n"
        assert not web_probe(unused_tcp_port)()
    assert not list(state.pids.iterdir())
    assert said == ["web ended unasked; starting it again"]


async def test_a_process_that_never_comes_up_is_named_with_its_last_words(tmp_path: Path) -> None:
    """A process that only ever fails ends the wait early, with the end of its log in the sentence."""
    state = StateFolder(tmp_path)
    state.prepare()
    spec = ChildSpec(
        name="bad", command=("/bin/sh", "-c", "echo no such card; exit 1"), environment={}, log=state.logs / "bad.log"
    )
    started = monotonic()
    with Children() as children:
        async with Supervisor(state.pids, lambda _: None) as supervisor:
            with pytest.raises(ProcessFailedError, match="no such card"):
                await supervisor.start(NodeProcess(spec, children, lambda: False))
    assert monotonic() - started < 30


class Slow:
    """A service that falls at once and takes long to be started again."""

    name = "slow"
    pid = 1

    def __init__(self) -> None:
        self.spawning, self.spawned = threading.Event(), threading.Event()
        self.spawns = 0
        self.running = 0

    def spawn(self) -> None:
        """The first life begins at once; the second once `spawning` has been seen and some time has gone by."""
        self.spawns += 1
        if self.spawns > 1:
            self.spawning.set()
            sleep(0.3)
        self.running += 1
        if self.spawns > 1:
            self.spawned.set()

    def exited(self) -> bool:
        """Only the first life ends by itself."""
        if self.spawns == 1:
            self.running = 0
        return self.spawns == 1

    def answers(self) -> bool:
        """Always."""
        return True

    def stop(self) -> None:
        """End it."""
        self.running = 0

    def kill(self) -> None:
        """End it."""
        self.running = 0


async def test_who_is_being_started_when_all_are_stopped_is_stopped_too(tmp_path: Path) -> None:
    """Leaving waits for a start that is under way: what it starts would otherwise outlive everybody."""
    slow = Slow()
    async with Supervisor(tmp_path, lambda _: None) as supervisor:
        await supervisor.adopt(slow)
        slow.spawn()
        assert await asyncio.to_thread(slow.spawning.wait, 30.0)
    assert await asyncio.to_thread(slow.spawned.wait, 30.0)
    assert (slow.spawns, slow.running) == (2, 0)


def test_one_state_folder_has_one_supervisor(tmp_path: Path) -> None:
    """A second run on the same folder is refused with a sentence, and the folder is free again afterwards."""
    state = StateFolder(tmp_path / "state")
    with state.held(), pytest.raises(CommandError, match="another galleria is running"), state.held():
        pass
    with state.held():
        assert state.logs.is_dir()
