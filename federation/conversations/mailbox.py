"""What passes between a hub and a party that nobody can connect to: requests waiting for it, and its answers.

Everything inside is as it would be over HTTP: the request is signed for this receiver, the answer for this question.
Neither the page nor the batch of answers around them is believed for what it carries. Pure values.
"""

from typing import Annotated, Literal

import msgspec

from federation import limits
from federation.conversations.forms import Party, Uuid
from federation.documents.profile import PartyProfile

Path = Annotated[str, msgspec.Meta(min_length=1, max_length=1_000, pattern=r"^/[!-~]*(?!\n)$")]
Query = Annotated[str, msgspec.Meta(max_length=1_000, pattern=r"^[!-~]*(?!\n)$")]
HeaderName = Annotated[str, msgspec.Meta(min_length=1, max_length=64, pattern=r"^[a-z0-9-]+(?!\n)$")]
HeaderText = Annotated[str, msgspec.Meta(max_length=limits.SIGNATURE_HEADER_BYTES_MAX, pattern=r"^[ -~]*(?!\n)$")]
Headers = Annotated[dict[HeaderName, HeaderText], msgspec.Meta(max_length=24)]
Ticket = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[!-~]*(?!\n)$")]
Number = Annotated[int, msgspec.Meta(ge=0, le=limits.INTEGER_MAGNITUDE_MAX)]
Operation = Annotated[str, msgspec.Meta(max_length=limits.OPERATION_BYTES_MAX)]


class PartyPapers(msgspec.Struct, frozen=True):
    """Who a party is, told by itself since nobody can fetch it: profile and operations, PROFILE_BYTES_MAX in all."""

    profile: PartyProfile
    operations: Annotated[tuple[Operation, ...], msgspec.Meta(min_length=1, max_length=limits.OPERATIONS_MAX)]


class WaitingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A signed request that waits for its receiver; `number` rises from request to request, `id` names it."""

    id: Uuid
    number: Annotated[int, msgspec.Meta(ge=1, le=limits.INTEGER_MAGNITUDE_MAX)]
    method: Literal["GET", "POST"]
    path: Path
    query: Query = ""
    headers: Headers = {}
    body: Annotated[bytes, msgspec.Meta(max_length=limits.BATCH_WIRE_BYTES_MAX)] = b""


class WaitingPage(msgspec.Struct, frozen=True):
    """`GET /outbox`: the oldest requests after the number asked for; none when the wait was over first.

    With `ticket` this mailbox may be watched together with others for a while.
    """

    requests: Annotated[tuple[WaitingRequest, ...], msgspec.Meta(max_length=limits.MAILBOX_REQUESTS_MAX)] = ()
    ticket: Ticket = ""


class WatchedMailbox(msgspec.Struct, frozen=True):
    """A mailbox by the ticket of its party, and the number of the last request that party has been given."""

    ticket: Ticket
    after: Number = 0


class MailboxWatch(msgspec.Struct, frozen=True):
    """`POST /outbox/watch`: tell when something waits in one of these mailboxes of parties of one node."""

    mailboxes: Annotated[tuple[WatchedMailbox, ...], msgspec.Meta(min_length=1, max_length=limits.MAILBOX_WATCHED_MAX)]
    wait_seconds: Annotated[int, msgspec.Meta(ge=0, le=limits.MAILBOX_WAIT_SECONDS_MAX)] = 0


class MailboxRings(msgspec.Struct, frozen=True):
    """The parties for which something waits; none when the wait was over first."""

    parties: Annotated[tuple[Party, ...], msgspec.Meta(max_length=limits.MAILBOX_WATCHED_MAX)] = ()


class MailedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The signed answer to the waiting request `id`."""

    id: Uuid
    status: Annotated[int, msgspec.Meta(ge=200, le=599)]
    headers: Headers = {}
    body: Annotated[bytes, msgspec.Meta(max_length=limits.BATCH_WIRE_BYTES_MAX)] = b""


class MailedAnswers(msgspec.Struct, frozen=True):
    """`POST /outbox/ack`: answers, in any order."""

    answers: Annotated[tuple[MailedAnswer, ...], msgspec.Meta(min_length=1, max_length=limits.MAILBOX_REQUESTS_MAX)]


class MailedReceipt(msgspec.Struct, frozen=True):
    """Which answers somebody still waited for; the others came too late or twice, and nothing is owed for them."""

    taken: tuple[Uuid, ...]
