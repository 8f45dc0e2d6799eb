"""A boutique asks a hub, through its own node, what is disputed of its sales, and hands in what speaks for it.

Stating the same or handing in the same bytes again has the same effect, so whoever got no answer may just ask again.
"""

from datetime import datetime
from uuid import UUID

from federation import limits
from federation.conversations import checks
from federation.conversations.disputes import Dispute, Disputes, Statement
from federation.service.calls import PeerCall, call, telling
from federation.service.context import Federation
from federation.vocabulary.errors import RecordInvalidError, TooLargeError
from federation.vocabulary.evidence import FileKind
from federation.vocabulary.files import type_of
from federation.vocabulary.ids import PartyId, new_token

Pair = tuple[PartyId, PartyId]
"""(shop hosted here, hub)"""


async def ask_disputes(
    fed: Federation, pair: Pair, now: datetime, seconds: float = limits.TOTAL_TIMEOUT_SECONDS
) -> Disputes:
    """The boutique's disputes at a hub. Raises PeerRefusedError, PeerUnreachableError (also after so many `seconds`).

    What cannot be read raises RecordInvalidError.
    """
    ask = PeerCall(local_id=pair[0], remote_id=pair[1], method="GET", path="/disputes")
    answer = await call(fed, ask, now, total_timeout_seconds=seconds)
    return checks.read(answer.body, Disputes, bytes_max=limits.BATCH_WIRE_BYTES_MAX)


async def make_statement(fed: Federation, pair: Pair, dispute_id: UUID, statement: Statement, now: datetime) -> Dispute:
    """Say what speaks for the boutique. Raises as `ask_disputes`."""
    ask = telling(pair[0], pair[1], f"/disputes/{dispute_id}/statement", statement)
    return checks.read((await call(fed, ask, now)).body, Dispute)


async def hand_in(
    fed: Federation, pair: Pair, dispute_id: UUID, file: tuple[FileKind, bytes], now: datetime
) -> Dispute:
    """Hand a file in. Raises as `ask_disputes`; TooLargeError, RecordInvalidError before anything is sent."""
    kind, content = file
    if len(content) > limits.EVIDENCE_FILE_BYTES_MAX:
        raise TooLargeError(f"a file of evidence has at most {limits.EVIDENCE_FILE_BYTES_MAX} bytes")
    media_type = type_of(content)
    if media_type is None:
        raise RecordInvalidError("only whole PDF, PNG and JPEG files are evidence")
    ask = PeerCall(
        local_id=pair[0],
        remote_id=pair[1],
        method="POST",
        path=f"/disputes/{dispute_id}/files/{kind}",
        body=content,
        content_type=media_type,
        idempotency_key=new_token(),
    )
    answer = await call(fed, ask, now, total_timeout_seconds=limits.EVIDENCE_SECONDS_MAX)
    return checks.read(answer.body, Dispute)
