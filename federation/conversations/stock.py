"""Stock registers: which of two holds, the digest of a whole table, and how far an age lets a figure be trusted.

The digest is SHA-256 over one line per register, `variant_id TAB location TAB quantity TAB vseq LF`, in ascending
byte order of variant id, then location. Registers are absolute; nothing here adds or subtracts.
"""

import hashlib
from collections.abc import Iterable
from typing import Literal

from federation import limits
from federation.conversations.messages import StockHeartbeat, StockRegister

Freshness = Literal["fresh", "soft", "stale"]


def digest(registers: Iterable[StockRegister]) -> str:
    """The digest of a table, in hexadecimal; its order does not matter."""
    lines = sorted((item.variant_id, item.location, item.quantity, item.vseq) for item in registers)
    text = "".join(f"{variant}\t{location}\t{quantity}\t{vseq}\n" for variant, location, quantity, vseq in lines)
    return hashlib.sha256(text.encode()).hexdigest()


def heartbeat(registers: Iterable[StockRegister]) -> StockHeartbeat:
    """The three figures of a whole table; an empty one has `vseq_high` 0."""
    table = list(registers)
    return StockHeartbeat(
        vseq_high=max((item.vseq for item in table), default=0), count=len(table), digest=digest(table)
    )


def newest(registers: Iterable[StockRegister]) -> list[StockRegister]:
    """Each variant and location once, with its highest vseq, by rising vseq: how a sender coalesces."""
    kept: dict[tuple[str, str], StockRegister] = {}
    for item in registers:
        place = (item.variant_id, item.location)
        if place not in kept or kept[place].vseq < item.vseq:
            kept[place] = item
    return sorted(kept.values(), key=lambda item: item.vseq)


def freshness(age_seconds: float) -> Freshness:
    """What the time since the shop's last stock message lets a hub say: counts, presence, or nothing unasked."""
    if age_seconds < limits.FRESH_SECONDS:
        return "fresh"
    return "soft" if age_seconds < limits.SOFT_SECONDS else "stale"
