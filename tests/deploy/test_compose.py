"""docker-compose.yml and the Dockerfile say only what the code understands."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import click
import msgspec
import pytest
import yaml

from federation.node.settings import NodeSettings, load
from marketplace.cli.main import galleria
from marketplace.cli.processes import KINDS
from marketplace.settings import HubSettings
from payouts.standin.settings import StandinProcessSettings
from shops.settings import ShopNodeSettings

ROOT = Path(__file__).parents[2]
SETTINGS: dict[str, type[NodeSettings] | type[StandinProcessSettings]] = {
    "hub": HubSettings,
    "shop": ShopNodeSettings,
    "standin": StandinProcessSettings,
}
NODE_COMMANDS = {"web": "", "worker": "", "indexer": "hub", "standin": "standin"}
"""Commands that become a process, and the kind of node where the command itself says it."""


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The services that run our image."""
    return {name: each for name, each in compose()["services"].items() if each.get("image") == "galleria"}


def filled(value: str) -> str:
    """A setting as compose would pass it, every `${NAME...}` replaced by some secret."""
    return re.sub(r"\$\{[^}]+\}", "s" * 40, value)


@pytest.mark.parametrize("service", sorted(ours()))
def test_each_command_is_one_that_galleria_knows(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command of every container parses: name, arguments and options exist, or come from its environment."""
    for name, value in ours()[service]["environment"].items():
        monkeypatch.setenv(name, filled(str(value)))
    words = list(ours()[service]["command"])
    context = click.Context(galleria)
    command = galleria.get_command(context, words[0])
    assert command is not None
    assert command.make_context(words[0], words[1:], parent=context, resilient_parsing=False).params


@pytest.mark.parametrize(
    "service", sorted(name for name, each in ours().items() if each["command"][0] in NODE_COMMANDS)
)
def test_each_process_accepts_its_settings(service: str) -> None:
    """The settings of every container are read by the code that runs in it: none missing, none unknown."""
    words = ours()[service]["command"]
    kind = NODE_COMMANDS[words[0]] or words[1]
    settings = load(
        SETTINGS[kind], {name: filled(str(value)) for name, value in ours()[service]["environment"].items()}
    )
    assert msgspec.structs.asdict(settings)["node_name"]


def test_every_process_of_a_node_has_a_container() -> None:
    """PostgreSQL, a broker, and for each kind of node its migrations, its web process, its worker; and the indexer."""
    run = {tuple(word for word in each["command"][:2] if not word.startswith("--")) for each in ours().values()}
    wanted = {("migrate", kind.name) for kind in KINDS.values() if kind.apps} | {("indexer",), ("standin",)}
    wanted |= {(verb, kind.name) for kind in KINDS.values() if kind.worker for verb in ("web", "worker")}
    assert run == wanted
    assert {"postgres", "valkey"} <= compose()["services"].keys()


def test_one_container_per_node_runs_the_sweeps() -> None:
    """Exactly one worker of each node keeps a timetable, else every sweep would run twice."""
    workers = [each["command"] for each in ours().values() if each["command"][0] == "worker"]
    assert sorted(words[1] for words in workers if "--schedule" in words) == ["hub", "shop"]


def test_the_image_holds_all_packages() -> None:
    """The Dockerfile copies every package of the distribution and installs from the lock with hashes."""
    dockerfile = (ROOT / "Dockerfile").read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for package in project["tool"]["uv"]["build-backend"]["module-name"]:
        assert f"COPY {package} {package}\n" in dockerfile
        assert f"!{package}\n" in (ROOT / ".dockerignore").read_text()
    assert "--require-hashes -r requirements.lock" in dockerfile


def test_compose_itself_accepts_the_file() -> None:
    """Where docker compose is installed it reads the file; elsewhere the file is at least whole YAML with services."""
    programs = [["docker", "compose"], ["docker-compose"]]
    names = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin", **dict.fromkeys(names, "s" * 40)}
    for program in programs:
        if shutil.which(program[0]) is None or subprocess.run([*program, "version"], check=False).returncode:
            continue
        command = [*program, "--file", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
        read = subprocess.run(command, check=False, env=environment, capture_output=True, text=True)
        assert read.returncode == 0, read.stderr
    assert set(compose()) >= {"services", "volumes", "configs"}
