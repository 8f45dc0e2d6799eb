"""Competing operations: the higher root holds when it speaks in time, and nothing that a thief does crowds it out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation import limits
from federation.documents import identity, rivals
from federation.documents.errors import OperationRefusedError
from federation.documents.identity import Operation, SeenOperation, SignKey
from federation.documents.keys import SigningKey, encode_base64url
from federation.documents.times import seconds_of

ROOTS = tuple(SigningKey.from_seed(bytes([number]) * 32) for number in (1, 2, 3))
ROOT, SECOND, THIRD = ROOTS
SIGN = SigningKey.from_seed(b"s" * 32)
NEXT = SigningKey.from_seed(b"n" * 32)
AT = "2026-11-22T07:16:00Z"
HOUR = 3600
WINDOW = limits.UNDO_WINDOW_SECONDS

GENESIS = identity.genesis(
    "shop",
    ROOT,
    sign_keys=[SIGN.public],
    at=AT,
    address="https://shop.example",
    further_roots=[SECOND.public, THIRD.public],
)


def public(key: SigningKey) -> str:
    return encode_base64url(key.public.raw)


def after(operations: list[bytes], root: SigningKey = ROOT, **fields: Any) -> bytes:
    """An operation that follows `operations`, signed by `root`."""
    return identity.sign_operation(Operation(at=AT, previous=identity.fold(operations).head, **fields), root)


def moved(operations: list[bytes], address: str, root: SigningKey = ROOT) -> bytes:
    return after(operations, root, type="move", address=address)


def seen_at(*seen: tuple[bytes, int]) -> list[SeenOperation]:
    return [SeenOperation(data, when) for data, when in seen]


def resolved(*seen: tuple[bytes, int], now: int) -> tuple[str, bool]:
    """The address that holds, and whether it is contested."""
    resolution = rivals.resolve(seen_at(*seen), now)
    return resolution.state.address, resolution.contested


THEFT = moved([GENESIS], "https://thief.example", SECOND)
ANSWER = moved([GENESIS], "https://owner.example", ROOT)


def test_a_higher_root_undoes_a_lower_one_in_time() -> None:
    """Within 72 hours of first sight the higher root's word holds, whatever followed the lower one's."""
    follow_up = moved([GENESIS, THEFT], "https://further.example", SECOND)
    seen = ((GENESIS, 0), (THEFT, 10), (follow_up, 20), (ANSWER, 10 + 72 * HOUR))
    assert resolved(*seen, now=80 * HOUR) == ("https://owner.example", False)


def test_after_the_window_the_first_seen_holds() -> None:
    """Too late, the higher root has lost."""
    assert resolved((GENESIS, 0), (THEFT, 10), (ANSWER, 11 + 72 * HOUR), now=80 * HOUR)[0] == "https://thief.example"


def test_a_lower_root_never_undoes_a_higher_one() -> None:
    """The highest root's operation stands at once, seen first or second."""
    assert resolved((GENESIS, 0), (ANSWER, 10), (THEFT, 20), now=30) == ("https://owner.example", False)


def test_equal_rivals_are_contested_until_the_window_closes() -> None:
    """Of two by the same lower root the first seen holds, and orders wait until nothing can change it."""
    rival = moved([GENESIS], "https://rival.example", SECOND)
    seen = ((GENESIS, 0), (THEFT, 10), (rival, 20))
    assert resolved(*seen, now=30) == ("https://thief.example", True)
    assert resolved(*seen, now=11 + 72 * HOUR) == ("https://thief.example", False)


def test_what_fits_nowhere_is_left_out() -> None:
    """Forged, malformed and orphaned operations do not disturb the chain."""
    forged = moved([GENESIS], "https://forged.example", NEXT)
    broken = after([GENESIS], type="move")
    orphan = moved([GENESIS, THEFT], "https://orphan.example")
    seen = ((GENESIS, 0), (b"junk", 1), (forged, 2), (broken, 3), (orphan, 4), (ANSWER, 5))
    assert resolved(*seen, now=30) == ("https://owner.example", False)
    with pytest.raises(OperationRefusedError):
        rivals.resolve([], 0)


def test_two_by_the_highest_root_are_contested_too() -> None:
    """Nobody can speak above the highest root: when it contradicts itself, orders wait until the window has closed."""
    rival = moved([GENESIS], "https://rival.example", ROOT)
    seen = ((GENESIS, 0), (ANSWER, 10), (rival, 20))
    assert resolved(*seen, now=30) == ("https://owner.example", True)
    assert resolved(*seen, now=11 + WINDOW) == ("https://owner.example", False)


def test_the_middle_root_may_be_undone_in_its_own_window() -> None:
    """Each operation has its own 72 hours, counted from its own first sight."""
    middle = moved([GENESIS], "https://middle.example", SECOND)
    low = moved([GENESIS], "https://low.example", THIRD)
    seen = ((GENESIS, 0), (low, 0), (middle, WINDOW))
    assert resolved(*seen, now=WINDOW) == ("https://middle.example", True)
    assert resolved(*seen, (ANSWER, 2 * WINDOW), now=2 * WINDOW) == ("https://owner.example", False)
    assert resolved(*seen, (ANSWER, 2 * WINDOW + 1), now=2 * WINDOW + 1) == ("https://middle.example", False)


SIGHTS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 4 * WINDOW)), min_size=1, max_size=6, unique_by=lambda it: it[0]
)


def told_by_root(sights: list[tuple[int, int]]) -> list[tuple[bytes, int]]:
    """One rival per root that spoke, each with the second at which it was first seen."""
    return [(moved([GENESIS], f"https://root-{place}.example", ROOTS[place]), when) for place, when in sights]


@given(SIGHTS, st.randoms())
def test_the_order_of_keeping_never_matters(sights: list[tuple[int, int]], dice: Any) -> None:
    """Only when an operation was first seen counts, not in which row it was kept."""
    told = told_by_root(sights)
    shuffled = list(told)
    dice.shuffle(shuffled)
    now = max(when for _, when in told)
    assert resolved((GENESIS, 0), *told, now=now) == resolved((GENESIS, 0), *shuffled, now=now)


@given(st.permutations([0, 1, 2]), st.lists(st.integers(0, WINDOW), min_size=3, max_size=3))
def test_within_the_window_any_order_of_arrival_has_one_outcome(order: list[int], whens: list[int]) -> None:
    """Readers who saw the same operations within the window of the earliest agree, whoever came first."""
    told = told_by_root([(place, when - min(whens)) for place, when in zip(order, whens, strict=True)])
    assert resolved((GENESIS, 0), *told, now=WINDOW) == ("https://root-0.example", False)


@given(SIGHTS, st.integers(0, 4 * WINDOW))
def test_the_highest_root_wins_in_time_and_never_after(sights: list[tuple[int, int]], spoken_at: int) -> None:
    """It holds if, and only if, it spoke first or within the window of what held when it spoke."""
    told = told_by_root([item for item in sights if item[0] != 0])
    before = [(data, when) for data, when in told if when < spoken_at]
    answer = moved([GENESIS], "https://owner.example", ROOT)
    holds = resolved((GENESIS, 0), *told, (answer, spoken_at), now=spoken_at)[0] == "https://owner.example"
    if not before:
        assert holds
    else:
        held_since = rivals.resolve(seen_at((GENESIS, 0), *before), spoken_at).steps[1].signed.first_seen
        assert holds == (spoken_at <= held_since + WINDOW)


@given(SIGHTS)
def test_what_holds_after_its_window_holds_for_ever(sights: list[tuple[int, int]]) -> None:
    """Once the window of what holds has closed, no later operation changes the outcome."""
    told = told_by_root(sights)
    held = rivals.resolve(seen_at((GENESIS, 0), *told), 5 * WINDOW)
    late = max(when for _, when in told) + WINDOW + 1
    for root in ROOTS:
        rival = (moved([GENESIS], "https://late.example", root), late)
        assert rivals.resolve(seen_at((GENESIS, 0), *told, rival), late).state == held.state


# What is kept


def test_only_what_a_root_has_signed_into_place_is_kept() -> None:
    """Forged, broken and foreign operations leave no trace; a rival is kept with the second of its first sight."""
    forged = moved([GENESIS], "https://forged.example", NEXT)
    kept = rivals.joined(seen_at((GENESIS, 0)), [b"junk", forged, THEFT, ANSWER, THEFT], 50)
    assert [(item.data, item.first_seen) for item in kept] == [(GENESIS, 0), (THEFT, 50), (ANSWER, 50)]


def test_a_party_not_met_before_begins_with_its_genesis() -> None:
    """The first operation ever told is a genesis, or nothing is kept at all."""
    assert rivals.joined([], [GENESIS, THEFT], 5) == tuple(seen_at((GENESIS, 5), (THEFT, 5)))
    with pytest.raises(OperationRefusedError):
        rivals.joined([], [THEFT], 5)


def test_a_flood_by_a_lower_root_leaves_room_for_the_higher() -> None:
    """A thief with a lower root fills no place that the owner needs: two rivals of each root are kept, no more."""
    flood = [moved([GENESIS], f"https://{number}.example", SECOND) for number in range(20)]
    kept = rivals.joined(seen_at((GENESIS, 0)), [*flood, ANSWER], 10)
    assert [item.data for item in kept] == [GENESIS, *flood[: rivals.RIVALS_PER_ROOT_MAX], ANSWER]
    assert rivals.resolve(kept, 10).state.address == "https://owner.example"


def lengthened(chain: list[bytes], root: SigningKey, count: int) -> list[bytes]:
    """`count` operations of some 8 KiB each after a chain, signed by `root`."""
    longer = list(chain)
    epoch = identity.fold(chain).epoch
    for number in range(1, count + 1):
        longer.append(after(longer, root, type="fork_resolve", epoch=epoch + number, checkpoint="x" * 8_000))
    return longer[len(chain) :]


def test_no_more_of_an_identity_is_kept_than_a_reader_takes() -> None:
    """A party that tells ever more operations is not believed, kept or resolved past the bytes of one document."""
    told = lengthened([GENESIS], ROOT, 20)
    kept = rivals.joined(seen_at((GENESIS, 0)), told, 10)
    assert [item.data for item in kept] == [GENESIS, *told[: len(kept) - 1]]
    assert 100_000 < sum(len(item.data) for item in kept) <= limits.PROFILE_BYTES_MAX


def test_a_long_branch_by_a_lower_root_leaves_the_owner_all_its_room() -> None:
    """A thief's many long operations fill the lower root's room alone: the owner undoes the first and goes on."""
    flood = [THEFT, *lengthened([GENESIS, THEFT], SECOND, 40)]
    seen = rivals.joined(seen_at((GENESIS, 0)), flood, 10)
    own = [ANSWER, *lengthened([GENESIS, ANSWER], ROOT, 10)]
    kept = rivals.joined(seen, own, 20)
    assert sum(len(item.data) for item in seen) <= limits.PROFILE_BYTES_MAX + len(GENESIS)
    assert rivals.resolve(kept, 20).chain == (GENESIS, *own)


# The lives of sign keys


def rotation(chain: list[bytes], *entries: SignKey) -> bytes:
    return after(chain, type="rotate", root_keys=tuple(public(key) for key in ROOTS), sign_keys=entries)


def test_a_key_lives_until_its_end_or_until_it_is_left_out() -> None:
    """What a key countersigned before its end keeps counting; a key left out ends when that was first seen."""
    ended = rotation([GENESIS], SignKey(x=public(SIGN), not_after=AT), SignKey(x=public(NEXT)))
    ends_at = seconds_of(AT)
    lives = {life.key: life for life in rivals.resolve(seen_at((GENESIS, 5), (ended, ends_at + 90)), 0).keys}
    assert (lives[SIGN.public].ends_at, lives[NEXT.public].ends_at) == (ends_at, None)
    assert lives[SIGN.public].covers(ends_at)
    assert not lives[SIGN.public].covers(ends_at + 1)
    left_out = rotation([GENESIS, ended], SignKey(x=public(SIGN), not_after=AT))
    lives = {
        life.key: life
        for life in rivals.resolve(seen_at((GENESIS, 5), (ended, ends_at + 90), (left_out, ends_at + 100)), 0).keys
    }
    assert (lives[SIGN.public].ends_at, lives[NEXT.public].ends_at) == (ends_at, ends_at + 100)
    assert lives[NEXT.public].named_at == ends_at + 90
