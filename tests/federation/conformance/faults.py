"""Nodes that break the protocol, each in one way, and the check that must say so.

Who is `Trusting` does not look at what it should refuse; who is `Saying` answers what is not so, signed.
"""

from typing import Any, Literal

import msgspec
import zstandard

from federation import limits
from federation.conformance.judging import INTRODUCED
from federation.documents import identity, json
from federation.documents.keys import SigningKey
from federation.documents.times import text_of
from federation.http.edge import WireRequest, WireResponse
from federation.log import checkpoint
from federation.log.checkpoint import Checkpoint
from federation.node import clock
from tests.federation.conformance.room import Fault, Room, Saying, Trusting, always, fields

Kind = Literal["shop", "hub"]
_OK = 200


class Broken(msgspec.Struct, frozen=True):
    """A node that is wrong in one way: of which kind, how, which check must fail, and with which words."""

    name: str
    kind: Kind
    fault: Fault
    check: str
    words: str


def _stranger() -> SigningKey:
    return SigningKey.from_seed(b"\x2a" * 32)


# Who it is


def _long_profile(response: WireResponse) -> WireResponse:
    return msgspec.structs.replace(response, status=302, body=b"")


def _stray_key(response: WireResponse) -> bytes:
    told = msgspec.json.decode(response.body)
    told["keys"].append(msgspec.to_builtins(_stranger().public.jwk()))
    return msgspec.json.encode(told)


def _forged_operation(response: WireResponse) -> bytes:
    operations = msgspec.json.decode(response.body)["operations"]
    return msgspec.json.encode({"operations": [operations[0].replace("Judged", "Forged")]})


def _others_operations(response: WireResponse) -> bytes:
    del response
    key = _stranger()
    genesis = identity.genesis(
        "hub", key, sign_keys=(key.public,), at=text_of(clock.now()), name="Other", address="http://127.0.0.1:7301"
    )
    return json.encode({"operations": [genesis.decode()]})


WHO = (
    Broken("redirects its profile", "hub", Saying("/profile", _long_profile), "profile-served", "302"),
    Broken("keeps its keys to itself", "hub", Saying("/profile", fields(keys=[])), "profile-form", "keys"),
    Broken(
        "lives elsewhere",
        "shop",
        Saying("/profile", fields(operations_url="http://127.0.0.1:7301/fed/v1/operations")),
        "operations-follow",
        "answered 404",
    ),
    Broken(
        "names another endpoint",
        "shop",
        Saying("/profile", fields(endpoint=lambda told: told.replace("7301", "7302"))),
        "profile-place",
        "7302",
    ),
    Broken("forges an operation", "hub", Saying("/operations", _forged_operation), "operations-follow", "verify"),
    Broken("shows others' operations", "hub", Saying("/operations", _others_operations), "party-id", "the profile"),
    Broken("serves a key that no operation names", "shop", Saying("/profile", _stray_key), "profile-chained", "key"),
    Broken(
        "is missing from its own list", "hub", Saying("/fed-node", fields(parties=[])), "node-listing", "does not list"
    ),
)

# Links and documents


def _is(text: bytes) -> Any:
    return lambda request: text in request.body


_counter = iter(range(10**6))

LINKS = (
    Broken(
        "makes a new link of every proposal",
        "hub",
        Saying("/links", fields(id=lambda _old: str(next(_counter)))),
        "proposal-once",
        "differently",
    ),
    Broken(
        "takes one key for two contents",
        "shop",
        Saying("/links", always(_OK, state="proposed"), only=_is(b"Another text")),
        "idempotency-conflict",
        "expected a refusal idempotency-conflict",
    ),
    Broken(
        "lets others be proposed",
        "hub",
        Saying("/links", always(_OK, state="proposed"), only=_is(b"a" * 32)),
        "proposal-own",
        "expected a refusal record-invalid",
    ),
    Broken(
        "reads the last of two names",
        "hub",
        Saying("/links", always(_OK, state="proposed"), only=_is(b"twice")),
        "json-names-once",
        "expected a refusal record-invalid",
    ),
    Broken(
        "takes fractions",
        "hub",
        Saying("/links", always(_OK, state="proposed"), only=_is(b"1.5")),
        "json-integers",
        "expected a refusal record-invalid",
    ),
    Broken(
        "reads however deep",
        "shop",
        Saying("/links", always(_OK, state="proposed"), only=_is(b"[[[[")),
        "json-depth",
        "expected a refusal too-large",
    ),
    Broken(
        "refuses what it does not know",
        "hub",
        Saying("/links", always(422, error="unknown field"), only=_is(b'{"of":"later"}')),
        "json-unknown",
        "422",
    ),
    Broken("shows its log to strangers", "shop", Saying("/log/1", always(_OK)), "link-needed", "not-linked"),
)

# Signatures


def _field(request: WireRequest, name: str) -> str:
    return request.headers.get(name, "")


def _aged(low: int, high: int) -> Any:
    def applies(request: WireRequest) -> bool:
        _, _, rest = _field(request, "signature-input").partition(";created=")
        created = int(rest.partition(";")[0] or 0)
        return low < clock.now().timestamp() - created < high

    return applies


class _Unsigned(Fault):
    """Answers without a signature."""

    def __init__(self, where: str) -> None:
        self._where = where

    def answered(self, room: Room, request: WireRequest, response: WireResponse) -> WireResponse:
        del room
        if self._where not in request.path:
            return response
        kept = {name: value for name, value in response.headers.items() if not name.startswith("Signature")}
        return msgspec.structs.replace(response, headers=kept)


_COVERED = '("@method" "@authority" "@path" "@query" "fed-from" "fed-version")'


def _reads(request: WireRequest) -> bool:
    return request.method == "GET" and "/orders/" in request.path


def _covers_otherwise(request: WireRequest) -> bool:
    return _reads(request) and not _field(request, "signature-input").startswith(f"fed={_COVERED}")


def _has_no_nonce(request: WireRequest) -> bool:
    return _reads(request) and ";nonce=" not in _field(request, "signature-input")


def _decides(request: WireRequest) -> bool:
    return request.path.endswith("/decision")


SIGNATURES = (
    Broken("answers unsigned", "hub", _Unsigned("/orders/"), "answer-signed", "not signed"),
    Broken("takes proposals unsigned", "shop", _Unsigned("/links"), INTRODUCED, "not signed"),
    Broken(
        "takes unsigned requests",
        "shop",
        Trusting(lambda request: _reads(request) and "signature" not in request.headers),
        "unsigned-refused",
        "expected bad-signature",
    ),
    Broken("verifies nothing", "hub", Trusting(_reads), "signature-checked", "bad-signature"),
    Broken("takes what covers less", "shop", Trusting(_covers_otherwise), "coverage-fixed", '"@method"'),
    Broken("takes any order", "hub", Trusting(_covers_otherwise), "order-fixed", "expected bad-signature"),
    Broken("believes any host", "shop", Trusting(_reads), "authority-own", "expected bad-signature"),
    Broken("speaks every version", "hub", Trusting(_reads), "version-said", "version-unsupported"),
    Broken("believes any key", "hub", Trusting(_reads), "key-chained", "key-not-chained"),
    Broken("has no clock", "shop", Trusting(_aged(310, 10**6)), "clock-behind", "clock-skew"),
    Broken("believes in the future", "hub", Trusting(_aged(-(10**6), -61)), "clock-ahead", "clock-skew"),
    Broken("needs no nonce", "shop", Trusting(_has_no_nonce), "nonce-needed", "expected bad-signature"),
    Broken("forgets nonces", "hub", Trusting(_decides), "nonce-once", "replayed-nonce"),
    Broken("never hashes a body", "shop", Trusting(_decides), "digest-checked", "bad-digest"),
    Broken("needs no idempotency key", "hub", Trusting(_decides), "idempotency-key-needed", "expected bad-signature"),
    Broken(
        "reads without end",
        "shop",
        Saying("/decision", always(_OK), only=lambda request: len(request.body) > limits.DOCUMENT_BYTES_MAX),
        "body-bounded",
        "expected too-large",
    ),
    Broken("is everywhere", "hub", Saying("/nothing-of-this-protocol", always(_OK)), "unknown-path", "not-found"),
    Broken(
        "refuses in words of its own",
        "shop",
        Saying("/nothing-of-this-protocol", always(404, error="nope")),
        "unknown-path",
        "expected a refusal",
    ),
)

# Shops


def _others_note(response: WireResponse) -> bytes:
    said = checkpoint.parse(response.body).checkpoint
    return checkpoint.sign(said, _stranger())


def _relined(change: Any) -> Any:
    """A batch of the log with one line otherwise."""

    def spoil(response: WireResponse) -> bytes:
        lines = zstandard.ZstdDecompressor().decompressobj().decompress(response.body).split(b"\n")
        return zstandard.ZstdCompressor().compress(b"\n".join(change(lines)))

    return spoil


def _cheaper(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b"18900", b"18901") for line in lines]


def _renumbered(lines: list[bytes]) -> list[bytes]:
    return [line.replace(b'"s":1,', b'"s":7,') for line in lines]


_ZERO_PATH: dict[str, Any] = {"proof": ["00" * 32]}


def _id_of(path: str) -> str:
    return path.rstrip("/").split("/")[-2]


class _Reservation(Fault):
    """Answers about reservations with one state, whatever was asked."""

    def __init__(self, ending: str, state: str, *, only: Any = lambda _request: True, seconds: int = 60) -> None:
        self._ending, self._state, self._only, self._seconds = ending, state, only, seconds

    def answered(self, room: Room, request: WireRequest, response: WireResponse) -> WireResponse:
        if not (request.method == "POST" and request.path.endswith(self._ending) and self._only(request)):
            return response
        named = msgspec.json.decode(request.body)["id"] if request.body else _id_of(request.path)
        told: dict[str, Any] = {"id": named, "state": self._state, "expires_in_seconds": self._seconds, "available": {}}
        return room.signed(request, _OK, msgspec.json.encode(told))


class _ForgetsHolds(Fault):
    """Answers every hold as if it were the first."""

    def __init__(self) -> None:
        self._seen = 0

    def answered(self, room: Room, request: WireRequest, response: WireResponse) -> WireResponse:
        if not request.path.endswith("/reservations") or response.status != _OK:
            return response
        self._seen += 1
        told = msgspec.json.decode(response.body) | {"expires_in_seconds": 60 - self._seen}
        return room.signed(request, _OK, msgspec.json.encode(told))


SHOPS = (
    Broken("lets a stranger sign", "shop", Saying("/checkpoint", _others_note), "checkpoint-signed", "does not hold"),
    Broken("changes a price under its root", "shop", Saying("/log/1", _relined(_cheaper)), "log-covered", "root"),
    Broken("numbers lines anew", "shop", Saying("/log/1", _relined(_renumbered)), "log-linked", "says it is line 7"),
    Broken("proves growth with zeros", "shop", Saying("/proof", fields(**_ZERO_PATH)), "growth-proven", "grew"),
    Broken("proves lines with zeros", "shop", Saying("/inclusion", fields(**_ZERO_PATH)), "inclusion-proven", "line"),
    Broken(
        "has lines beyond its end",
        "shop",
        Saying("/log/1", always(_OK), only=lambda request: request.query.startswith("from=15")),
        "log-end",
        "answered with 200",
    ),
    Broken("holds for an hour", "shop", _Reservation("/reservations", "held", seconds=900), "hold-released", "900 s"),
    Broken("keeps what is released", "shop", _Reservation("/release", "held"), "hold-released", "release number 1"),
    Broken("forgets holds", "shop", _ForgetsHolds(), "hold-once", "differently"),
    Broken(
        "promises a thousand",
        "shop",
        _Reservation("/reservations", "held", only=_is(b'"quantity":1000')),
        "hold-honest",
        "answered with held",
    ),
    Broken(
        "rejects without a word",
        "shop",
        _Reservation("/reservations", "rejected", only=_is(b'"quantity":1000')),
        "hold-honest",
        "does not say what is available",
    ),
    Broken(
        "holds what it never had",
        "shop",
        _Reservation("/reservations", "held", only=_is(b"no-such-variant")),
        "hold-known",
        "nobody publishes",
    ),
    Broken(
        "holds for a second",
        "shop",
        _Reservation("/reservations", "held", only=_is(b'"ttl_seconds":59')),
        "hold-bounds",
        "record-invalid",
    ),
    Broken(
        "confirms anything", "shop", _Reservation("/confirm", "confirmed"), "confirm-unknown", "reservation-expired"
    ),
    Broken(
        "confirms what was given back", "shop", _Reservation("/confirm", "confirmed"), "confirm-released", "expected"
    ),
    Broken("takes back a sale", "shop", _Reservation("/release", "released"), "confirm-once", "given back"),
    Broken(
        "takes events of any order",
        "shop",
        Saying("/events", always(_OK, sequence=1)),
        "event-known",
        "answered with 200",
    ),
)

# Hubs


def _pushed(**told: Any) -> Fault:
    return Saying("/log/1", fields(**told), method="POST")


class _Takes(Fault):
    """Says that it took a push which it refused."""

    def __init__(self, slug: bytes) -> None:
        self._slug = slug

    def answered(self, room: Room, request: WireRequest, response: WireResponse) -> WireResponse:
        if request.method != "POST" or "/log/" not in request.path or self._slug not in response.body:
            return response
        told = {"size": 1, "cosignature": "", "accepted": 1, "quarantined": []}
        return room.signed(request, _OK, msgspec.json.encode(told))


def _bare_note(response: WireResponse) -> bytes:
    said = checkpoint.parse(response.body).checkpoint
    return checkpoint.sign(Checkpoint(said.origin, said.size, said.root), _stranger())


HUBS = (
    Broken("counts wrongly", "hub", _pushed(accepted=0), "push-taken", "0 were accepted"),
    Broken("never cosigns", "hub", _pushed(cosignature=lambda _old: _other_line()), "push-cosigned", "no cosignature"),
    Broken("hides its size", "hub", Saying("/log/1", fields(expected=None), method="POST"), "push-conditional", "None"),
    Broken("takes a push from anywhere", "hub", _Takes(b"size-mismatch"), "push-conditional", "size-mismatch"),
    Broken("never hashes", "hub", _Takes(b"size-mismatch"), "push-rooted", "size-mismatch"),
    Broken("takes anybody's root", "hub", _Takes(b"key-not-chained"), "push-signed", "key-not-chained"),
    Broken("takes lines in any place", "hub", _Takes(b"record-invalid"), "push-numbered", "record-invalid"),
    Broken("swallows bad records", "hub", _pushed(quarantined=[]), "push-quarantines", "quarantined are []"),
    Broken("inflates bombs", "hub", _Takes(b"too-large"), "push-bounded", "too-large"),
    Broken("takes any number of lines", "hub", _Takes(b"too-large"), "push-counted", "too-large"),
    Broken("serves a note of somebody else", "hub", Saying("/checkpoint", _bare_note), "copy-cosigned", "not cosigned"),
    Broken("proves its copy with zeros", "hub", Saying("/inclusion", fields(**_ZERO_PATH)), "copy-included", "line"),
    Broken("cannot show growth", "hub", Saying("/proof", fields(**_ZERO_PATH)), "copy-grown", "grew"),
    Broken("mishears stock", "hub", Saying("/inv", fields(vseq_high=1)), "stock-taken", "it says 1"),
    Broken("lets old stock win", "hub", Saying("/inv", fields(in_step=False)), "stock-newest", "older figure"),
    Broken("is always in step", "hub", Saying("/inv", fields(in_step=True)), "stock-honest", "in step"),
    Broken(
        "takes any amount of stock",
        "hub",
        Saying("/inv", always(_OK, vseq_high=1, in_step=True), only=lambda request: len(request.body) > 20_000),
        "stock-bounded",
        "expected a refusal",
    ),
    Broken("forgives forks", "hub", _Takes(b"fork-detected"), "fork-frozen", "fork-detected"),
)


def _other_line() -> str:
    tree = Checkpoint("s1" + "a" * 32 + "/catalog/1", 1, bytes(32))
    signed = checkpoint.parse(checkpoint.sign(tree, _stranger()))
    return checkpoint.cosign(signed, "h1" + "a" * 32, _stranger(), int(clock.now().timestamp()))  # type: ignore[arg-type]


BROKEN = (*WHO, *LINKS, *SIGNATURES, *SHOPS, *HUBS)
