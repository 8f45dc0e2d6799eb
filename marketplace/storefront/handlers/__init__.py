"""The storefront's addresses, one file per part of the way from looking to owning."""

from marketplace.storefront.handlers import basket, boutiques, browsing, checkout, orders, proof, receipts, returns
from marketplace.storefront.handlers.context import learn_hub_name, page_context

ROUTES = [
    *browsing.ROUTES,
    *boutiques.ROUTES,
    *proof.ROUTES,
    *basket.ROUTES,
    *checkout.ROUTES,
    *orders.ROUTES,
    *receipts.ROUTES,
    *returns.ROUTES,
]

__all__ = ["ROUTES", "learn_hub_name", "page_context"]
