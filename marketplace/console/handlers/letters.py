"""Messages that could not be delivered, and (in a demo) the mails that were written."""

from uuid import UUID

from litestar import get, post
from litestar.params import FromPath
from litestar.response import Redirect, Template

from federation.node import clock, mail
from federation.node.web import AnyRequest
from federation.service import letters
from federation.vocabulary.errors import NotFoundError
from federation.vocabulary.wording import message
from marketplace.console.door import back_to, mails_shown, operator, render
from marketplace.console.views.letters import told
from marketplace.console.words import counted
from marketplace.orders import oversight

LETTERS_MAX = 100


@get("/console/dead-letters")
async def dead_letters(request: AnyRequest) -> Template:
    """Messages given up on: what, to whom, why, since when."""
    await operator(request)
    found = await letters.undelivered(limit=LETTERS_MAX)
    orders = await oversight.orders_of_parts([one.order_id or one.subject for one in found])
    return render(request, "dead_letters.html", letters=[told(one, orders) for one in found], letters_max=LETTERS_MAX)


@post("/console/dead-letters/{message_id:int}/replay")
async def replay(request: AnyRequest, message_id: FromPath[int]) -> Redirect:
    """Try a message again from the beginning."""
    await operator(request)
    found = await letters.send_again(message_id, clock.now())
    said = message("It had been sent again already.")
    if found:
        said = message("On its way again; it comes back here if it fails again.")
    return back_to(request, "/console/dead-letters", said)


@post("/console/dead-letters/replay")
async def replay_all(request: AnyRequest) -> Redirect:
    """Try all of them again."""
    await operator(request)
    number = await letters.send_all_again(clock.now())
    said = counted("%(num)s message is on its way again.", "%(num)s messages are on their way again.", number)
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


ROUTES = [dead_letters, replay, replay_all, mails, one_mail]
