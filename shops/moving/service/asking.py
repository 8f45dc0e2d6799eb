"""An archive asked for in the portal: made in the background, offered for a week, then deleted.

The file lies in the node's state folder, readable by the node alone. How far the work is stands in a small file beside
it, which the worker writes and the page reads; when it is missing nobody has begun.
"""

import asyncio
import contextlib
import errno
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from federation.node import outbox
from federation.node.database import atomic
from federation.vocabulary.ids import PartyId
from shops.moving import store
from shops.moving.service import taking_out
from shops.moving.service.taking_out import Wish
from shops.settings import ShopNodeSettings

TOPIC = "shops.archive"
QUEUE = "import"
KEPT = timedelta(days=7)
FULL = "There is no room for it on this node: ask its operator."


TOO_LONG = "Writing it took longer than this node allows: ask its operator."
PATIENCE_SECONDS = 30.0
"""Whoever is cut off after this long was too slow; before, the node is being stopped, and goes on when it is back."""


class ArchiveDue(msgspec.Struct, frozen=True):
    """The outbox's note that a boutique wants its archive."""

    shop_id: PartyId
    asked_at: datetime


class Progress(msgspec.Struct, frozen=True):
    """How far the work is."""

    done: int
    whole: int


async def ask(shop_id: PartyId, now: datetime, *, leave: bool) -> None:
    """Have the archive made; with `leave` the boutique stops here first. All or nothing, also inside a transaction.

    Raises ConflictError while a file is being brought in.
    """
    async with atomic():
        if leave:
            await taking_out.leave(shop_id, now)
        await store.note_asked(shop_id, now, is_final=leave)
        due = ArchiveDue(shop_id, now)
        await outbox.enqueue(TOPIC, f"{TOPIC}:{shop_id}", due, key=f"{TOPIC}:{shop_id}:{now}", queue=QUEUE, now=now)


async def make(
    settings: ShopNodeSettings, due: ArchiveDue, now: datetime, patience_seconds: float = PATIENCE_SECONDS
) -> None:
    """Make what was asked for, unless something else was asked for since.

    Cut off, it is ready all the same when the file is whole by then, and failed when it was given time enough.
    """
    asked = await store.archive(due.shop_id)
    if asked is None or asked.asked_at != due.asked_at or asked.state != "asked":
        return
    path, marks = path_of(settings, due.shop_id), _progress_path(settings, due.shop_id)

    def told(_what: str, done: int, whole: int) -> None:
        marks.parent.mkdir(parents=True, exist_ok=True)
        marks.write_bytes(msgspec.json.encode(Progress(done, whole)))

    until, made = asyncio.get_running_loop().time() + patience_seconds, None
    try:
        made = await taking_out.take_out(settings, due.shop_id, path, Wish(overwrite=True, told=told), now)
        await store.note_ready(due.shop_id, due.asked_at, made.size_bytes, made.sha256, now)
    except asyncio.CancelledError:
        if made is not None:
            await store.note_ready(due.shop_id, due.asked_at, made.size_bytes, made.sha256, now)
        elif asyncio.get_running_loop().time() >= until:
            await store.note_failed(due.shop_id, due.asked_at, TOO_LONG)
        raise
    except OSError as error:
        reason = FULL if error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG} else str(error.strerror)
        await store.note_failed(due.shop_id, due.asked_at, reason)
    finally:
        marks.unlink(missing_ok=True)


def progress(settings: ShopNodeSettings, shop_id: PartyId) -> Progress | None:
    """How far the work is; None when nobody has begun."""
    with contextlib.suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(_progress_path(settings, shop_id).read_bytes(), type=Progress)
    return None


async def forget_old(settings: ShopNodeSettings, now: datetime) -> None:
    """Sweep: delete archives that were offered for a week."""
    for shop_id in await store.archives_before(now - KEPT):
        path_of(settings, shop_id).unlink(missing_ok=True)
        await store.forget_archive(shop_id)


def path_of(settings: ShopNodeSettings, shop_id: PartyId) -> Path:
    """Where a boutique's archive lies."""
    return settings.state_dir / "archives" / f"{shop_id}.zip"


def _progress_path(settings: ShopNodeSettings, shop_id: PartyId) -> Path:
    return settings.state_dir / "archives" / f"{shop_id}.progress"
