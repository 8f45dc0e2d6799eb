"""The single checks of the signature profile, each refusing with the error that `signing` promises for it."""

from collections.abc import Callable, Mapping

from federation import limits
from federation.documents.errors import BadDigestError, BadSignatureError, ClockSkewError, KeyNotChainedError
from federation.documents.keys import PublicKey
from federation.documents.signature_fields import Parameters, SignatureFields, content_digest, field, signature_base
from federation.vocabulary.errors import TooLargeError
from federation.vocabulary.ids import PartyId

Lookup = Callable[[PartyId, str], PublicKey | None]
"""The key that a party's operations name under a thumbprint now, or None."""


def printable(values: dict[str, str]) -> dict[str, str]:
    """Refuse a value that could end its line of the signature base and begin another."""
    for component, value in values.items():
        if not (value.isascii() and value.isprintable()):
            raise BadSignatureError(f"{component} is not printable ASCII")
    return values


def check_size(body: bytes, body_bytes_max: int) -> None:
    """Refuse a body beyond the bound; raises TooLargeError."""
    if len(body) > body_bytes_max:
        raise TooLargeError(f"the body has {len(body)} bytes, at most {body_bytes_max} are read here")


def key_of(sender: PartyId, keyid: str, lookup: Lookup) -> PublicKey:
    """The key of `sender` under `keyid`; raises KeyNotChainedError."""
    key = lookup(sender, keyid)
    if key is None or key.keyid != keyid:
        raise KeyNotChainedError(f"the operations of {sender} name no key {keyid} that may sign now")
    return key


def check_time(parameters: Parameters, now: int) -> None:
    """Refuse a signature that lives too long (BadSignatureError) or is not of about now (ClockSkewError)."""
    lifetime = parameters.expires - parameters.created
    if not 0 < lifetime <= limits.SIGNATURE_LIFETIME_SECONDS_MAX:
        raise BadSignatureError(f"a signature lives 1 to {limits.SIGNATURE_LIFETIME_SECONDS_MAX} s, not {lifetime} s")
    ahead = parameters.created - now
    if ahead > limits.CLOCK_AHEAD_SECONDS_MAX or -ahead > limits.CLOCK_BEHIND_SECONDS_MAX or now > parameters.expires:
        raise ClockSkewError(
            f"signed {parameters.created} until {parameters.expires}; here it is {now}: correct the clock, sign anew",
            expected=now,
        )


def check_digest(headers: Mapping[str, str], body: bytes) -> None:
    """Refuse a body that is not the one signed for, or that was recoded on its way; raises BadDigestError."""
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise BadDigestError("Content-Encoding is forbidden: the media type names the coding")
    if field(headers, "content-digest") != content_digest(body):
        raise BadDigestError("Content-Digest is not the SHA-256 of the body as received")


def check_signature(values: dict[str, str], fields: SignatureFields, key: PublicKey) -> None:
    """Refuse any component list but that of `values`, then any signature but `key`'s; raises BadSignatureError."""
    listed = f"({' '.join(values)})"
    if fields.components != listed:
        raise BadSignatureError(f"the signature covers {fields.components[:400]}, this message asks for {listed}")
    if not key.verify(fields.signature, signature_base(values, fields.parameters)):
        raise BadSignatureError("the signature does not verify over this message")


def size_of(text: str) -> int:
    """The number that Fed-Old-Size carries; raises BadSignatureError."""
    if not (text.isascii() and text.isdigit() and len(text) < len(str(limits.INTEGER_MAGNITUDE_MAX))):
        raise BadSignatureError("Fed-Old-Size is not a size")
    return int(text)
