"""The set that is reconciled: (timestamp, id) pairs in order, with a fingerprint of any run of them at once.

A Negentropy item is a 64-bit timestamp and a 32-byte id. In a catalogue the timestamp is the place of a key's newest
leaf and the id its leaf hash; in stock they are a register's `vseq` and the hash of its line. Sums of ids are kept
from the beginning on, so a range costs two look-ups however long it is.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from itertools import accumulate

from federation.recon.wire import FINGERPRINT_BYTES, ID_BYTES, TIMESTAMP_MAX, Bound, spell_varint
from federation.vocabulary.errors import RecordInvalidError

_SUM_MASK = 2 ** (8 * ID_BYTES) - 1

Item = tuple[int, bytes]


class ItemSet:
    """An immutable ordered set of items."""

    def __init__(self, items: Iterable[Item]) -> None:
        """Sort and check `items`; raises RecordInvalidError for one twice, or one that is no item."""
        self._items = sorted(items)
        for before, after in zip(self._items, self._items[1:], strict=False):
            if before == after:
                raise RecordInvalidError(f"{after[1].hex()} stands twice in one set")
        if any(not 0 <= moment < TIMESTAMP_MAX or len(name) != ID_BYTES for moment, name in self._items):
            raise RecordInvalidError("an item is a timestamp below 2^64 - 1 and an id of 32 bytes")
        self._sums = [0, *accumulate(int.from_bytes(name, "little") for _, name in self._items)]

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, place: int) -> Item:
        return self._items[place]

    def ids(self, lower: int, upper: int) -> list[bytes]:
        """The ids from place `lower` up to, not including, `upper`."""
        return [name for _, name in self._items[lower:upper]]

    def place_of(self, bound: Bound, lower: int = 0) -> int:
        """The place of the first item not below `bound`, looked for from `lower` on."""
        return bisect_left(self._items, (bound.timestamp, bound.prefix), lower)

    def fingerprint(self, lower: int, upper: int) -> bytes:
        """The Negentropy fingerprint of the items from `lower` up to, not including, `upper`."""
        total = (self._sums[upper] - self._sums[lower]) & _SUM_MASK
        digest = hashlib.sha256(total.to_bytes(ID_BYTES, "little") + spell_varint(upper - lower)).digest()
        return digest[:FINGERPRINT_BYTES]

    def boundary(self, place: int) -> Bound:
        """The shortest bound that parts the item at `place` from the one before it."""
        before, after = self._items[place - 1], self._items[place]
        if before[0] != after[0]:
            return Bound(after[0], b"")
        shared = next(at for at in range(ID_BYTES) if before[1][at] != after[1][at])
        return Bound(after[0], after[1][: shared + 1])

    def whole(self) -> bytes:
        """The fingerprint of all: what two holders of one set agree on."""
        return self.fingerprint(0, len(self._items))
