"""Counting codes that cannot be used, so that nobody finds out by trying which ones can.

Invariants: codes from one network are judged one after the other; what is remembered is where wrong ones came from, as
marks of no use to anybody else, and only for as long as they count. In the caller's transaction, which must commit
whatever was found: what is undone was never counted.
"""

import hashlib
from datetime import datetime

import msgspec

from marketplace.coupons.domain.guessing import WINDOW, Verdict, judge
from marketplace.coupons.store import tries as store

HUB = ""
"""The giver of the hub's own coupons; a boutique's vouchers are its own, by its id."""


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Where a code comes from, as marks (`federation.node.visitor`): browser, address, the network around it.

    An empty `visitor` or `place` is not known and not counted; everybody without a known `network` is in one.
    """

    visitor: bytes = b""
    place: bytes = b""
    network: bytes = b""


async def ask(asker: Asker, giver: str, now: datetime) -> Verdict:
    """What is done with one more code; until the transaction ends no other from its network is judged."""
    await store.lock(asker.network)
    return judge(await store.count(asker.visitor, asker.place, asker.network, giver, now - WINDOW))


async def note_wrong(asker: Asker, giver: str, code: str, now: datetime) -> None:
    """This code takes nothing off: it does not exist, has ended, is used up, or is for something else."""
    mark = hashlib.sha256(f"{giver} {code}".encode()).digest()[:16]
    await store.note((asker.visitor, asker.place, asker.network), giver, mark, now, now - WINDOW)


async def forget_tries(now: datetime) -> None:
    """Sweep: forget what does not count any more."""
    await store.forget(now - WINDOW)
