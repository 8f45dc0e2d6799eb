"""Statements, commission invoices and credit notes: the list, one of them with what was checked, its files."""

from typing import Any
from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from federation.conversations.accounts import PaperForm
from federation.node import clock
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError, NotFoundError
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from shops.money import service
from shops.node import shop_node
from shops.portal import money_words
from shops.portal.door import render
from shops.portal.money_desk import MoneyDesk, desk_of

BAD_GATEWAY = 502
MEDIA_TYPES: dict[PaperForm, str] = {
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
    "json": "application/json",
}


@get("/portal/{handle:str}/money/papers", opt={"transaction": False})
async def papers(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """All papers a hub has issued to the boutique, newest first."""
    return _listed(request, await desk_of(request, handle))


def _listed(request: AnyRequest, desk: MoneyDesk, problem: GalleriaError | None = None) -> Response[Any]:
    return render(
        request,
        "money_papers.html",
        desk.boutique,
        status_code=200 if problem is None else BAD_GATEWAY,
        **desk.values,
        papers=() if desk.seen is None else desk.seen.copy.papers,
        words=money_words,
        amount_of=Money,
        problem=problem,
    )


@get("/portal/{handle:str}/money/papers/{paper_id:uuid}", opt={"transaction": False})
async def paper(request: AnyRequest, handle: FromPath[str], paper_id: FromPath[UUID]) -> Response[Any]:
    """One paper: what it is, its files, and whether its signed file is what the hub says."""
    desk = await desk_of(request, handle)
    pair, head = desk.pair, None if desk.seen is None else desk.seen.copy.paper(paper_id)
    if pair is None or head is None:
        raise NotFoundError(message("there is no such paper; look at the list"))
    problem, handed = None, None
    try:
        handed = await service.hand_on(shop_node(request).federation, pair, paper_id, "json", clock.now())
    except GalleriaError as error:
        problem = error
    return render(
        request,
        "money_paper.html",
        desk.boutique,
        **desk.values,
        paper=head,
        face=None if handed is None else handed.face,
        reading=None if handed is None else handed.reading,
        fault=problem,
        words=money_words,
        amount_of=Money,
    )


@get("/portal/{handle:str}/money/papers/{paper_id:uuid}/{form:str}", opt={"transaction": False})
async def paper_file(
    request: AnyRequest, handle: FromPath[str], paper_id: FromPath[UUID], form: FromPath[str]
) -> Response[Any]:
    """A file to save, once its bytes and signature were found to fit; else the list with what does not."""
    desk = await desk_of(request, handle, ask="never")
    known = next((each for each in MEDIA_TYPES if each == form), None)
    if desk.pair is None or known is None:
        raise NotFoundError(message("there is no such paper; look at the list"))
    try:
        handed = await service.hand_on(shop_node(request).federation, desk.pair, paper_id, known, clock.now())
    except NotFoundError:
        raise
    except GalleriaError as error:
        return _listed(request, desk, error)
    name = f"{handed.paper.kind}-{handed.paper.number}.{known}"
    headers = {"Content-Disposition": f'attachment; filename="{money_words.file_name(name)}"'}
    return Response(handed.content, media_type=MEDIA_TYPES[known], headers=headers)


HANDLERS = [papers, paper, paper_file]
