"""Nothing of a boutique is forgotten: every table is carried by the archive, or left with a reason."""

import pytest

import federation.piccolo_app
import shops.piccolo_app
from federation.node.database import Database, fetch_value
from federation.node.rows import columns_of
from federation.store import carried as federation_rows
from shops.moving import store

pytestmark = pytest.mark.apps("federation.piccolo_app", "shops.piccolo_app")

CARRIED = (*federation_rows.CARRIED, *store.CARRIED)
READABLE = {"text", "jsonb", "boolean", "smallint", "integer", "bigint", "bytea", "uuid", "date"}


def test_every_table_is_thought_of() -> None:
    """A new table must say whether its rows go with a boutique that leaves; none that is gone is still named."""
    tables = {
        table._meta.tablename  # noqa: SLF001 - Piccolo's own way
        for app in (federation.piccolo_app, shops.piccolo_app)
        for table in app.APP_CONFIG.table_classes
    }
    carried = {item.table for item in CARRIED}
    otherwise = federation_rows.OTHERWISE.keys() | federation_rows.LEFT.keys() | store.LEFT.keys()
    assert tables - carried - otherwise == set()
    assert (carried | otherwise) - tables - {"node_idempotency"} == set()


def test_members_have_one_name_each() -> None:
    """No two tables share a file of the archive."""
    assert len({item.member for item in CARRIED}) == len(CARRIED)


async def test_every_column_can_be_read_back(rolled_back: Database) -> None:
    """Each column that travels is of a kind that comes back as it was, and each condition is one of the database."""
    del rolled_back
    for item in CARRIED:
        kinds = {column.kind for column in await columns_of(item)}
        assert kinds <= READABLE | {"timestamp with time zone", "text[]"}, item.table
        where = item.where.replace("$1", "'s1'")
        rows = f"SELECT 1 FROM {item.table} WHERE {where} ORDER BY {item.order}"  # noqa: S608 - our tables
        assert await fetch_value(f"SELECT count(*) FROM ({rows}) AS found") == 0  # noqa: S608 - our tables
