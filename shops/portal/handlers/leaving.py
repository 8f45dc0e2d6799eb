"""Taking everything along: the archive, made in the background; stopping here to live elsewhere, and staying."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import structlog
from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Stream

from federation.node import clock
from federation.node.web import AnyRequest
from federation.vocabulary.errors import ConflictError, NotFoundError
from federation.vocabulary.ids import PartyId
from federation.vocabulary.wording import message, sentence
from shops.errors import BeingTakenInError
from shops.money import renewing
from shops.moving import store
from shops.moving.service import asking, taking_out
from shops.node import shop_node
from shops.portal import forms
from shops.portal.door import back_to, boutique_of, render
from shops.service import root_key_is_here

CHUNK_BYTES = 262_144
PAGE = "/leave"
_FROM = re.compile(r"bytes=(\d{1,15})-", re.ASCII)
PARTIAL_CONTENT = 206
_log = structlog.get_logger(__name__)


@get("/portal/{handle:str}/leave")
async def leaving(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """What can be taken along, and how far the making is."""
    boutique = await boutique_of(request, handle)
    settings = shop_node(request).settings
    return render(
        request,
        "leaving.html",
        boutique,
        archive=await store.archive(boutique.shop_id),
        progress=asking.progress(settings, boutique.shop_id),
        root_key_here=root_key_is_here(boutique.recovery_file),
        unchanged="unchanged" in request.query_params,
    )


@post("/portal/{handle:str}/leave/archive", opt={"transaction": False})
async def make(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Have the archive made; the boutique goes on."""
    boutique = await boutique_of(request, handle)
    await asking.ask(boutique.shop_id, clock.now(), leave=False)
    return back_to(request, boutique, PAGE, message("Your archive is being made. This page shows how far it is."))


@post("/portal/{handle:str}/leave/stop", opt={"transaction": False})
async def stop(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Stop here and have the last archive made, with what hubs tell of the boutique's money by now."""
    boutique = await boutique_of(request, handle)
    fields = forms.fields_of(await request.form())
    if fields.get("word", "").strip().casefold() != boutique.handle.casefold():
        return back_to(
            request, boutique, PAGE, message("Nothing was stopped: write your boutique's short name."), failed=True
        )
    await _hear_last_words(request, boutique.shop_id)
    try:
        await asking.ask(boutique.shop_id, clock.now(), leave=True)
    except ConflictError:
        said = message("Nothing was stopped: a file is being brought in. Wait until that is done, then stop here.")
        return back_to(request, boutique, PAGE, said, failed=True)
    return back_to(request, boutique, PAGE, message("Your boutique has stopped here. Its last archive is being made."))


async def _hear_last_words(request: AnyRequest, shop_id: PartyId) -> None:
    """Ask the boutique's hubs of its money once more: a courtesy, which never keeps it here."""
    try:
        await renewing.renew_all(shop_node(request).federation, shop_id, clock.now())
    except Exception:  # noqa: BLE001 - an edge: whatever hubs say or whatever fails about it, the boutique may go
        _log.exception("last_words_failed", shop=shop_id)


@post("/portal/{handle:str}/leave/stay", opt={"transaction": False})
async def stay(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Go on here after all."""
    boutique = await boutique_of(request, handle)
    try:
        await taking_out.stay(boutique.shop_id, clock.now())
    except BeingTakenInError as error:
        said = sentence(
            "Another node has fetched everything and may be taking your boutique in just now, and two must not sell "
            "for it. If it does not live there by %(until)s (UTC), it can stay here then.",
            until=f"{error.until:%H:%M}",
        )
        return back_to(request, boutique, PAGE, said, failed=True)
    except ConflictError:
        return back_to(request, boutique, PAGE, message("Your boutique lives elsewhere by now."), failed=True)
    return back_to(request, boutique, PAGE, message("Your boutique goes on here, as before."))


@get("/portal/{handle:str}/leave/archive", opt={"transaction": False})
async def download(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """The archive, from the place where a broken download ended if the browser asks so."""
    boutique = await boutique_of(request, handle)
    found = await store.archive(boutique.shop_id)
    path = asking.path_of(shop_node(request).settings, boutique.shop_id)
    if found is None or found.state != "ready" or not _is_there(path):
        raise NotFoundError("there is no archive to download; have one made first")
    asked = _FROM.fullmatch(request.headers.get("range", ""))
    start = int(asked[1]) if asked and int(asked[1]) < found.size_bytes else 0
    headers = {
        "Content-Disposition": f'attachment; filename="{boutique.handle}.galleria.zip"',
        "Content-Length": str(found.size_bytes - start),
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
    }
    if start:
        headers["Content-Range"] = f"bytes {start}-{found.size_bytes - 1}/{found.size_bytes}"
    status = PARTIAL_CONTENT if start else 200
    return Stream(_parts(path, start), status_code=status, media_type="application/zip", headers=headers)


def _is_there(path: Path) -> bool:
    return path.is_file()


async def _parts(path: Path, start: int) -> AsyncIterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while part := file.read(CHUNK_BYTES):
            yield part


HANDLERS = [leaving, make, stop, stay, download]
