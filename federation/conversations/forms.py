"""The bounded words that wire messages are made of: ids, times, names, counts. Shared by all; decides nothing."""

from typing import Annotated

import msgspec

from federation import limits
from federation.documents.times import TIME_PATTERN
from federation.vocabulary.ids import PARTY_ID_PATTERN
from federation.vocabulary.product import Country

UUID_PATTERN = r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!\n)$"

Uuid = Annotated[str, msgspec.Meta(pattern=UUID_PATTERN)]
UtcTime = Annotated[str, msgspec.Meta(pattern=TIME_PATTERN)]
Party = Annotated[str, msgspec.Meta(pattern=rf"^{PARTY_ID_PATTERN}(?!\n)$")]
LeafHash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}(?!\n)$")]
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}(?!\n)$")]
Word = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z_]{0,39}(?!\n)$")]
"""A code such as a reason's; readers show one that they do not know as `other`."""
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
OptionalName = Annotated[str, msgspec.Meta(max_length=200)]
Note = Annotated[str, msgspec.Meta(max_length=2_000)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=500)]
Url = Annotated[str, msgspec.Meta(min_length=1, max_length=500, pattern=r"^https?://")]
Quantity = Annotated[int, msgspec.Meta(ge=1, le=limits.LINE_QUANTITY_MAX)]
Percent = Annotated[int, msgspec.Meta(ge=1, le=100)]
StockQuantity = Annotated[int, msgspec.Meta(ge=0, le=limits.STOCK_QUANTITY_MAX)]
Version = Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAGNITUDE_MAX)]


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a parcel goes; `country` is ISO 3166-1 alpha-2."""

    name: Name
    line1: Name
    postcode: Annotated[str, msgspec.Meta(max_length=20)]
    town: Name
    country: Country
    line2: OptionalName = ""
    region: OptionalName = ""
    phone: Annotated[str, msgspec.Meta(max_length=40)] = ""


class LinePieces(msgspec.Struct, frozen=True):
    """So many pieces of one order line."""

    line_id: Uuid
    quantity: Quantity
