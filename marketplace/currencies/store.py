"""Queries on exchange rates: every sheet ever used is kept, because orders name the one they were promised."""

from decimal import Decimal

import msgspec

from federation.node import database
from marketplace.currencies.domain.rates import RateSheet
from marketplace.tables import HubRates

_RATES = msgspec.json.Decoder(dict[str, Decimal])


async def keep(sheet: RateSheet) -> RateSheet | None:
    """Add a sheet; None when one of this day, source and content is kept already."""
    rates = msgspec.json.encode(sheet.per_euro, order="sorted").decode()
    row = await database.fetch_one(
        """INSERT INTO hub_rates (day, source, per_euro) VALUES ($1, $2, $3)
        ON CONFLICT (day, source, per_euro) DO NOTHING RETURNING id""",
        sheet.day,
        sheet.source,
        rates,
    )
    return None if row is None else msgspec.structs.replace(sheet, id=row["id"])


async def newest() -> RateSheet | None:
    """The sheet of the latest day; of two of one day, the later kept."""
    table = HubRates
    rows = (
        await table.select(table.id, table.day, table.source, table.per_euro)
        .order_by(table.day, table.id, ascending=False)
        .limit(1)
    )
    if not rows:
        return None
    row = rows[0]
    return RateSheet(id=row["id"], day=row["day"], source=row["source"], per_euro=_RATES.decode(row["per_euro"]))
