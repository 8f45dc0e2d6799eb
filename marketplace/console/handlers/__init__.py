"""The console's addresses, one file per page; every one of them begins at `console.door.operator`."""

from marketplace.console.handlers import (
    boutiques,
    coupons,
    disputes,
    keys,
    ledger,
    letters,
    money,
    orders,
    overview,
    reconciliation,
    refunds,
    returns,
    rules,
)

ROUTES = [
    *overview.ROUTES,
    *boutiques.ROUTES,
    *orders.ROUTES,
    *refunds.ROUTES,
    *returns.ROUTES,
    *money.ROUTES,
    *disputes.ROUTES,
    *reconciliation.ROUTES,
    *ledger.ROUTES,
    *rules.ROUTES,
    *coupons.ROUTES,
    *letters.ROUTES,
    *keys.ROUTES,
]

__all__ = ["ROUTES"]
