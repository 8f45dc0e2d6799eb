"""Writing to boutiques about disputes of their sales: when one opens, when it is decided, when it is opened again.

A letter is written in the transaction that notes what the boutiques were told, so nobody is written to twice, and a
dispute that nobody was told of is found again. A boutique without an address in its profile reads it in its portal.
"""

from datetime import datetime
from uuid import UUID

from federation.node import mail
from federation.node.database import atomic
from federation.vocabulary.money import to_decimal
from marketplace.hub import Hub
from marketplace.listings import service as listings
from marketplace.orders import mails, reads
from payouts.domain.dispute import DisputeStatus
from payouts.domain.hearing import Hearing
from payouts.service import hearings

DISPUTES_MAX = 50
"""The most disputes that are told of at once."""

SILENT = frozenset({DisputeStatus.EVIDENCE})
"""Steps of which no boutique is written to: it handed in what this follows."""


class DisputeLetters:
    """The sweep that tells boutiques of what became of disputes."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub

    async def write(self, now: datetime) -> int:
        """Write about every dispute that stands otherwise than the boutiques were told; how many there were."""
        told = await hearings.untold(DISPUTES_MAX)
        for dispute_id in told:
            async with atomic():
                await self._tell(dispute_id, now)
        return len(told)

    async def _tell(self, dispute_id: UUID, now: datetime) -> None:
        dispute = await hearings.note_told(dispute_id)
        if dispute is None or dispute.status in SILENT:
            return
        found = await hearings.all_heard(dispute_id, now)
        shops = await listings.shops_by_id({one.shop_id for one in found}, now)
        numbers = {part.shop_order_id: part.number for part in (await reads.order_by_id(dispute.order_id)).parts}
        for one in found:
            shop = shops.get(one.shop_id)
            if shop is not None and shop.profile.email:
                values = self._values(one, shop.name, numbers.get(one.shop_order_id, ""))
                language = "it" if shop.profile.country == "IT" else "en"
                subject, text = mails.written("dispute_told", values, language)
                key = f"dispute_told:{dispute.id}:{dispute.round}:{dispute.status.value}:{one.shop_id}"
                await mail.send(shop.profile.email, subject, text, now=now, key=key)

    def _values(self, heard: Hearing, shop: str, number: str) -> dict[str, object]:
        dispute = heard.dispute
        return {
            "status": dispute.status.value,
            "reason": dispute.reason,
            "shop": shop,
            "number": number,
            "amount": f"{heard.amount.currency} {to_decimal(heard.amount)}",
            "due": dispute.due_at,
            "hub": self._hub.settings.node_name,
        }
