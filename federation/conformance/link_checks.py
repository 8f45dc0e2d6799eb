"""Links: what a stranger is refused, and how a proposal is taken once, and only for those it names."""

from functools import partial

import msgspec

from federation.conformance.checks import Check
from federation.conformance.session import Question, Session, granted, refused
from federation.conformance.verdicts import NotAskedError, demand
from federation.documents import json
from federation.vocabulary.ids import PartyId, new_id


def propose(session: Session, **changed: object) -> Question:
    """The tester's proposal."""
    changed |= {"number": session.word_number()}
    proposal = msgspec.structs.replace(session.tester.proposal(session.judged.party_id, session.now()), **changed)
    return Question(method="POST", path="/links", body=json.encode(proposal), idempotency_key=str(new_id()))


async def is_linked(session: Session) -> bool:
    """Whether the judged party has accepted the link."""
    answer = await session.ask(Question(method="GET", path=f"/orders/{new_id()}"))
    return answer.problem is not None and answer.problem.type == "not-found"


async def taken_once(session: Session) -> None:
    question = propose(session)
    first, again = granted(await session.ask(question)), granted(await session.ask(question))
    demand(first.body == again.body, "the same proposal under the same idempotency key is answered differently")


async def key_for_one_content(session: Session) -> None:
    question = propose(session)
    granted(await session.ask(question))
    other = msgspec.structs.replace(question, body=propose(session, message="Another text").body)
    refused(await session.ask(other), "idempotency-conflict")


async def about_others(session: Session) -> None:
    other = PartyId(session.judged.party_id[:2] + "a" * 32)
    changed = {"hub": other} if session.judged.kind == "hub" else {"shop": other}
    refused(await session.ask(propose(session, **changed)), "record-invalid")


async def named_twice(session: Session) -> None:
    body = propose(session).body
    doubled = body[:-1] + b',"message":"twice"}'
    refused(await session.ask(Question(method="POST", path="/links", body=doubled)), "record-invalid")


async def fraction(session: Session) -> None:
    body = propose(session).body[:-1] + b',"unknown_field":1.5}'
    refused(await session.ask(Question(method="POST", path="/links", body=body)), "record-invalid")


async def deep(session: Session) -> None:
    nested = b"[" * 40 + b"]" * 40
    body = propose(session).body[:-1] + b',"unknown_field":' + nested + b"}"
    refused(await session.ask(Question(method="POST", path="/links", body=body)), "too-large", "record-invalid")


async def unknown_fields(session: Session) -> None:
    body = propose(session).body[:-1] + b',"unknown_field":{"of":"later"}}'
    granted(await session.ask(Question(method="POST", path="/links", body=body)))


async def needs_link(session: Session) -> None:
    if await is_linked(session):
        raise NotAskedError("the link is accepted already")
    for path in ("/log/1", "/inv", f"/orders/{new_id()}"):
        answer = await session.ask(Question(method="GET", path=path))
        refused(answer, "not-linked", "not-found")
    refused(await session.ask(Question(method="GET", path=f"/orders/{new_id()}")), "not-linked")


_known = partial(Check, needs="known")

CHECKS = (
    _known("proposal-once", "a proposal repeated is answered as before", taken_once),
    _known(
        "idempotency-conflict",
        "an idempotency key used again with another content is idempotency-conflict",
        key_for_one_content,
    ),
    _known("proposal-own", "a proposal about other parties is refused", about_others),
    _known("json-names-once", "an object with a name twice is refused", named_twice),
    _known("json-integers", "a number with a fraction is refused", fraction),
    _known("json-depth", "a document nested too deep is refused", deep),
    _known("json-unknown", "fields not known are ignored", unknown_fields),
    _known("link-needed", "without a link only public reads are answered", needs_link),
)
