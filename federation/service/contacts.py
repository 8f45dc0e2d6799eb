"""What all processes of this node know of how an address answers: one finds it silent, the others need not.

Written only when a breaker opens or closes, never inside a caller's transaction: a record held until that ends would
make everybody wait who asks the same address.
"""

from datetime import datetime, timedelta

from federation.node import clock
from federation.node.database import in_transaction
from federation.service.breaker import Breaker
from federation.service.context import authority_of
from federation.store import contacts

ERROR_LENGTH_MAX = 300


async def silent(breaker: Breaker, authority: str, at: float, error: str) -> None:
    """The address kept silent, by `at` of the breaker's clock; take over another process's rest if it has one."""
    rest = breaker.silent(at)
    if in_transaction():
        return
    now = clock.now()
    if rest:
        await contacts.rest(authority, now + timedelta(seconds=rest), error[:ERROR_LENGTH_MAX], now)
        return
    until = await contacts.resting_until(authority)
    if until is not None and until > now:
        breaker.told(at, (until - now).total_seconds())


async def answered(breaker: Breaker, authority: str) -> None:
    """The address answered; forget that it was silent."""
    was_open = breaker.is_open
    breaker.answered()
    if was_open and not in_transaction():
        await contacts.forget(authority)


async def resting_until(url: str, now: datetime) -> datetime | None:
    """Until when the peer at an address is left alone because it does not answer; None when it may be asked."""
    return (await left_alone(now)).get(authority_of(url))


async def left_alone(now: datetime) -> dict[str, datetime]:
    """Until when each address is left alone that does not answer at present: for those who run the node."""
    return dict(await contacts.resting(now))
