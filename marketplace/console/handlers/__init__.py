"""The console's addresses, one file per page; every one of them begins at `console.door.operator`."""

from marketplace.console.handlers import boutiques, keys, ledger, letters, money, orders, overview, refunds, returns

ROUTES = [
    *overview.ROUTES,
    *boutiques.ROUTES,
    *orders.ROUTES,
    *refunds.ROUTES,
    *returns.ROUTES,
    *money.ROUTES,
    *ledger.ROUTES,
    *letters.ROUTES,
    *keys.ROUTES,
]

__all__ = ["ROUTES"]
