"""What a request or a worker needs to act as the hub: settings and the three packages' contexts, made once per process.

Built only by `marketplace.composition`; everything else receives it.
"""

import msgspec
from litestar.connection import ASGIConnection

from federation.service.context import Federation
from marketplace.currencies.ports import RateSource
from marketplace.orders.ports import Boutiques
from marketplace.settings import HubSettings
from marketplace.vat.ports import VatRegister
from payouts.service.context import Payments
from search.service import Catalog


class Hub(msgspec.Struct, frozen=True):
    """The hub's own contexts: federation, payments, search, boutiques as orders reach them, rates, a VAT register."""

    settings: HubSettings
    federation: Federation
    payments: Payments
    catalog: Catalog
    boutiques: Boutiques
    rates: RateSource
    vat_register: VatRegister | None = None


def hub_of(connection: ASGIConnection) -> Hub:  # type: ignore[type-arg]
    """The hub serving this request, put into the application's state by `marketplace.app`."""
    hub: Hub = connection.app.state.hub
    return hub
