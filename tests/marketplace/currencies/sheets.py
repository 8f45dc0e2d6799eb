"""Exchange rates for tests: plain enough to check by hand."""

from datetime import UTC, date, datetime
from decimal import Decimal

from marketplace.currencies.domain.rates import RateSheet

DAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
RATES = {
    "GBP": Decimal("0.8412"),
    "USD": Decimal("1.1525"),
    "CHF": Decimal("0.9301"),
    "JPY": Decimal("178.43"),
    "CAD": Decimal("1.6210"),
}


def sheet(day: date = DAY, **changes: str) -> RateSheet:
    """The rates of a day; `changes` are decimal texts by currency."""
    per_euro = RATES | {currency: Decimal(rate) for currency, rate in changes.items()}
    return RateSheet(day=day, source="ECB", per_euro=per_euro)
