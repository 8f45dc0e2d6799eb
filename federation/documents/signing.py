"""Request and response signatures: RFC 9421 with RFC 9530 digests, cut down to one fixed profile, label `fed`.

The verifier builds the one signature base the profile allows, never a base the sender chose, so a signature that
covers less is refused. `authority` is always the receiver's configured name, never a received Host header. Spending
nonces, fetching keys and reading clocks belong to the caller, who passes `now` (Unix seconds) and, for signing,
`created` and `nonce`. Inflating and decoding a body come only after it passed here.
"""

from collections.abc import Mapping

import msgspec

from federation import limits
from federation.documents.errors import BadSignatureError, VersionUnsupportedError
from federation.documents.keys import SigningKey
from federation.documents.signature_checks import (
    Lookup,
    check_digest,
    check_signature,
    check_size,
    check_time,
    key_of,
    printable,
    size_of,
)
from federation.documents.signature_fields import (
    FED_VERSION,
    Parameters,
    SignatureFields,
    content_digest,
    field,
    parse_fields,
    signature_base,
    spell_signature,
)
from federation.vocabulary.ids import PartyId, is_party_id


class RequestToSign(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it will go out: `path` and `query` percent-encoded, the query without its question mark."""

    method: str
    authority: str
    path: str
    fed_from: PartyId
    query: str = ""
    body: bytes = b""
    content_type: str = ""
    idempotency_key: str | None = None
    fed_old_size: int | None = None


class ReceivedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it came in: raw path and query, header names in lower case (repeats joined by `, `), raw body."""

    method: str
    authority: str
    path: str
    headers: Mapping[str, str]
    query: str = ""
    body: bytes = b""


class ClaimedSignature(msgspec.Struct, frozen=True):
    """Who a message says signed it and with which key: nothing is verified yet."""

    sender: PartyId
    keyid: str
    fields: SignatureFields


class VerifiedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a verified signature vouches for. The caller still spends `nonce` once (methods other than GET)."""

    sender: PartyId
    keyid: str
    nonce: str
    created: int
    expires: int
    signature: bytes
    idempotency_key: str | None
    fed_old_size: int | None


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The request that an answer is bound to: its target, its own signature, and what it covered of its body."""

    method: str
    authority: str
    path: str
    query: str
    signature: bytes
    content_digest: str | None
    idempotency_key: str | None


class ReceivedResponse(msgspec.Struct, frozen=True, kw_only=True):
    """An answer as it came in, header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class VerifiedResponse(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that `sender` gave to exactly the question it was checked against."""

    sender: PartyId
    keyid: str
    created: int
    status: int
    body: bytes


def sign_request(request: RequestToSign, key: SigningKey, created: int, nonce: str) -> dict[str, str]:
    """The headers to send with `request`, signature included, valid for SIGNATURE_LIFETIME_SECONDS_MAX.

    A retry is signed again with a new nonce and the same idempotency key. Raises BadSignatureError when the request
    lacks what the profile demands, such as an idempotency key on a method other than GET.
    """
    headers = {"Fed-From": request.fed_from, "Fed-Version": FED_VERSION}
    if request.body:
        headers |= {"Content-Digest": content_digest(request.body), "Content-Type": request.content_type}
    if request.idempotency_key is not None:
        headers["Idempotency-Key"] = request.idempotency_key
    if request.fed_old_size is not None:
        headers["Fed-Old-Size"] = str(request.fed_old_size)
    received = ReceivedRequest(
        method=request.method,
        authority=request.authority,
        path=request.path,
        query=request.query,
        headers={name.lower(): value for name, value in headers.items()},
        body=request.body,
    )
    parameters = _parameters(key, created, nonce)
    return headers | _signature_headers(_request_values(received), parameters, key)


def parse_signature(headers: Mapping[str, str]) -> ClaimedSignature:
    """Who claims to have signed, so that the caller can fetch an unknown key before verifying.

    Raises BadSignatureError for fields outside the profile and VersionUnsupportedError for another version.
    """
    sender = field(headers, "fed-from")
    if not is_party_id(sender):
        raise BadSignatureError("Fed-From is not a party id")
    version = headers.get("fed-version", FED_VERSION).strip()
    if version != FED_VERSION:
        raise VersionUnsupportedError(f"protocol version {version[:40]!r} is not spoken here", expected=FED_VERSION)
    fields = parse_fields(headers)
    return ClaimedSignature(PartyId(sender), fields.parameters.keyid, fields)


def verify_request(
    request: ReceivedRequest, lookup: Lookup, now: int, *, body_bytes_max: int = limits.BATCH_WIRE_BYTES_MAX
) -> VerifiedRequest:
    """Check a request in the order of docs/protocol.md: size, fields, key, time, digest, components, signature.

    Raises TooLargeError, BadSignatureError, VersionUnsupportedError, KeyNotChainedError, ClockSkewError or
    BadDigestError; whichever rule comes first speaks.
    """
    check_size(request.body, body_bytes_max)
    claim = parse_signature(request.headers)
    parameters = claim.fields.parameters
    if parameters.nonce is None:
        raise BadSignatureError("a request's signature needs a nonce")
    key = key_of(claim.sender, claim.keyid, lookup)
    check_time(parameters, now)
    if request.body:
        check_digest(request.headers, request.body)
    check_signature(_request_values(request), claim.fields, key)
    old_size = request.headers.get("fed-old-size")
    return VerifiedRequest(
        sender=claim.sender,
        keyid=claim.keyid,
        nonce=parameters.nonce,
        created=parameters.created,
        expires=parameters.expires,
        signature=claim.fields.signature,
        idempotency_key=_idempotency_key(request),
        fed_old_size=None if old_size is None else size_of(old_size),
    )


def question_of(request: RequestToSign, signed_headers: Mapping[str, str]) -> Question:
    """The question a sender asked, from its request and the headers that `sign_request` gave."""
    headers = {name.lower(): value for name, value in signed_headers.items()}
    return received_question(
        ReceivedRequest(
            method=request.method,
            authority=request.authority,
            path=request.path,
            query=request.query,
            headers=headers,
            body=request.body,
        )
    )


def received_question(request: ReceivedRequest) -> Question:
    """The question a receiver answers; its signature need not have verified, for a refusal is signed as well.

    Raises BadSignatureError when there is no signature to bind an answer to.
    """
    return Question(
        method=request.method,
        authority=request.authority,
        path=request.path,
        query=request.query,
        signature=parse_fields(request.headers).signature,
        content_digest=field(request.headers, "content-digest") if request.body else None,
        idempotency_key=_idempotency_key(request),
    )


def sign_response(
    question: Question, status: int, body: bytes, content_type: str, *, fed_from: PartyId, key: SigningKey, created: int
) -> dict[str, str]:
    """The headers to send with an answer to `question`, signature included."""
    headers = {"Content-Digest": content_digest(body), "Content-Type": content_type, "Fed-From": fed_from}
    lower = {name.lower(): value for name, value in headers.items()}
    return headers | _signature_headers(_response_values(question, status, lower), _parameters(key, created, None), key)


def verify_response(
    response: ReceivedResponse,
    question: Question,
    expected_from: PartyId,
    lookup: Lookup,
    now: int,
    *,
    body_bytes_max: int = limits.BATCH_INFLATED_BYTES_MAX,
) -> VerifiedResponse:
    """Check that `response` is `expected_from`'s answer to this very question; the order is that of requests.

    Raises as `verify_request` does. An answer that fails leaves the outcome unknown.
    """
    check_size(response.body, body_bytes_max)
    claim = parse_signature(response.headers)
    if claim.sender != expected_from:
        raise BadSignatureError(f"the answer is signed by {claim.sender}, the question went to {expected_from}")
    if claim.fields.parameters.nonce is not None:
        raise BadSignatureError("an answer's signature has no nonce: the question's is bound in")
    key = key_of(claim.sender, claim.keyid, lookup)
    check_time(claim.fields.parameters, now)
    check_digest(response.headers, response.body)
    check_signature(_response_values(question, response.status, response.headers), claim.fields, key)
    return VerifiedResponse(
        sender=claim.sender,
        keyid=claim.keyid,
        created=claim.fields.parameters.created,
        status=response.status,
        body=response.body,
    )


def _request_values(request: ReceivedRequest) -> dict[str, str]:
    """The components of a request with their values, in the profile's order."""
    headers = request.headers
    values = {
        '"@method"': request.method,
        '"@authority"': request.authority,
        '"@path"': request.path,
        '"@query"': f"?{request.query}",
    }
    covered = ["content-digest", "content-type"] if request.body else []
    covered += ["fed-from", "fed-version"]
    covered += ["idempotency-key"] if request.method != "GET" else []
    covered += ["fed-old-size"] if "fed-old-size" in headers else []
    values |= {f'"{name}"': field(headers, name) for name in covered}
    return printable(values)


def _idempotency_key(request: ReceivedRequest) -> str | None:
    if request.method == "GET":
        return None
    key = field(request.headers, "idempotency-key")
    if len(key) > limits.IDEMPOTENCY_KEY_CHARACTERS_MAX:
        raise BadSignatureError(f"an idempotency key has at most {limits.IDEMPOTENCY_KEY_CHARACTERS_MAX} characters")
    return key


def _response_values(question: Question, status: int, headers: Mapping[str, str]) -> dict[str, str]:
    """The components of an answer with their values, the question's among them, in the profile's order."""
    values = {'"@status"': str(status)}
    values |= {f'"{name}"': field(headers, name) for name in ("content-digest", "content-type", "fed-from")}
    values |= {
        '"signature";req;key="fed"': spell_signature(question.signature),
        '"@method";req': question.method,
        '"@authority";req': question.authority,
        '"@path";req': question.path,
        '"@query";req': f"?{question.query}",
    }
    if question.content_digest is not None:
        values['"content-digest";req'] = question.content_digest
    if question.idempotency_key is not None:
        values['"idempotency-key";req'] = question.idempotency_key
    return printable(values)


def _parameters(key: SigningKey, created: int, nonce: str | None) -> Parameters:
    return Parameters(
        created=created,
        expires=created + limits.SIGNATURE_LIFETIME_SECONDS_MAX,
        keyid=key.public.keyid,
        nonce=nonce,
    )


def _signature_headers(values: dict[str, str], parameters: Parameters, key: SigningKey) -> dict[str, str]:
    headers = {
        "Signature-Input": f"fed={parameters.spell(tuple(values))}",
        "Signature": f"fed={spell_signature(key.sign(signature_base(values, parameters)))}",
    }
    parse_fields({name.lower(): value for name, value in headers.items()})
    return headers
