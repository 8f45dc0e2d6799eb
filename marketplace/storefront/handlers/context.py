"""What every page of the hub knows: the basket's count, where parcels go, and prices in the shopper's currency.

Also small readers the handlers share.
"""

from collections.abc import Mapping
from typing import Any

from litestar import Litestar

from federation.node import clock
from federation.node.pages import country_in_words
from federation.node.visitor import mark_of, network_mark_of
from federation.node.web import AnyRequest, session_of, web_node
from federation.service import parties
from federation.vocabulary.countries import EUROPEAN_UNION
from marketplace.accounts.setup import hub_id
from marketplace.currencies.domain.exchange import Exchange
from marketplace.errors import HubMissingError
from marketplace.hub import hub_of
from marketplace.orders import basket
from marketplace.orders.trying import Buyer
from marketplace.storefront import destinations, houses, words
from marketplace.storefront.arriving import arriving
from marketplace.storefront.prices import Prices
from marketplace.storefront.searching import Params
from marketplace.terms import referrals

COUNTRY = "country"
HUB_NAME = "hub_name"
_PRICES = "prices"
_ARRIVING = "arriving"


async def learn_hub_name(app: Litestar) -> None:
    """At start: pages carry the hub's own name; the node's until a hub was opened here."""
    try:
        app.state[HUB_NAME] = (await parties.party(await hub_id())).name
    except HubMissingError:
        app.state[HUB_NAME] = ""


def page_context(request: AnyRequest) -> Mapping[str, Any]:
    """Names beneath every page of the hub."""
    session = session_of(request)
    return {
        "node_name": request.app.state.get(HUB_NAME) or web_node(request.app).settings.node_name,
        "basket_count": basket.count(session),
        "signed_in": session.account_id is not None,
        "country_named": country_in_words,
        "town_id": houses.town_id,
        "departments_named": words.DEPARTMENTS,
        "all_of": words.ALL_OF,
        "prices": prices_of(request),
        "arriving": request.scope["state"].get(_ARRIVING),
        "european_union": EUROPEAN_UNION,
    }


async def prepare(request: AnyRequest) -> None:
    """Before a shopper's page: the currency chosen, the rates of the day, who sent the shopper, who is on the way."""
    now, settings = clock.now(), hub_of(request).settings
    exchange = await basket.exchange_of(session_of(request), now, settings.currency)
    request.scope["state"][_PRICES] = Prices(exchange)
    await referrals.note(session_of(request), request.query_params, now)
    request.scope["state"][_ARRIVING] = await arriving(request.app.state, settings.boutiques_expected, now)


def prices_of(request: AnyRequest) -> Prices:
    """The prices of this page; on pages that show none, without rates."""
    known: Prices | None = request.scope["state"].get(_PRICES)
    return known or Prices(Exchange(hub_of(request).settings.currency))


def destination(request: AnyRequest) -> str:
    """Where this shopper's parcels go, as chosen or by default."""
    return destinations.known(session_of(request).data.get(COUNTRY))


def buyer_of(request: AnyRequest) -> Buyer:
    """What a code that is written down is looked at for, and where it comes from.

    An address that says nothing of who asks (a proxy's that names nobody) is no place.
    """
    secret_key = hub_of(request).settings.secret_key
    network = network_mark_of(request, secret_key)
    return Buyer(
        country=destination(request),
        exchange=prices_of(request).exchange,
        place=mark_of(request, secret_key) if network else b"",
        network=network,
    )


def params_of(request: AnyRequest) -> Params:
    """The address's query."""
    query = request.query_params
    return Params({name: query.getall(name) for name in query})
