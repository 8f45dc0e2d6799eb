"""Which pictures each boutique keeps, and the files they lie in."""

import os
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

from federation.node import database
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import Media
from shops.media.domain.pictures import Picture


async def insert(shop_id: PartyId, pictures: Mapping[str, tuple[Picture, int]], now: datetime) -> None:
    """Note that this boutique uses pictures, by hash with their bytes' number; once is enough."""
    await database.execute(
        "INSERT INTO shop_media (shop_id, sha256, media_type, width, height, size_bytes, kept_at) "
        "SELECT $1, n.*, $7 FROM unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::int[]) AS n "
        "ON CONFLICT (shop_id, sha256) DO NOTHING",
        shop_id,
        list(pictures),
        [picture.media_type for picture, _ in pictures.values()],
        [picture.width for picture, _ in pictures.values()],
        [picture.height for picture, _ in pictures.values()],
        [size_bytes for _, size_bytes in pictures.values()],
        now,
    )


async def bytes_kept(shop_id: PartyId) -> int:
    """How much room this boutique's pictures take."""
    return int(
        await database.fetch_value("SELECT coalesce(sum(size_bytes), 0) FROM shop_media WHERE shop_id = $1", shop_id)
    )


async def pictures(shop_id: PartyId, hashes: Sequence[str]) -> dict[str, Picture]:
    """Those of these pictures that this boutique keeps."""
    rows = await database.fetch(
        "SELECT sha256, media_type, width, height FROM shop_media WHERE shop_id = $1 AND sha256 = ANY($2::text[])",
        shop_id, list(hashes),
    )  # fmt: skip
    return {row["sha256"]: Picture(row["media_type"], row["width"], row["height"]) for row in rows}


async def newest(shop_id: PartyId, base_url: str, limit: int) -> list[Media]:
    """The pictures this boutique kept last."""
    rows = await database.fetch(
        "SELECT sha256, width, height FROM shop_media WHERE shop_id = $1 ORDER BY kept_at DESC, id DESC LIMIT $2",
        shop_id, limit,
    )  # fmt: skip
    return [
        Media(url=f"{base_url}/media/{row['sha256']}", sha256=row["sha256"], width=row["width"], height=row["height"])
        for row in rows
    ]


async def public_media_type(sha256: str) -> str | None:
    """The public door: the type of a picture that some boutique here keeps. Names no boutique."""
    found: str | None = await database.fetch_value(
        "SELECT media_type FROM shop_media WHERE sha256 = $1 LIMIT 1", sha256
    )
    return found


def path_of(media_dir: Path, sha256: str) -> Path:
    """Where the file with this hash lies."""
    return media_dir / sha256[:2] / sha256


def write_file(media_dir: Path, sha256: str, data: bytes) -> None:
    """Keep a file under its hash; whole or not at all, and once is enough."""
    path = path_of(media_dir, sha256)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{sha256}.{os.getpid()}.part")
    partial.write_bytes(data)
    partial.replace(path)


def read_file(media_dir: Path, sha256: str) -> bytes | None:
    """The bytes under a hash; None when the file is gone. Only call it with a hash that a row names."""
    try:
        return path_of(media_dir, sha256).read_bytes()
    except FileNotFoundError:
        return None
