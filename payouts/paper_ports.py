"""What papers of money need of others: the words of orders, who the parties are in law, and the hub's signature."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec


class LineWords(msgspec.Struct, frozen=True):
    """A sold line in words; `goods_vat_bp` is the rate of the VAT inside its price, in basis points."""

    title: str
    goods_vat_bp: int = 0


class OrderWords(msgspec.Struct, frozen=True):
    """A shop order in words: its number, and its lines by their ids."""

    number: str
    lines: Mapping[str, LineWords] = {}


class LegalParty(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a paper is from or for: `id` as the federation knows it, the rest as the law wants it."""

    id: str
    name: str
    legal_name: str = ""
    address: str = ""
    country: str = ""
    vat_id: str = ""


class Office(Protocol):
    """Where papers are written: knows orders' words and the parties, and signs for the hub."""

    async def words(self, shop_order_ids: Collection[UUID]) -> dict[UUID, OrderWords]:
        """The shop orders that are known, in words."""

    async def hub(self) -> LegalParty:
        """The hub itself."""

    async def boutique(self, shop_id: str) -> LegalParty:
        """A boutique as it presents itself now."""

    async def seal(self, document: bytes, now: datetime) -> bytes:
        """The signed form of a document (canonical JSON), which can be checked without asking anybody."""
