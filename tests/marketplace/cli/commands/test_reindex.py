"""`galleria reindex`: the index made anew from the listings, here or by the running indexer."""

import asyncio
import shutil
import threading
from pathlib import Path

import pytest

from federation.node import clock
from federation.node.database import Database, atomic, fetch_value, using
from federation.node.seals import Seal
from federation.node.settings import load
from federation.node.work import NodeProcess
from federation.ports import AcceptedRecord
from marketplace.cli.errors import CommandError
from marketplace.cli.processes import HUB
from marketplace.composition import build_hub
from marketplace.listings import records
from marketplace.settings import HubSettings
from marketplace.worker import node_of
from search.query import SearchRequest
from tests.marketplace.cli.commands.test_setting_up import run, surroundings
from tests.marketplace.listings.builders import product, profile, put, shop_id_of, variant

__all__ = ["surroundings"]
pytestmark = pytest.mark.apps(*HUB.apps)


@pytest.fixture
def hub(surroundings: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The environment of a hub that lists two pieces and has no index yet."""
    settings = {
        **surroundings,
        "GALLERIA_STRIPE_KEY": "k" * 40,
        "GALLERIA_STRIPE_WEBHOOK_SECRETS": "w" * 40,
    }
    made = run(settings, "hub", "init", "--name", "Galleria", "--operator-email", "ada@example.org")
    assert made.exit_code == 0, made.output
    asyncio.run(_listed(settings["GALLERIA_DATABASE_URL"]))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return settings


async def _listed(url: str) -> None:
    database = await Database(Seal("s" * 40)).start(url)
    goods = [put(number, product(f"p{number}", variant(f"v{number}"))) for number in (1, 2)]
    with using(database):
        async with atomic():
            await _list(goods)
    await database.stop()


async def _list(goods: list[AcceptedRecord]) -> None:
    hub_id = str(await fetch_value("SELECT id FROM fed_party"))
    await records.take_link(hub_id, shop_id_of("a"), "accepted", "Aurora", clock.now())
    await records.take_records(hub_id, shop_id_of("a"), [put(0, profile("aurora")), *goods], clock.now())


def found() -> int:
    """How many pieces a search finds."""
    return build_hub(load(HubSettings)).catalog.search(SearchRequest(text="dress"), clock.now()).total


def test_it_is_built_here(hub: dict[str, str]) -> None:
    """Without an indexer the command builds it itself, also in place of one that was there or was lost."""
    for _ in range(2):
        done = run(hub, "reindex", "--here")
        assert (done.exit_code, "the index holds 2 products" in done.output) == (0, True), done.output
        assert found() == 2
    shutil.rmtree(Path(hub["GALLERIA_STATE_DIR"]) / "search")
    assert run(hub, "reindex", "--here").exit_code == 0
    assert found() == 2


def test_the_running_indexer_builds_it(hub: dict[str, str]) -> None:
    """The command waits until the process that writes the index has built it; one that never comes is said."""
    alone = run(hub, "reindex", "--wait", "1")
    assert isinstance(alone.exception, CommandError)
    assert "no indexer has built it" in str(alone.exception)
    with Indexer() as passes:
        done = run(hub, "reindex", "--wait", "30")
    assert (done.exit_code, "the index holds 2 products" in done.output) == (0, True), done.output
    assert passes
    assert found() == 2


class Indexer:
    """The process that writes the index, as a thread."""

    def __init__(self) -> None:
        self._end = threading.Event()
        self._drained: list[int] = []
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> list[int]:
        self._thread.start()
        return self._drained

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _work(self) -> None:
        process = NodeProcess(lambda: node_of(build_hub(load(HubSettings))))
        while not self._end.wait(0.1):
            drained = process.drain("index")
            if drained:
                self._drained.append(drained)
        process.stop()
