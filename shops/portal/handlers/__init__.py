"""The portal's addresses, one file per page; every one of them starts at `door.boutique_of`."""

from shops.portal.handlers import hubs, import_choices, imports, keys, money, orders, overview, products, profile, stock

HANDLERS = [
    *overview.HANDLERS,
    *products.HANDLERS,
    *stock.HANDLERS,
    *imports.HANDLERS,
    *import_choices.HANDLERS,
    *orders.HANDLERS,
    *money.HANDLERS,
    *hubs.HANDLERS,
    *keys.HANDLERS,
    *profile.HANDLERS,
]
