"""What tables.py says of every app is what its migrations made, and no column hides a method of Piccolo's Table."""

import importlib
from pathlib import Path

import pytest
from piccolo.columns import Column
from piccolo.table import Table

from federation.node.database import Database, fetch, using
from tests.support.postgres import NODE_APP, Server, in_own_loop

ROOT = Path(__file__).parents[3]
PACKAGES = ("federation", "shops", "search", "payouts", "marketplace")
APPS = sorted(
    ".".join(path.relative_to(ROOT).with_suffix("").parts)
    for package in PACKAGES
    for path in (ROOT / package).rglob("piccolo_app.py")
)
INTERNAL = {"migration"}

SAME = {
    "bigserial": "bigint",
    "serial": "integer",
    "timestamptz": "timestamp with time zone",
    "timestamp": "timestamp without time zone",
    "varchar": "text",
    "character varying": "text",
    "double precision": "float",
    "array": "array",
}
"""Words for the same type; text and varchar differ only by a bound, which constraints hold."""


def canonical(kind: str) -> str:
    """One word per type."""
    plain = kind.lower().partition("(")[0].strip()
    return "array" if plain.endswith("[]") else SAME.get(plain, plain)


def table_classes(app: str) -> list[type[Table]]:
    """The tables of an app."""
    classes: list[type[Table]] = importlib.import_module(app).APP_CONFIG.table_classes
    return classes


async def schema(urls_app: str) -> dict[str, dict[str, tuple[str, bool]]]:
    """Every table of a database: its columns with type and whether they may be NULL."""
    database = await Database().start(urls_app)
    with using(database):
        rows = await fetch(
            "SELECT table_name, column_name, data_type, is_nullable = 'YES' AS nullable"
            " FROM information_schema.columns WHERE table_schema = 'public'"
        )
    await database.stop()
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    for row in rows:
        columns = found.setdefault(row["table_name"], {})
        columns[row["column_name"]] = (canonical(row["data_type"]), row["nullable"])
    return found


def declared(table: type[Table]) -> dict[str, tuple[str, bool]]:
    """The columns of a table class with type and whether they may be NULL."""
    return {
        column._meta.db_column_name: (canonical(column.column_type), bool(column._meta.null))  # noqa: SLF001 - the only way
        for column in columns_of(table)
    }


def columns_of(table: type[Table]) -> list[Column]:
    """All columns of a table class."""
    return list(table._meta.columns)  # noqa: SLF001 - Piccolo's documented way


@pytest.mark.parametrize("app", APPS)
def test_tables_are_what_migrations_made(pg: Server, app: str) -> None:
    """Every table of the app exists with exactly the declared columns, and no table is undeclared."""
    urls = pg.clone((app,))
    found = in_own_loop(schema(urls.app))
    pg.drop(urls)
    own = {table._meta.tablename: declared(table) for table in table_classes(app)}  # noqa: SLF001
    kit = {table._meta.tablename for table in table_classes(NODE_APP)} if app != NODE_APP else set()  # noqa: SLF001
    assert {name: columns for name, columns in found.items() if name not in kit | INTERNAL} == own


@pytest.mark.parametrize("app", APPS)
def test_no_column_hides_a_method(app: str) -> None:
    """A column named like a method of Table (select, count, update, raw ...) would break that method."""
    methods = {name for name in dir(Table) if not name.startswith("_")} - {"id"}
    hidden = [
        f"{table.__name__}.{column._meta.name}"  # noqa: SLF001
        for table in table_classes(app)
        for column in columns_of(table)
        if column._meta.name in methods  # noqa: SLF001
    ]
    assert hidden == []
