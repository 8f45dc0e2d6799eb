"""The hub's web process: storefront, console, JSON API, federation endpoints and the payment provider's hook."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from litestar import Litestar, Router

from federation.http.routes import routes as federation_routes
from federation.node.app import make_app
from federation.node.collector import keep_what_is_here
from federation.node.covers.http import show_cover
from federation.node.settings import load
from federation.node.web import OWN_PICTURES, web_node
from federation.service.sealing import seal_keys
from marketplace.api.http import API_ROUTES
from marketplace.composition import build_hub
from marketplace.console.handlers import ROUTES as CONSOLE_ROUTES
from marketplace.hub import Hub
from marketplace.media.http import ROUTES as MEDIA_ROUTES
from marketplace.money.http import ROUTES as MONEY_ROUTES
from marketplace.settings import HubSettings
from marketplace.storefront.handlers import ROUTES as STOREFRONT_ROUTES
from marketplace.storefront.handlers import learn_hub_name, page_context
from marketplace.storefront.handlers.context import prepare
from payouts.http import payments_routes

HERE = Path(__file__).parent


def create_app(settings: HubSettings, hub: Hub | None = None) -> Litestar:
    """The app for `settings`; a ready-made `hub` takes the place of the one built from them."""
    own = hub or build_hub(settings)
    app = make_app(
        settings=settings,
        route_handlers=_routes(own),
        templates=[HERE / "storefront" / "templates", HERE / "console" / "templates"],
        static=[folder for name in ("storefront", "console") if (folder := HERE / name / "static").is_dir()],
        on_startup=[seal_keys, learn_hub_name],
        context=page_context,
        form_targets=[_origin(settings.payment_pages_url)],
        state={"hub": own},
    )
    web_node(app).image_sources = OWN_PICTURES
    return app


def _routes(hub: Hub) -> Sequence[Any]:
    return [
        Router(path="/", route_handlers=STOREFRONT_ROUTES, before_request=prepare),
        show_cover,
        *CONSOLE_ROUTES,
        *API_ROUTES,
        *MEDIA_ROUTES,
        *federation_routes(hub.federation),
        *payments_routes(hub.payments),
        *MONEY_ROUTES,
    ]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def create_app_from_env() -> Litestar:
    """The app as servers start it, from GALLERIA_ variables."""
    app = create_app(load(HubSettings))
    keep_what_is_here()
    return app
