"""The console's addresses, one file per page; every one of them begins at `console.door.operator`."""

from marketplace.console.handlers import (
    bank_details,
    bank_files,
    boutiques,
    corrections,
    coupons,
    disputes,
    exposure,
    keys,
    ledger,
    letters,
    money,
    orders,
    overview,
    people,
    reconciliation,
    refunds,
    returns,
    rules,
    stuck,
    terms,
)

ROUTES = [
    *overview.ROUTES,
    *boutiques.ROUTES,
    *terms.ROUTES,
    *bank_details.ROUTES,
    *orders.ROUTES,
    *refunds.ROUTES,
    *returns.ROUTES,
    *money.ROUTES,
    *stuck.ROUTES,
    *exposure.ROUTES,
    *disputes.ROUTES,
    *reconciliation.ROUTES,
    *corrections.ROUTES,
    *bank_files.ROUTES,
    *ledger.ROUTES,
    *rules.ROUTES,
    *coupons.ROUTES,
    *letters.ROUTES,
    *people.ROUTES,
    *keys.ROUTES,
]

__all__ = ["ROUTES"]
