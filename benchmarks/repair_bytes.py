"""What finding the difference of two sets costs on the wire, beside the Negentropy reference's figures.

Run: python -m benchmarks.repair_bytes. Pure: bytes of all messages both ways divided by the differences, half of them
on each side, as the reference was measured; "lost" has all of them missing at the asker, as when a hub lost rows,
where 32 bytes, the ids themselves, are the floor. Recent differences are the last ones, scattered ones random.
"""

import hashlib
import random
import time

from federation.recon.items import Item, ItemSet
from federation.recon.session import Asking, answer

SIZES = (2_000, 20_000, 100_000)
DIFFERENCES = (10, 100, 1_000)
REFERENCE = {
    (2_000, "recent"): (108, 43, 35),
    (2_000, "scattered"): (687, 466, 102),
    (20_000, "recent"): (121, 27, 19),
    (20_000, "scattered"): (669, 477, 223),
    (100_000, "recent"): (173, 33, 18),
    (100_000, "scattered"): (1393, 1101, 781),
}
"""Bytes a difference of the JavaScript reference without a bound on frames, by size and kind, for DIFFERENCES."""


def item(place: int) -> Item:
    """The item in a place of a log."""
    return place, hashlib.sha256(str(place).encode()).digest()


def session(asker: ItemSet, answerer: ItemSet) -> tuple[Asking, float]:
    """One whole session, and the seconds that both sides worked."""
    begun = time.perf_counter()
    asking = Asking(asker)
    message: bytes | None = asking.opening()
    while message is not None:
        message = asking.hear(answer(answerer, message))
    return asking, time.perf_counter() - begun


def compare(size: int, count: int, kind: str, *, lost: bool) -> tuple[float, int, float]:
    """Bytes a difference, rounds and seconds for two sets that differ in `count` of some `size` items."""
    places = range(size + count)
    differing = list(places)[-count:] if kind == "recent" else random.Random(1).sample(places, count)
    ours, theirs = set(() if lost else differing[::2]), set(differing if lost else differing[1::2])
    asking, seconds = session(
        ItemSet(item(place) for place in places if place not in theirs),
        ItemSet(item(place) for place in places if place not in ours),
    )
    assert len(asking.have) == len(ours)
    assert len(asking.need) == len(theirs)
    return asking.bytes_exchanged / count, asking.rounds, seconds


def main() -> None:
    """Print the table."""
    print("| items | kind | differences | bytes each | reference | ratio | rounds | lost: bytes each | both sides |")
    print("|---|---|---|---|---|---|---|---|---|")
    for size in SIZES:
        for kind in ("recent", "scattered"):
            for count, reference in zip(DIFFERENCES, REFERENCE[size, kind], strict=True):
                each, rounds, seconds = compare(size, count, kind, lost=False)
                lost, _, _ = compare(size, count, kind, lost=True)
                told = f"{each:.0f} | {reference} | {each / reference:.2f} | {rounds} | {lost:.0f}"
                print(f"| {size:,} | {kind} | {count:,} | {told} | {1000 * seconds:.0f} ms |")


if __name__ == "__main__":
    main()
