"""What happens around a provider in tests: hands that pay, refuse and let time pass, and those of the one in memory."""

from decimal import Decimal
from typing import Protocol

from payouts.adapters.memory import MemoryProvider
from payouts.ports import PaymentProvider


class World(Protocol):
    """What happens outside: shoppers, banks, time."""

    @property
    def provider(self) -> PaymentProvider: ...

    async def pay(self, payment_id: str) -> None: ...
    async def pay_at_once(self, payment_id: str) -> None: ...
    async def decline(self, payment_id: str) -> None: ...
    async def give_up(self, payment_id: str) -> None: ...
    async def complete_account(self, account_id: str) -> None: ...
    async def close_account(self, account_id: str) -> None: ...
    async def break_bank(self, account_id: str) -> None: ...
    async def advance(self, seconds: int) -> None: ...
    async def move_rate(self, currency: str, per_euro: str) -> None: ...


class MemoryWorld:
    """The world around the provider in memory."""

    def __init__(self, provider: MemoryProvider) -> None:
        self.provider = provider

    async def pay(self, payment_id: str) -> None:
        self.provider.pay(payment_id)

    async def pay_at_once(self, payment_id: str) -> None:
        self.provider.pay(payment_id, at_once=True)

    async def decline(self, payment_id: str) -> None:
        self.provider.decline(payment_id)

    async def give_up(self, payment_id: str) -> None:
        self.provider.give_up(payment_id)

    async def complete_account(self, account_id: str) -> None:
        self.provider.complete_account(account_id)

    async def close_account(self, account_id: str) -> None:
        self.provider.close_account(account_id)

    async def break_bank(self, account_id: str) -> None:
        self.provider.failing_banks.add(account_id)

    async def move_rate(self, currency: str, per_euro: str) -> None:
        self.provider.rates[currency] = Decimal(per_euro)

    async def advance(self, seconds: int) -> None:
        self.provider.advance(seconds)
        for payout_id, payout in list(self.provider.payouts.items()):
            if payout.status == "in_transit":
                self.provider.arrive(payout_id)
