"""The guarded door: store functions of the shop node reach rows only by the boutique they are given."""

import inspect
from types import ModuleType

import pytest

import shops.catalog.store
import shops.dealings.store
import shops.importers.store.choices
import shops.importers.store.pictures
import shops.importers.store.products
import shops.importers.store.runs
import shops.inventory.store.registers
import shops.inventory.store.reservations
import shops.media.store
import shops.money.store
import shops.orders.returns.store
import shops.orders.store
import shops.store

STORES = [
    shops.store,
    shops.catalog.store,
    shops.dealings.store,
    shops.importers.store.choices,
    shops.importers.store.pictures,
    shops.importers.store.products,
    shops.importers.store.runs,
    shops.inventory.store.registers,
    shops.inventory.store.reservations,
    shops.media.store,
    shops.money.store,
    shops.orders.returns.store,
    shops.orders.store,
]
OPEN_DOORS = {
    "boutique_by_handle": "which boutique a public address names",
    "boutiques": "the node's own list of its boutiques",
    "shops_with_overdue_holds": "names of boutiques for the sweep",
    "shops_with_orphans": "names of boutiques for the sweep",
    "due_renewals": "names of boutiques and hubs for the sweep",
    "public_media_type": "pictures are public by their hash",
}
"""Functions that query without a boutique, and why."""


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.__name__)
def test_every_query_takes_its_boutique_first(store: ModuleType) -> None:
    """Every coroutine of a store has `shop_id` as its first parameter, save a short list with reasons."""
    for name, function in inspect.getmembers(store, inspect.iscoroutinefunction):
        if function.__module__ == store.__name__ and name not in OPEN_DOORS:
            assert next(iter(inspect.signature(function).parameters)) == "shop_id", f"{store.__name__}.{name}"


@pytest.mark.parametrize("store", STORES, ids=lambda store: store.__name__)
def test_every_statement_names_the_boutique(store: ModuleType) -> None:
    """The SQL of every function that takes a boutique says `shop_id`."""
    for name, function in inspect.getmembers(store, inspect.iscoroutinefunction):
        source = inspect.getsource(function)
        if function.__module__ == store.__name__ and name not in OPEN_DOORS and "database." in source:
            assert source.count("shop_id") > 1, f"{store.__name__}.{name} does not use its shop_id"
