"""Which pictures listings name and how each stands, and the files of our own copies, under the picture's hash."""

import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec

from federation.node import database
from marketplace.media.domain.addresses import WIDTHS
from marketplace.media.domain.reasons import Reason, read_reason

_HASH = re.compile(r"[0-9a-f]{64}")


class Wanted(msgspec.Struct, frozen=True):
    """A picture to fetch: its hash, where its boutique serves it, how often that has failed."""

    sha256: str
    url: str
    attempts: int


class Missing(msgspec.Struct, frozen=True):
    """A picture that is shown by a stand-in, and why; `due_at` is when it is asked for again, None when never."""

    sha256: str
    url: str
    reason: Reason
    due_at: datetime | None


async def note(shop_id: str, pictures: Sequence[tuple[str, str]], now: datetime) -> int:
    """Remember pictures on first sight, as (hash, address); returns how many are to be fetched.

    One that was given up is wanted again when it is said to lie elsewhere, one that was let go in any case.
    """
    tag = await database.execute(
        """INSERT INTO hub_picture (sha256, shop_id, url, state, attempts, due_at, reason, seen_at)
        SELECT n.sha256, $1, n.url, 'wanted', 0, $4, '', $4 FROM unnest($2::text[], $3::text[]) AS n (sha256, url)
        ON CONFLICT (sha256) DO UPDATE SET shop_id = excluded.shop_id, url = excluded.url, state = 'wanted',
            attempts = 0, due_at = excluded.due_at, reason = ''
        WHERE hub_picture.state = 'loose' OR (hub_picture.state = 'missing' AND hub_picture.url <> excluded.url)""",
        shop_id,
        [sha256 for sha256, _ in pictures],
        [url for _, url in pictures],
        now,
    )
    return database.affected(tag)


async def wanted(shop_id: str, now: datetime, limit: int) -> list[Wanted]:
    """Pictures of a boutique that are due, longest first."""
    rows = await database.fetch(
        """SELECT sha256, url, attempts FROM hub_picture WHERE shop_id = $1 AND state = 'wanted' AND due_at <= $2
        ORDER BY due_at, sha256 LIMIT $3""",
        shop_id,
        now,
        limit,
    )
    return [Wanted(**row) for row in rows]


async def shops_waiting(now: datetime) -> list[str]:
    """Boutiques of which a picture is due."""
    rows = await database.fetch(
        "SELECT DISTINCT shop_id FROM hub_picture WHERE state = 'wanted' AND due_at <= $1 ORDER BY shop_id", now
    )
    return [row["shop_id"] for row in rows]


async def made(sha256: str, size: tuple[int, int], now: datetime) -> None:
    """Our copies lie on the disk."""
    await database.execute(
        """UPDATE hub_picture SET state = 'made', width = $2, height = $3, made_at = $4, due_at = NULL, reason = ''
        WHERE sha256 = $1""",
        sha256,
        *size,
        now,
    )


async def failed(sha256: str, reason: Reason, due_at: datetime | None) -> None:
    """It could not be had: try again at `due_at`, or never."""
    await database.execute(
        """UPDATE hub_picture SET state = CASE WHEN $3::timestamptz IS NULL THEN 'missing' ELSE 'wanted' END,
            attempts = attempts + 1, due_at = $3, reason = $2 WHERE sha256 = $1 AND state = 'wanted'""",
        sha256,
        reason.written()[:300],
        due_at,
    )


async def missing(shop_id: str, limit: int) -> list[Missing]:
    """Pictures of a boutique that cannot be shown, or could not so far."""
    rows = await database.fetch(
        """SELECT sha256, url, reason, due_at FROM hub_picture
        WHERE shop_id = $1 AND state IN ('wanted', 'missing') AND reason <> ''
        ORDER BY seen_at DESC, sha256 LIMIT $2""",
        shop_id,
        limit,
    )
    return [Missing(row["sha256"], row["url"], read_reason(row["reason"]), row["due_at"]) for row in rows]


def copy_path(media_dir: Path, sha256: str, width: int) -> Path:
    """Where a copy lies. Only call it with a checked hash."""
    return folder_of(media_dir, sha256) / f"{width}.webp"


def folder_of(media_dir: Path, sha256: str) -> Path:
    """Where the copies of a picture lie. Only call it with a checked hash."""
    return media_dir / sha256[:2] / sha256


def old_copies(media_dir: Path, number: int, before: datetime, limit: int) -> list[str]:
    """Pictures whose hash begins with the byte `number` and whose copies were made before a moment, at most `limit`.

    What a process that died left half made there before that moment is deleted.
    """
    found: list[str] = []
    for folder in islice(_folders(media_dir / f"{number:02x}", before), limit):
        if _HASH.fullmatch(folder.name):
            found.append(folder.name)
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return found


def _folders(parent: Path, before: datetime) -> Iterator[Path]:
    with suppress(FileNotFoundError):
        for entry in parent.iterdir():
            if entry.is_dir() and entry.stat().st_mtime < before.timestamp():
                yield entry


def read_copy(media_dir: Path, sha256: str, width: int) -> bytes | None:
    """A copy's bytes, or None while there is none."""
    try:
        return copy_path(media_dir, sha256, width).read_bytes()
    except FileNotFoundError:
        return None


def has_copies(media_dir: Path, sha256: str) -> bool:
    """Whether all copies are there."""
    return all(copy_path(media_dir, sha256, width).exists() for width in WIDTHS)


@contextmanager
def making(media_dir: Path, sha256: str) -> Iterator[Path]:
    """A folder to put the copies in; it takes its place whole when the block ends well, and goes otherwise."""
    kept = copy_path(media_dir, sha256, WIDTHS[0]).parent
    kept.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{sha256[:16]}-", dir=kept.parent))
    try:
        yield fresh
        shutil.rmtree(kept, ignore_errors=True)
        fresh.replace(kept)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
