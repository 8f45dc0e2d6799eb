"""Serving pictures: plates and our own copies for ever, a stand-in for a while. Nothing in them may act."""

import re
from typing import Final

from litestar import Response, get
from litestar.params import FromPath, FromQuery

from federation.node import clock
from federation.node.plates import PICTURE_HEADERS, PLATE_TYPE, read_plate
from federation.node.web import AnyRequest
from federation.vocabulary.errors import NotFoundError
from marketplace.hub import hub_of
from marketplace.listings import service as listings
from marketplace.media.domain.addresses import WIDTHS
from marketplace.media.stand_in import stand_in
from marketplace.media.store import pictures as store

QUIET: Final = {"transaction": False, "session": False}
FOR_A_MINUTE = {**PICTURE_HEADERS, "Cache-Control": "public, max-age=60"}
COPIES: Final = {f"{width}.webp": width for width in WIDTHS}
_HASH = re.compile(r"[0-9a-f]{64}")


@get("/media/{sha256:str}/{copy:str}", opt=QUIET)
async def picture(
    request: AnyRequest, sha256: FromPath[str], copy: FromPath[str], of: FromQuery[str] = ""
) -> Response[bytes]:
    """The picture with this hash, `<width>.webp`, or what stands in for it at the boutique called `of`."""
    settings = hub_of(request).settings
    if _HASH.fullmatch(sha256) is None or copy not in COPIES:
        raise NotFoundError("there is no such picture here")
    drawn = read_plate(settings.plates_dir, sha256)
    if drawn is not None:
        return Response(drawn, media_type=PLATE_TYPE, headers=PICTURE_HEADERS)
    made = store.read_copy(settings.media_dir, sha256, COPIES[copy])
    if made is not None:
        return Response(made, media_type="image/webp", headers=PICTURE_HEADERS)
    return await _stand_in(of)


@get("/media/stand-in/{handle:str}", opt=QUIET)
async def instead(handle: FromPath[str]) -> Response[bytes]:
    """What stands in for a piece of the boutique called `handle` that has no picture at all."""
    return await _stand_in(handle)


async def _stand_in(handle: str) -> Response[bytes]:
    shop = await listings.shop_by_handle(handle, clock.now()) if handle else None
    if shop is None:
        raise NotFoundError("there is no such picture here")
    return Response(stand_in(shop.theme, shop.handle), media_type=PLATE_TYPE, headers=FOR_A_MINUTE)


ROUTES = [picture, instead]
