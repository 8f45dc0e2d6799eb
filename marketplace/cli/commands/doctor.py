"""`galleria doctor`: looks at this machine and says, line by line, what would stop galleria here."""

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click

from federation.vocabulary.errors import GalleriaError
from marketplace.cli.children import Children
from marketplace.cli.errors import CommandError
from marketplace.cli.postgres import EmbeddedPostgres
from marketplace.cli.progress import Progress, table
from marketplace.cli.state import StateFolder, default_state
from marketplace.cli.valkey import EmbeddedValkey

DISK_BYTES_MIN = 2 * 1024**3


@click.command()
@click.option("--state", type=click.Path(path_type=Path), help="The state folder to look at.")
def doctor(state: Path | None) -> None:
    """Check this machine: Python, the embedded engines, the state folder, disk, loopback, optional programs."""
    progress = Progress()
    folder = StateFolder(state or default_state(os.environ))
    checks: dict[str, Callable[[], str]] = {
        "Python": _python,
        "state folder": lambda: _state(folder),
        "disk": lambda: _disk(folder.path),
        "loopback": _loopback,
        "PostgreSQL": _postgres,
        "broker": _broker,
        "chromium (browser tests only)": _chromium,
    }
    rows: list[tuple[str, str, str]] = []
    for name, check in checks.items():
        try:
            rows.append((name, "fine", check()))
        except GalleriaError as error:
            rows.append((name, "NOT FINE", error.detail))
    progress.console.print(table("galleria doctor", ("what", "", "found"), rows))
    if any(verdict != "fine" for _, verdict, _ in rows):
        raise SystemExit(1)


def _python() -> str:
    return f"{sys.version.split()[0]} at {sys.executable}"


def _state(folder: StateFolder) -> str:
    with folder.held():
        return f"{folder.path} is writable and nobody else holds it"


def _disk(path: Path) -> str:
    free = shutil.disk_usage(path if path.exists() else path.parent).free
    if free < DISK_BYTES_MIN:
        raise CommandError(f"only {free // 1024**2} MiB are free below {path}; 2 GiB are wanted")
    return f"{free // 1024**3} GiB free"


def _loopback() -> str:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", 0))
        except OSError as error:
            raise CommandError(f"127.0.0.1 cannot be listened on: {error.strerror}") from error
        return "127.0.0.1 can be listened on"


def _postgres() -> str:
    folder = Path(tempfile.mkdtemp(prefix="galleria-doctor-"))
    try:
        with Children() as children:
            engine = EmbeddedPostgres(folder, children, durable=False)
            engine.start()
            engine.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return "the embedded server starts and answers"


def _broker() -> str:
    folder = Path(tempfile.mkdtemp(prefix="galleria-doctor-"))
    try:
        with Children() as children:
            engine = EmbeddedValkey(folder, children)
            engine.start()
            engine.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return "the embedded server starts and answers"


def _chromium() -> str:
    found = shutil.which("chromium")
    if found is None:
        raise CommandError("not installed; only ./galleria test wants it (Debian: apt-get install chromium)")
    return found
