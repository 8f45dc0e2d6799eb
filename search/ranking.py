"""Fair order across boutiques: spread shops within a relevance tier, rotate ties daily, never cross a tier. Pure.

Source of the rules: the design's ranking section (greedy re-rank with a falling weight per shop, caps per row). The
order of one shop's own pieces is kept. Works on blocks of 192 candidates, so that pages cut from a block are stable.
"""

import hashlib
from collections import Counter, deque
from collections.abc import Sequence
from datetime import date
from heapq import heapify, heappop, heappush

import msgspec

BLOCK = 192
REPEAT_FACTOR = 0.85
TIER_RATIO = 0.55
ROW = 12
ROW_CAP = 3
SHOPS_FOR_CAP = 4


class Candidate(msgspec.Struct, frozen=True):
    """A hit as the ranking sees it: its document, its shop, its product, its text score."""

    id: str
    shop: str
    product: str
    colour: str
    score: float


def tiers(candidates: Sequence[Candidate]) -> list[list[Candidate]]:
    """Cut candidates, best first, wherever the score falls below TIER_RATIO of the tier's best."""
    cut: list[list[Candidate]] = []
    for candidate in candidates:
        if cut and candidate.score >= cut[-1][0].score * TIER_RATIO:
            cut[-1].append(candidate)
        else:
            cut.append([candidate])
    return cut


def spread(
    block: Sequence[Candidate], placed: Sequence[Candidate] = (), *, today: date, named_shop: bool = False
) -> list[Candidate]:
    """The new order of one block that follows `placed`.

    Within each tier a shop's every further card counts REPEAT_FACTOR less, and no more than ROW_CAP of a shop stand
    among each ROW cards; both lifted when the query names a shop or fewer than SHOPS_FOR_CAP shops match.
    """
    ordered = sorted(block, key=lambda found: -found.score)
    if named_shop or len({found.shop for found in ordered}) < SHOPS_FOR_CAP:
        return ordered
    out = list(placed)
    counts = Counter(found.shop for found in out)
    for tier in tiers(ordered):
        _place(tier, out, counts, today)
    return out[len(placed) :]


def _place(tier: list[Candidate], placed: list[Candidate], counts: Counter[str], today: date) -> None:
    ties = {found.id: _tie(found.id, today) for found in tier}
    queues: dict[str, deque[Candidate]] = {}
    for found in sorted(tier, key=lambda found: (-found.score, ties[found.id])):
        queues.setdefault(found.shop, deque()).append(found)

    def entry(shop: str) -> tuple[float, int, str]:
        head = queues[shop][0]
        return -head.score * REPEAT_FACTOR ** counts[shop], ties[head.id], shop

    waiting = [entry(shop) for shop in queues]
    heapify(waiting)
    while waiting:
        shop = _next_shop(waiting, Counter(found.shop for found in placed[len(placed) - len(placed) % ROW :]))
        placed.append(queues[shop].popleft())
        counts[shop] += 1
        if queues[shop]:
            heappush(waiting, entry(shop))


def _next_shop(waiting: list[tuple[float, int, str]], in_row: Counter[str]) -> str:
    """Take the best shop that still may stand in this row; if none may, the best of all."""
    passed_over = []
    while waiting and in_row[waiting[0][2]] >= ROW_CAP:
        passed_over.append(heappop(waiting))
    chosen = heappop(waiting) if waiting else passed_over.pop(0)
    for kept in passed_over:
        heappush(waiting, kept)
    return chosen[2]


def _tie(document_id: str, today: date) -> int:
    return int.from_bytes(hashlib.sha256(f"{today.isoformat()}:{document_id}".encode()).digest()[:6], "big")


def one_card_each(block: Sequence[Candidate], placed: Sequence[Candidate] = ()) -> list[Candidate]:
    """Keep the first colour of each product not yet placed, so that one piece in six colours does not fill a row."""
    seen = {(found.shop, found.product) for found in placed}
    kept = []
    for found in block:
        key = (found.shop, found.product)
        if key not in seen:
            seen.add(key)
            kept.append(found)
    return kept
