"""A boutique asks a hub, through its own node, about its account there; papers come part after part.

Invariants: what is handed on was read whole within its bounds; a paper's bytes have the length and the hash that its
head, which the hub signed for as an answer, names.
"""

import asyncio
import hashlib
from datetime import datetime

from federation import limits
from federation.conversations import checks
from federation.conversations.accounts import AccountLines, AccountState, Paper, PaperFile, Papers
from federation.errors import PeerMismatchError
from federation.service.calls import PeerCall, call
from federation.service.context import Federation
from federation.vocabulary.errors import PeerUnreachableError
from federation.vocabulary.ids import PartyId

Pair = tuple[PartyId, PartyId]
"""(shop hosted here, hub)"""
PART_SECONDS_MIN = 1.0
"""A hub that would have less for an answer is not asked: that it kept silent would say nothing of it."""


async def ask_account(
    fed: Federation, pair: Pair, now: datetime, seconds: float = limits.TOTAL_TIMEOUT_SECONDS
) -> AccountState:
    """How the boutique stands. Raises PeerRefusedError, PeerUnreachableError (also after so many `seconds`).

    What cannot be read raises RecordInvalidError.
    """
    return checks.read(await _asked(fed, pair, "/account", now, seconds), AccountState)


async def ask_lines(
    fed: Federation, pair: Pair, after: int, now: datetime, seconds: float = limits.TOTAL_TIMEOUT_SECONDS
) -> AccountLines:
    """The next page of movements; their ids grow. Raises as `ask_account`, PeerMismatchError for ids that do not."""
    address = f"/account/lines?after={after}&limit={limits.ACCOUNT_LINES_MAX}"
    body = await _asked(fed, pair, address, now, seconds)
    found = checks.read(body, AccountLines, bytes_max=limits.BATCH_WIRE_BYTES_MAX)
    last = after
    for line in found.lines:
        if line.id <= last:
            raise PeerMismatchError(f"{pair[1]} told movement {line.id} after {last}")
        last = line.id
    return found


async def ask_papers(
    fed: Federation, pair: Pair, now: datetime, seconds: float = limits.TOTAL_TIMEOUT_SECONDS
) -> Papers:
    """The heads of the boutique's papers. Raises as `ask_account`."""
    body = await _asked(fed, pair, "/account/papers", now, seconds)
    return checks.read(body, Papers, bytes_max=limits.BATCH_WIRE_BYTES_MAX)


async def ask_file(
    fed: Federation, pair: Pair, paper: Paper, file: PaperFile, now: datetime, *, until: float | None = None
) -> bytes:
    """The bytes of one form of a paper. Raises as `ask_account`, PeerMismatchError when they are not those named.

    With `until`, by the loop's clock, PeerUnreachableError also when it has not come whole by then.
    """
    found = b""
    while len(found) < file.size:
        address = f"/account/papers/{paper.id}/{file.form}?from={len(found)}"
        part = await _asked(fed, pair, address, now, _seconds_for_part(pair, until))
        found += part
        if len(part) < limits.PAPER_PART_BYTES_MAX:
            break
    if len(found) != file.size or hashlib.sha256(found).hexdigest() != file.sha256:
        raise PeerMismatchError(f"{pair[1]} sent other bytes for {paper.number} ({file.form}) than it had named")
    return found


def _seconds_for_part(pair: Pair, until: float | None) -> float:
    if until is None:
        return limits.TOTAL_TIMEOUT_SECONDS
    left = until - asyncio.get_running_loop().time()
    if left < PART_SECONDS_MIN:
        raise PeerUnreachableError(f"there was no time left to ask {pair[1]} for more of a paper")
    return min(limits.TOTAL_TIMEOUT_SECONDS, left)


async def _asked(
    fed: Federation, pair: Pair, address: str, now: datetime, seconds: float = limits.TOTAL_TIMEOUT_SECONDS
) -> bytes:
    path, _, query = address.partition("?")
    ask = PeerCall(local_id=pair[0], remote_id=pair[1], method="GET", path=path, query=query)
    return (await call(fed, ask, now, total_timeout_seconds=seconds)).body
