"""The answers of registers, kept for ever."""

from collections.abc import Collection

import msgspec

from federation.node import database
from marketplace.tables import HubVatCheck
from marketplace.vat.domain.checks import VatCheck


async def add(check: VatCheck) -> None:
    """Keep an answer."""
    await HubVatCheck.insert(HubVatCheck(**msgspec.structs.asdict(check)))


async def latest(shop_ids: Collection[str]) -> dict[str, VatCheck]:
    """The newest answer about each of these boutiques."""
    found = await database.fetch(
        "SELECT DISTINCT ON (shop_id) id, shop_id, vat_id, valid, name, address, consultation, source, checked_at,"
        " asked_by FROM hub_vat_check WHERE shop_id = ANY($1) ORDER BY shop_id, checked_at DESC, id DESC",
        list(shop_ids),
    )
    return {row["shop_id"]: msgspec.convert(dict(row), VatCheck) for row in found}
