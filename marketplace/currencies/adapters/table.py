"""Rates from a small table of our own, for demonstrations: its day is always today's, which it says by its name."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

from federation.vocabulary.errors import RecordInvalidError
from marketplace.currencies.domain.rates import RateSheet, read_rates


class TableRates:
    """`marketplace.currencies.ports.RateSource` of a TOML file: `source` (a name) and `[per_euro]` of decimal texts."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def latest(self, now: datetime) -> RateSheet:
        """The table as of today."""
        try:
            table = tomllib.loads(self._path.read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise RecordInvalidError(f"the table of rates cannot be read: {error}") from error
        rates = {str(currency): str(rate) for currency, rate in dict(table.get("per_euro", {})).items()}
        day = now.astimezone(UTC).date()
        return RateSheet(day=day, source=str(table.get("source", "table")), per_euro=read_rates(rates))
