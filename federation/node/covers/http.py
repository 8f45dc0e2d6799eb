"""The address of a cover: it says everything about the drawing, so a cover may be kept for ever and needs no row."""

import re
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from federation.node.covers.drawing import DRAFT, DRAWN, cover
from federation.node.static_files import FOREVER
from federation.vocabulary.errors import NotFoundError

_NAME = re.compile(r"(?P<seed>[a-z0-9-]{1,40})-(?P<ground>[0-9a-f]{6})(?P<ink>[0-9a-f]{6})(?P<accent>[0-9a-f]{6})\.svg")


@get("/covers/{draft:int}/{motif:str}/{name:str}", opt={"transaction": False, "session": False})
async def show_cover(draft: FromPath[int], motif: FromPath[str], name: FromPath[str]) -> Response[Any]:
    """One cover; an address of an earlier draft leads to the present one."""
    asked = _NAME.fullmatch(name)
    if motif not in DRAWN or asked is None or draft > DRAFT:
        raise NotFoundError("There is no such cover.")
    colours = (f"#{asked['ground']}", f"#{asked['ink']}", f"#{asked['accent']}")
    drawn = cover(motif, colours, asked["seed"])
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": FOREVER})
