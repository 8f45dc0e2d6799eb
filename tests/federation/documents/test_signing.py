"""The signature profile: what is signed verifies once, for this receiver and this message, and nothing else does."""

import time
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, algorithms
from hypothesis import given
from hypothesis import strategies as st

from federation import limits
from federation.documents import signing
from federation.documents.errors import (
    BadDigestError,
    BadSignatureError,
    ClockSkewError,
    KeyNotChainedError,
    VersionUnsupportedError,
)
from federation.documents.keys import PublicKey, SigningKey, decode_base64url
from federation.documents.signature_checks import Lookup
from federation.documents.signature_fields import Parameters, signature_base, spell_signature
from federation.documents.signing import (
    Question,
    ReceivedRequest,
    ReceivedResponse,
    RequestToSign,
    VerifiedRequest,
    VerifiedResponse,
)
from federation.vocabulary.errors import GalleriaError, TooLargeError
from federation.vocabulary.ids import PartyId

SHOP = PartyId("s1" + "a" * 32)
HUB = PartyId("h1" + "b" * 32)
SHOP_KEY = SigningKey.from_seed(b"s" * 32)
HUB_KEY = SigningKey.from_seed(b"h" * 32)
NOW = 1_795_326_284
NONCE = "bm9uY2Utb2YtMTYtYnl0ZXM"

PUSH = RequestToSign(
    method="POST",
    authority="hub.example",
    path=f"/fed/v1/{HUB}/log/1",
    query="a=1&b=%20",
    body=b"line\nline\n",
    content_type="application/vnd.fed.log+zstd",
    fed_from=SHOP,
    idempotency_key="push-1",
    fed_old_size=7,
)
READ = RequestToSign(method="GET", authority="hub.example", path=f"/fed/v1/{HUB}/checkpoint", fed_from=SHOP)


def lookup(party: PartyId, keyid: str) -> PublicKey | None:
    """The keys that the operations of both parties name."""
    keys = {SHOP: SHOP_KEY.public, HUB: HUB_KEY.public}
    key = keys.get(party)
    return key if key is not None and key.keyid == keyid else None


def received(request: RequestToSign, created: int = NOW, nonce: str = NONCE) -> ReceivedRequest:
    """`request` signed by the shop, as its receiver sees it."""
    headers = signing.sign_request(request, SHOP_KEY, created, nonce)
    return ReceivedRequest(
        method=request.method,
        authority=request.authority,
        path=request.path,
        query=request.query,
        headers={name.lower(): value for name, value in headers.items()},
        body=request.body,
    )


def with_headers(request: ReceivedRequest, **changes: str | None) -> ReceivedRequest:
    """The request with headers replaced (underscores stand for hyphens), or removed by None."""
    named = {name.replace("_", "-"): value for name, value in changes.items()}
    headers = {**request.headers, **named}
    return msgspec.structs.replace(
        request, headers={name: value for name, value in headers.items() if value is not None}
    )


def verify(request: ReceivedRequest, now: int = NOW) -> VerifiedRequest:
    return signing.verify_request(request, lookup, now)


@pytest.mark.parametrize("request_", [PUSH, READ])
def test_a_signed_request_verifies(request_: RequestToSign) -> None:
    """The receiver learns who signed, with which key and nonce, and what was covered."""
    verified = verify(received(request_))
    assert verified.sender == SHOP
    assert verified.keyid == SHOP_KEY.public.keyid
    assert verified.nonce == NONCE
    assert (verified.idempotency_key, verified.fed_old_size) == (request_.idempotency_key, request_.fed_old_size)
    assert (verified.created, verified.expires) == (NOW, NOW + 300)


def test_a_request_with_no_body_covers_no_body_fields() -> None:
    """Components are exactly those the message calls for, in the profile's order."""
    covered = {request: received(request).headers["signature-input"].split(")")[0] for request in (PUSH, READ)}
    assert covered[READ] == 'fed=("@method" "@authority" "@path" "@query" "fed-from" "fed-version"'
    assert covered[PUSH] == (
        'fed=("@method" "@authority" "@path" "@query" "content-digest" "content-type" "fed-from" "fed-version" '
        '"idempotency-key" "fed-old-size"'
    )


COVERED_CHANGES: dict[str, Callable[[ReceivedRequest], ReceivedRequest]] = {
    "method": lambda request: msgspec.structs.replace(request, method="PUT"),
    "receiver's name": lambda request: msgspec.structs.replace(request, authority="other.example"),
    "path": lambda request: msgspec.structs.replace(request, path=request.path + "/"),
    "query": lambda request: msgspec.structs.replace(request, query="a=2&b=%20"),
    "query spelling": lambda request: msgspec.structs.replace(request, query="a=1&b=+"),
    "no query": lambda request: msgspec.structs.replace(request, query=""),
    "body": lambda request: msgspec.structs.replace(request, body=b"line\nlinE\n"),
    "no body": lambda request: msgspec.structs.replace(request, body=b""),
    "media type": lambda request: with_headers(request, content_type="application/json"),
    "no media type": lambda request: with_headers(request, content_type=None),
    "digest": lambda request: with_headers(request, content_digest="sha-256=:AAAA:"),
    "sender": lambda request: with_headers(request, fed_from=HUB),
    "version": lambda request: with_headers(request, fed_version="2026-01-01"),
    "no version": lambda request: with_headers(request, fed_version=None),
    "idempotency key": lambda request: with_headers(request, idempotency_key="push-2"),
    "no idempotency key": lambda request: with_headers(request, idempotency_key=None),
    "old size": lambda request: with_headers(request, fed_old_size="8"),
    "no old size": lambda request: with_headers(request, fed_old_size=None),
    "recoded": lambda request: with_headers(request, content_encoding="gzip"),
    "no signature": lambda request: with_headers(request, signature=None),
    "no signature input": lambda request: with_headers(request, signature_input=None),
}


@pytest.mark.parametrize("name", COVERED_CHANGES)
def test_every_covered_part_is_guarded(name: str) -> None:
    """Changing any covered part, or taking it away, is refused."""
    with pytest.raises((BadSignatureError, BadDigestError, KeyNotChainedError, VersionUnsupportedError)):
        verify(COVERED_CHANGES[name](received(PUSH)))


@pytest.mark.parametrize(
    ("request_", "extra"),
    [(READ, {"fed_old_size": "1"}), (msgspec.structs.replace(PUSH, fed_old_size=None), {"fed_old_size": "1"})],
)
def test_a_field_the_signer_did_not_send_may_not_be_added(request_: RequestToSign, extra: dict[str, str]) -> None:
    """Adding a field that the profile would cover is refused, as is a body where none was."""
    with pytest.raises(BadSignatureError):
        verify(with_headers(received(request_), **extra))


def test_a_body_may_not_be_added() -> None:
    """A request signed without a body is refused with one, digest or not."""
    added = msgspec.structs.replace(received(READ), body=b"x")
    digest = received(msgspec.structs.replace(PUSH, body=b"x")).headers["content-digest"]
    with pytest.raises(BadSignatureError):
        verify(added)
    with pytest.raises(BadSignatureError):
        verify(with_headers(added, content_digest=digest, content_type="text/plain"))


@given(st.data())
def test_any_changed_character_of_a_header_is_noticed(data: st.DataObject) -> None:
    """Whatever single character of whatever sent header changes, the request is refused."""
    sent = received(PUSH)
    name = data.draw(st.sampled_from(sorted(sent.headers)))
    value = sent.headers[name]
    place = data.draw(st.integers(0, len(value) - 1))
    other = data.draw(st.characters(min_codepoint=0x21, max_codepoint=0x7E).filter(lambda drawn: drawn != value[place]))
    with pytest.raises(GalleriaError):
        verify(
            msgspec.structs.replace(sent, headers={**sent.headers, name: value[:place] + other + value[place + 1 :]})
        )


@given(st.data())
def test_any_changed_byte_of_the_body_is_noticed(data: st.DataObject) -> None:
    """The digest guards every byte."""
    body = bytearray(PUSH.body)
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(BadDigestError):
        verify(msgspec.structs.replace(received(PUSH), body=bytes(body)))


@pytest.mark.parametrize(("seconds", "taken"), [(-61, False), (-60, True), (0, True), (300, True), (301, False)])
def test_only_signatures_of_about_now_are_taken(seconds: int, taken: bool) -> None:  # noqa: FBT001 - a table
    """A minute ahead and five behind are allowed; the refusal carries the receiver's time for one corrected retry."""
    if taken:
        assert verify(received(PUSH), NOW + seconds)
        return
    with pytest.raises(ClockSkewError) as caught:
        verify(received(PUSH), NOW + seconds)
    assert caught.value.expected == NOW + seconds
    assert caught.value.retry == "after"


def resigned(request: ReceivedRequest, spelled: str, signer: SigningKey = SHOP_KEY) -> ReceivedRequest:
    """The request with a truly signed Signature-Input of the sender's own choosing."""
    values = signing._request_values(request)  # noqa: SLF001 - the attacker knows the base as well
    lines = [f"{component}: {value}" for component, value in values.items() if component in spelled]
    base = "\n".join([*lines, f'"@signature-params": {spelled}']).encode()
    return with_headers(
        request,
        signature_input=f"fed={spelled}",
        signature=f"fed={spell_signature(signer.sign(base))}",
    )


def spelled_as(old: str, new: str) -> str:
    """The parameters of a push with one part spelled otherwise."""
    text = received(PUSH).headers["signature-input"].removeprefix("fed=")
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (' "content-digest"', ""),
        (' "idempotency-key"', ""),
        (' "fed-old-size"', ""),
        ('"@authority" ', ""),
        ('"@method" "@authority"', '"@authority" "@method"'),
        ('"@method"', '"@method" "@method"'),
        (f";expires={NOW + 300}", ""),
        (f";expires={NOW + 300}", f";expires={NOW + 301}"),
        (f";expires={NOW + 300}", f";expires={NOW}"),
        (f";created={NOW}", ""),
        (f";created={NOW}", f";created=0{NOW}"),
        (f';nonce="{NONCE}"', ""),
        (f';nonce="{NONCE}"', ';nonce="c2hvcnQ"'),
        (';tag="fed/1"', ""),
        (';tag="fed/1"', ';tag="fed/2"'),
        (';tag="fed/1"', ';tag="fed/1";alg="ed25519"'),
        (";created", "; created"),
    ],
)
def test_a_true_signature_outside_the_profile_is_refused(old: str, new: str) -> None:
    """Even the sender's own key does not make an under-covered or differently spelled signature good."""
    assert verify(resigned(received(PUSH), spelled_as(old, old)))
    with pytest.raises(BadSignatureError):
        verify(resigned(received(PUSH), spelled_as(old, new)))


@pytest.mark.parametrize(
    "change",
    [
        {"signature": "fed=:AAAA:"},
        {"signature": "other=:" + "A" * 86 + "==:"},
        {"signature": "fed=:" + "A" * 85 + "B==:"},
        {"signature_input": "fed=" + "(" * 5_000},
        {"fed_from": "somebody"},
        {"fed_from": ""},
        {"fed_from": "é"},
    ],
)
def test_malformed_signature_fields_are_refused(change: dict[str, str]) -> None:
    """Whatever is not spelled as the profile says is a bad signature, never an exception of another kind."""
    with pytest.raises(BadSignatureError):
        verify(with_headers(received(PUSH), **change))


def test_a_second_label_is_refused() -> None:
    """One message carries one signature: a proxy's own label does not pass unseen."""
    sent = received(PUSH)
    doubled = with_headers(sent, signature=sent.headers["signature"] + ", x=:AAAA:")
    with pytest.raises(BadSignatureError):
        verify(doubled)


def test_a_key_the_operations_do_not_name_is_refused() -> None:
    """A good signature by a stranger's key, in the shop's name, is not chained to the shop."""
    headers = signing.sign_request(PUSH, SigningKey.from_seed(b"x" * 32), NOW, NONCE)
    sent = msgspec.structs.replace(received(PUSH), headers={name.lower(): value for name, value in headers.items()})
    with pytest.raises(KeyNotChainedError):
        verify(sent)


def test_the_first_rule_broken_speaks() -> None:
    """Size, fields, key, time, digest, components, signature: a request breaking all is refused by the earliest."""
    sent = received(PUSH, created=NOW - 1_000)
    broken = msgspec.structs.replace(with_headers(sent, content_type="other/type"), body=b"changed")
    nobody: Lookup = lambda _party, _keyid: None  # noqa: E731 - a one-line lookup
    with pytest.raises(TooLargeError):
        signing.verify_request(broken, nobody, NOW, body_bytes_max=3)
    with pytest.raises(BadSignatureError, match="not of the profile"):
        signing.verify_request(with_headers(broken, signature="x"), nobody, NOW)
    with pytest.raises(KeyNotChainedError):
        signing.verify_request(broken, nobody, NOW)
    with pytest.raises(ClockSkewError):
        verify(broken)
    with pytest.raises(BadDigestError):
        verify(broken, NOW - 1_000)
    with pytest.raises(BadSignatureError, match="does not verify"):
        verify(msgspec.structs.replace(broken, body=PUSH.body), NOW - 1_000)


@pytest.mark.parametrize(
    "request_",
    [
        msgspec.structs.replace(PUSH, idempotency_key=None),
        msgspec.structs.replace(PUSH, content_type=""),
        msgspec.structs.replace(PUSH, path="/a\nb"),
        msgspec.structs.replace(PUSH, query="é"),
    ],
)
def test_the_signer_keeps_the_profile(request_: RequestToSign) -> None:
    """A request that no receiver would take is not signed in the first place."""
    with pytest.raises(BadSignatureError):
        signing.sign_request(request_, SHOP_KEY, NOW, NONCE)


def test_a_short_nonce_is_not_signed() -> None:
    """Fewer than 128 bits of nonce are refused by the signer too."""
    with pytest.raises(BadSignatureError):
        signing.sign_request(PUSH, SHOP_KEY, NOW, "short")


def test_long_idempotency_keys_and_bad_sizes_are_refused() -> None:
    """What is covered is bounded as well: truly signed, still refused."""
    long_key = msgspec.structs.replace(PUSH, idempotency_key="k" * (limits.IDEMPOTENCY_KEY_CHARACTERS_MAX + 1))
    with pytest.raises(BadSignatureError, match="idempotency"):
        verify(received(long_key))
    with pytest.raises(BadSignatureError, match="size"):
        verify(received(msgspec.structs.replace(PUSH, fed_old_size=-1)))


# Answers


def answered(question: Question, status: int = 200, body: bytes = b"{}") -> ReceivedResponse:
    """The hub's signed answer to `question`, as the shop sees it."""
    headers = signing.sign_response(question, status, body, "application/json", fed_from=HUB, key=HUB_KEY, created=NOW)
    return ReceivedResponse(status=status, headers={name.lower(): value for name, value in headers.items()}, body=body)


def asked(request: RequestToSign, nonce: str = NONCE) -> Question:
    return signing.question_of(request, signing.sign_request(request, SHOP_KEY, NOW, nonce))


def check(response: ReceivedResponse, question: Question, now: int = NOW) -> VerifiedResponse:
    return signing.verify_response(response, question, HUB, lookup, now)


@pytest.mark.parametrize("request_", [PUSH, READ])
def test_an_answer_verifies_against_its_question(request_: RequestToSign) -> None:
    """Both ends derive the same question, and the answer to it verifies."""
    question = asked(request_)
    assert signing.received_question(received(request_)) == question
    verified = check(answered(question, 409, b"no"), question)
    assert (verified.sender, verified.status, verified.body) == (HUB, 409, b"no")


@pytest.mark.parametrize(
    "other",
    [
        asked(PUSH, "YW5vdGhlci1ub25jZS0xNmI"),
        asked(READ),
        asked(msgspec.structs.replace(PUSH, idempotency_key="push-2")),
        asked(msgspec.structs.replace(PUSH, body=b"other")),
        msgspec.structs.replace(asked(PUSH), path="/elsewhere"),
        msgspec.structs.replace(asked(PUSH), query=""),
        msgspec.structs.replace(asked(PUSH), method="PUT"),
        msgspec.structs.replace(asked(PUSH), authority="other.example"),
        msgspec.structs.replace(asked(PUSH), content_digest=None),
        msgspec.structs.replace(asked(PUSH), idempotency_key=None),
        msgspec.structs.replace(asked(PUSH), signature=bytes(64)),
    ],
)
def test_an_answer_to_another_question_is_refused(other: Question) -> None:
    """An answer swapped onto any other request, even the same one asked again, is no answer."""
    with pytest.raises(BadSignatureError):
        check(answered(other), asked(PUSH))


def test_every_part_of_an_answer_is_guarded() -> None:
    """Status, body, media type, sender and time of an answer cannot be changed."""
    question = asked(PUSH)
    good = answered(question)

    def refused(error: type[Exception], **changes: Any) -> None:
        with pytest.raises(error):
            check(msgspec.structs.replace(good, **changes), question)

    refused(BadSignatureError, status=201)
    refused(BadDigestError, body=b"[]")
    refused(BadSignatureError, headers={**good.headers, "content-type": "text/html"})
    refused(BadSignatureError, headers={**good.headers, "fed-from": SHOP})
    refused(BadDigestError, headers={**good.headers, "content-encoding": "br"})
    refused(BadSignatureError, headers={})
    with pytest.raises(ClockSkewError):
        check(good, question, NOW + 301)


def test_a_request_is_no_answer_and_an_answer_by_another_key_is_refused() -> None:
    """A request's signature with its nonce does not pass for an answer's, nor does a key of somebody else."""
    question = asked(PUSH)
    as_answer = ReceivedResponse(status=200, headers={**received(PUSH).headers, "fed-from": HUB}, body=PUSH.body)
    with pytest.raises(BadSignatureError):
        check(as_answer, question)
    headers = signing.sign_response(question, 200, b"{}", "text/plain", fed_from=HUB, key=SHOP_KEY, created=NOW)
    forged = ReceivedResponse(status=200, headers={name.lower(): value for name, value in headers.items()}, body=b"{}")
    with pytest.raises(KeyNotChainedError):
        check(forged, question)


def test_a_huge_answer_is_not_read() -> None:
    """The size of an answer is bounded before anything else."""
    question = asked(READ)
    with pytest.raises(TooLargeError):
        signing.verify_response(answered(question, body=b"12345"), question, HUB, lookup, NOW, body_bytes_max=4)


# Against others' work


def test_a_published_signature_over_a_base_built_here() -> None:
    """The ed25519 example of RFC 9421 appendix B.2.6 verifies over the base it prints."""
    key = PublicKey.from_raw(decode_base64url("JrQLj5P_89iXES9-vFgrIy29clF9CC_oPPsw3c5D0bs"))
    base = (
        b'"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n'
        b'"content-type": application/json\n"content-length": 18\n"@signature-params": ("date" "@method" "@path" '
        b'"@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
    )
    seed = decode_base64url("n4Ni-HpISpVObnQMW0wOhCKROaIKqKtW_2ZYb2p9KcU")
    signature = "fed=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
    assert SigningKey.from_seed(seed).public == key
    assert f"fed={spell_signature(SigningKey.from_seed(seed).sign(base))}" == signature


def test_the_base_is_spelled_line_by_line() -> None:
    """One line per component, then the parameters, with no newline at the end."""
    parameters = Parameters(created=1, expires=2, keyid="k", nonce="n")
    assert signature_base({'"@method"': "GET", '"@query"': "?"}, parameters) == (
        b'"@method": GET\n"@query": ?\n"@signature-params": ("@method" "@query");created=1;expires=2;keyid="k";'
        b'nonce="n";tag="fed/1"'
    )


class Keys(HTTPSignatureKeyResolver):
    """The oracle's way to our public keys."""

    def resolve_public_key(self, key_id: str) -> Ed25519PublicKey:
        keys = {key.public.keyid: key.public.raw for key in (SHOP_KEY, HUB_KEY)}
        return Ed25519PublicKey.from_public_bytes(keys[key_id])


class Message:
    """A message as the oracle wants it; a response carries its request."""

    def __init__(self, headers: dict[str, str], **parts: Any) -> None:
        self.headers = headers
        self.__dict__.update(parts)


ORACLE = HTTPMessageVerifier(signature_algorithm=algorithms.ED25519, key_resolver=Keys())


def oracle_request(request: RequestToSign, headers: dict[str, str]) -> Message:
    query = f"?{request.query}" if request.query else ""
    url = f"https://{request.authority}{request.path}{query}"
    return Message(headers, method=request.method, url=url)


@pytest.mark.parametrize("request_", [PUSH, READ, msgspec.structs.replace(PUSH, fed_old_size=None, query="")])
def test_an_independent_library_verifies_requests_and_answers(request_: RequestToSign) -> None:
    """A general RFC 9421 implementation accepts both directions and sees the components we list."""
    created = int(time.time())
    headers = signing.sign_request(request_, SHOP_KEY, created, NONCE)
    message = oracle_request(request_, headers)
    (result,) = ORACLE.verify(message, expect_tag="fed/1")
    assert f"({' '.join(list(result.covered_components)[:-1])})" in headers["Signature-Input"]
    question = signing.question_of(request_, headers)
    answer = signing.sign_response(question, 200, b"{}", "text/plain", fed_from=HUB, key=HUB_KEY, created=created)
    (result,) = ORACLE.verify(Message(answer, status_code=200, request=message), expect_tag="fed/1")
    assert f"({' '.join(list(result.covered_components)[:-1])})" in answer["Signature-Input"]
