"""`galleria keys` as a person runs it: root keys made offline, an identity shown and changed, a party recovered."""

import json
import re
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from federation.documents import heads, identity
from federation.documents.heads import OperationsHead
from federation.documents.keys import SigningKey
from federation.vocabulary.ids import PartyId
from marketplace.cli.main import galleria
from marketplace.cli.processes import SHOP_NODE
from tests.marketplace.cli.commands.test_setting_up import PROFILE
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps(*SHOP_NODE.apps)
NOW = 1_795_331_760


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


def done(environment: dict[str, str], *arguments: str) -> str:
    """What a command prints that must succeed."""
    result = run(environment, *arguments)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.stdout


def refused(environment: dict[str, str], *arguments: str, answer: str = "") -> str:
    """What a command says that must refuse."""
    result = run(environment, *arguments, answer=answer)
    assert result.exit_code != 0, result.output
    return f"{result.output} {getattr(result.exception, 'detail', result.exception)}"


@pytest.fixture
def root_key(surroundings: dict[str, str], tmp_path: Path) -> str:
    """The recovery file of the one boutique of the node."""
    (tmp_path / "profile.json").write_text(json.dumps(PROFILE))
    done(surroundings, "shops", "add", str(tmp_path / "profile.json"), "--owner-email", "ada@example.org")
    (path,) = Path(surroundings["GALLERIA_STATE_DIR"], "recovery").iterdir()
    return str(path)


def shown(environment: dict[str, str]) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(done(environment, "keys", "show", "--json"))
    return document


def test_root_keys_are_made_offline_and_never_written_over(tmp_path: Path) -> None:
    """Each file is new and ours alone; the key itself is printed only when asked for, the public part always."""
    files = [str(tmp_path / "one"), str(tmp_path / "two")]
    printed = done({}, "keys", "make", *files)
    for path in files:
        assert stat.S_IMODE(Path(path).stat().st_mode) == 0o600
        key = Path(path).read_text().splitlines()[-1]
        assert re.fullmatch(r"([A-Z2-7]{4}-){13}[A-Z2-7]{4}", key)
        assert key not in printed
    assert len(re.findall(r"public part [\w-]{43}", printed)) == 2
    before = Path(files[0]).read_text()
    assert "is there already" in refused({}, "keys", "make", files[0])
    assert Path(files[0]).read_text() == before
    assert re.search(r"([A-Z2-7]{4}-){13}[A-Z2-7]{4}", done({}, "keys", "make", "--on-paper", str(tmp_path / "three")))


def test_a_party_is_shown_in_plain_words(surroundings: dict[str, str], root_key: str) -> None:
    """Who it is, what was signed, which keys may sign; a single root key is warned about."""
    said = done(surroundings, "keys", "show")
    for words in ("Bottega, a shop", "1. ", "began, signed by the highest root key", "signs now", "one root key only"):
        assert words in said
    assert "no party" in refused(surroundings, "keys", "show", "Atelier")
    assert "name one: bottega (Bottega)" in refused(surroundings, "keys", "show", "Atelier")
    assert done(surroundings, "keys", "show", "bottega") == said
    assert shown(surroundings)["party_id"] in root_key


def test_what_could_not_be_delivered_is_asked_with_the_nodes_own_settings(surroundings: dict[str, str]) -> None:
    """A setting that shop nodes alone know is no reason to refuse; a number that nobody has is."""
    own = surroundings | {"GALLERIA_PLATES_DIR": surroundings["GALLERIA_STATE_DIR"]}
    assert "everything was delivered" in done(own, "letters")
    assert "no undelivered message" in refused(own, "letters", "--again", "99")


def test_a_boutique_is_born_with_three_roots(surroundings: dict[str, str], tmp_path: Path) -> None:
    """Public parts of keys made elsewhere stand below the one made on the node; a fourth, or no key, is refused."""
    publics = re.findall(
        r"public part ([\w-]{43})",
        done({}, "keys", "make", *(str(tmp_path / word) for word in ("two", "three", "four"))),
    )
    (tmp_path / "profile.json").write_text(json.dumps(PROFILE))
    begin = ("shops", "add", str(tmp_path / "profile.json"), "--owner-email", "ada@example.org")

    def with_roots(*texts: str) -> list[str]:
        return [word for text in texts for word in ("--further-root", text)]

    assert "small order" in refused(surroundings, *begin, *with_roots("A" * 43))
    refused(surroundings, *begin, *with_roots(*publics))
    done(surroundings, *begin, *with_roots(*publics[:2]))
    assert [root["public"] for root in shown(surroundings)["roots"]][1:] == publics[:2]


def test_a_planned_rotation_asks_first_and_keeps_the_old_key_for_a_week(
    surroundings: dict[str, str], root_key: str
) -> None:
    """Without a yes nothing happens; with it the new key signs and the old one ends in seven days."""
    before = shown(surroundings)
    assert "nothing was done" in refused(surroundings, "keys", "rotate", "--root-key", root_key, answer="n\n")
    assert shown(surroundings) == before
    assert "7 days" in refused(surroundings, "keys", "rotate", "--root-key", root_key, "--overlap-days", "2", "--yes")
    said = done(surroundings, "keys", "rotate", "bottega", "--root-key", root_key, "--yes")
    assert "named key" in said
    after = shown(surroundings)
    assert [operation["type"] for operation in after["operations"]] == ["genesis", "rotate"]
    old, new = after["keys"]
    assert (old["own"], old["usable"], new["own"], new["ends_at"]) == (False, True, True, None)
    assert old["ends_at"] is not None


def test_a_stolen_key_ends_in_the_past(surroundings: dict[str, str], root_key: str) -> None:
    """`--compromised` ends the old key when the person says; a moment to come, or one without theft, is refused."""
    since = ("--since", "2026-01-02T03:04:05Z")
    assert "--compromised" in refused(surroundings, "keys", "rotate", "--root-key", root_key, *since, "--yes")
    future = ("--compromised", "--since", "2999-01-01T00:00:00Z", "--yes")
    assert "past" in refused(surroundings, "keys", "rotate", "--root-key", root_key, *future)
    arguments = ("keys", "rotate", "--root-key", root_key, "--compromised", *since, "--yes", "--json")
    old, new = json.loads(done(surroundings, *arguments))["keys"]
    assert (old["ends_at"], old["usable"], new["own"]) == ("2026-01-02T03:04:05Z", False, True)


def test_a_higher_root_key_undoes_a_lower_one(surroundings: dict[str, str], root_key: str, tmp_path: Path) -> None:
    """Root keys are named in order; what the second signed the first overrules, and the second counts no more."""
    second = str(tmp_path / "second")
    public = re.findall(r"public part ([\w-]{43})", done({}, "keys", "make", second))[0]
    first = shown(surroundings)["roots"][0]["public"]
    done(surroundings, "keys", "roots", "--root-key", root_key, "--root", first, "--root", public, "--yes")
    assert "one_root" not in shown(surroundings)["warnings"]
    done(surroundings, "keys", "move", "bottega", "https://thief.example", "--root-key", second, "--yes")
    assert shown(surroundings)["address"] == "https://thief.example"
    assert "lower root key" in refused(surroundings, "keys", "undo", "--root-key", second, "--yes")
    said = done(surroundings, "keys", "undo", "--root-key", root_key, "--yes")
    assert "contradicted by 1 other" in said
    after = shown(surroundings)
    assert after["address"] == "http://127.0.0.1:7001"
    assert [root["public"] for root in after["roots"]] == [first]


def test_the_catalogues_log_begins_anew(surroundings: dict[str, str], root_key: str) -> None:
    """After a fork or a restore the root key opens the next epoch, and the node's log is in it."""
    said = done(surroundings, "keys", "new-epoch", "--root-key", root_key, "--yes")
    assert "as epoch 2" in said
    assert shown(surroundings)["epoch"] == 2


def test_a_backup_checks_the_key_and_writes_nothing_over(
    surroundings: dict[str, str], root_key: str, tmp_path: Path
) -> None:
    """The copy is the same key; a key that is none of the party's, and a second backup into one folder, are refused."""
    folder = str(tmp_path / "safe")
    said = done(surroundings, "keys", "backup", "bottega", folder, "--root-key", root_key)
    assert "the highest root key of Bottega, checked" in said
    copy = next(path for path in Path(folder).iterdir() if path.name.endswith("root-key-1"))
    assert copy.read_text().splitlines()[-1] == Path(root_key).read_text().splitlines()[-1]
    assert "ever written over" in refused(surroundings, "keys", "backup", "bottega", folder, "--root-key", root_key)
    done({}, "keys", "make", str(tmp_path / "other"))
    wrong = ("keys", "backup", "bottega", str(tmp_path / "elsewhere"), "--root-key", str(tmp_path / "other"))
    assert "none of the root keys" in refused(surroundings, *wrong)


def test_a_retired_party_changes_nothing_any_more(surroundings: dict[str, str], root_key: str) -> None:
    """After retiring, the party is shown as retired and every further change is refused."""
    done(surroundings, "keys", "retire", "--root-key", root_key, "--yes")
    assert "This party has retired" in done(surroundings, "keys", "show")
    assert "has retired" in refused(surroundings, "keys", "rotate", "--root-key", root_key, "--yes")


def test_a_misspelt_recovery_file_is_told_from_a_right_one(
    surroundings: dict[str, str], root_key: str, tmp_path: Path
) -> None:
    """One wrong letter, no key and two keys are refused without showing what the file holds."""
    lines = Path(root_key).read_text().splitlines()
    key = lines[-1]
    swapped = ("B" if key[0] != "B" else "C") + key[1:]
    for number, text in enumerate((swapped, "", f"{key}\n{key}", "not a key")):
        path = tmp_path / f"wrong-{number}"
        path.write_text(text + "\n")
        said = refused(surroundings, "keys", "rotate", "--root-key", str(path), "--yes")
        assert "spelled right" in said or "no recovery file" in said
        assert key[:9] not in said


def test_the_secret_is_changed_without_losing_a_key(surroundings: dict[str, str], root_key: str) -> None:
    """Another secret alone is refused by name; with the one before, every key is sealed anew and works."""
    changed = {**surroundings, "GALLERIA_SECRET_KEY": "n" * 40}
    assert "GALLERIA_SECRET_KEY" in refused(changed, "keys", "show")
    both = {**changed, "GALLERIA_SECRET_KEY_BEFORE": "s" * 40}
    assert "1 keys sealed anew" in done(both, "keys", "reseal")
    assert "nothing to do" in done(changed, "keys", "reseal")
    done(changed, "keys", "rotate", "--root-key", root_key, "--yes")


class _Answers(BaseHTTPRequestHandler):
    documents: dict[str, bytes] = {}

    def do_GET(self) -> None:
        """Answer with the document of that path."""
        body = self.documents.get(self.path)
        self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def hub_that_knows(operations: list[str]) -> Iterator[str]:
    """A hub on loopback that has seen these operations; gives its profile address."""
    server = HTTPServer(("127.0.0.1", 0), _Answers)
    address = f"http://127.0.0.1:{server.server_port}"
    root, sign = SigningKey.from_seed(b"r" * 32), SigningKey.from_seed(b"h" * 32)
    genesis = identity.genesis("hub", root, sign_keys=[sign.public], at="2026-11-22T07:16:00Z", address=address)
    hub_id = identity.party_id_of(genesis)
    party_id = identity.party_id_of(operations[0].encode())
    prefix = f"/fed/v1/{hub_id}"
    sights = [
        {
            "hash": (digest := identity.read_operation(text.encode()).hash),
            "number": number,
            "first_seen": "2026-11-22T07:16:00Z",
            "holds": True,
            "countersigned": heads.countersign(OperationsHead(party_id, number, digest), hub_id, sign, NOW).decode(),
            "operation": text,
        }
        for number, text in enumerate(operations, start=1)
    ]
    _Answers.documents = {
        f"{prefix}/profile": json.dumps(
            {
                "party_id": hub_id,
                "kind": "hub",
                "name": "Galleria",
                "endpoint": f"{address}{prefix}",
                "operations_url": f"{address}{prefix}/operations",
                "keys": [{"kty": "OKP", "crv": "Ed25519", "x": sign.public.jwk().x, "kid": sign.public.keyid}],
            }
        ).encode(),
        f"{prefix}/operations": json.dumps({"operations": [genesis.decode()]}).encode(),
        f"{prefix}/replicas/{party_id}/operations?from=0": json.dumps(
            {"party_id": party_id, "operations": sights, "next": None}
        ).encode(),
    }
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{address}{prefix}/profile"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_lost_party_is_recovered_from_its_file_and_a_hub(surroundings: dict[str, str], tmp_path: Path) -> None:
    """With the recovery file and a hub that countersigned its history the party acts here again, with a fresh key."""
    done({}, "keys", "make", str(tmp_path / "root"))
    key = SigningKey.from_seed(b"1" * 32)
    lost = identity.genesis(
        "shop", key, sign_keys=[SigningKey.from_seed(b"s" * 32).public], at="2026-11-22T07:16:00Z", name="Bottega"
    )
    party_id: PartyId = identity.party_id_of(lost)
    file = tmp_path / f"{party_id}.root-key"
    file.write_text("GEYTCMJRGEYTCMJRGEYTCMJRGEYTCMJRGEYTCMJRGEYTCMJRGEYQ====\n")
    with hub_that_knows([lost.decode()]) as hub:
        environment = {**surroundings, "GALLERIA_REACHABLE": hub.split("/")[2]}
        wrong = ("keys", "recover", str(tmp_path / "root"), "--hub", hub, "--party", party_id, "--yes")
        assert "none of" in refused(environment, *wrong)
        said = done(environment, "keys", "recover", str(file), "--hub", hub, "--yes")
        assert "hosted here already" in refused(environment, "keys", "recover", str(file), "--hub", hub, "--yes")
    assert f"Bottega ({party_id}) is hosted here now" in said
    view = shown(surroundings)
    assert [operation["type"] for operation in view["operations"]] == ["genesis", "rotate", "move"]
    assert view["operations"][0]["first_seen_at"].startswith("2026-11-22T07:16:00")
    assert view["address"] == "http://127.0.0.1:7001"
