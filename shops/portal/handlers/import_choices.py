"""What a boutique decides once about its files: what they do not say themselves."""

from typing import Any, get_args

from litestar import Response, get, post
from litestar.params import FromPath

from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError, RecordInvalidError
from federation.vocabulary.product import CATEGORIES, COLOUR_FAMILIES, SizeSystem
from federation.vocabulary.wording import message
from shops.importers import service
from shops.importers.domain.choices import LANGUAGES
from shops.portal import forms, import_forms
from shops.portal.door import back_to, boutique_of, render
from shops.store import BoutiqueView

_LANGUAGE_WORDS = {
    "it": message("Italian"),
    "en": message("English"),
    "fr": message("French"),
    "de": message("German"),
    "es": message("Spanish"),
    "ja": message("Japanese"),
}


@get("/portal/{handle:str}/import-settings")
async def choices(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """The form."""
    boutique = await boutique_of(request, handle)
    fields = import_forms.choice_fields(await service.choices_of(boutique.shop_id))
    return _form(request, boutique, fields, None)


@post("/portal/{handle:str}/import-settings")
async def save_choices(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Keep the decisions; the next file is read by them."""
    boutique = await boutique_of(request, handle)
    fields = forms.fields_of(await request.form())
    try:
        await service.save_choices(boutique.shop_id, import_forms.choices_from(fields))
    except RecordInvalidError as error:
        return _form(request, boutique, fields, error)
    return back_to(request, boutique, "/import-settings", message("Kept. The next file is read so."))


def _form(
    request: AnyRequest, boutique: BoutiqueView, fields: import_forms.Fields, problem: GalleriaError | None
) -> Response[Any]:
    return render(
        request,
        "import_choices.html",
        boutique,
        status_code=422 if problem else 200,
        fields=fields,
        problem=problem,
        faults={fault.pointer: fault.message for fault in problem.errors} if problem else {},
        languages=[(code, _LANGUAGE_WORDS[code]) for code in LANGUAGES],
        systems=[(system, system) for system in get_args(SizeSystem)],
        categories=[(code, label) for code, (label, _) in CATEGORIES.items()],
        families=COLOUR_FAMILIES,
    )


HANDLERS = [choices, save_choices]
