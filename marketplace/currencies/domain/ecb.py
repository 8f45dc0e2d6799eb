"""Reading the European Central Bank's daily file of reference rates (eurofxref, GESMES envelope). Pure.

The file is a `Cube` that bears a day (`time`) around one `Cube` for each currency (`currency`, `rate`). No document
type and no entity is accepted, so that nothing can be expanded or fetched.
"""

from collections.abc import Callable
from datetime import date
from xml.parsers import expat

from federation.vocabulary.errors import RecordInvalidError
from marketplace.currencies.domain.rates import RateSheet, read_rates

SOURCE = "ECB"
BYTES_MAX = 64 * 1024
_CURRENCIES_MAX = 200


def read_daily(body: bytes) -> RateSheet:
    """The day's sheet. Raises RecordInvalidError with a sentence for what is wrong with the file."""
    if len(body) > BYTES_MAX:
        raise RecordInvalidError("the file of rates is too large")
    days: list[str] = []
    rates: dict[str, str] = {}

    def element(name: str, attributes: dict[str, str]) -> None:
        if name.rpartition(":")[2] != "Cube":
            return
        if "time" in attributes:
            days.append(attributes["time"])
        if "currency" in attributes and len(rates) < _CURRENCIES_MAX:
            rates[attributes["currency"]] = attributes.get("rate", "")

    _parse(body, element)
    if len(days) != 1:
        raise RecordInvalidError(f"the file holds {len(days)} days of rates, not one")
    try:
        day = date.fromisoformat(days[0])
    except ValueError as error:
        raise RecordInvalidError(f"the file's day, {days[0][:40]!r}, is no date") from error
    return RateSheet(day=day, source=SOURCE, per_euro=read_rates(rates))


def _parse(body: bytes, element: Callable[[str, dict[str, str]], None]) -> None:
    def refuse(*_parts: object) -> None:
        raise RecordInvalidError("the file of rates declares a document type, which it must not")

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(body, True)  # noqa: FBT003 - the library's order
    except expat.ExpatError as error:
        raise RecordInvalidError(f"the file of rates is not well-formed: {error}") from error
