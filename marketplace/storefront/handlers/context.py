"""What every page of the hub knows: the basket's count and where parcels go. Also small readers the handlers share."""

from collections.abc import Mapping
from typing import Any

from federation.node.colours import Palette, palette_of
from federation.node.web import AnyRequest, session_of
from federation.vocabulary.product import Theme
from marketplace.orders import basket
from marketplace.storefront import destinations
from marketplace.storefront.searching import Params

COUNTRY = "country"


def page_context(request: AnyRequest) -> Mapping[str, Any]:
    """Names beneath every page of the hub."""
    session = session_of(request)
    return {"basket_count": basket.count(session), "signed_in": session.account_id is not None, "palette": palette}


def destination(request: AnyRequest) -> str:
    """Where this shopper's parcels go, as chosen or by default."""
    return destinations.known(session_of(request).data.get(COUNTRY))


def params_of(request: AnyRequest) -> Params:
    """The address's query."""
    query = request.query_params
    return Params({name: query.getall(name) for name in query})


def palette(theme: Theme) -> Palette:
    """A boutique's colours, mended where they could not be read."""
    return palette_of(theme.ground, theme.ink, theme.accent)
