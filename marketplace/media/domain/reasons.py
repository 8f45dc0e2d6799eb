"""Why a picture is missing: one of four kinds, for which pages have words, and the particulars as met. Pure."""

from typing import Final, Literal, get_args

import msgspec

Kind = Literal["other-picture", "not-shown", "address", "not-sent"]
"""Another picture than announced; nothing that we show; an address that may not be asked; the server did not send it.

The first three are given up at once, the last is asked for again.
"""

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Reason(msgspec.Struct, frozen=True):
    """A kind, and the particulars in English, for those who look closer."""

    kind: Kind
    detail: str

    def written(self) -> str:
        """As it is kept."""
        return f"{self.kind}: {self.detail}"


def read_reason(text: str) -> Reason:
    """What `written` wrote; anything older counts as not sent."""
    kind, _, detail = text.partition(": ")
    found = next((one for one in KINDS if one == kind), None)
    return Reason("not-sent", text) if found is None else Reason(found, detail)
