"""The web process of a shop node: portal, the boutiques' own sites, pictures, and the federation's endpoints."""

from pathlib import Path

from litestar import Litestar, Router

from federation.http.routes import routes
from federation.node.app import make_app
from federation.node.collector import keep_what_is_here
from federation.node.settings import load
from federation.service.context import Federation, create_federation
from federation.service.sealing import seal_keys
from shops.desk import BoutiqueDesk
from shops.errors import DepartedError
from shops.media import handlers as media
from shops.media.shelf import Shelf
from shops.moving.handover.service import Counter
from shops.node import STATE_KEY, ShopNode
from shops.portal import handlers as portal
from shops.portal.door import nothing_changed
from shops.settings import ShopNodeSettings
from shops.site import handlers as site
from shops.starting import asks_hubs

HERE = Path(__file__).parent


def create_app(settings: ShopNodeSettings, federation: Federation | None = None) -> Litestar:
    """The app of a shop node; `federation` is made from the settings unless a test brings its own."""
    fed = federation or create_federation(
        settings, shop_desk=BoutiqueDesk(), pictures=Shelf(settings), exports=Counter(settings)
    )
    return make_app(
        settings=settings,
        route_handlers=[*routes(fed), _portal(), *media.HANDLERS, *site.HANDLERS],
        templates=[HERE / "portal" / "templates", HERE / "site" / "templates"],
        static=[HERE / "portal" / "static", HERE / "site" / "static"],
        state={STATE_KEY: ShopNode(settings, fed)},
        on_startup=[seal_keys, asks_hubs(fed)],
    )


def _portal() -> Router:
    """The portal's pages; whatever would change a boutique that has left this node is answered in one way."""
    return Router(path="/", route_handlers=portal.HANDLERS, exception_handlers={DepartedError: nothing_changed})


def create_app_from_env() -> Litestar:
    """The app as the web server starts it, with settings from the environment."""
    app = create_app(load(ShopNodeSettings))
    keep_what_is_here()
    return app
