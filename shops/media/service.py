"""Taking in pictures: from a boutique's staff (four raster formats), and our own vector plates."""

import hashlib
from collections.abc import Collection
from datetime import datetime

from federation.node.plates import plate
from federation.vocabulary.errors import QuotaError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import Media
from shops.media import store
from shops.media.domain.pictures import PLATE_TYPE, Picture, check_plate, inspect
from shops.settings import ShopNodeSettings

SHOP_BYTES_MAX = 2 * 2**30
"""Room for one boutique's pictures."""


async def keep_picture(settings: ShopNodeSettings, shop_id: PartyId, data: bytes, *, alt: str, now: datetime) -> Media:
    """Keep a picture from outside.

    Raises RecordInvalidError for what is not a picture, TooLargeError, or QuotaError when the boutique's room is full.
    """
    return await _keep(settings, shop_id, data, inspect(data), alt=alt, now=now)


async def keep_plate(
    settings: ShopNodeSettings, shop_id: PartyId, svg: bytes, size: tuple[int, int], *, alt: str, now: datetime
) -> Media:
    """Keep one of our own vector drawings; never call this with a file from outside."""
    return await _keep(settings, shop_id, svg, check_plate(svg, *size), alt=alt, now=now)


async def pictures(
    settings: ShopNodeSettings, shop_id: PartyId, hashes: Collection[str], now: datetime
) -> dict[str, Picture]:
    """Those of these pictures that the boutique may show: what it uploaded, and plates of the shared folder.

    A plate named for the first time is noted as the boutique's, without a copy.
    """
    known = await store.pictures(shop_id, list(hashes))
    found = plates_among(settings, set(hashes) - known.keys())
    if found:
        await store.insert(shop_id, found, now)
    return known | {sha256: picture for sha256, (picture, _) in found.items()}


def plates_among(settings: ShopNodeSettings, hashes: Collection[str]) -> dict[str, tuple[Picture, int]]:
    """Those of these hashes that name plates of the shared folder, with their size in bytes."""
    met = {sha256: plate(settings.plates_dir, sha256) for sha256 in sorted(hashes)}
    return {
        sha256: (Picture(PLATE_TYPE, one.width, one.height), one.size_bytes)
        for sha256, one in met.items()
        if one is not None
    }


async def _keep(
    settings: ShopNodeSettings, shop_id: PartyId, data: bytes, picture: Picture, *, alt: str, now: datetime
) -> Media:
    sha256 = hashlib.sha256(data).hexdigest()
    if await store.bytes_kept(shop_id) + len(data) > SHOP_BYTES_MAX:
        raise QuotaError("this boutique's room for pictures is full: ask the node's operator for more")
    store.write_file(settings.media_dir, sha256, data)
    await store.insert(shop_id, {sha256: (picture, len(data))}, now)
    return Media(
        url=f"{settings.public_url}/media/{sha256}",
        sha256=sha256,
        width=picture.width,
        height=picture.height,
        alt=alt[:300],
    )
