"""The platform's balance in memory, movement by movement."""

from collections.abc import Sequence

from federation.vocabulary.money import Money
from payouts.adapters.memory.books import PLATFORM, MemoryBooks, Move
from payouts.dispute_ports import BalanceMove


class MemoryBalances:
    """Implements `payouts.dispute_ports.BalanceBook` over the provider's moves."""

    def __init__(self, books: MemoryBooks) -> None:
        self._books = books

    async def balance_transactions(self, after: str, limit: int = 100) -> Sequence[BalanceMove]:
        self._books.meet("balance_transactions", "before")
        made = [each for each in self._books.moves if each.account_id == PLATFORM]
        listed = [seen(number, each) for number, each in enumerate(made, start=1)]
        start = next((index + 1 for index, each in enumerate(listed) if each.id == after), 0)
        return listed[start : start + limit]

    def latest(self) -> BalanceMove:
        """The newest movement, as it is listed."""
        made = [each for each in self._books.moves if each.account_id == PLATFORM]
        return seen(len(made), made[-1])


def seen(number: int, move: Move) -> BalanceMove:
    """A move as the provider lists it."""
    fee = Money(move.cause.fee_minor, move.money.currency)
    return BalanceMove(
        id=f"txn_{number:06}",
        type=move.cause.type,
        amount=move.money + fee,
        fee=fee,
        source=move.cause.source,
        reference=move.cause.reference,
        created_at=move.made_at,
        available_at=move.available_at,
    )
