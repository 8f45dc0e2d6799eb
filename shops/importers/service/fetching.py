"""Pictures at addresses, fetched by the worker when an import has named them.

Invariants: an address that somebody wrote into a file is asked only through the guarded door, a few times, and never
inside a transaction; what comes is kept under the same limits as an upload; a failure never takes a product away.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

import msgspec

from federation.node import database, outbox
from federation.node.door import DoorRefusedError, DoorResponse
from federation.node.outbox import RetryLaterError
from federation.service.breaker import Breaker
from federation.service.context import PeerDoor
from federation.vocabulary.errors import GalleriaError, PeerUnreachableError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.product import Media
from shops import store as boutiques
from shops.catalog import service as catalog
from shops.catalog import store as catalog_store
from shops.importers.domain.findings import RULES, found
from shops.importers.store import pictures as kept
from shops.importers.store import runs
from shops.importers.store.pictures import AddressedPicture
from shops.media import service as media
from shops.media.domain.pictures import PICTURE_BYTES_MAX
from shops.settings import ShopNodeSettings

PICTURE_TOPIC = "shops.pictures"
PICTURE_QUEUE = "pictures"
ATTEMPTS_MAX = 4
FETCH_SECONDS_MAX = 6.0
"""Short, since the worker has boutiques' orders to carry beside pictures; a slow picture is asked for again."""
HOSTS_MAX = 1_000
_OK = 200


class PicturesDue(msgspec.Struct, frozen=True):
    """The outbox's note that a product names pictures that are not here yet."""

    shop_id: PartyId
    product_id: str
    run_id: UUID


class PatientDoor:
    """A door that asks no host again at once that has kept silent several times: others wait behind it."""

    def __init__(self, door: PeerDoor) -> None:
        self._door = door
        self._breakers: dict[str, Breaker] = {}

    async def request(self, method: str, url: str, **asked: Any) -> DoorResponse:
        """As the door's own. Raises PeerUnreachableError for a host that is being left alone."""
        host = url.partition("://")[2].partition("/")[0]
        if len(self._breakers) > HOSTS_MAX:
            self._breakers.clear()
        breaker = self._breakers.setdefault(host, Breaker())
        if breaker.resting_for(monotonic()):
            raise PeerUnreachableError(f"{host[:80]} has kept silent several times and is left alone for a while")
        try:
            answer = await self._door.request(method, url, **asked)
        except PeerUnreachableError:
            breaker.silent(monotonic())
            raise
        breaker.answered()
        return answer


class _Asked(msgspec.Struct, frozen=True):
    """What came of asking for one picture: its bytes, or why not; whether that is final, and whether a picture came."""

    data: bytes = b""
    reason: str = ""
    is_final: bool = False
    is_picture: bool = True


async def want_pictures(
    shop_id: PartyId, product_id: str, run_id: UUID, pictures: Sequence[AddressedPicture], now: datetime
) -> None:
    """Let the worker fetch what is missing, unless it was given up before. Caller's transaction."""
    if not any(_is_wanted(picture) for picture in pictures):
        return
    due = PicturesDue(shop_id, product_id, run_id)
    key = f"{PICTURE_TOPIC}:{shop_id}:{product_id}:{run_id}"
    await outbox.enqueue(PICTURE_TOPIC, f"{shop_id}:{product_id}", due, key=key, queue=PICTURE_QUEUE, now=now)


def _is_wanted(picture: AddressedPicture) -> bool:
    return picture.sha256 is None and picture.attempts < ATTEMPTS_MAX


async def fetch_pictures(settings: ShopNodeSettings, door: PeerDoor, due: PicturesDue, now: datetime) -> None:
    """Ask for a product's missing pictures and show it with those that came. Call outside a transaction.

    Raises RetryLaterError while some may still come.
    """
    rows = (await kept.addressed(due.shop_id, [due.product_id])).get(due.product_id, [])
    wanted = [row for row in rows if _is_wanted(row)]
    if not wanted:
        return
    answers = await asyncio.gather(*(_ask(door, row.address) for row in wanted))
    async with database.atomic():
        await boutiques.lock(due.shop_id)
        noted = [await _note(settings, due, row, answer, now) for row, answer in zip(wanted, answers, strict=True)]
        if any(row.sha256 is not None for row in noted):
            await _show(settings, due, now)
    if any(_is_wanted(row) for row in noted):
        raise RetryLaterError(f"some pictures of {due.product_id} did not come")


async def _ask(door: PeerDoor, address: str) -> _Asked:
    try:
        answer = await door.request(
            "GET",
            address,
            headers={"Accept": "image/avif,image/webp,image/png,image/jpeg"},
            body=b"",
            max_bytes=PICTURE_BYTES_MAX,
            total_timeout_seconds=FETCH_SECONDS_MAX,
        )
    except DoorRefusedError as error:
        return _Asked(reason=error.detail, is_final=True)
    except PeerUnreachableError as error:
        return _Asked(reason=error.detail)
    if answer.status != _OK:
        return _Asked(reason=f"the address answers {answer.status}")
    return _Asked(data=answer.body)


async def _note(
    settings: ShopNodeSettings, due: PicturesDue, row: AddressedPicture, asked: _Asked, now: datetime
) -> AddressedPicture:
    """Keep what came, or why nothing did."""
    if asked.data:
        try:
            async with database.atomic():
                picture = await media.keep_picture(settings, due.shop_id, asked.data, alt=row.alt, now=now)
        except GalleriaError as error:
            asked = _Asked(reason=error.detail, is_final=True, is_picture=False)
        else:
            noted = msgspec.structs.replace(row, sha256=picture.sha256, reason="")
            await kept.note(due.shop_id, due.product_id, noted)
            return noted
    attempts = ATTEMPTS_MAX if asked.is_final else row.attempts + 1
    noted = msgspec.structs.replace(row, attempts=attempts, reason=asked.reason[:200])
    await kept.note(due.shop_id, due.product_id, noted)
    if attempts >= ATTEMPTS_MAX:
        code = "image.status" if asked.is_picture else "image.type"
        given_up = found(code, noted.reason, column="image", raw=row.address)
        ended = msgspec.structs.replace(given_up, product=due.product_id, done=RULES["image.type"].done)
        await runs.add_findings(due.shop_id, due.run_id, [ended])
    return noted


async def _show(settings: ShopNodeSettings, due: PicturesDue, now: datetime) -> None:
    """Publish the product with the pictures that are here, in the file's order."""
    stored = (await catalog_store.products(due.shop_id, [due.product_id])).get(due.product_id)
    if stored is None or stored.state != "published":
        return
    rows = (await kept.addressed(due.shop_id, [due.product_id])).get(due.product_id, [])
    hashes = [row.sha256 for row in rows if row.sha256 is not None]
    here = await media.pictures(settings, due.shop_id, hashes, now)
    shown = tuple(
        Media(
            url=f"{settings.public_url}/media/{row.sha256}",
            sha256=row.sha256,
            width=here[row.sha256].width,
            height=here[row.sha256].height,
            alt=row.alt,
        )
        for row in rows
        if row.sha256 is not None and row.sha256 in here
    )
    if shown != stored.product.media:
        await catalog.save_product(due.shop_id, msgspec.structs.replace(stored.product, media=shown), now)
