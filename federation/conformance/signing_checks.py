"""Signatures: a good one is answered in kind, and a request spoilt in any one way is refused by the right name.

Asked of `GET /orders/{id}`, which needs a link and changes nothing, and of a decision about a link for what only
requests that write can do wrong. Without a link a good signature is `not-linked`; the checks hold either way.
"""

from functools import partial

import msgspec

from federation import limits
from federation.conformance.checks import Check
from federation.conformance.session import Answer, Headers, Question, Session, refused
from federation.conformance.verdicts import demand
from federation.conversations.messages import LinkDecision
from federation.documents import json
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.vocabulary.ids import new_id, new_secret, new_token

COMPONENTS = ('"@method"', '"@authority"', '"@path"', '"@query"', '"fed-from"', '"fed-version"')
"""What the signature of a read covers, in the profile's order."""
_MIDDLE = 40
_OLD_SECONDS = limits.CLOCK_BEHIND_SECONDS_MAX + 120
_AHEAD_SECONDS = limits.CLOCK_AHEAD_SECONDS_MAX + 120


def _read(**spoilt: object) -> Question:
    """A harmless read that needs a signature."""
    return msgspec.structs.replace(Question(method="GET", path=f"/orders/{new_id()}"), **spoilt)


def _write(session: Session, **spoilt: object) -> Question:
    """A write that changes nothing: our word about the link once more, as it stands."""
    body = json.encode(LinkDecision(state="accepted", at=text_of(session.now())))
    return msgspec.structs.replace(Question(method="POST", path="/links/decision", body=body), **spoilt)


def _unsigned(headers: Headers) -> Headers:
    return {name: value for name, value in headers.items() if not name.startswith("Signature")}


async def good(session: Session) -> None:
    answer = await session.ask(_read())
    demand(not answer.unsigned, f"the answer is not signed for this question: {answer.unsigned}")
    refused(answer, "not-linked", "not-found")


async def unsigned(session: Session) -> None:
    answer = await session.ask(_read(spoil=_unsigned))
    _is_refused(answer, "bad-signature")


async def wrong_signature(session: Session) -> None:
    def spoil(headers: Headers) -> Headers:
        value = headers["Signature"]
        return headers | {"Signature": value[:_MIDDLE] + ("A" if value[_MIDDLE] != "A" else "B") + value[_MIDDLE + 1 :]}

    refused(await session.ask(_read(spoil=spoil)), "bad-signature")


async def covers_less(session: Session) -> None:
    for left_out in COMPONENTS:
        kept = tuple(component for component in COMPONENTS if component != left_out)
        _is_refused(await session.ask(_read(covering=kept)), "bad-signature", f"validly signed without {left_out}: ")


async def other_order(session: Session) -> None:
    _is_refused(await session.ask(_read(covering=COMPONENTS[::-1])), "bad-signature")


async def other_authority(session: Session) -> None:
    _is_refused(await session.ask(_read(authority="another.example")), "bad-signature")


async def other_version(session: Session) -> None:
    def spoil(headers: Headers) -> Headers:
        return headers | {"Fed-Version": "2020-01-01"}

    problem = refused(await session.ask(_read(spoil=spoil)), "version-unsupported")
    demand(bool(problem.expected), "the refusal of a version does not say in `expected` which one is spoken")


async def unknown_key(session: Session) -> None:
    refused(await session.ask(_read(key=SigningKey.from_seed(new_secret(32)))), "key-not-chained")


async def too_old(session: Session) -> None:
    problem = refused(await session.ask(_read(age_seconds=_OLD_SECONDS)), "clock-skew")
    demand(problem.server_time is not None, "the refusal does not say the server's time")


async def too_new(session: Session) -> None:
    refused(await session.ask(_read(age_seconds=-_AHEAD_SECONDS)), "clock-skew")


async def no_nonce(session: Session) -> None:
    def spoil(headers: Headers) -> Headers:
        before, _, rest = headers["Signature-Input"].partition(';nonce="')
        return headers | {"Signature-Input": before + rest.partition('"')[2]}

    _is_refused(await session.ask(_read(spoil=spoil)), "bad-signature")


async def nonce_again(session: Session) -> None:
    nonce = new_token()
    await session.ask(_write(session, nonce=nonce))
    refused(await session.ask(_write(session, nonce=nonce)), "replayed-nonce")


async def other_body(session: Session) -> None:
    question = _write(session)
    spoilt = msgspec.structs.replace(question, sent=question.body.replace(b"accepted", b"Accepted"))
    refused(await session.ask(spoilt), "bad-digest")


async def no_idempotency_key(session: Session) -> None:
    def spoil(headers: Headers) -> Headers:
        return {name: value for name, value in headers.items() if name != "Idempotency-Key"}

    _is_refused(await session.ask(_write(session, spoil=spoil)), "bad-signature")


async def long_body(session: Session) -> None:
    body = b'{"state":"accepted","reason":"' + b"x" * limits.DOCUMENT_BYTES_MAX + b'"}'
    answer = await session.ask(_write(session, body=body))
    _is_refused(answer, "too-large")


async def no_such_place(session: Session) -> None:
    refused(await session.ask(Question(method="GET", path="/nothing-of-this-protocol")), "not-found")


def _is_refused(answer: Answer, slug: str, before: str = "") -> None:
    """A refusal whose request gave nothing to bind an answer to need not be signed."""
    problem = answer.problem
    demand(problem is not None and problem.type == slug, f"{before}expected {slug}, got {answer.said()}")


_known = partial(Check, needs="known")

CHECKS = (
    _known("answer-signed", "every answer is signed and bound to its question", good),
    _known("unsigned-refused", "an unsigned request is bad-signature", unsigned),
    _known("signature-checked", "a wrong signature is bad-signature", wrong_signature),
    _known("coverage-fixed", "a signature over fewer components is bad-signature, valid or not", covers_less),
    _known("order-fixed", "components in another order are bad-signature", other_order),
    _known("authority-own", "a request signed for another host is bad-signature", other_authority),
    _known("version-said", "another Fed-Version is version-unsupported", other_version),
    _known("key-chained", "a key that the sender's operations do not name is key-not-chained", unknown_key),
    _known(
        "clock-behind",
        f"a signature older than {limits.CLOCK_BEHIND_SECONDS_MAX} s is clock-skew, with server_time",
        too_old,
    ),
    _known("clock-ahead", f"a signature more than {limits.CLOCK_AHEAD_SECONDS_MAX} s ahead is clock-skew", too_new),
    _known("nonce-needed", "a request without a nonce is bad-signature", no_nonce),
    _known("nonce-once", "a nonce counts once on a request that writes", nonce_again),
    _known("digest-checked", "a body other than the digest's is bad-digest", other_body),
    _known("idempotency-key-needed", "a request that writes has an idempotency key", no_idempotency_key),
    _known("body-bounded", "a body beyond its bound is too-large", long_body),
    _known("unknown-path", "a path outside the protocol is a signed not-found", no_such_place),
)
