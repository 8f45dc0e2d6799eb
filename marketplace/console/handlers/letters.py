"""Messages that could not be delivered, and (in a demo) the mails that were written."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock, mail, outbox
from federation.node.web import AnyRequest
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, mails_shown, operator, render

LETTERS_MAX = 100


@get("/console/dead-letters")
async def dead_letters(request: AnyRequest) -> Template:
    """Messages given up on, with what failed."""
    await operator(request)
    return render(request, "dead_letters.html", letters=await outbox.dead_letters(LETTERS_MAX), letters_max=LETTERS_MAX)


@post("/console/dead-letters/{message_id:int}/replay")
async def replay(request: AnyRequest, message_id: FromPath[int]) -> Redirect:
    """Try a message again from the beginning."""
    await operator(request)
    found = await outbox.replay(message_id, clock.now())
    said = message("It had been sent again already.")
    if found:
        said = message("On its way again; it comes back here if it fails again.")
    return back_to(request, "/console/dead-letters", said)


@get("/console/mails")
async def mails(request: AnyRequest) -> Template:
    """The mails written."""
    await _demo_operator(request)
    return render(request, "mails.html", mails=await mail.mails())


@get("/console/mails/{mail_id:uuid}")
async def one_mail(request: AnyRequest, mail_id: FromPath[UUID]) -> Template:
    """One mail as written."""
    await _demo_operator(request)
    found = await mail.mail(mail_id)
    if found is None:
        raise NotFoundError("There is no such mail.")
    return render(request, "mail.html", mail=found)


async def _demo_operator(request: AnyRequest) -> None:
    await operator(request)
    if not mails_shown(request):
        raise NotFoundError("Mails are shown in a demo only.")


ROUTES = [dead_letters, replay, mails, one_mail]
