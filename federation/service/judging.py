"""Reading what many leaves say without holding up whoever else is at work on the loop."""

import asyncio
from collections.abc import Sequence

from federation.log.leaves import Leaf
from federation.log.records import Judgement, judged

BYTES_AT_ONCE = 16 * 1024
"""Lines that are judged before others on the loop have their turn: less than a millisecond's work."""


async def judged_in_turns(leaves: Sequence[Leaf]) -> dict[int, Judgement]:
    """What each leaf says, or why it says nothing, by its number."""
    told, weight = dict[int, Judgement](), 0
    for leaf in leaves:
        told[leaf.seq] = judged(leaf)
        weight += len(leaf.line)
        if weight >= BYTES_AT_ONCE:
            await asyncio.sleep(0)
            weight = 0
    return told
