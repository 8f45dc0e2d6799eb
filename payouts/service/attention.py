"""Alerts are raised where something goes wrong; a person clears them here once it has been looked at."""

from datetime import datetime

import msgspec

from federation.vocabulary.wording import Sentence, sentence
from payouts.domain.records import AlertRecord
from payouts.errors import PaymentMissingError
from payouts.store import desk, rows


async def tell_person(kind: str, reference: str, words: Sentence, now: datetime) -> None:
    """Call somebody about money, once for each kind and reference until it is cleared. In the caller's transaction."""
    await rows.raise_alert(kind, reference, words, now)


async def clear_alert(alert_id: int, now: datetime) -> None:
    """Note that somebody has dealt with this; raised again if it happens again. In the caller's transaction.

    Raises PaymentMissingError when there is no such alert; one that was cleared stays as it was.
    """
    alert = await rows.alerts.get(alert_id, lock=True)
    if alert is None:
        raise PaymentMissingError(sentence("there is no alert %(id)s", id=alert_id))
    if alert.cleared_at is None:
        await rows.alerts.save(msgspec.structs.replace(alert, cleared_at=now))


async def take_unmailed(now: datetime, limit: int) -> list[AlertRecord]:
    """Open alerts nobody was written to about, oldest first; from now on they were. In the caller's transaction."""
    return await desk.take_unmailed_alerts(now, limit)
