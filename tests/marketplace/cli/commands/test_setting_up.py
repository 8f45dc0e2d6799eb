"""Setting nodes up from the command line: migrations, the hub's first operator, a boutique, its catalogue, its link."""

import json
import re
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from marketplace.cli.main import galleria
from marketplace.cli.processes import HUB, SHOP_NODE
from tests.support.postgres import Server, Urls

PROFILE = {
    "handle": "bottega",
    "name": "Bottega",
    "town": "Lucca",
    "country": "IT",
    "currency": "EUR",
    "theme": {"ground": "#FFFFFF", "ink": "#111111", "accent": "#880022", "pairing": 1, "monogram": "B"},
    "shipping": [
        {"countries": ["IT"], "price": {"amount_minor": 500, "currency": "EUR"}, "days_min": 1, "days_max": 3}
    ],
}
PRODUCT = {
    "product": {
        "id": "scarf",
        "title": {"en": "Scarf"},
        "category": "scarves",
        "gender": "unisex",
        "variants": [
            {
                "id": "scarf-one",
                "sku": "SCARF-1",
                "size": {"system": "ONE", "value": "one", "label": "One size"},
                "colour": {"name": "Ink", "family": "black"},
                "price": {"amount_minor": 4_500, "currency": "EUR"},
            }
        ],
    },
    "stock": {"scarf-one": 3},
}


@pytest.fixture
def surroundings(database_urls: Urls, tmp_path: Path) -> dict[str, str]:
    """The environment of a node on the test's own database."""
    return {
        "GALLERIA_NODE_NAME": "Test",
        "GALLERIA_PUBLIC_URL": "http://127.0.0.1:7001",
        "GALLERIA_DATABASE_URL": database_urls.app,
        "GALLERIA_BROKER_URL": "none:",
        "GALLERIA_STATE_DIR": str(tmp_path / "state"),
        "GALLERIA_SECRET_KEY": "s" * 40,
        "GALLERIA_ENVIRONMENT": "test",
    }


def run(environment: dict[str, str], *arguments: str) -> Result:
    return CliRunner().invoke(galleria, arguments, env=environment)


def test_migrating_twice_does_nothing_the_second_time(pg: Server) -> None:
    """The first run makes every table of the node, the second finds nothing to do."""
    urls = pg.empty()
    first = run({"GALLERIA_DATABASE_URL": urls.owner}, "migrate", "hub")
    assert first.exit_code == 0, first.output
    assert re.search(r"ran \d+ migrations", first.output)
    second = run({"GALLERIA_DATABASE_URL": urls.owner}, "migrate", "hub")
    assert "nothing to do" in second.output
    pg.drop(urls)


@pytest.mark.apps(*HUB.apps)
def test_a_hub_is_made_once(surroundings: dict[str, str]) -> None:
    """The first run writes the root key for us alone and prints a sign-in link; the second only prints a fresh link."""
    settings = {
        **surroundings,
        "GALLERIA_STRIPE_KEY": "k" * 40,
        "GALLERIA_STRIPE_WEBHOOK_SECRETS": "w" * 40,
    }
    arguments = ("hub", "init", "--name", "Galleria", "--operator-email", "ada@example.org")
    first, second = run(settings, *arguments), run(settings, *arguments)
    assert first.exit_code == 0, first.output
    assert "http://127.0.0.1:7001/sign-in/" in first.output
    (key_file,) = Path(surroundings["GALLERIA_STATE_DIR"], "recovery").iterdir()
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert "root key" not in second.output
    hub_line = next(line for line in first.output.splitlines() if line.startswith("hub: h1"))
    assert hub_line in second.output
    assert "http://127.0.0.1:7001/sign-in/" in second.output


@pytest.mark.apps(*SHOP_NODE.apps)
def test_a_boutique_opens_and_imports_its_catalogue(surroundings: dict[str, str], tmp_path: Path) -> None:
    """A boutique is opened from its profile; good lines are imported, each bad one is named with its number."""
    (tmp_path / "profile.json").write_text(json.dumps(PROFILE))
    opened = run(surroundings, "shops", "add", str(tmp_path / "profile.json"), "--owner-email", "ada@example.org")
    assert opened.exit_code == 0, opened.output
    assert "boutique: s1" in opened.output
    assert "root key: " in opened.output
    (tmp_path / "catalogue.jsonl").write_text(f"{json.dumps(PRODUCT)}\n{{}}\n")
    imported = run(surroundings, "import", "bottega", str(tmp_path / "catalogue.jsonl"))
    assert imported.exit_code == 1
    assert "1 imported, 0 unchanged, 1 rejected" in imported.output
    assert "line 2:" in imported.output


@pytest.mark.apps(*SHOP_NODE.apps)
def test_a_faulty_profile_is_refused_with_its_field(surroundings: dict[str, str], tmp_path: Path) -> None:
    """A profile that does not fit its form is refused, naming the field."""
    (tmp_path / "profile.json").write_text(json.dumps({**PROFILE, "country": "Italy"}))
    refused = run(surroundings, "shops", "add", str(tmp_path / "profile.json"), "--owner-email", "ada@example.org")
    assert refused.exit_code != 0
    assert "$.country" in str(refused.exception)


def test_a_missing_setting_is_named() -> None:
    """Without its environment a command says which variable is missing."""
    refused = run(dict.fromkeys(("GALLERIA_DATABASE_URL", "GALLERIA_NODE_NAME")), "shops", "link", "b", "http://x")  # type: ignore[arg-type]
    assert refused.exit_code != 0
    assert "GALLERIA_NODE_NAME, GALLERIA_PUBLIC_URL" in str(refused.exception)


def test_a_database_that_does_not_answer_is_named(tmp_path: Path) -> None:
    """A wrong database address ends with a sentence about GALLERIA_DATABASE_URL."""
    refused = run(
        {"GALLERIA_DATABASE_URL": f"postgresql://app@/hub?host={tmp_path}"},
        *("migrate", "hub"),
    )
    assert refused.exit_code != 0
    assert "could not be migrated" in str(refused.exception)
