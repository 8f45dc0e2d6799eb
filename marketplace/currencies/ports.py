"""What the hub needs from others to know exchange rates."""

from datetime import datetime
from typing import Protocol

from marketplace.currencies.domain.rates import RateSheet


class RateSource(Protocol):
    """Somebody who publishes rates once a day."""

    async def latest(self, now: datetime) -> RateSheet:
        """The newest sheet; called outside any transaction.

        Raises PeerError when the source gives no answer, RecordInvalidError when it makes no sense.
        """
        ...
