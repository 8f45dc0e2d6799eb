"""Fetching pictures from outside, once each, and telling which cannot be had.

Invariants: an address that a boutique names is reached only through the guarded door; what is kept has the hash that
was announced and was made anew by us; a picture that cannot be had bars no listing. Plates of the shared folder are
ours already and are never fetched.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

import msgspec

from federation.node import clock, outbox
from federation.node.database import atomic
from federation.node.door import DoorRefusedError
from federation.node.plates import plate
from federation.service.context import PeerDoor
from federation.vocabulary.errors import GalleriaError, PeerError
from federation.vocabulary.ids import PartyId, new_id
from federation.vocabulary.product import Product
from marketplace.media.domain.reasons import Kind, Reason
from marketplace.media.domain.retries import next_try
from marketplace.media.errors import OtherPictureError, PictureRefusedError
from marketplace.media.ports import Press
from marketplace.media.store import pictures as store
from marketplace.media.store.pictures import Missing, Wanted

TOPIC = "hub.pictures"
QUEUE = "media"
PICTURE_BYTES_MAX = 10 * 2**20
FETCH_SECONDS_MAX = 10.0
PICTURES_PER_MESSAGE = 4
"""After so many pictures of one boutique the others have their turn."""

MISSING_MAX = 500


class PicturesDue(msgspec.Struct, frozen=True):
    """The outbox's note that pictures of a boutique are to be fetched."""

    shop_id: str


Mailed = Callable[[PartyId, str, datetime], Awaitable[bytes | None]]
"""Asks a boutique that nobody can connect to for the picture with a hash; None for all others."""


class Studio(msgspec.Struct, frozen=True):
    """What pictures are fetched with and where they are kept."""

    door: PeerDoor
    press: Press
    media_dir: Path
    plates_dir: Path | None = None
    seconds_max: float = FETCH_SECONDS_MAX
    mailed: Mailed | None = None


async def note_pictures(plates_dir: Path | None, shop_id: str, products: Iterable[Product], now: datetime) -> None:
    """In the transaction that lists these products: have their pictures fetched that are seen for the first time."""
    named = {one.sha256: one.url for product in products for one in product.media}
    outside = [(sha256, url) for sha256, url in sorted(named.items()) if plate(plates_dir, sha256) is None]
    if outside and await store.note(shop_id, outside, now):
        await announce(shop_id, now)


async def announce(shop_id: str, now: datetime) -> None:
    """In the caller's transaction: have the pictures fetched that are wanted of a boutique."""
    due = PicturesDue(shop_id)
    await outbox.enqueue(TOPIC, f"{TOPIC}:{shop_id}", due, key=f"{TOPIC}:{new_id()}", queue=QUEUE, now=now)


async def fetch_due(studio: Studio, shop_id: str) -> None:
    """Fetch some of a boutique's pictures, and have the rest fetched after others had their turn."""
    pictures = await store.wanted(shop_id, clock.now(), PICTURES_PER_MESSAGE)
    for picture in pictures:
        await _fetch_recorded(studio, PartyId(shop_id), picture)
    if len(pictures) == PICTURES_PER_MESSAGE:
        async with atomic():
            await announce(shop_id, clock.now())


async def _fetch_recorded(studio: Studio, shop_id: PartyId, picture: Wanted) -> None:
    try:
        if not store.has_copies(studio.media_dir, picture.sha256):
            size = await _fetch(studio, shop_id, picture)
        else:
            size = (0, 0)
    except (PictureRefusedError, DoorRefusedError) as error:
        await store.failed(picture.sha256, reason_of(error), None)
    except GalleriaError as error:
        await store.failed(picture.sha256, reason_of(error), next_try(picture.attempts + 1, clock.now()))
    else:
        await store.made(picture.sha256, size, clock.now())


def reason_of(error: GalleriaError) -> Reason:
    """What kind of failure it was, and the particulars."""
    match error:
        case OtherPictureError():
            kind: Kind = "other-picture"
        case PictureRefusedError():
            kind = "not-shown"
        case DoorRefusedError():
            kind = "address"
        case _:
            kind = "not-sent"
    return Reason(kind, error.detail)


async def _fetch(studio: Studio, shop_id: PartyId, picture: Wanted) -> tuple[int, int]:
    """Have the bytes, check them, make our copies; returns the picture's own size."""
    data = await studio.mailed(shop_id, picture.sha256, clock.now()) if studio.mailed is not None else None
    if data is None:
        data = await _through_door(studio, picture)
    if hashlib.sha256(data).hexdigest() != picture.sha256:
        raise OtherPictureError("the picture is another than its record says: its hash differs")
    with store.making(studio.media_dir, picture.sha256) as folder:
        return await studio.press.copies(data, folder)


async def _through_door(studio: Studio, picture: Wanted) -> bytes:
    response = await studio.door.request(
        "GET",
        picture.url,
        headers={"Accept": "image/avif,image/webp,image/png,image/jpeg"},
        body=b"",
        max_bytes=PICTURE_BYTES_MAX,
        total_timeout_seconds=studio.seconds_max,
    )
    if response.status != HTTPStatus.OK:
        raise PeerError(f"the boutique's server answered {response.status}")
    return response.body


async def sweep(now: datetime) -> None:
    """Have those fetched that are due again, or whose message was lost."""
    async with atomic():
        for shop_id in await store.shops_waiting(now):
            key = f"{TOPIC}:{shop_id}:{int(now.timestamp()) // 60}"
            due = PicturesDue(shop_id)
            await outbox.enqueue(TOPIC, f"{TOPIC}:{shop_id}", due, key=key, queue=QUEUE, now=now)


async def missing_pictures(shop_id: str) -> Sequence[Missing]:
    """The warning `image.missing`: what of a boutique is shown by a stand-in, and why; the latest first.

    The protocol has no message for it, so boutiques do not hear of it from the hub: its operator sees it.
    """
    return await store.missing(shop_id, MISSING_MAX)
