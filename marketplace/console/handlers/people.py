"""The hub's operators: who they are, letting another one in, taking one's access away. Corrections need two of them."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.wording import message
from marketplace.accounts import people
from marketplace.console.door import back_to, operator, render
from marketplace.console.forms import text_in
from marketplace.console.words import WORDING
from marketplace.hub import hub_of

PAGE = "/console/people"


@get(PAGE)
async def show(request: AnyRequest) -> Template:
    """Everybody who may work here, and the form to let somebody else in."""
    person = await operator(request)
    return render(request, "people.html", person=person, people=await people.operators())


@post(PAGE)
async def invite(request: AnyRequest) -> Redirect:
    """Let somebody in, and write them a letter with a link that signs them in once."""
    person = await operator(request)
    form = await request.form()
    try:
        async with atomic():
            await people.invite(
                hub_of(request).settings,
                text_in(form, "email", 254),
                text_in(form, "name", 200),
                people.Letter(WORDING.gettext(people.SUBJECT), WORDING.gettext(people.TEXT), person.email),
                clock.now(),
            )
    except GalleriaError as error:
        return back_to(request, PAGE, error.detail, failed=True)
    return back_to(request, PAGE, message("Invited: a letter with a link is on its way."))


@post(PAGE + "/{account_id:uuid}/remove")
async def remove(request: AnyRequest, account_id: FromPath[UUID]) -> Redirect:
    """Take somebody's access away."""
    person = await operator(request)
    try:
        async with atomic():
            await people.remove(account_id, person.id)
    except GalleriaError as error:
        return back_to(request, PAGE, error.detail, failed=True)
    return back_to(request, PAGE, message("Taken away. What they did stays written down."))


ROUTES = [show, invite, remove]
