"""The portal's addresses, one file per page; every one of them starts at `door.boutique_of`."""

from shops.portal.handlers import (
    disputes,
    getting_paid,
    hubs,
    import_choices,
    imports,
    keys,
    leaving,
    letters,
    money,
    moving,
    orders,
    overview,
    products,
    profile,
    returns,
    stock,
)

HANDLERS = [
    *overview.HANDLERS,
    *products.HANDLERS,
    *stock.HANDLERS,
    *imports.HANDLERS,
    *import_choices.HANDLERS,
    *orders.HANDLERS,
    *returns.HANDLERS,
    *money.HANDLERS,
    *disputes.HANDLERS,
    *getting_paid.HANDLERS,
    *hubs.HANDLERS,
    *leaving.HANDLERS,
    *moving.HANDLERS,
    *keys.HANDLERS,
    *letters.HANDLERS,
    *profile.HANDLERS,
]
