"""The fields and the signature base of the fixed RFC 9421 profile: which components, in which order, spelled how.

Invariants: one label `fed`; parameters `created`, `expires`, `keyid`, `nonce` (requests only), `tag`, in this order
and all required; never `alg`, since it follows from the key. Whatever is spelled otherwise is refused rather than
parsed generously. Verifies nothing: see `signing`.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping, Sequence

import msgspec

from federation import limits
from federation.documents.errors import BadSignatureError
from federation.documents.keys import SIGNATURE_BYTES

LABEL = "fed"
TAG = "fed/1"
FED_VERSION = "2026-11-22"
"""The one protocol version spoken, as the header `Fed-Version` carries it."""

_PARAMETERS = re.compile(
    r"fed=(?P<components>\([^()]{0,1000}\))"
    r";created=(?P<created>[1-9]\d{0,11});expires=(?P<expires>[1-9]\d{0,11})"
    r';keyid="(?P<keyid>[A-Za-z0-9_-]{43})"(?:;nonce="(?P<nonce>[A-Za-z0-9_-]{1,128})")?;tag="fed/1"'
)
_SIGNATURE = re.compile(r"fed=:([A-Za-z0-9+/]{86}==):")
_FIELD_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")
_NONCE_CHARACTERS_MIN = -(-limits.NONCE_BYTES_MIN * 8 // 6)


class Parameters(msgspec.Struct, frozen=True, kw_only=True):
    """Signature parameters: `created` and `expires` in Unix seconds, `nonce` of at least 128 random bits or None."""

    created: int
    expires: int
    keyid: str
    nonce: str | None = None

    def spell(self, components: Sequence[str]) -> str:
        """The value of `@signature-params`: the component list and the parameters."""
        nonce = "" if self.nonce is None else f';nonce="{self.nonce}"'
        listed = " ".join(components)
        return f'({listed});created={self.created};expires={self.expires};keyid="{self.keyid}"{nonce};tag="{TAG}"'


class SignatureFields(msgspec.Struct, frozen=True):
    """Signature-Input and Signature taken apart: parameters, the component list as spelled, the 64 bytes."""

    parameters: Parameters
    components: str
    signature: bytes


def content_digest(body: bytes) -> str:
    """The RFC 9530 Content-Digest of the body exactly as it goes over the wire."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def spell_signature(signature: bytes) -> str:
    """A signature as the member of a structured dictionary: base64 between colons."""
    return f":{base64.b64encode(signature).decode()}:"


def parse_fields(headers: Mapping[str, str]) -> SignatureFields:
    """Take the two signature fields apart (lower-case names); raises BadSignatureError if spelled otherwise."""
    given_input = field(headers, "signature-input")
    given = field(headers, "signature")
    if len(given_input) + len(given) > limits.SIGNATURE_HEADER_BYTES_MAX:
        raise BadSignatureError("the signature fields are longer than any the profile allows")
    found_input = _PARAMETERS.fullmatch(given_input)
    found = _SIGNATURE.fullmatch(given)
    if found_input is None or found is None:
        raise BadSignatureError(
            "Signature-Input and Signature are not of the profile: see docs/protocol.md, Signatures"
        )
    try:
        signature = base64.b64decode(found[1], validate=True)
    except binascii.Error as error:
        raise BadSignatureError("the signature is not base64") from error
    if len(signature) != SIGNATURE_BYTES or spell_signature(signature) != f":{found[1]}:":
        raise BadSignatureError("the signature's base64 has stray bits")
    parameters = Parameters(
        created=int(found_input["created"]),
        expires=int(found_input["expires"]),
        keyid=found_input["keyid"],
        nonce=found_input["nonce"],
    )
    if parameters.nonce is not None and len(parameters.nonce) < _NONCE_CHARACTERS_MIN:
        raise BadSignatureError(f"a nonce has at least {limits.NONCE_BYTES_MIN * 8} bits")
    return SignatureFields(parameters, found_input["components"], signature)


def signature_base(values: Mapping[str, str], parameters: Parameters) -> bytes:
    """The bytes that are signed: one line per component of `values`, in their order, then the parameters."""
    lines = [f"{component}: {value}" for component, value in values.items()]
    return "\n".join([*lines, f'"@signature-params": {parameters.spell(tuple(values))}']).encode("ascii")


def field(headers: Mapping[str, str], name: str) -> str:
    """The value of a header that must be there, printable ASCII without outer space; raises BadSignatureError."""
    value = headers.get(name)
    if value is None:
        raise BadSignatureError(f"the header {name} is missing")
    stripped = value.strip(" \t")
    if _FIELD_VALUE.fullmatch(stripped) is None:
        raise BadSignatureError(f"the header {name} is empty or not printable ASCII")
    return stripped
