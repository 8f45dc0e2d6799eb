"""Both sides of a reconciliation: the asker learns which ids each side has alone, the answerer keeps no state.

The asker sends `opening`, gives every answer to `Asking.hear` and sends what that returns until it is None; the
answerer calls `answer`. A range whose fingerprints differ is cut into sixteen, or listed when it is short; a message
that would outgrow the frame ends in one fingerprint of all that is left, so the next round takes it up there.
Deterministic: the same two sets always exchange the same bytes.
"""

import math
from collections.abc import Sequence

import msgspec

from federation import limits
from federation.recon.items import ItemSet
from federation.recon.wire import INFINITY, VERSION, Bound, MessageWriter, Mode, WireRange, read_message
from federation.vocabulary.errors import RecordInvalidError, TooLargeError

BUCKETS = 16
LISTED_MAX = 2 * BUCKETS - 1
"""The longest run of ids that is listed rather than cut up."""

_VERSIONS = 0x60
"""The high half of the byte that names a version; the low half is its number."""
_RESERVE_BYTES = 200
"""Room left in a frame for the fingerprint of the rest."""
_ID_TO_RANGE = 32 / 19
"""What an id weighs beside a range with its fingerprint."""
_LEAST_SHARES_MAX = 128
"""Up to here a run is cut so that its fingerprints and the one short list they cause weigh least together."""
_FEW = 4
_CROWDED_SHARE_MAX = 0.25
"""With more differing ranges than this, neighbours among them are chance."""
_RANGE_BYTES_MAX = 64
"""More than a bound, a mode and a fingerprint take."""


def opening(ours: ItemSet) -> bytes:
    """The first message: our whole set, cut once."""
    reply = _Reply(ours, limits.RECON_FRAME_BYTES_MAX, asks=True)
    reply.cut(0, len(ours), INFINITY)
    return reply.finished()


def answer(ours: ItemSet, message: bytes, frame_bytes_max: int = limits.RECON_FRAME_BYTES_MAX) -> bytes:
    """What the answering side replies; a message of another version gets the one byte that names ours.

    Raises TooLargeError or RecordInvalidError for a message that is none.
    """
    reply = _Reply(ours, frame_bytes_max)
    if message and message[0] != VERSION and message[0] & 0xF0 == _VERSIONS:
        return reply.finished()
    lower = 0
    for found in read_message(message):
        upper = ours.place_of(found.upper, lower)
        if found.mode is Mode.ID_LIST:
            upper = reply.listed(lower, upper, found.upper)
        else:
            reply.compared(lower, upper, found)
        if reply.full:
            reply.rest()
            break
        lower = upper
    return reply.finished()


class Asking:
    """The asking side of one session; `have` and `need` grow with every answer heard."""

    def __init__(self, ours: ItemSet, *, ids_max: int = limits.RECON_IDS_MAX) -> None:
        self.have: set[bytes] = set()
        """Ids that only we have."""
        self.need: set[bytes] = set()
        """Ids that only the other side has."""
        self.rounds = 0
        self.bytes_exchanged = 0
        self._ours = ours
        self._ids_max = ids_max

    def opening(self) -> bytes:
        """The first message."""
        message = opening(self._ours)
        self.bytes_exchanged += len(message)
        return message

    def hear(self, message: bytes) -> bytes | None:
        """Take an answer in; returns the next message, None when nothing is left to ask.

        Raises RecordInvalidError or TooLargeError when the answer is none, or names more ids than we bear.
        """
        self.rounds += 1
        self.bytes_exchanged += len(message)
        ranges, lower = read_message(message), 0
        seen = _seen(self._ours, ranges)
        reply = _Reply(self._ours, limits.RECON_FRAME_BYTES_MAX, asks=True, each=seen.each)
        for place, found in enumerate(ranges):
            upper = self._ours.place_of(found.upper, lower)
            if found.mode is Mode.ID_LIST:
                self._learn(lower, upper, found)
                reply.leave(found.upper)
            else:
                reply.compared(lower, upper, found, crowded=place in seen.crowded)
            if reply.full:
                reply.rest()
                break
            lower = upper
        if not reply.said:
            return None
        following = reply.finished()
        self.bytes_exchanged += len(following)
        return following

    def _learn(self, lower: int, upper: int, found: WireRange) -> None:
        ours, theirs = set(self._ours.ids(lower, upper)), set(found.ids)
        if len(theirs) != len(found.ids):
            raise RecordInvalidError("an id stands twice in one list")
        self.have |= ours - theirs
        self.need |= theirs - ours
        if len(self.have) + len(self.need) > self._ids_max:
            raise TooLargeError(f"the sets differ in more than {self._ids_max} ids")


class _Reply:
    """A message being written against our own items; `full` once the frame has no room for the next range."""

    def __init__(self, ours: ItemSet, frame_bytes_max: int, *, asks: bool = False, each: float = 1.0) -> None:
        self.full = False
        self._asks = asks
        self._each = each
        self._ours = ours
        self._writer = MessageWriter()
        self._room = frame_bytes_max - _RESERVE_BYTES
        self._skipped: Bound | None = None
        self._place = 0

    @property
    def said(self) -> bool:
        """Whether anything stands in it."""
        return len(self._writer) > 1

    def leave(self, upper: Bound) -> None:
        """Nothing to say up to `upper`."""
        self._skipped = upper

    def compared(self, lower: int, upper: int, found: WireRange, *, crowded: bool = False) -> None:
        """Reply to a skip or a fingerprint over our items from `lower` to `upper`."""
        if found.mode is Mode.SKIP or found.fingerprint == self._ours.fingerprint(lower, upper):
            self.leave(found.upper)
        else:
            self.cut(lower, upper, found.upper, crowded=crowded)

    def cut(self, lower: int, upper: int, bound: Bound, *, crowded: bool = False) -> None:
        """Say our items from `lower` to `upper` as fingerprints of equal shares, or by their ids."""
        count = upper - lower
        shares = self._shares(count, crowded=crowded)
        if not self._fits(shares * _RANGE_BYTES_MAX or 32 * count):
            self._place, self.full = lower, True
            return
        self._catch_up()
        self._place = upper
        if not shares:
            self._writer.id_list(bound, self._ours.ids(lower, upper))
        for share in range(shares):
            end = lower + count // shares + (share < count % shares)
            until = bound if end == upper else self._ours.boundary(end)
            self._writer.fingerprint(until, self._ours.fingerprint(lower, end))
            lower = end

    def _shares(self, count: int, *, crowded: bool) -> int:
        """Into how many shares a run of `count` items is cut; 0 lists it.

        The asker sees to it that the answerer's lists are short: a run that is neither short enough for that nor so
        long that its sixteenths will be cut again is cut in few, so that the answerer cuts it once more. Where all
        of a run may differ (`crowded`) it had better be listed at once.
        """
        if not self._asks:
            return BUCKETS if count > LISTED_MAX else 0
        if crowded:
            return BUCKETS if count > LISTED_MAX else min(count, 1)
        if count <= _LEAST_SHARES_MAX:
            return min(count, math.ceil(math.sqrt(count * self._each * _ID_TO_RANGE)))
        return BUCKETS if count > BUCKETS * LISTED_MAX else _FEW

    def listed(self, lower: int, upper: int, bound: Bound) -> int:
        """Reply to a list with our own ids of that range, as many as fit; returns the place after the last."""
        room = max(0, (self._room - len(self._writer) - _RANGE_BYTES_MAX) // 32)
        if upper - lower > room:
            upper, self.full = lower + room, True
            if room == 0:
                self._place = lower
                return lower
            bound = Bound(*self._ours[upper])
        self._catch_up()
        self._writer.id_list(bound, self._ours.ids(lower, upper))
        self._place = upper
        return upper

    def rest(self) -> None:
        """End a full message by one fingerprint of everything not yet said."""
        self._catch_up()
        self._writer.fingerprint(INFINITY, self._ours.fingerprint(self._place, len(self._ours)))

    def finished(self) -> bytes:
        return self._writer.message()

    def _fits(self, size: int) -> bool:
        return len(self._writer) + size + _RANGE_BYTES_MAX <= self._room

    def _catch_up(self) -> None:
        if self._skipped is not None:
            self._writer.skip(self._skipped)
            self._skipped = None


class _Seen(msgspec.Struct, frozen=True):
    """What a message shows of where the sets differ.

    `crowded` are ranges that differ beside one another while most agree: there, all items may differ. `each` is how
    many differences a differing range holds, going by how many agree.
    """

    crowded: frozenset[int]
    each: float


def _seen(ours: ItemSet, ranges: Sequence[WireRange]) -> _Seen:
    differing, compared, lower = set[int](), 0, 0
    for place, found in enumerate(ranges):
        upper = ours.place_of(found.upper, lower)
        if found.mode is Mode.FINGERPRINT:
            compared += 1
            if found.fingerprint != ours.fingerprint(lower, upper):
                differing.add(place)
        lower = upper
    agreeing = max(1, compared - len(differing))
    each = math.log(compared / agreeing) * compared / len(differing) if compared > BUCKETS and differing else 1.0
    beside = frozenset(place for place in differing if {place - 1, place + 1} & differing)
    return _Seen(beside if len(differing) <= _CROWDED_SHARE_MAX * compared else frozenset(), max(1.0, each))
