"""The shopper of the check: finds pieces, checks out through the hub's API, pays on the provider's page, and waits."""

import asyncio
from collections.abc import Collection, Sequence
from time import monotonic
from types import TracebackType
from typing import Self

import msgspec

from federation.conversations.forms import Address
from federation.vocabulary.ids import new_token
from marketplace.api.documents import CheckoutAnswer, CheckoutLine, CheckoutRequest, OrderAnswer, ProductAnswer
from marketplace.cli.errors import CommandError
from marketplace.demo.browser import Browser, words_of
from marketplace.demo.opening import OpenShop
from marketplace.orders.views import Contact

COUNTRY = "IT"
WAIT_SECONDS = 90.0
SUCCESSFUL_CARD = "succeeds"
_LOOK_SECONDS = 0.25
_REFUSED_FROM = 400
_NOT_FOUND = 404

_ADDRESS = Address(name="Ada Esempio", line1="Via dei Mille 12", postcode="90141", town="Palermo", country=COUNTRY)


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A variant that can be bought, in which currency its boutique sells, and how many the hub believes there are."""

    shop: OpenShop
    product_id: str
    variant_id: str
    available: int
    currency: str = "EUR"


class Shopper:
    """One visitor of the hub, with a basket of their own."""

    def __init__(self, hub_url: str) -> None:
        self.browser = Browser(hub_url)

    async def __aenter__(self) -> Self:
        await self.browser.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.browser.__aexit__(kind, error, at)

    async def pieces(self, shop: OpenShop, product_ids: Collection[str]) -> list[Piece]:
        """Every variant of these products that can be bought."""
        found = []
        for product_id in sorted(product_ids):
            status, body = await self.browser.ask("GET", f"/api/v1/products/{shop.handle}/{product_id}")
            if status == _NOT_FOUND:
                continue
            found += [
                Piece(
                    shop=shop,
                    product_id=product_id,
                    variant_id=offer.variant_id,
                    available=offer.available,
                    currency=offer.price.currency,
                )
                for offer in msgspec.json.decode(body, type=ProductAnswer).variants
                if offer.available
            ]
        return found

    async def check_out(self, pieces: Sequence[tuple[Piece, int]]) -> CheckoutAnswer | None:
        """Ask for these pieces; None when every boutique refused. Raises CommandError for any other refusal."""
        request = CheckoutRequest(
            key=new_token(),
            country=COUNTRY,
            contact=Contact(email="ada@shopper.example"),
            address=_ADDRESS,
            lines=tuple(
                CheckoutLine(piece.shop.shop_id, piece.product_id, piece.variant_id, quantity)
                for piece, quantity in pieces
            ),
        )
        status, body = await self.browser.ask("POST", "/api/v1/checkout", request)
        if status >= _REFUSED_FROM:
            raise CommandError(f"the checkout answered {status}: {words_of(body.decode(errors='replace'))}")
        answer = msgspec.json.decode(body, type=CheckoutAnswer)
        return answer if answer.redirect_url else None

    async def pay(self, answer: CheckoutAnswer) -> None:
        """Go to the provider's page and pay with a card that works."""
        page = await self.browser.open(answer.redirect_url or "")
        form = page.form("/pay/")
        await self.browser.submit(page, form, card=SUCCESSFUL_CARD)

    async def order(self, token: str) -> OrderAnswer:
        """The order as the hub's API tells it now."""
        return msgspec.convert(await self.browser.get_json(f"/api/v1/orders/{token}"), OrderAnswer)

    async def until_parts(self, token: str, states: Collection[str]) -> OrderAnswer:
        """Wait until every part of the order is in one of these states. Raises CommandError after WAIT_SECONDS."""
        deadline = monotonic() + WAIT_SECONDS
        while True:
            order = await self.order(token)
            if order.parts and all(part.state in states for part in order.parts):
                return order
            if monotonic() > deadline:
                standing = ", ".join(f"{part.shop}: {part.state}" for part in order.parts) or order.state
                raise CommandError(f"order {order.number} did not become {'/'.join(sorted(states))}; it is {standing}")
            await asyncio.sleep(_LOOK_SECONDS)
