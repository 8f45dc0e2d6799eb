"""The one place where the hub is put together: which adapters stand behind which ports, and who hears whom.

The order follows who needs whom: money is heard by orders, boutiques' words reach orders and money through the desk,
the federation carries them.
"""

from functools import partial
from pathlib import Path

from federation.node.door import Door
from federation.service.context import Federation, PeerDoor, create_federation
from federation.service.pictures import mailed_picture
from marketplace.bookkeeper import HubBookkeeper
from marketplace.cashier import HubCashier
from marketplace.coupons.vouchers import HubVouchers
from marketplace.currencies.adapters.ecb import EcbRates
from marketplace.currencies.adapters.table import TableRates
from marketplace.desk import GalleryDesk
from marketplace.hearing import HubHearing
from marketplace.hub import Hub
from marketplace.media.adapters.process_press import ProcessPress
from marketplace.media.service import Studio
from marketplace.orders.adapters.federated import FederatedBoutiques
from marketplace.papers.office import HubOffice
from marketplace.payments import OrderMoney
from marketplace.settings import HubSettings
from marketplace.vat.adapters.vies import Vies
from payouts.adapters.choice import make_provider
from payouts.ports import PaymentProvider
from payouts.service.context import Payments
from payouts.settings import PayoutSettings
from search.adapters.tantivy_engine import TantivyEngine
from search.documents import LISTINGS
from search.service import Catalog

DAY_SECONDS = 86_400
DEMO_SECONDS = 5
STUCK_SECONDS = 60


def build_hub(
    settings: HubSettings,
    *,
    provider: PaymentProvider | None = None,
    catalog: Catalog | None = None,
    peer_door: PeerDoor | None = None,
) -> Hub:
    """A hub over the provider its settings name, the embedded index and the guarded door, unless others are given."""
    door = Door(frozenset(settings.reachable))
    payout_settings = payout_settings_of(settings)
    payments = Payments(
        provider or make_provider(settings.provider),
        OrderMoney(settings, payout_settings),
        payout_settings,
        HubOffice(settings),
    )
    federation = federation_of(settings, peer_door or door)
    federation.cashier = HubCashier(payments, settings.node_name)
    federation.hearing = HubHearing()
    federation.voucher_desk = HubVouchers()
    federation.bookkeeper = HubBookkeeper(HubOffice(settings))
    return Hub(
        settings=settings,
        federation=federation,
        payments=payments,
        catalog=catalog or Catalog(TantivyEngine(search_folder(settings), LISTINGS)),
        boutiques=FederatedBoutiques(federation),
        rates=TableRates(Path(settings.rates_file)) if settings.rates_file else EcbRates(door),
        vat_register=Vies(door) if settings.vat_register == "vies" else None,
    )


def federation_of(settings: HubSettings, door: PeerDoor | None = None) -> Federation:
    """The hub among its peers, for one loop."""
    return create_federation(settings, hub_desk=GalleryDesk(settings), door=door)


def build_studio(hub: Hub) -> Studio:
    """What a worker of `hub` fetches pictures with."""
    settings = hub.settings
    return Studio(
        Door(frozenset(settings.reachable)),
        ProcessPress(),
        settings.media_dir,
        settings.plates_dir,
        mailed=partial(mailed_picture, hub.federation),
    )


def payout_settings_of(settings: HubSettings) -> PayoutSettings:
    """The money rules; the demo lives faster."""
    day, patience = (DEMO_SECONDS, DEMO_SECONDS) if settings.environment == "demo" else (DAY_SECONDS, STUCK_SECONDS)
    return PayoutSettings(
        settlement_currency=settings.currency,
        vat_country=settings.country,
        payout_interval_seconds=settings.payout_interval_seconds or day,
        stuck_after_seconds=patience,
        release_after=settings.release_after,
        release_window_days=settings.release_window_days,
        reserve_bp=settings.reserve_bp,
        reserve_days=settings.reserve_days,
        holding_days_max=settings.holding_days_max,
        holding_minor_max=settings.holding_minor_max,
        adjustment_minor_max=settings.adjustment_minor_max,
        bank=settings.bank,
        bank_cooling_days=settings.bank_cooling_days,
    )


def search_folder(settings: HubSettings) -> Path:
    """Where the search index lies."""
    return Path(settings.search_dir) if settings.search_dir else settings.state_dir / "search"
