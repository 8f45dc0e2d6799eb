"""The people behind the counters: boutique owners who accept and ship in their portals, and the hub's operator."""

import re

import msgspec

from federation.vocabulary.ids import new_id
from marketplace.api.documents import MoneyAnswer, OrderAnswer
from marketplace.cli.errors import CommandError
from marketplace.demo.browser import Browser, words_of
from marketplace.demo.opening import OPERATOR_EMAIL, OpenShop, sign_in_link
from marketplace.demo.running import Ready

_ORDER_LINK = re.compile(r'href="([^"]*/orders/\d+)"')
_REFUSED_FROM = 400
_LOOKS_MAX = 3


async def accept_open_orders(ready: Ready, shop: OpenShop) -> None:
    """As the boutique's owner: accept every order that waits for it."""
    await _press_everywhere(ready, shop, "/accept", {})


async def ship_open_orders(ready: Ready, shop: OpenShop) -> None:
    """As the boutique's owner: ship whatever is left to ship."""
    await _press_everywhere(ready, shop, "/ship", {"carrier": "Poste Italiane", "tracking": "DEMO0001"})


async def _press_everywhere(ready: Ready, shop: OpenShop, action: str, fields: dict[str, str]) -> None:
    link = await sign_in_link(ready.fleet, shop.node, shop.owner_email, f"/portal/{shop.handle}")
    async with Browser(shop.node.url) as browser:
        await browser.sign_in(link)
        listed = await browser.open(f"/portal/{shop.handle}/orders?state=open")
        for address in sorted(set(_ORDER_LINK.findall(listed.text))):
            await _press(browser, address, action, fields)


async def _press(browser: Browser, address: str, action: str, fields: dict[str, str]) -> None:
    """Press a button while the page offers it: what changed since the page was opened is looked at again first."""
    for _ in range(_LOOKS_MAX):
        page = await browser.open(address)
        if not page.offers(action):
            return
        await browser.submit(page, page.form(action), **fields)


class Operator:
    """The hub's operator, signed in to the console. Use inside `async with Operator.browser`."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self.browser = Browser(ready.fleet.layout.hub.url)

    async def sign_in(self) -> None:
        """Open the console by a one-time link."""
        hub = self._ready.fleet.layout.hub
        await self.browser.sign_in(await sign_in_link(self._ready.fleet, hub, OPERATOR_EMAIL, "/console"))

    async def order(self, token: str) -> OrderAnswer:
        """An order with how each part divides."""
        return msgspec.convert(await self.browser.get_json(f"/api/v1/console/orders/{token}"), OrderAnswer)

    async def money(self) -> MoneyAnswer:
        """The books and what was sent."""
        return msgspec.convert(await self.browser.get_json("/api/v1/console/money"), MoneyAnswer)

    async def refund_one(self, token: str, shop_id: str) -> None:
        """Give the money for one piece of one boutique back."""
        part = next(part for part in (await self.order(token)).parts if part.shop_id == shop_id)
        content = {
            "refund_id": new_id(),
            "shop_order_id": part.shop_order_id,
            "lines": [{"line_id": part.lines[0].line_id, "quantity": 1}],
            "shipping": False,
            "reason": "The shopper changed their mind",
        }
        status, body = await self.browser.ask("POST", f"/api/v1/console/orders/{token}/refunds", content)
        if status >= _REFUSED_FROM:
            raise CommandError(f"the refund answered {status}: {words_of(body.decode(errors='replace'))}")
