"""Papers: statements, commission invoices and credit notes; a boutique's running statement; closing what has ended."""

import asyncio
from datetime import UTC, datetime, tzinfo
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError, NotFoundError
from federation.vocabulary.money import Money
from federation.vocabulary.wording import message
from federation.vocabulary.zones import zone_of
from marketplace.console.door import back_to, operator, render, shop_names
from marketplace.console.forms import percent_text
from marketplace.console.views import papers as views
from marketplace.console.words import counted
from marketplace.hub import Hub, hub_of
from payouts.domain.invoice import missing_details
from payouts.domain.papers import PaperForm, PaperKind, Period, month_of
from payouts.domain.statement import Statement
from payouts.domain.statement_csv import statement_csv
from payouts.errors import PaperRefusedError, StatementBrokenError
from payouts.papers.statement_pdf import statement_pdf
from payouts.service import paper_reads, papers, statement_making, statements

PAGE = "/console/money/papers"
DRAFT = "/console/boutiques/{shop_id:str}/statement"
PER_PAGE = 100
MONTHS = 24
MONTH_MIDDLE = 15
"""A day that is in the same month in every zone."""
PAGES_MAX = 10_000


@get(PAGE)
async def show_list(request: AnyRequest) -> Template:
    """Every paper, newest first, by kind, boutique and month; what cannot be issued, and why."""
    await operator(request)
    hub, now = hub_of(request), clock.now()
    zone, asked = zone_of(hub.settings.time_zone), request.query_params
    kind = next((one for one in PaperKind if one.value == asked.get("kind")), None)
    shop_id, month = asked.get("shop", "")[:100], asked.get("month", "")
    page = min(int(asked["page"]), PAGES_MAX) if asked.get("page", "").isdecimal() else 1
    found = await paper_reads.papers(kind, shop_id, _month(month, zone), PER_PAGE + 1, (max(page, 1) - 1) * PER_PAGE)
    troubles, first = await paper_reads.troubles(), await paper_reads.first_period()
    names = await shop_names({head.shop_id for head in found} | {one.shop_id for one in troubles} | {shop_id})
    own = None if hub.payments.office is None else await hub.payments.office.hub()
    return render(
        request,
        "papers.html",
        rows=found[:PER_PAGE],
        more=len(found) > PER_PAGE,
        page_number=max(page, 1),
        troubles=troubles,
        missing=() if own is None else [one for one in missing_details(own, own, ()) if one.startswith("hub")],
        names=names,
        words_missing=views.MISSING,
        kinds=views.KINDS,
        kind="" if kind is None else kind.value,
        shop_id=shop_id,
        month=month,
        months=views.months_back(now.astimezone(zone), first.astimezone(zone) if first else None, MONTHS),
        days_of=views.days_of,
        amount=Money,
    )


def _month(text: str, zone: tzinfo) -> Period | None:
    """A month of the hub's zone named in the address; None when there is none or it is none."""
    try:
        return month_of(datetime.strptime(text, "%Y-%m").replace(day=MONTH_MIDDLE, tzinfo=UTC), zone)
    except ValueError:
        return None


@post(PAGE + "/close", opt={"transaction": False})
async def close(request: AnyRequest) -> Redirect:
    """Close every month that has ended, if the job did not; each boutique's in a transaction of its own."""
    await operator(request)
    done = await papers.close_periods(hub_of(request).payments, clock.now())
    said = counted("%(num)s paper was issued.", "%(num)s papers were issued.", done)
    return back_to(request, PAGE, said if done else message("Nothing was left to close."))


@get(PAGE + "/{paper_id:uuid}")
async def show(request: AnyRequest, paper_id: FromPath[UUID]) -> Template:
    """One paper as it was issued."""
    await operator(request)
    found = await paper_reads.paper(paper_id)
    names = await shop_names([found.head.shop_id])
    return render(
        request,
        "paper.html",
        head=found.head,
        kind=views.KINDS[found.head.kind],
        name=names.get(found.head.shop_id, found.head.shop_id),
        statement=None if found.statement is None else views.statement_page(found.statement),
        document=found.statement or found.invoice,
        bank_day=datetime.fromisoformat,
        treatments=views.TREATMENTS,
        percent=percent_text,
        days_of=views.days_of,
        moment=views.moment_in,
        amount=Money,
    )


@get(PAGE + "/{paper_id:uuid}/{form:str}")
async def download(request: AnyRequest, paper_id: FromPath[UUID], form: FromPath[str]) -> Response[bytes]:
    """One form of a paper, byte for byte as it was issued."""
    await operator(request)
    if form not in {one.value for one in PaperForm}:
        raise NotFoundError("there is no such paper")
    file = await paper_reads.file(paper_id, PaperForm(form))
    return _file(file.name, file.media_type, file.content)


def _file(name: str, media_type: str, content: bytes) -> Response[bytes]:
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)


@get(DRAFT)
async def show_draft(request: AnyRequest, shop_id: FromPath[str]) -> Response[Any]:
    """A boutique's running statement, all that is on none yet, and the papers it has; also as PDF or CSV."""
    await operator(request)
    names = await shop_names([shop_id])
    if shop_id not in names:
        raise NotFoundError("there is no such boutique")
    hub = hub_of(request)
    currencies = await statements.currencies_of(shop_id) or [hub.payments.settings.settlement_currency]
    asked = request.query_params.get("currency", "")
    usual = hub.payments.settings.settlement_currency
    currency = asked if asked in currencies else usual if usual in currencies else currencies[0]
    problem, draft = "", None
    try:
        draft = await _draft(hub, shop_id, currency)
    except StatementBrokenError as error:
        problem = error.sentence
    form = request.query_params.get("as")
    if draft is not None and form == "csv":
        return _file("statement-draft.csv", "text/csv; charset=utf-8", statement_csv(draft))
    if draft is not None and form == "pdf":
        return _file("statement-draft.pdf", "application/pdf", await asyncio.to_thread(statement_pdf, draft))
    return render(
        request,
        "statement_draft.html",
        shop_id=shop_id,
        name=names[shop_id],
        currency=currency,
        currencies=currencies,
        problem=problem,
        draft=draft,
        statement=None if draft is None else views.statement_page(draft),
        rows=await statements.papers_of(shop_id),
        kinds=views.KINDS,
        days_of=views.days_of,
        moment=views.moment_in,
        amount=Money,
    )


async def _draft(hub: Hub, shop_id: str, currency: str) -> Statement:
    """The running statement. Raises StatementBrokenError when it does not add up."""
    if hub.payments.office is None:
        raise PaperRefusedError("this hub writes no papers")
    async with atomic():
        return await statement_making.draft(hub.payments.office, shop_id, currency, clock.now())


@post(DRAFT + "/close", opt={"transaction": False})
async def close_one(request: AnyRequest, shop_id: FromPath[str]) -> Redirect:
    """Close what has ended of one boutique, or also what the running month has so far."""
    await operator(request)
    page = f"/console/boutiques/{shop_id}/statement"
    form = await request.form()
    running = form.get("until") == "now"
    if running and form.get("sure") != "yes":
        return back_to(
            request, page, message("Nothing was closed: tick that numbered papers are wanted now."), failed=True
        )
    try:
        done = await papers.close_shop(hub_of(request).payments, shop_id, clock.now(), running=running)
    except GalleriaError as error:
        return back_to(request, page, error.detail, failed=True)
    said = counted("%(num)s paper was issued.", "%(num)s papers were issued.", done)
    return back_to(request, page, said if done else message("Nothing was left to close."))


ROUTES = [show_list, close, show, download, show_draft, close_one]
