"""What a shop node's worker does about money: it asks hubs of their books though nobody looks."""

from datetime import datetime

from federation.node.work import Sweep
from federation.service.context import Federation
from shops.money import renewing

DUE_SECONDS = 30.0
MISSING_SECONDS = 3600.0
QUEUE = "import"
"""Where what comes from elsewhere is waited for, and no shopper waits."""


def money_sweeps(federation: Federation) -> tuple[Sweep, ...]:
    """Hubs that are due are asked; once an hour it is seen to it that none is left out."""

    async def renew_due(now: datetime) -> None:
        await renewing.renew_due(federation, now)

    return (
        Sweep("shops.books", DUE_SECONDS, QUEUE, renew_due),
        Sweep("shops.books.missing", MISSING_SECONDS, QUEUE, renewing.want_missing),
    )
