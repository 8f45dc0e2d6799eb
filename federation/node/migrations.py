"""Bringing a database to the newest schema: under a lock, as its owner, then granting the app role what it needs.

Invariants: two runs at once never interleave (advisory lock); each migration and its entry in `migration` commit
together; the app role owns nothing, changes no schema, and may only read and add rows in the tables that an app
names in `APPEND_ONLY`. Migrations are Piccolo modules found through each `piccolo_app`.
"""

import contextlib
import importlib
import importlib.util
import io
import os
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import structlog
from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from federation.node.database import Database, atomic, execute, fetch, fetch_value, using

_log = structlog.get_logger(__name__)

_ADVISORY_LOCK = 7_219_054_833_106_447_201
"""Any fixed number: every run of every version must use the same."""

_MIGRATION_LOCK_TIMEOUT = "5s"
"""How long a migration may wait for a table before it gives up, so that it never queues everyone behind it."""

_CREATE_JOURNAL = """
CREATE TABLE IF NOT EXISTS migration (
    id serial PRIMARY KEY,
    name varchar(200) NOT NULL DEFAULT '',
    app_name varchar(200) NOT NULL DEFAULT '',
    ran_on timestamp NOT NULL DEFAULT current_timestamp
)
"""


class MigrationError(RuntimeError):
    """The database cannot be brought to the newest schema; the message says what to do."""


async def migrate(database_url_owner: str, apps: Sequence[str], *, app_role: str | None = "app") -> list[str]:
    """Run what has not run yet of `apps` (module paths) and grant `app_role` its rights; returns the ids that ran.

    `app_role` None leaves the grants alone (one role for everything). Raises MigrationError when the role is missing.
    """
    os.environ.setdefault("PICCOLO_CONF", "federation.node.piccolo_conf")
    modules = [importlib.import_module(name) for name in apps]
    database = await Database().start(database_url_owner, pool_max=2, statement_timeout_seconds=0)
    try:
        with using(database):
            async with database.session() as guard:
                await guard.execute("SELECT pg_advisory_lock($1)", _ADVISORY_LOCK)
                try:
                    return await _migrate_locked(modules, app_role)
                finally:
                    await guard.execute("SELECT pg_advisory_unlock($1)", _ADVISORY_LOCK)
    finally:
        await database.stop()


async def _migrate_locked(modules: Sequence[ModuleType], app_role: str | None) -> list[str]:
    await execute(_CREATE_JOURNAL)
    ran = []
    for module in modules:
        app_name = module.APP_CONFIG.app_name
        done = {row["name"] for row in await fetch("SELECT name FROM migration WHERE app_name = $1", app_name)}
        for migration in migration_modules(Path(module.APP_CONFIG.resolved_migrations_folder_path)):
            if migration.ID not in done:
                await _run(migration, app_name)
                ran.append(f"{app_name}:{migration.ID}")
    if app_role is not None:
        await _grant(modules, app_role)
    return ran


def migration_modules(folder: Path) -> list[ModuleType]:
    """The migration modules in `folder`, oldest first."""
    found = []
    for path in sorted(folder.glob("*.py")):
        if path.name == "__init__.py":
            continue
        name = f"{folder.parent.name}.piccolo_migrations.{path.stem}"
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise MigrationError(f"{path.name} cannot be read as a migration")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        if hasattr(module, "ID"):
            found.append(module)
    return sorted(found, key=lambda module: str(module.ID))


async def _run(migration: ModuleType, app_name: str) -> None:
    _log.info("migration", app=app_name, id=migration.ID)
    async with atomic():
        await execute(f"SET LOCAL lock_timeout = '{_MIGRATION_LOCK_TIMEOUT}'")
        manager = await migration.forwards()
        if isinstance(manager, MigrationManager):
            with contextlib.redirect_stdout(io.StringIO()):
                await manager.run()
        await execute("INSERT INTO migration (name, app_name) VALUES ($1, $2)", migration.ID, app_name)


async def _grant(modules: Sequence[ModuleType], app_role: str) -> None:
    """Give the app role its rights anew; identifiers are quoted by the server itself."""
    role = await fetch_value("SELECT quote_ident(rolname) FROM pg_roles WHERE rolname = $1", app_role)
    if role is None:
        raise MigrationError(
            f"the role {app_role!r} does not exist: create it (CREATE ROLE {app_role} LOGIN PASSWORD '...'), try again"
        )
    append_only = [table for module in modules for table in getattr(module, "APPEND_ONLY", ())]
    async with atomic():
        await execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        await execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
        await execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}")
        await execute(f"REVOKE INSERT, UPDATE, DELETE ON migration FROM {role}")
        for table in append_only:
            quoted = await fetch_value("SELECT quote_ident($1)", table)
            await execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {quoted} FROM {role}")
