"""What a web process of a shop node carries for its handlers: settings and federation."""

from typing import NamedTuple

from federation.node.web import AnyRequest
from federation.service.context import Federation
from shops.settings import ShopNodeSettings

STATE_KEY = "shop_node"


class ShopNode(NamedTuple):
    """The composition of one shop node."""

    settings: ShopNodeSettings
    federation: Federation


def shop_node(request: AnyRequest) -> ShopNode:
    """The node that serves this request."""
    node: ShopNode = request.app.state[STATE_KEY]
    return node
