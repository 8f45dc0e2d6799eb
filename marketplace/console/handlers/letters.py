"""Messages that could not be delivered, and (in the demo) the mails that were written."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import accounts, clock, mail, outbox
from federation.node.pages import page
from federation.node.web import AnyRequest, web_node
from federation.vocabulary.errors import NotFoundError

OPERATOR = "operator"
SEE_OTHER = 303


@get("/console/dead-letters")
async def dead_letters(request: AnyRequest) -> Template:
    """Messages given up on, with what failed."""
    await accounts.require(request, OPERATOR)
    return page(request, "console/dead_letters.html", letters=await outbox.dead_letters())


@post("/console/dead-letters/{message_id:int}/replay")
async def replay(request: AnyRequest, message_id: FromPath[int]) -> Redirect:
    """Try a message again from the beginning."""
    await accounts.require(request, OPERATOR)
    await outbox.replay(message_id, clock.now())
    return Redirect("/console/dead-letters", status_code=SEE_OTHER)


@get("/console/mails")
async def mails(request: AnyRequest) -> Template:
    """The mails written: in a demo only, for they hold the keys to orders."""
    await _demo_operator(request)
    return page(request, "console/mails.html", mails=await mail.mails())


@get("/console/mails/{mail_id:uuid}")
async def one_mail(request: AnyRequest, mail_id: FromPath[UUID]) -> Template:
    """One mail as written."""
    await _demo_operator(request)
    found = await mail.mail(mail_id)
    if found is None:
        raise NotFoundError("There is no such mail.")
    return page(request, "console/mail.html", mail=found)


async def _demo_operator(request: AnyRequest) -> None:
    await accounts.require(request, OPERATOR)
    if web_node(request.app).settings.environment == "production":
        raise NotFoundError("Mails are shown in a demo only.")


ROUTES = [dead_letters, replay, mails, one_mail]
