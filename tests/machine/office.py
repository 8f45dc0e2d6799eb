"""Where the hub of a life writes its papers: parties and orders by heart, and a seal that hides nothing."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from payouts.domain.papers import LegalParty, LineWords, OrderWords
from tests.machine.orders import COUNTRIES

VAT_IDS = {"FR": "FR40303265045", "DE": "DE136695976", "GB": "GB980780684"}


class Office:
    """Knows every order of a life, for its words are made of its number."""

    time_zone = "Europe/Rome"

    async def words(self, shop_order_ids: Collection[UUID]) -> dict[UUID, OrderWords]:
        return {each: OrderWords(f"M-{each.int}", _LINES) for each in shop_order_ids}

    async def hub(self) -> LegalParty:
        return _party("hub", "FR")

    async def boutique(self, shop_id: str) -> LegalParty:
        return _party(shop_id, COUNTRIES[shop_id])

    async def seal(self, document: bytes, now: datetime) -> bytes:
        del now
        return document


_LINES = {"line-0": LineWords("Hat", 2_000), "line-1": LineWords("Glove", 500)}


def _party(name: str, country: str) -> LegalParty:
    return LegalParty(
        id=name, name=name, legal_name=f"{name} & Co", address="1 Main Street", country=country, vat_id=VAT_IDS[country]
    )
