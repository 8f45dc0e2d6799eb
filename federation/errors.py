"""Refusals of the federation's I/O: what a node says when a peer, a link or a conversation is not in order.

GalleriaError
├── NotAllowedError
│   ├── NotLinkedError              no accepted link between the two parties
│   └── PartyRetiredError           the party has retired for good
├── ConflictError
│   ├── ReplayedNonceError          this very request was seen before
│   ├── ReservationExpiredError     the hold ran out before it was confirmed
│   ├── SequenceGapError            an event came before the one it follows (`expected` names that one)
│   └── ReplicaFrozenError          the shop signed two histories; nothing moves until a root key has spoken
│       └── PartyContestedError     two root keys of the party contradict each other
├── PartyMovingError                the party is on its way to another node; ask again in a minute
├── PartyMovedError                 the party acts elsewhere; `expected` is its address where that is known
├── NotFoundError
│   └── OrderUnknownError           an event of an order that was not placed here, or not yet
├── SlowBodyError                   a request that arrives too slowly
├── OrderDeclinedError              an order that the shop cannot take as written
├── HoldQuotaError                  too many open holds of one hub
└── PeerError
    └── PeerMismatchError           a peer's documents contradict each other or the address they came from

The refusals of signatures, documents and the log itself are raised by the pure core (`federation.documents`,
`federation.log`). `federation.node.answers` maps slugs to status.
"""

from federation.vocabulary.errors import (
    ConflictError,
    GalleriaError,
    NotAllowedError,
    NotFoundError,
    PeerError,
    QuotaError,
    RetryClass,
)


class NotLinkedError(NotAllowedError):
    """The sender has no accepted link with the receiver."""

    slug = "not-linked"


class PartyRetiredError(NotAllowedError):
    """The party has retired for good: nothing is taken from it, and nothing asked of it."""

    slug = "party-retired"


class ReplayedNonceError(ConflictError):
    """The nonce of this request was spent already; a retry must be signed anew."""

    slug = "replayed-nonce"
    retry: RetryClass = "after"


class ReservationExpiredError(ConflictError):
    """The hold ran out (or never was) before it was confirmed; hold again."""

    slug = "reservation-expired"
    retry: RetryClass = "never"


class SequenceGapError(ConflictError):
    """An event arrived before the one it follows; `expected` is the sequence number wanted next."""

    slug = "sequence-gap"
    retry: RetryClass = "resync"


class OrderUnknownError(NotFoundError):
    """An event of an order that was not placed here, or not yet."""

    retry: RetryClass = "after"


class ReplicaFrozenError(ConflictError):
    """A shop with a proven fork: its history is not followed, no order reaches it."""

    slug = "replica-frozen"
    retry: RetryClass = "never"


class PartyContestedError(ReplicaFrozenError):
    """Two operations of the party contradict each other, either may yet fall: nothing is held, confirmed or ordered."""

    slug = "party-contested"
    retry: RetryClass = "after"


class PartyMovingError(GalleriaError):
    """The party has stopped here and has not yet said from where it goes on; nothing is lost by asking again."""

    slug = "party-moving"
    retry: RetryClass = "after"


class PartyMovedError(GalleriaError):
    """The party acts from another node now; `expected` is its new address: read its operations, then ask there."""

    slug = "party-moved"
    retry: RetryClass = "resync"


class SnapshotPendingError(NotFoundError):
    """No snapshot of this log is ready; one is being made. The log itself can be read all the same."""

    slug = "snapshot-pending"
    retry: RetryClass = "after"


class CopyLoadingError(GalleriaError):
    """The hub is fetching much of this log by itself, or a snapshot of it: push again later, nothing is lost."""

    slug = "copy-loading"
    retry: RetryClass = "after"


class SlowBodyError(GalleriaError):
    """A request whose body did not arrive in the time any sender would wait for the answer."""

    slug = "bad-request"
    retry: RetryClass = "after"


class OrderDeclinedError(GalleriaError):
    """An order which the shop cannot take as written: a price, currency, variant or leaf differs from its own."""

    slug = "order-declined"


class HoldQuotaError(QuotaError):
    """More open holds than one hub may have at this shop."""

    slug = "hold-quota"


class PeerMismatchError(PeerError):
    """A peer's profile, operations or address contradict each other; nothing of it was stored."""

    slug = "peer-mismatch"
    retry: RetryClass = "never"
