"""Import: choose a file, look at what it would do, start it, and read the report while it runs and after."""

from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from federation.node import clock
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError, NotFoundError
from shops.importers import service
from shops.importers.store import runs as store
from shops.node import shop_node
from shops.portal.door import back_to, boutique_of, render
from shops.portal.views import STATE_WORDS


@get("/portal/{handle:str}/import")
async def choose_file(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """The form for a file, and the imports before."""
    boutique = await boutique_of(request, handle)
    return render(
        request, "imports.html", boutique, imports=await store.imports(boutique.shop_id, 20), words=STATE_WORDS
    )


@post("/portal/{handle:str}/import")
async def take_file(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Keep the file and go on to its preview."""
    boutique = await boutique_of(request, handle)
    upload = (await request.form()).get("file")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return back_to(request, boutique, "/import", "Choose a file first.", failed=True)
    try:
        import_id = await service.take_file(boutique.shop_id, upload.filename, await upload.read(), clock.now())
    except GalleriaError as error:
        return back_to(request, boutique, "/import", error.detail, failed=True)
    return back_to(request, boutique, f"/import/{import_id}", "Nothing is changed yet: this is what would happen.")


@get("/portal/{handle:str}/import/{import_id:str}")
async def report(request: AnyRequest, handle: FromPath[str], import_id: FromPath[str]) -> Response[Any]:
    """The preview of a file, the progress of an import, or its report."""
    boutique = await boutique_of(request, handle)
    view = await store.view(boutique.shop_id, _id(import_id))
    if view.state == "checked":
        preview = await service.preview(shop_node(request).settings, boutique.shop_id, view.import_id)
        return render(request, "preview.html", boutique, view=view, report=preview)
    faults = await store.faults(boutique.shop_id, view.import_id)
    return render(request, "report.html", boutique, view=view, faults=faults, words=STATE_WORDS)


@post("/portal/{handle:str}/import/{import_id:str}")
async def start(request: AnyRequest, handle: FromPath[str], import_id: FromPath[str]) -> Response[Any]:
    """Let the worker import the file."""
    boutique = await boutique_of(request, handle)
    await service.start(boutique.shop_id, _id(import_id), clock.now())
    return back_to(request, boutique, f"/import/{import_id}", "The import has started. You can leave this page.")


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFoundError("there is no such import; start a new one") from error


HANDLERS = [choose_file, take_file, report, start]
