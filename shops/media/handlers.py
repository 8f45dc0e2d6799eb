"""Serving pictures to everybody by their hash: for ever the same bytes, and nothing in them may act."""

from litestar import Response, get
from litestar.params import FromPath

from federation.node.web import AnyRequest
from federation.vocabulary.errors import NotFoundError
from shops.media import store
from shops.node import shop_node

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


@get("/media/{sha256:str}", opt={"transaction": False, "session": False})
async def picture(request: AnyRequest, sha256: FromPath[str]) -> Response[bytes]:
    """The picture with this SHA-256."""
    media_type = await store.public_media_type(sha256)
    data = None if media_type is None else store.read_file(shop_node(request).settings.media_dir, sha256)
    if media_type is None or data is None:
        raise NotFoundError("there is no such picture here")
    headers = {
        "Cache-Control": "public, max-age=31536000, immutable",
        "Content-Security-Policy": SANDBOX,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(data, media_type=media_type, headers=headers)


HANDLERS = [picture]
