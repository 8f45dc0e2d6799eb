"""The hub's operators: who they are, letting another one in, taking one's access away. Money needs two of them.

Whose word counts about money, and who may vouch for whom, is said by `marketplace.accounts.trust`.
"""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock
from federation.node.database import atomic
from federation.node.web import AnyRequest
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.wording import message
from marketplace.accounts import people, trust
from marketplace.console.door import back_to, operator, render
from marketplace.console.forms import text_in
from marketplace.console.words import WORDING
from marketplace.hub import hub_of

PAGE = "/console/people"


@get(PAGE)
async def show(request: AnyRequest) -> Template:
    """Everybody who may work here, and the form to let somebody else in."""
    person = await operator(request)
    now, known = clock.now(), await trust.people()
    return render(
        request,
        "people.html",
        person=person,
        people=known,
        counting={one.account.id for one in known if one.counts(now)},
        may_vouch=trust.may_vouch(known, person.id, now),
        days=trust.WAITING_DAYS,
    )


@post(PAGE)
async def invite(request: AnyRequest) -> Redirect:
    """Let somebody in, and write them a letter with a link that signs them in once."""
    person = await operator(request)
    form = await request.form()
    subject, text, told_subject, told_text = (WORDING.gettext(words) for words in people.TEXTS)
    try:
        async with atomic():
            await people.invite(
                hub_of(request).settings,
                text_in(form, "email", 254),
                text_in(form, "name", 200),
                people.Letter(subject, text, told_subject, told_text, person),
                clock.now(),
            )
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Invited: a letter with a link is on its way."))


@post(PAGE + "/{account_id:uuid}/vouch")
async def vouch(request: AnyRequest, account_id: FromPath[UUID]) -> Redirect:
    """Say that somebody is a person of their own: their word counts from now on."""
    person = await operator(request)
    try:
        async with atomic():
            await trust.vouch(account_id, person.id, clock.now())
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Noted: their word counts from now on."))


@post(PAGE + "/{account_id:uuid}/remove")
async def remove(request: AnyRequest, account_id: FromPath[UUID]) -> Redirect:
    """Take somebody's access away."""
    person = await operator(request)
    try:
        async with atomic():
            await people.remove(account_id, person.id)
    except GalleriaError as error:
        return back_to(request, PAGE, error.sentence, failed=True)
    return back_to(request, PAGE, message("Taken away. What they did stays written down."))


ROUTES = [show, invite, vouch, remove]
