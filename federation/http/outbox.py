"""The mailbox that a hub keeps for a party that nobody can connect to: its requests to fetch, its answers to take.

Open to every party with a link of any state, so that a proposal can be answered and an end be heard; what waits there
was written by this node alone.
"""

import re

from federation import limits
from federation.conversations import checks
from federation.conversations.mailbox import MailboxWatch, MailedAnswers
from federation.documents import json
from federation.errors import NotLinkedError
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.service import mailbox
from federation.service.context import Federation
from federation.service.mailbox_tickets import ticket_for
from federation.store import links
from federation.vocabulary.errors import RecordInvalidError

_NUMBER = re.compile(r"0|[1-9]\d{0,15}", re.ASCII)


async def _collect(_fed: Federation, inbound: Inbound) -> Outbound:
    await _require_known(inbound)
    wait = min(_number(inbound, "wait"), limits.MAILBOX_WAIT_SECONDS_MAX)
    hub, seconds = inbound.receiver, int(inbound.now.timestamp())
    ticket = ticket_for(hub.id, hub.sign_seed, inbound.peer, seconds)
    ends, after = (hub.id, inbound.peer), _number(inbound, "after")
    return Outbound(json.encode(await mailbox.collect(ends, after, wait, inbound.now, ticket=ticket)))


async def _watch(_fed: Federation, inbound: Inbound) -> Outbound:
    await _require_known(inbound)
    asked = checks.read(inbound.body, MailboxWatch)
    return Outbound(json.encode(await mailbox.watch(inbound.receiver, asked, inbound.now)))


async def _answers(_fed: Federation, inbound: Inbound) -> Outbound:
    await _require_known(inbound)
    answers = checks.read(inbound.body, MailedAnswers, bytes_max=limits.MAILBOX_ANSWERS_BYTES_MAX)
    ends = (inbound.receiver.id, inbound.peer)
    return Outbound(json.encode(await mailbox.take_answers(ends, answers, inbound.now)))


async def _require_known(inbound: Inbound) -> None:
    if await links.state(inbound.receiver.id, inbound.peer) is None:
        raise NotLinkedError(f"{inbound.peer} has never asked to be linked with {inbound.receiver.id}")


def _number(inbound: Inbound, name: str) -> int:
    text = inbound.query.get(name, "0")
    if _NUMBER.fullmatch(text) is None:
        raise RecordInvalidError(f"{name}={text[:20]} is not a number")
    return int(text)


ENDPOINTS = (
    Endpoint(method="GET", path="/outbox", run=_collect, linked=False, transaction=False, patient=True),
    Endpoint(method="POST", path="/outbox/watch", run=_watch, linked=False, transaction=False, patient=True),
    Endpoint(
        method="POST",
        path="/outbox/ack",
        run=_answers,
        linked=False,
        transaction=False,
        bytes_max=limits.MAILBOX_ANSWERS_BYTES_MAX,
    ),
)
