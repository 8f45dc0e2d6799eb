"""A boutique asks a hub about its own account: what is whose, every movement, and the papers with their bytes.

Who asks is known by the signature, and is told of itself alone; it may ask as well after the link has ended, since
money moves for a while after that.
"""

import re
from typing import cast, get_args
from uuid import UUID

from federation import limits
from federation.conversations.accounts import PaperForm
from federation.conversations.forms import UUID_PATTERN
from federation.documents import json
from federation.http.edge import Endpoint, Inbound, Outbound, Run
from federation.http.recon import number
from federation.ports import Bookkeeper
from federation.service.context import Federation
from federation.vocabulary.errors import NotFoundError

PAPER_PART_TYPE = "application/octet-stream"
_UUID = re.compile(UUID_PATTERN)


async def _account(fed: Federation, inbound: Inbound) -> Outbound:
    found = await _bookkeeper(fed, inbound).account(inbound.receiver.id, inbound.peer, inbound.now)
    return Outbound(json.encode(found))


async def _lines(fed: Federation, inbound: Inbound) -> Outbound:
    after = _given(inbound, "after", 0)
    limit = min(max(_given(inbound, "limit", limits.ACCOUNT_LINES_MAX), 1), limits.ACCOUNT_LINES_MAX)
    found = await _bookkeeper(fed, inbound).lines(inbound.receiver.id, inbound.peer, after, limit)
    return Outbound(json.encode(found))


async def _papers(fed: Federation, inbound: Inbound) -> Outbound:
    return Outbound(json.encode(await _bookkeeper(fed, inbound).papers(inbound.receiver.id, inbound.peer)))


async def _paper(fed: Federation, inbound: Inbound) -> Outbound:
    bookkeeper, begin = _bookkeeper(fed, inbound), _given(inbound, "from", 0)
    paper_id, form = str(inbound.params["paper_id"]), str(inbound.params["form"])
    found = None
    if _UUID.fullmatch(paper_id) is not None and form in get_args(PaperForm):
        asked = (UUID(paper_id), cast("PaperForm", form))
        found = await bookkeeper.paper(inbound.receiver.id, inbound.peer, *asked)
    if found is None or begin > len(found):
        raise NotFoundError("there is no such paper of yours, or none that long")
    return Outbound(found[begin : begin + limits.PAPER_PART_BYTES_MAX], PAPER_PART_TYPE)


def _given(inbound: Inbound, name: str, otherwise: int) -> int:
    return number(inbound, name) if name in inbound.query else otherwise


def _bookkeeper(fed: Federation, inbound: Inbound) -> Bookkeeper:
    """Raises NotFoundError where nobody keeps books, QuotaError when a boutique asks too often."""
    if inbound.receiver.kind != "hub" or fed.bookkeeper is None:
        raise NotFoundError("only a hub keeps accounts of boutiques")
    fed.account_reads.admit((inbound.receiver.id, inbound.peer), inbound.now)
    return fed.bookkeeper


def _endpoint(path: str, run: Run) -> Endpoint:
    return Endpoint(method="GET", path=path, run=run, past=True, settled=True, transaction=False)


ENDPOINTS = (
    _endpoint("/account", _account),
    _endpoint("/account/lines", _lines),
    _endpoint("/account/papers", _papers),
    _endpoint("/account/papers/{paper_id:str}/{form:str}", _paper),
)
