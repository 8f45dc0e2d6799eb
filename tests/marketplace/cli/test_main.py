"""The command table: every command is there, loads, and explains itself."""

import ast
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from marketplace.cli.errors import CommandError
from marketplace.cli.main import COMMANDS, galleria
from marketplace.cli.processes import HUB, INDEX_QUEUE, SHOP_NODE, NodeKind

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_each_command_loads_and_has_help(name: str) -> None:
    """Every name in the table leads to a click command with a help text of its own."""
    result = CliRunner().invoke(galleria, [name, "--help"])
    assert result.exit_code == 0, result.output
    command = galleria.get_command(click.Context(galleria), name)
    assert command is not None
    assert command.help


def test_help_lists_every_command_without_loading_them() -> None:
    """The overview names all commands and needs none of the hub's machinery."""
    script = (
        "import sys; from marketplace.cli.main import galleria\n"
        "try: galleria.main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted(name for name in sys.modules if name in {'celery', 'tantivy', 'litestar'}))"
    )
    shown = subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert all(name in shown for name in COMMANDS)
    assert shown.endswith("[]\n")


def test_an_unknown_command_is_refused() -> None:
    """A misspelt command ends with an explanation and no traceback."""
    result = CliRunner().invoke(galleria, ["dmeo"])
    assert result.exit_code == 2
    assert "No such command" in result.output


@pytest.mark.parametrize(("kind", "extra"), [(HUB, {INDEX_QUEUE}), (SHOP_NODE, set())], ids=["hub", "shop"])
def test_workers_drain_every_queue_of_their_node(kind: NodeKind, extra: set[str]) -> None:
    """The queues and apps named on the command line are those that the node's own worker module composes."""
    told = constants_of(ROOT / f"{kind.worker.replace('.', '/')}.py")
    assert set(kind.queues) | extra == set(told["QUEUES"])
    assert kind.apps == told["APPS"]


def constants_of(module: Path) -> dict[str, tuple[str, ...]]:
    """The tuples that a module assigns at its top, read without running it (workers need their environment)."""
    found = {}
    for node in ast.parse(module.read_text()).body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


@pytest.mark.parametrize("command", [["web", "hub"], ["web", "shop"], ["worker", "hub"], ["indexer"], ["standin"]])
def test_a_process_without_settings_is_refused_in_a_sentence(command: list[str]) -> None:
    """Started with an empty environment, a node's process names the settings it lacks and shows no traceback."""
    told = subprocess.run(
        [sys.executable, "-m", "marketplace.cli.main", *command],
        cwd=ROOT,
        env={},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 2
    assert "GALLERIA_NODE_NAME, GALLERIA_PUBLIC_URL" in told.stderr
    assert "Traceback" not in told.stderr


def test_an_unreadable_database_address_is_refused_in_a_sentence() -> None:
    """`migrate` shows how an address is written instead of a traceback."""
    result = CliRunner().invoke(galleria, ["migrate", "hub", "--database-url", "nonsense"])
    assert isinstance(result.exception, CommandError)
    assert "postgresql://" in result.exception.detail
