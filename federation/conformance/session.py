"""Asking a judged party: requests signed well, or spoilt on purpose in one exact way, and the answers looked at.

Whatever the answer, it is told whether its signature is bound to this very question by a key that the party's
operations name. Nothing here decides what is right: the checks do.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

import msgspec

from federation import limits
from federation.conformance.tester import Tester
from federation.conformance.verdicts import FailedError, demand
from federation.documents import json, signing
from federation.documents.identity import IdentityState
from federation.documents.keys import PublicKey, SigningKey
from federation.documents.profile import PREFIX, PartyProfile
from federation.documents.signature_fields import FED_VERSION, LABEL, Parameters, signature_base, spell_signature
from federation.documents.signing import ReceivedResponse, RequestToSign
from federation.node import clock
from federation.node.answers import Problem
from federation.node.door import DoorResponse
from federation.service.context import PeerDoor, authority_of
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import PartyId, new_id, new_token

JSON_TYPE = "application/json"
PROBLEM_TYPE = "application/problem+json"
ANSWER_SECONDS_MAX = 20.0
_REFUSED = 400

Headers = dict[str, str]
T = TypeVar("T")


class Judged(msgspec.Struct, frozen=True):
    """Who is judged: the address its own documents name, and those documents."""

    party_id: PartyId
    base_url: str
    profile: PartyProfile
    state: IdentityState

    @property
    def kind(self) -> str:
        """Shop or hub."""
        return self.state.kind

    def keys(self, now: datetime) -> list[PublicKey]:
        """The keys with which it may sign at `now`."""
        found = (self.state.sign_key(keyid, int(now.timestamp())) for keyid in self.state.sign_keys)
        return [key for key in found if key is not None]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A request to make; `path` is below the party's own prefix.

    The rest spoils it: `spoil` changes the headers after signing, `sent` replaces the body after signing, `covering`
    signs, validly, over other components than the profile's (reads without a body only), `age_seconds` dates the
    signature back, `key` signs with another key, `authority` signs for another host, `nonce` is used again.
    """

    method: str
    path: str
    query: str = ""
    body: bytes = b""
    content_type: str = JSON_TYPE
    idempotency_key: str = ""
    old_size: int | None = None
    spoil: Callable[[Headers], Headers] | None = None
    sent: bytes | None = None
    covering: tuple[str, ...] = ()
    age_seconds: int = 0
    key: SigningKey | None = None
    authority: str = ""
    nonce: str = ""


class Answer(msgspec.Struct, frozen=True):
    """What came back; `unsigned` says why its signature does not hold, and is empty when it does."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    unsigned: str

    @property
    def problem(self) -> Problem | None:
        """The refusal that it is, if it is one that can be read."""
        if not self.headers.get("content-type", "").startswith(PROBLEM_TYPE):
            return None
        try:
            return json.decode(self.body, Problem)
        except GalleriaError:
            return None

    def said(self) -> str:
        """The answer in a few words, for reasons."""
        problem = self.problem
        return f"{self.status}" if problem is None else f"{self.status} {problem.type} ({problem.detail[:160]})"


class Session:
    """One judgement: who asks, who is asked, and by which door."""

    def __init__(self, door: PeerDoor, judged: Judged, tester: Tester) -> None:
        self.door = door
        self.judged = judged
        self.tester = tester
        self.said = 0

    def word_number(self) -> int:
        """The number of the tester's next word about the link: above all it has said, also in earlier judgements."""
        self.said = max(self.said + 1, int(self.now().timestamp() * 1_000))
        return self.said

    def now(self) -> datetime:
        """This moment."""
        return clock.now()

    async def ask(self, question: Question) -> Answer:
        """Make a signed request, spoilt as it says. Raises FailedError when nothing readable comes back."""
        target = f"{self.judged.base_url}{PREFIX}/{self.judged.party_id}{question.path}"
        is_write = question.method != "GET"
        request = RequestToSign(
            method=question.method,
            authority=question.authority or authority_of(target),
            path=urlsplit(target).path,
            query=question.query,
            fed_from=self.tester.party_id,
            body=question.body,
            content_type=question.content_type,
            idempotency_key=(question.idempotency_key or str(new_id())) if is_write else None,
            fed_old_size=question.old_size,
        )
        created = int((self.now() - timedelta(seconds=question.age_seconds)).timestamp())
        key = question.key or self.tester.key
        headers = signing.sign_request(request, key, created, question.nonce or new_token())
        if question.covering:
            headers |= _covering(request, question.covering, key, created)
        if question.spoil is not None:
            headers = question.spoil(headers)
        body = question.body if question.sent is None else question.sent
        response = await self.fetch(question.method, _with_query(target, question.query), headers, body)
        lower = {name.lower(): value for name, value in response.headers}
        return Answer(response.status, lower, response.body, self._fault(request, headers, response))

    async def fetch(self, method: str, url: str, headers: Headers, body: bytes = b"") -> DoorResponse:
        """Bytes there and back. Raises FailedError when no answer comes."""
        try:
            return await self.door.request(
                method,
                url,
                headers=headers,
                body=body,
                max_bytes=limits.BATCH_INFLATED_BYTES_MAX,
                total_timeout_seconds=ANSWER_SECONDS_MAX,
            )
        except GalleriaError as error:
            raise FailedError(f"{method} {url} got no answer: {error.detail}") from error

    def _fault(self, request: RequestToSign, headers: Headers, response: DoorResponse) -> str:
        """Why an answer's signature does not hold; empty when it does, or when the question gave none to bind to."""
        received = ReceivedResponse(
            status=response.status,
            headers={name.lower(): value for name, value in response.headers},
            body=response.body,
        )
        try:
            question = signing.question_of(request, headers)
        except GalleriaError:
            return ""
        try:
            created = signing.parse_signature(received.headers).fields.parameters.created
            signing.verify_response(received, question, self.judged.party_id, self._lookup, created)
        except GalleriaError as error:
            return error.detail
        return ""

    def _lookup(self, party_id: PartyId, keyid: str) -> PublicKey | None:
        if party_id != self.judged.party_id:
            return None
        return self.judged.state.sign_key(keyid, int(self.now().timestamp()))


def _covering(request: RequestToSign, components: tuple[str, ...], key: SigningKey, created: int) -> Headers:
    """A valid signature over just these components of a read without a body."""
    values = {
        '"@method"': request.method,
        '"@authority"': request.authority,
        '"@path"': request.path,
        '"@query"': f"?{request.query}",
        '"fed-from"': request.fed_from,
        '"fed-version"': FED_VERSION,
    }
    covered = {component: values[component] for component in components}
    lifetime = limits.SIGNATURE_LIFETIME_SECONDS_MAX
    parameters = Parameters(created=created, expires=created + lifetime, keyid=key.public.keyid, nonce=new_token())
    signature = key.sign(signature_base(covered, parameters))
    return {
        "Signature-Input": f"{LABEL}={parameters.spell(tuple(covered))}",
        "Signature": f"{LABEL}={spell_signature(signature)}",
    }


def _with_query(target: str, query: str) -> str:
    return f"{target}?{query}" if query else target


def read(body: bytes, form: type[T]) -> T:
    """A document of this form; fails the check when it is none."""
    try:
        return json.decode(body, form)
    except GalleriaError as error:
        raise FailedError(f"the answer is no {form.__name__}: {error.detail}") from error


def refused(answer: Answer, *slugs: str) -> Problem:
    """The problem of an answer that must be a signed refusal of one of these kinds."""
    problem = answer.problem
    if problem is None:
        raise FailedError(f"expected a refusal {' or '.join(slugs)}, got {answer.said()}")
    demand(problem.type in slugs, f"expected {' or '.join(slugs)}, got {answer.said()}")
    demand(problem.status == answer.status, f"the problem says status {problem.status}, HTTP says {answer.status}")
    demand(problem.retry in {"never", "after", "resync"}, f"{problem.type} comes with retry {problem.retry!r}")
    demand(not answer.unsigned, f"the refusal {problem.type} is not signed for this question: {answer.unsigned}")
    return problem


def granted(answer: Answer) -> Answer:
    """An answer that must be a signed yes."""
    demand(answer.status < _REFUSED and answer.problem is None, f"expected an answer, got {answer.said()}")
    demand(not answer.unsigned, f"the answer is not signed for this question: {answer.unsigned}")
    return answer
