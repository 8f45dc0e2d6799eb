"""The stand-in's pages for people: to pay with a pretended card, to hand in a boutique's papers, and the control desk.

They work without JavaScript and say on every page that no money moves.
"""

from litestar.handlers import HTTPRouteHandler

from payouts.standin.pages.accounts import account_pages
from payouts.standin.pages.desk import desk_pages
from payouts.standin.pages.papers import papers_pages
from payouts.standin.pages.paying import paying_pages
from payouts.standin.pages.payments import payment_pages
from payouts.standin.world import World


def page_routes(world: World) -> list[HTTPRouteHandler]:
    """Every page."""
    return [
        *paying_pages(world),
        *papers_pages(world),
        *desk_pages(world),
        *payment_pages(world),
        *account_pages(world),
    ]
