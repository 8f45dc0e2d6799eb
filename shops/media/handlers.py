"""Serving pictures to everybody by their hash: for ever the same bytes, and nothing in them may act."""

from litestar import Response, get
from litestar.params import FromPath

from federation.node.plates import PICTURE_HEADERS, PLATE_TYPE, read_plate
from federation.node.web import AnyRequest
from federation.vocabulary.errors import NotFoundError
from shops.media import store
from shops.node import shop_node


@get("/media/{sha256:str}", opt={"transaction": False, "session": False})
async def picture(request: AnyRequest, sha256: FromPath[str]) -> Response[bytes]:
    """The picture with this SHA-256."""
    settings = shop_node(request).settings
    data = read_plate(settings.plates_dir, sha256)
    if data is not None:
        return Response(data, media_type=PLATE_TYPE, headers=PICTURE_HEADERS)
    media_type = await store.public_media_type(sha256)
    data = None if media_type is None else store.read_file(settings.media_dir, sha256)
    if media_type is None or data is None:
        raise NotFoundError("there is no such picture here")
    return Response(data, media_type=media_type, headers=PICTURE_HEADERS)


HANDLERS = [picture]
