"""Time zones by their names in the IANA database: where somebody's days begin and months end.

The database is the machine's own or that of the `tzdata` package. UTC needs neither.
"""

from datetime import UTC, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from federation.vocabulary.errors import GalleriaError

UTC_NAME = "UTC"
ZoneName = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
"""A zone as documents name it (`Europe/Rome`); who reads it may not know it."""


class ZoneUnknownError(GalleriaError):
    """No zone of this name is known on this machine."""

    slug = "zone-unknown"


def zone_of(name: str) -> tzinfo:
    """The zone of this name. Raises ZoneUnknownError."""
    if name == UTC_NAME:
        return UTC
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ZoneUnknownError(f"{name[:64]!r} is no time zone known here: name one like Europe/Rome") from error


def zone_or_utc(name: str) -> tzinfo:
    """The zone of this name, UTC where it is not known: for pages about what others wrote."""
    try:
        return zone_of(name)
    except ZoneUnknownError:
        return UTC
