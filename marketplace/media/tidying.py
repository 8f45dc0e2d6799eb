"""Pictures that nobody names any more: noticed, looked at once more, and deleted with their files.

A picture is kept by its hash, so several boutiques may show the same one. When a boutique leaves, or a sweep finds a
picture that no listing names, it becomes loose; a loose one is wanted again as soon as a listing names it, or deleted
when it is due. Invariants: what a listing names keeps its copies and its row; files are deleted while their row is
locked as loose, so whoever names it just then waits and has it fetched anew; one that dies in between leaves a loose
row, which is looked at again.
"""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from federation.node.database import atomic
from marketplace.media import service
from marketplace.media.store import loose
from marketplace.media.store import pictures as store

LOOSE_AT_ONCE = 2_000
DELETED_AT_ONCE = 200
"""How many files' folders go in one transaction."""
UNNAMED_AT_ONCE = 20_000
STRAYS_AT_ONCE = 5_000
GRACE = timedelta(days=1)
"""What is younger than this is left alone: a listing that names it may be on its way."""
_FOLDER_SECONDS = 300
_FOLDERS = 256


async def let_go(shop_id: str, now: datetime) -> None:
    """In the caller's transaction: nothing is known any more of who names this boutique's pictures."""
    await loose.let_go(shop_id, now)


async def tidy(media_dir: Path, now: datetime) -> int:
    """Sweep: give loose pictures to whoever else names them, delete the others; returns how many were deleted."""
    due = await loose.due(now, LOOSE_AT_ONCE)
    if not due:
        return 0
    named = await loose.namers(due)
    async with atomic():
        for shop_id in await loose.claim(named, now):
            await service.announce(shop_id, now)
    gone = [sha256 for sha256 in due if sha256 not in {one.sha256 for one in named}]
    deleted = 0
    for start in range(0, len(gone), DELETED_AT_ONCE):
        async with atomic():
            locked = await loose.lock(gone[start : start + DELETED_AT_ONCE])
            for sha256 in locked:
                shutil.rmtree(store.folder_of(media_dir, sha256), ignore_errors=True)
            await loose.forget(locked)
        deleted += len(locked)
    return deleted


async def note_unnamed(now: datetime) -> int:
    """Sweep: let go of pictures that no listing names; returns how many."""
    return await loose.let_go_unnamed(now - GRACE, now, UNNAMED_AT_ONCE)


async def note_strays(media_dir: Path, now: datetime) -> int:
    """Sweep: let go of copies on the disk of which nothing is known, one folder each time; returns how many."""
    number = int(now.timestamp()) // _FOLDER_SECONDS % _FOLDERS
    old = store.old_copies(media_dir, number, now - GRACE, STRAYS_AT_ONCE)
    return await loose.let_go_strays(old, now)
