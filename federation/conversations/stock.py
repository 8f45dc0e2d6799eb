"""Stock registers: which of two holds, the digest of a whole table, what follows a receipt, and how far age is trusted.

A register's id is SHA-256 of its line, `variant_id TAB location TAB quantity TAB vseq LF`. A table's digest is the sum
of the ids of its registers as little-endian integers modulo 2^256, so one change costs two hashes however long the
table is. Such a sum shows what was lost or never told; it is no defence against the shop itself, whose word the table
is anyway. Registers are absolute; nothing here adds or subtracts pieces.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from federation import limits
from federation.conversations.messages import StockBatch, StockHeartbeat, StockReceipt, StockRegister

Freshness = Literal["fresh", "soft", "stale"]
Place = tuple[str, str]
"""A register's name within its shop: (variant id, location)."""

_MODULUS = 2**256
CLOCK_BACK_SECONDS_MAX = 5.0
"""A word from further in the future than this was dated by a clock that has been put back: it proves nothing."""


def place_of(register: StockRegister) -> Place:
    """Where a register belongs."""
    return register.variant_id, register.location


def register_id(register: StockRegister) -> bytes:
    """The 32 bytes that stand for exactly this figure of this register."""
    line = f"{register.variant_id}\t{register.location}\t{register.quantity}\t{register.vseq}\n"
    return hashlib.sha256(line.encode()).digest()


class Tally(msgspec.Struct, frozen=True):
    """What is known of a whole table without reading it: highest vseq ever, number of registers, sum of their ids."""

    vseq_high: int = 0
    count: int = 0
    total: bytes = bytes(32)

    def moved(self, before: Iterable[StockRegister], after: Iterable[StockRegister]) -> "Tally":
        """The tally once the registers `before` have become, or been joined by, those `after`."""
        total, count, high = int.from_bytes(self.total, "little"), self.count, self.vseq_high
        for register in before:
            total -= int.from_bytes(register_id(register), "little")
            count -= 1
        for register in after:
            total += int.from_bytes(register_id(register), "little")
            count += 1
            high = max(high, register.vseq)
        return Tally(high, count, (total % _MODULUS).to_bytes(32, "little"))

    @property
    def heartbeat(self) -> StockHeartbeat:
        """The tally as it travels."""
        return StockHeartbeat(vseq_high=self.vseq_high, count=self.count, digest=self.total.hex())


def heartbeat(registers: Iterable[StockRegister]) -> StockHeartbeat:
    """The heartbeat of a whole table; an empty one has `vseq_high` 0."""
    return Tally().moved((), registers).heartbeat


def newest(registers: Iterable[StockRegister]) -> list[StockRegister]:
    """Each variant and location once, with its highest vseq, by rising vseq: how a sender coalesces."""
    kept: dict[Place, StockRegister] = {}
    for item in registers:
        if place_of(item) not in kept or kept[place_of(item)].vseq < item.vseq:
            kept[place_of(item)] = item
    return sorted(kept.values(), key=lambda item: item.vseq)


Step = Literal["done", "more", "rewind", "compare", "mismatch"]


def next_step(batch: StockBatch, receipt: StockReceipt, *, is_full: bool, tried: Collection[Step]) -> Step:
    """What a sender does after a receipt, each mending step once in a run.

    `is_full` when more registers may follow. A receiver that knows less than it was told was restored from a copy:
    the sender goes back to what it has (`rewind`). Otherwise the tables differ in something old, or the sender itself
    was restored: it reads the receiver's table and gives new numbers to whatever differs (`compare`).
    """
    if receipt.in_step:
        return "done"
    if is_full and receipt.vseq_high <= batch.heartbeat.vseq_high:
        return "more"
    if receipt.vseq_high < batch.heartbeat.vseq_high and "rewind" not in tried:
        return "rewind"
    return "compare" if "compare" not in tried else "mismatch"


def differing(ours: Mapping[Place, StockRegister], theirs: Iterable[StockRegister]) -> list[Place]:
    """The places at which a receiver holds something else than the sender, or one of the two nothing, in order."""
    told = {place_of(register): register for register in theirs}
    return sorted(place for place in ours.keys() | told.keys() if ours.get(place) != told.get(place))


def beat_due(ends: Sequence[str], last_at: datetime | None, now: datetime) -> bool:
    """Whether a sender that has been silent since `last_at` speaks again: the interval give or take the jitter later.

    The moment is drawn from pair and time, so that many pairs spread out and everybody who asks finds the same one.
    """
    if last_at is None:
        return True
    seed = hashlib.sha256("/".join((*ends, str(last_at.timestamp()))).encode()).digest()
    share = int.from_bytes(seed[:4], "big") / 2**32
    jitter = (2 * share - 1) * limits.HEARTBEAT_JITTER_SECONDS
    return now >= last_at + timedelta(seconds=limits.HEARTBEAT_INTERVAL_SECONDS + jitter)


def said_at(batch: StockBatch, now: datetime) -> datetime | None:
    """The earliest moment, by the receiver's own clock, at which a message can have been true; None: not known.

    `echo` is the receiver's clock in an earlier receipt of its own, `waited_ms` the sender's measure of the time since
    it had that receipt: the message was made at least so long after the receipt was. No other clock is believed, so
    neither a wrong one nor a message held up on its way makes old words look new.
    """
    if batch.echo is None:
        return None
    moment = datetime.fromtimestamp(batch.echo / 1000, now.tzinfo) + timedelta(milliseconds=batch.waited_ms)
    return min(moment, now)


def freshness(age_seconds: float) -> Freshness:
    """What the age of the shop's last word lets a hub say: counts, presence, or nothing unasked."""
    if age_seconds < -CLOCK_BACK_SECONDS_MAX:
        return "stale"
    if age_seconds < limits.FRESH_SECONDS:
        return "fresh"
    return "soft" if age_seconds < limits.SOFT_SECONDS else "stale"


def freshness_at(heard_at: datetime | None, now: datetime) -> Freshness:
    """The freshness at `now` of a table last confirmed at `heard_at` (None: never)."""
    return "stale" if heard_at is None else freshness((now - heard_at).total_seconds())
