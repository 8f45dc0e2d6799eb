"""Refusals of documents and signatures, below the shared tree.

GalleriaError
├── RecordInvalidError
│   ├── KeyRefusedError         a public key outside the one rule set
│   └── OperationRefusedError   an identity operation that does not follow from the ones before it
├── BadSignatureError           a signature is missing, malformed, under-covered or wrong
├── BadDigestError              the body is not the one that was signed
├── KeyNotChainedError          a key that the sender's operations do not name
├── ClockSkewError              a signature from too far in the past or the future
└── VersionUnsupportedError     a protocol version we do not speak
"""

from federation.vocabulary.errors import GalleriaError, RecordInvalidError


class KeyRefusedError(RecordInvalidError):
    """A public key that is not canonical, not on the curve, or not in the prime-order group."""


class OperationRefusedError(RecordInvalidError):
    """An identity operation that does not follow from the ones before it."""


class BadSignatureError(GalleriaError):
    """No signature we accept: absent, malformed, covering other than the fixed components, or simply wrong."""

    slug = "bad-signature"


class BadDigestError(GalleriaError):
    """The body's SHA-256 is not the one in Content-Digest."""

    slug = "bad-digest"


class KeyNotChainedError(GalleriaError):
    """A key that the party's operations do not name, or no longer name."""

    slug = "key-not-chained"


class ClockSkewError(GalleriaError):
    """Signed too long ago or in the future by our clock: correct by the answer's `server_time`, sign again once."""

    slug = "clock-skew"
    retry = "after"


class VersionUnsupportedError(GalleriaError):
    """A protocol version we do not speak; `expected` names the one we do."""

    slug = "version-unsupported"
