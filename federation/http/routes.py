"""Every endpoint of FED/1 that a node serves, for the composing app to mount."""

from typing import Any

from federation.http import conversations, identity, links, log
from federation.http.edge import handler
from federation.service.context import Federation


def routes(fed: Federation) -> list[Any]:
    """The protocol's routes: below /fed/v1/{party}/, and the node's list of parties."""
    endpoints = (*identity.ENDPOINTS, *links.ENDPOINTS, *log.ENDPOINTS, *conversations.ENDPOINTS)
    return [identity.node_listing(fed), *(handler(fed, endpoint) for endpoint in endpoints)]
