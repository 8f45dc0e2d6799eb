"""One small world of real processes for all kill tests; when they are done, not one process of it is left."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.processes.waiting import until_none
from tests.processes.world import World, descendants, running_world
from tests.support.postgres import Server


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def world(made_fonts: Path, pg: Server) -> AsyncIterator[World]:
    """The marketplace of this package's tests; the server of other tests lives on when it ends."""
    others = set(descendants(os.getpid()))
    async with running_world(made_fonts / "fonts") as running:
        yield running
        ours = {pid for pid in set(descendants(os.getpid())) - others if not _of_the_run(pid)}

    async def left() -> list[str]:
        return _commands(ours)

    await until_none("a process of this world", left, 10.0)


def _of_the_run(pid: int) -> bool:
    """Whether it was begun by the server that all tests share: its backends come and go."""
    try:
        return "galleria-test-" in str(Path(f"/proc/{pid}/cwd").readlink())
    except OSError:
        return False


def _commands(pids: set[int]) -> list[str]:
    """The command lines of those that still run."""
    folders = [Path(f"/proc/{pid}") for pid in pids]
    return [(folder / "cmdline").read_text().replace("\0", " ") for folder in folders if folder.exists()]
