"""The base of every expected refusal, with what a problem document (RFC 9457) needs; no status codes here.

GalleriaError
├── RecordInvalidError      a value from outside does not fit its form
├── TooLargeError           beyond a size, count or depth bound
├── NotFoundError           no such thing, or not for this caller
├── NotAllowedError         signed in, but not for this
├── NotSignedInError        needs sign-in first
├── ConflictError           the state has moved on
├── QuotaError              too much at once; try later
└── PeerError               the other side or the way to it failed
    ├── PeerUnreachableError    no answer: outcome unknown
    └── PeerRefusedError        a definite refusal from a peer (carries its problem document)

Each package adds its own leaves below these in its `errors.py`. `federation.node.answers` maps slugs to status.
"""

from typing import ClassVar, Literal

import msgspec

RetryClass = Literal["never", "after", "resync"]


class FieldError(msgspec.Struct, frozen=True):
    """One fault inside a document: RFC 6901 `pointer` (or form field name), machine `code`, sentence for a person."""

    pointer: str
    code: str
    message: str = ""


class GalleriaError(Exception):
    """An expected refusal: `slug` names it for machines, `detail` says to a person what was wrong and what to do.

    `sentence` is the same for pages that can say it in the reader's language.
    """

    slug: ClassVar[str] = "refused"
    retry: RetryClass = "never"

    def __init__(
        self,
        detail: str,
        *,
        errors: tuple[FieldError, ...] = (),
        expected: str | int | None = None,
        retry_after_seconds: int | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = str(detail)
        self.sentence = detail
        self.errors = errors
        self.expected = expected
        self.retry_after_seconds = retry_after_seconds


class RecordInvalidError(GalleriaError):
    """A value from outside does not fit its form."""

    slug = "record-invalid"


class TooLargeError(GalleriaError):
    """A size, count, depth or age beyond its bound."""

    slug = "too-large"


class NotFoundError(GalleriaError):
    """No such thing, or none this caller may know of."""

    slug = "not-found"


class NotAllowedError(GalleriaError):
    """The caller is known but may not do this."""

    slug = "not-allowed"


class NotSignedInError(GalleriaError):
    """The caller must sign in first."""

    slug = "not-signed-in"


class ConflictError(GalleriaError):
    """What the caller saw is no longer so; look again, then decide."""

    slug = "conflict"
    retry: RetryClass = "resync"


class QuotaError(GalleriaError):
    """More than the caller may have at once."""

    slug = "quota"
    retry: RetryClass = "after"


class PeerError(GalleriaError):
    """Another node failed us."""

    slug = "peer-failed"
    retry: RetryClass = "after"


class PeerUnreachableError(PeerError):
    """No verified answer came: the outcome is unknown, ask again with the same idempotency key."""

    slug = "peer-unreachable"


class PeerRefusedError(PeerError):
    """A peer refused with a verified problem document; `peer_slug` is its slug, `peer_retry` its retry class."""

    slug = "peer-refused"

    def __init__(
        self, detail: str, *, peer_slug: str, peer_status: int, peer_retry: RetryClass, problem: bytes = b""
    ) -> None:
        super().__init__(detail)
        self.peer_slug = peer_slug
        self.peer_status = peer_status
        self.retry = peer_retry
        self.problem = problem
