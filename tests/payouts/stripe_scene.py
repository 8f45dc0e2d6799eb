"""A hub whose provider is Stripe: the real services over the real client, and a stand-in on the other side."""

from collections.abc import Mapping

from federation.node import clock
from federation.node.database import atomic
from payouts.service.events import receive_event
from payouts.settings import PayoutSettings
from payouts.standin.world import Thing
from tests.payouts.scene import Scene
from tests.payouts.stripe_lab import StripeWorld


class StripeScene(Scene):
    """Events reach this hub signed, through its own address."""

    def __init__(self, lab: StripeWorld, settings: PayoutSettings | None = None) -> None:
        super().__init__(lab.provider, settings)
        self.lab = lab

    async def hear(self) -> None:
        """Have everything that waits delivered, and act on it."""
        await self.lab.postman.deliver(self._take)
        await self.drain()

    async def _take(self, url: str, headers: Mapping[str, str], body: bytes) -> bool:
        del url
        async with atomic():
            await receive_event(self.pay, headers, body, clock.now())
        return True

    async def buy(self) -> None:
        """The worked example paid and booked."""
        await self.open_accounts()
        for account_id in list(self.lab.state.things["account"]):
            await self.lab.complete_account(account_id)
        await self.hear()
        payment = await self.ask()
        await self.lab.pay(payment.redirect_url.rsplit("/", 1)[1])
        await self.hear()

    def made(self, kind: str) -> list[Thing]:
        """The stand-in's objects of a kind, oldest first."""
        return list(self.lab.state.things[kind].values())
