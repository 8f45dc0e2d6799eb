"""The storefront's addresses, one file per part of the way from looking to owning."""

from federation.node.covers.http import show_cover
from marketplace.storefront.handlers import basket, browsing, checkout, orders
from marketplace.storefront.handlers.context import learn_hub_name, page_context

ROUTES = [*browsing.ROUTES, *basket.ROUTES, *checkout.ROUTES, *orders.ROUTES, show_cover]

__all__ = ["ROUTES", "learn_hub_name", "page_context"]
