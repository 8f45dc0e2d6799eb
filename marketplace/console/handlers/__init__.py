"""The console's addresses. Every one asks for the operator first."""

from marketplace.console.handlers import boutiques, letters, money, orders

ROUTES = [*boutiques.ROUTES, *orders.ROUTES, *money.ROUTES, *letters.ROUTES]

__all__ = ["ROUTES"]
