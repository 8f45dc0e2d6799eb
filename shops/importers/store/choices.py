"""What each boutique decided about its own files."""

import msgspec

from federation.node import database
from federation.vocabulary.ids import PartyId
from shops.importers.domain.choices import ImportChoices


async def choices(shop_id: PartyId) -> ImportChoices | None:
    """None before the boutique has decided anything."""
    body = await database.fetch_value("SELECT body FROM shop_import_choice WHERE shop_id = $1", shop_id)
    return None if body is None else msgspec.json.decode(body, type=ImportChoices)


async def save(shop_id: PartyId, made: ImportChoices) -> None:
    await database.execute(
        "INSERT INTO shop_import_choice (shop_id, body) VALUES ($1, $2) "
        "ON CONFLICT (shop_id) DO UPDATE SET body = excluded.body",
        shop_id, msgspec.json.encode(made),
    )  # fmt: skip
