"""Writing to the hub's operators about what a person must look at: one letter for all that is new.

An alert is written about once, in the transaction that notes it; it comes back as a new one when it happens again.
"""

from datetime import datetime

from federation.node import accounts, mail
from federation.node.database import atomic
from federation.node.languages import speaking
from marketplace.hub import Hub
from marketplace.money.alerts import shown_alerts
from marketplace.orders import mails
from payouts.service import attention

ALERTS_MAX = 50
"""The most alerts that one letter tells."""


class AlertLetters:
    """The sweep that tells a hub's operators of new alerts about money."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def write(self, now: datetime) -> int:
        """Write to every operator about alerts nobody was written to about; returns how many there were."""
        async with atomic():
            alerts = await attention.take_unmailed(now, ALERTS_MAX)
            people = await accounts.accounts_with(accounts.OPERATOR, "") if alerts else []
            language = "it" if self._hub.settings.country == "IT" else "en"
            with speaking(language):
                shown = await shown_alerts(alerts, now)
            values = {
                "alerts": shown,
                "count": len(alerts),
                "site": self._hub.settings.public_url,
                "link": f"{self._hub.settings.public_url}/console/money",
                "hub": self._hub.settings.node_name,
            }
            for person in people:
                subject, text = mails.written("money_alerts", values, language)
                key = f"money_alerts:{person.id}:{alerts[-1].id}"
                await mail.send(person.email, subject, text, now=now, key=key)
        return len(alerts)
