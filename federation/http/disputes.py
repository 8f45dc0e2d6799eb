"""A boutique asks its hub what is disputed of its sales, and hands in what speaks for it.

Also after the link has ended, for a bank takes its time. What a file is, its bytes say; nobody reads further into it.
"""

import re
from typing import cast, get_args
from uuid import UUID

from federation import limits
from federation.conversations import checks
from federation.conversations.disputes import Statement
from federation.conversations.forms import UUID_PATTERN
from federation.documents import json
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.ports import HandedIn, Hearing
from federation.service.context import Federation
from federation.vocabulary.errors import NotFoundError, RecordInvalidError
from federation.vocabulary.evidence import FileKind
from federation.vocabulary.files import type_of

_UUID = re.compile(UUID_PATTERN)


async def _list(fed: Federation, inbound: Inbound) -> Outbound:
    found = await _hearing(fed, inbound).disputes(inbound.receiver.id, inbound.peer, inbound.now)
    return Outbound(json.encode(found))


async def _state(fed: Federation, inbound: Inbound) -> Outbound:
    hearing, statement = _hearing(fed, inbound), checks.read(inbound.body, Statement)
    found = await hearing.state(inbound.receiver.id, inbound.peer, _dispute(inbound), statement, inbound.now)
    return Outbound(json.encode(found))


async def _hand_in(fed: Federation, inbound: Inbound) -> Outbound:
    hearing, kind = _hearing(fed, inbound), str(inbound.params["kind"])
    if kind not in get_args(FileKind):
        raise NotFoundError(f"there is no kind of evidence {kind[:40]!r}: {', '.join(get_args(FileKind))}")
    media_type = type_of(inbound.body)
    if media_type is None or media_type != inbound.content_type:
        raise RecordInvalidError("this is no whole PDF, PNG or JPEG file, or another one than its content type says")
    file = HandedIn(cast("FileKind", kind), media_type, inbound.body)
    found = await hearing.hand_in(inbound.receiver.id, inbound.peer, _dispute(inbound), file, inbound.now)
    return Outbound(json.encode(found))


def _dispute(inbound: Inbound) -> UUID:
    text = str(inbound.params["dispute_id"])
    if _UUID.fullmatch(text) is None:
        raise NotFoundError("there is no such dispute of yours")
    return UUID(text)


def _hearing(fed: Federation, inbound: Inbound) -> Hearing:
    """Raises NotFoundError where nobody hears boutiques, QuotaError when one comes too often."""
    if inbound.receiver.kind != "hub" or fed.hearing is None:
        raise NotFoundError("only a hub answers for disputes of its boutiques' sales")
    fed.evidence.admit((inbound.receiver.id, inbound.peer), inbound.now)
    return fed.hearing


ENDPOINTS = (
    Endpoint(method="GET", path="/disputes", run=_list, past=True, settled=True),
    Endpoint(
        method="POST",
        path="/disputes/{dispute_id:str}/statement",
        run=_state,
        bytes_max=limits.DOCUMENT_BYTES_MAX,
        past=True,
        settled=True,
    ),
    Endpoint(
        method="POST",
        path="/disputes/{dispute_id:str}/files/{kind:str}",
        run=_hand_in,
        bytes_max=limits.EVIDENCE_FILE_BYTES_MAX,
        past=True,
        settled=True,
    ),
)
