"""A hub that writes papers, in tests: orders' words and the parties by heart, signatures by a key of its own."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from federation.documents import identity, papers
from federation.documents.keys import SigningKey
from payouts.domain.papers import LegalParty, LineWords, OrderWords
from tests.payouts.worked_example import PART_A, PART_B, PART_C

ROOT, DAILY = SigningKey.from_seed(b"r" * 32), SigningKey.from_seed(b"d" * 32)
GENESIS = identity.genesis("hub", ROOT, sign_keys=[DAILY.public], at="2026-01-01T00:00:00Z", name="Galleria di prova")
HUB = identity.party_id_of(GENESIS)
NUMBERS = {PART_A: "G-100-1", PART_B: "G-100-2", PART_C: "G-100-3"}
TITLES = {"dress": "Abito lungo, 42", "scarf": "Sciarpa di seta", "shoes": "Décolleté, 38", "ring": "Anello"}


class TestOffice:
    """An office that knows the worked example."""

    __test__ = False

    def __init__(self, time_zone: str = "UTC") -> None:
        self.time_zone = time_zone
        self.own = LegalParty(
            id=HUB,
            name="Galleria di prova",
            legal_name="Galleria di prova SAS",
            address="1 rue de la Paix, 75002 Paris",
            country="FR",
            vat_id="FR40303265045",
        )
        self.vat_ids = {"shop-c": "DE136695976"}

    async def words(self, shop_order_ids: Collection[UUID]) -> dict[UUID, OrderWords]:
        lines = {name: LineWords(title, 2_000) for name, title in TITLES.items()}
        return {part: OrderWords(NUMBERS[part], lines) for part in shop_order_ids if part in NUMBERS}

    async def hub(self) -> LegalParty:
        return self.own

    async def boutique(self, shop_id: str) -> LegalParty:
        country = "DE" if shop_id == "shop-c" else "FR"
        return LegalParty(
            id=shop_id,
            name=shop_id.title(),
            legal_name=f"{shop_id.title()} & Filles",
            address="2 quai Saint-Antoine, 69002 Lyon",
            country=country,
            vat_id=self.vat_ids.get(shop_id, ""),
        )

    async def seal(self, document: bytes, now: datetime) -> bytes:
        del now
        return papers.seal(document, HUB, DAILY, [GENESIS.decode()])

    def forget(self, **details: str) -> None:
        """Let details of the hub's be other ones."""
        self.own = msgspec.structs.replace(self.own, **details)
