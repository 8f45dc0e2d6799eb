"""Times as FED/1 writes them: RFC 3339, UTC, to the second (`2026-11-22T07:16:00Z`), so text order is time order."""

import re
from datetime import UTC, datetime

from federation.vocabulary.errors import RecordInvalidError

TIME_PATTERN = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z(?!\n)$"
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"
_TIME = re.compile(TIME_PATTERN, re.ASCII)


def text_of(moment: datetime) -> str:
    """An aware moment as text, fractions of a second cut off."""
    return moment.astimezone(UTC).strftime(_FORMAT)


def moment_of(text: str) -> datetime:
    """The aware moment that `text` names; raises RecordInvalidError for another form or a day that is not."""
    try:
        if _TIME.match(text):
            return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)
    except ValueError:
        pass
    raise RecordInvalidError(f"{text[:40]!r} is not a time like 2026-11-22T07:16:00Z")


def seconds_of(text: str) -> int:
    """The Unix seconds of a time; raises RecordInvalidError as `moment_of` does."""
    return int(moment_of(text).timestamp())
