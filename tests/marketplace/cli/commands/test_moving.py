"""Leaving, staying, moving and clearing as a person at a node's terminal does it; some of it as real processes."""

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from federation.node import clock
from federation.node.database import Database, atomic, using
from federation.node.sealing import seal_of
from federation.node.settings import load
from federation.service import departures
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId
from marketplace.cli.commands.guided_move import wanted_of
from marketplace.cli.main import galleria
from marketplace.cli.processes import SHOP_NODE
from marketplace.cli.recovery import read_key
from shops.settings import ShopNodeSettings
from tests.marketplace.cli.commands.test_setting_up import PROFILE
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps(*SHOP_NODE.apps)
ROOT = Path(__file__).parents[4]


@pytest.fixture
def surroundings(database_urls: Urls, tmp_path: Path) -> dict[str, str]:
    """The environment of a shop node on the test's own database."""
    return {
        "GALLERIA_NODE_NAME": "Test",
        "GALLERIA_PUBLIC_URL": "http://127.0.0.1:7001",
        "GALLERIA_DATABASE_URL": database_urls.app,
        "GALLERIA_BROKER_URL": "none:",
        "GALLERIA_STATE_DIR": str(tmp_path / "state"),
        "GALLERIA_SECRET_KEY": "s" * 40,
        "GALLERIA_ENVIRONMENT": "test",
    }


def run(environment: dict[str, str], *arguments: str, answer: str = "") -> Result:
    return CliRunner().invoke(galleria, arguments, env=environment, input=answer)


def done(environment: dict[str, str], *arguments: str, answer: str = "") -> str:
    """What a command prints that must succeed."""
    result = run(environment, *arguments, answer=answer)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refused(environment: dict[str, str], *arguments: str, answer: str = "") -> str:
    """What a command says that must refuse."""
    result = run(environment, *arguments, answer=answer)
    assert result.exit_code != 0, result.output
    return f"{result.output} {getattr(result.exception, 'detail', result.exception)}"


def process(environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """The command as a process of its own, as a person starts it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-P", "-m", "marketplace.cli.main", *arguments]
    return subprocess.run(
        command, env={**kept, **environment, "PYTHONPATH": str(ROOT)}, text=True, capture_output=True, check=False
    )


@pytest.fixture
def root_key(surroundings: dict[str, str], tmp_path: Path) -> Path:
    """The recovery file of the one boutique of the node."""
    (tmp_path / "profile.json").write_text(json.dumps(PROFILE))
    done(surroundings, "shops", "add", str(tmp_path / "profile.json"), "--owner-email", "ada@example.org")
    (path,) = Path(surroundings["GALLERIA_STATE_DIR"], "recovery").iterdir()
    return path


def identity(environment: dict[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done(environment, "keys", "show", "--json"))
    return document


def test_an_archive_takes_no_files_place(surroundings: dict[str, str], root_key: Path, tmp_path: Path) -> None:
    """A file of the name stays as it is unless force is used; the archive is its owner's alone to read."""
    assert root_key.exists()
    path = tmp_path / "mine.zip"
    path.write_text("something else")
    assert "is there already" in refused(surroundings, "export", "bottega", str(path), "--leave")
    assert path.read_text() == "something else"
    told = json.loads(done(surroundings, "export", "bottega", str(path), "--force", "--json"))
    assert (told["final"], stat.S_IMODE(path.stat().st_mode)) == (False, 0o600)
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []
    assert "everything is as it should be" in done(surroundings, "shops", "take-in", str(path), "--check")


def test_a_full_disk_breaks_nothing(surroundings: dict[str, str], root_key: Path, tmp_path: Path) -> None:
    """When the archive does not fit, what was there before is there still, and no half of the new one is."""
    assert root_key.exists()
    path = tmp_path / "mine.zip"
    path.write_text("the archive of last week")
    code = (
        "import resource, signal; from marketplace.cli.main import main; import marketplace.cli.commands.export; "
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (2048, 2048)); main()"
    )
    ran = subprocess.run(
        [sys.executable, "-B", "-c", code, "export", "bottega", str(path), "--force"],
        env={**surroundings, "PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"]},
        text=True,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 2, ran.stderr
    assert "the disk is full" in ran.stderr
    assert path.read_text() == "the archive of last week"
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []


def test_a_boutique_stops_and_stays(surroundings: dict[str, str], root_key: Path, tmp_path: Path) -> None:
    """What has stopped here goes on here again by one command, as a process; nothing of it may be cleared before."""
    assert root_key.exists()
    done(surroundings, "export", "bottega", str(tmp_path / "last.zip"), "--leave")
    assert "no other node has said" in refused(surroundings, "shops", "clear", "bottega", "--yes")
    stayed = process(surroundings, "shops", "stay", "bottega")
    assert (stayed.returncode, stayed.stderr) == (0, "")
    assert "goes on here" in stayed.stdout
    assert "lives here: only" in refused(surroundings, "shops", "clear", "bottega", "--yes")


def gone(environment: dict[str, str], party_id: PartyId) -> None:
    """The boutique's new node has said that it lives there."""

    async def note() -> None:
        settings = load(ShopNodeSettings, environment)
        database = await Database(seal_of(settings)).start(settings.database_url, pool_max=1)
        with using(database):
            async with atomic():
                await departures.gone_to(party_id, "https://new.example", clock.now())
        await database.stop()

    asyncio.run(note())


def test_what_moved_away_is_cleared(surroundings: dict[str, str], root_key: Path, tmp_path: Path) -> None:
    """Of a boutique that lives elsewhere all that is left is asked about, then deleted; again is no error."""
    party_id = read_key(root_key).party_id
    assert party_id is not None
    done(surroundings, "export", "bottega", str(tmp_path / "last.zip"), "--leave")
    gone(surroundings, party_id)
    assert "two nodes must not act" in refused(surroundings, "shops", "stay", "bottega")
    assert "lives at https://new.example" in refused(surroundings, "shops", "clear", "bottega", answer="n\n")
    cleared = process(surroundings, "shops", "clear", "bottega", "--yes")
    assert (cleared.returncode, cleared.stderr) == (0, "")
    assert "still told that it lives at https://new.example" in cleared.stdout
    assert "0 products, 0 orders" in done(surroundings, "shops", "clear", party_id, "--yes")


def test_keys_are_shown_rotated_and_moved_by_processes(surroundings: dict[str, str], root_key: Path) -> None:
    """Each is a process that ends well, prints no secret, and finds what the one before has done."""
    secret = root_key.read_text().splitlines()[-1]
    rotated = process(surroundings, "keys", "rotate", "bottega", "--root-key", str(root_key), "--yes")
    moved = process(
        surroundings, "keys", "move", "bottega", "https://new.example", "--root-key", str(root_key), "--yes"
    )
    shown = process(surroundings, "keys", "show", "bottega", "--json")
    for ran in (rotated, moved, shown):
        assert ran.returncode == 0, ran.stderr
        assert secret not in ran.stdout + ran.stderr
    assert [one["type"] for one in json.loads(shown.stdout)["operations"]] == ["genesis", "rotate", "move"]
    wrong = process(surroundings, "keys", "show", "atelier")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("galleria: no party")


def test_a_ticket_is_made_and_taken_back(surroundings: dict[str, str], root_key: Path) -> None:
    """The operator of the old node makes one as the portal does; it names the whole command."""
    said = done(surroundings, "shops", "ticket", "bottega")
    party = read_key(root_key).party_id
    assert f"galleria shops move http://127.0.0.1:7001/fed/v1/{party} --ticket " in said
    assert f"--root-key {party}.root-key" in said
    assert "opens anything any more" in done(surroundings, "shops", "ticket", "bottega", "--withdraw")


@pytest.mark.parametrize(
    ("old", "address"),
    [
        ("https://Node.example/fed/v1/{party}/profile", "https://node.example"),
        ("node.example", "https://node.example"),
        ("http://127.0.0.1:7001/", "http://127.0.0.1:7001"),
    ],
)
def test_the_old_node_is_named_as_people_name_it(root_key: Path, old: str, address: str) -> None:
    """The profile's address, the node's, or just its name will do; the recovery file says whose it is."""
    key = read_key(root_key)
    wanted = wanted_of(old.format(party=key.party_id), key, "")
    assert (wanted.party_id, wanted.old) == (key.party_id, address)


@pytest.mark.parametrize("old", ["https://node.example/fed/v1/s1" + "a" * 32, "ftp://node.example", "https://"])
def test_another_boutiques_address_is_refused(root_key: Path, old: str) -> None:
    """A recovery file and an address of two boutiques, and what is no address, are refused in words."""
    with pytest.raises(GalleriaError):
        wanted_of(old, read_key(root_key), "")


def test_a_move_that_cannot_begin_says_what_to_do(surroundings: dict[str, str], tmp_path: Path) -> None:
    """When the old node cannot be reached, the sentence says that nothing is lost and the same again goes on."""
    done({}, "keys", "make", str(tmp_path / "root"))
    old = f"http://127.0.0.1:9/fed/v1/s1{'a' * 32}"
    said = refused(surroundings, "shops", "move", old, "--root-key", str(tmp_path / "root"), "--yes")
    assert "may not be reached" in said
    assert "run the same command again" in said
