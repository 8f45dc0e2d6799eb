"""Import: choose a file, look at what it would do, start it, and read the report while it runs and after."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from federation.node import clock
from federation.node.spreadsheets import download
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError, NotFoundError
from federation.vocabulary.product import CATEGORIES, COLOUR_FAMILIES
from federation.vocabulary.wording import message
from shops.importers import service
from shops.importers.domain.findings import LINE_RULES, RULES, Finding
from shops.importers.domain.report import ImportReport
from shops.importers.errors import FileRefusedError
from shops.importers.store import runs as store
from shops.node import shop_node
from shops.portal import forms, import_forms
from shops.portal.door import back_to, boutique_of, render
from shops.portal.sheets import FINDING_COLUMNS, finding_cells, spoken
from shops.portal.views import STATE_WORDS
from shops.store import BoutiqueView

SHOWN_MAX = 500
SEVERITIES = ("error", "warning", "note")


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
    form = await request.form()
    upload, translations = form.get("file"), form.get("translations")
    if not isinstance(upload, UploadFile) or not upload.filename:
        return back_to(request, boutique, "/import", message("Choose a file first."), failed=True)
    texts = await translations.read() if isinstance(translations, UploadFile) and translations.filename else b""
    try:
        import_id = await service.take_file(
            boutique.shop_id, upload.filename, await upload.read(), clock.now(), translations=texts
        )
    except GalleriaError as error:
        return back_to(request, boutique, "/import", error.sentence, failed=True)
    said = message("Nothing is changed yet: this is what would happen.")
    return back_to(request, boutique, f"/import/{import_id}", said)


@get("/portal/{handle:str}/import/{import_id:str}")
async def report(request: AnyRequest, handle: FromPath[str], import_id: FromPath[str]) -> Response[Any]:
    """The preview of a file, the progress of an import, or its report; `show` narrows the findings."""
    boutique = await boutique_of(request, handle)
    view = await store.view(boutique.shop_id, _id(import_id))
    asked = request.query_params.get("show", "")
    severity = asked if asked in SEVERITIES else ""
    if view.state == "checked":
        return await _preview(request, boutique, view, severity)
    found = await store.faults(boutique.shop_id, view.import_id, severity=severity, limit=SHOWN_MAX)
    return render(
        request,
        "report.html",
        boutique,
        view=view,
        words=STATE_WORDS,
        **_findings(view.totals, found, severity),
    )


async def _preview(request: AnyRequest, boutique: BoutiqueView, view: store.ImportView, severity: str) -> Response[Any]:
    try:
        told = await service.preview(shop_node(request).settings, boutique.shop_id, view.import_id)
    except FileRefusedError as error:
        return back_to(request, boutique, "/import", error.sentence, failed=True)
    return render(
        request,
        "preview.html",
        boutique,
        view=view,
        report=told,
        unknown=import_forms.unknown_words(told.findings),
        categories=[(code, label) for code, (label, _) in CATEGORIES.items()],
        families=COLOUR_FAMILIES,
        **_findings(told, told.findings, severity),
    )


def _findings(totals: ImportReport, found: Sequence[Finding], severity: str) -> dict[str, Any]:
    """What the list of findings shows: how many of each kind, and the first of them in the order of the file."""
    kinds = [(*name.partition(" ")[::2], number) for name, number in totals.by_code.items()]
    shown = [finding for finding in found if not severity or finding.severity == severity]
    return {
        "kinds": sorted(kinds, key=lambda kind: (SEVERITIES.index(kind[0]), -kind[2], kind[1])),
        "rules": RULES | LINE_RULES,
        "severity": severity,
        "counts": {"error": totals.errors, "warning": totals.warnings, "note": totals.notes},
        "findings": sorted(shown, key=lambda finding: (finding.line, finding.record))[:SHOWN_MAX],
        "shown_max": SHOWN_MAX,
    }


@get("/portal/{handle:str}/import/{import_id:str}/report.csv")
async def report_file(request: AnyRequest, handle: FromPath[str], import_id: FromPath[str]) -> Response[bytes]:
    """Everything found, as a table for a spreadsheet."""
    boutique = await boutique_of(request, handle)
    view = await store.view(boutique.shop_id, _id(import_id))
    found: Iterable[Finding]
    if view.state == "checked":
        found = (await service.preview(shop_node(request).settings, boutique.shop_id, view.import_id)).findings
    else:
        found = await store.faults(boutique.shop_id, view.import_id)
    return download(f"report-{view.import_id}", spoken(FINDING_COLUMNS), finding_cells(found))


@post("/portal/{handle:str}/import/{import_id:str}")
async def start(request: AnyRequest, handle: FromPath[str], import_id: FromPath[str]) -> Response[Any]:
    """Let the worker import the file; many missing products are withdrawn only if that is confirmed."""
    boutique = await boutique_of(request, handle)
    may_withdraw = (await request.form()).get("confirm") == "gone"
    await service.start(boutique.shop_id, _id(import_id), clock.now(), may_withdraw=may_withdraw)
    said = message("The import has started. You can leave this page.")
    return back_to(request, boutique, f"/import/{import_id}", said)


@post("/portal/{handle:str}/import/{import_id:str}/words")
async def give_words(request: AnyRequest, handle: FromPath[str], import_id: FromPath[str]) -> Response[Any]:
    """Keep what unknown words of a file mean, and look at it again."""
    boutique = await boutique_of(request, handle)
    path = f"/import/{_id(import_id)}"
    fields = forms.fields_of(await request.form())
    try:
        choices = import_forms.with_words(await service.choices_of(boutique.shop_id), fields)
        await service.save_choices(boutique.shop_id, choices)
    except GalleriaError as error:
        return back_to(request, boutique, path, error.sentence, failed=True)
    return back_to(request, boutique, path, message("Kept, for this file and every later one."))


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFoundError(message("there is no such import; start a new one")) from error


HANDLERS = [choose_file, take_file, report, report_file, start, give_words]
