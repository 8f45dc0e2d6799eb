"""The boutique's profile: name, story, look, shipping, how orders are accepted; and its root key."""

from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from federation.node import clock
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError, RecordInvalidError
from federation.vocabulary.wording import message
from shops import service
from shops.portal import forms, looks
from shops.portal.door import back_to, boutique_of, render
from shops.store import BoutiqueView


@get("/portal/{handle:str}/profile")
async def profile(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """The form."""
    boutique = await boutique_of(request, handle)
    return _form(request, boutique, forms.profile_fields(boutique.profile), None)


def _form(
    request: AnyRequest, boutique: BoutiqueView, fields: forms.Fields, problem: GalleriaError | None
) -> Response[Any]:
    return render(
        request,
        "profile.html",
        boutique,
        status_code=422 if problem else 200,
        fields=fields,
        rows=forms.rate_rows(fields),
        problem=problem,
        faults={fault.pointer: fault.message for fault in problem.errors} if problem else {},
        languages=forms.LANGUAGES,
        pairings=looks.PAIRINGS,
        openings=looks.openings(boutique.profile.theme),
        covers=looks.covers(boutique.profile.theme),
        root_key_here=service.root_key_is_here(boutique.recovery_file),
    )


@post("/portal/{handle:str}/profile")
async def save_profile(request: AnyRequest, handle: FromPath[str]) -> Response[Any]:
    """Write and publish the profile."""
    boutique = await boutique_of(request, handle)
    fields = forms.fields_of(await request.form())
    try:
        changed = forms.profile_from(fields, boutique.profile)
        await service.edit_profile(boutique.shop_id, changed, clock.now())
    except RecordInvalidError as error:
        return _form(request, boutique, fields, error)
    return back_to(request, boutique, "/profile", message("Saved and published."))


HANDLERS = [profile, save_profile]
