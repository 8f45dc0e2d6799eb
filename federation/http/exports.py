"""The archive of a shop for the node at which it is going to live: asking for it, how far it is, and its bytes.

A party that is moving has no key at its new node yet, so these requests are not signed: a ticket, a signed wish or the
secret that goes with either lets them in. What comes is checked by the archive's own signatures.
"""

from federation import limits
from federation.archive.wish import ExportAsked
from federation.documents import json
from federation.errors import PartyMovedError, PartyRetiredError
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.http.recon import number
from federation.ports import Exports
from federation.service.context import Federation
from federation.vocabulary.errors import NotFoundError

ARCHIVE_PART_TYPE = "application/octet-stream"


async def _ask(fed: Federation, inbound: Inbound) -> Outbound:
    exports, asked = _exports(fed, inbound), json.decode(inbound.body, ExportAsked)
    return Outbound(json.encode(await exports.ask(inbound.receiver.id, asked, inbound.now)))


async def _state(fed: Federation, inbound: Inbound) -> Outbound:
    return Outbound(json.encode(await _exports(fed, inbound).state(inbound.receiver.id, inbound.bearer)))


async def _part(fed: Federation, inbound: Inbound) -> Outbound:
    begin = number(inbound, "from") if "from" in inbound.query else 0
    exports, sha256 = _exports(fed, inbound), str(inbound.params["sha256"])
    return Outbound(await exports.part(inbound.receiver.id, inbound.bearer, sha256, begin), ARCHIVE_PART_TYPE)


def _exports(fed: Federation, inbound: Inbound) -> Exports:
    """Raises NotFoundError for a hub, PartyMovedError or PartyRetiredError for a shop that is gone for good."""
    party = inbound.receiver
    if fed.exports is None or party.kind != "shop":
        raise NotFoundError("only a shop moves by an archive over the wire")
    if party.retired_at is not None:
        raise PartyRetiredError(f"{party.name} has retired: nobody goes on for it")
    if party.moved_to:
        raise PartyMovedError(f"{party.name} lives at {party.moved_to} now: ask there", expected=party.moved_to)
    return fed.exports


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/export",
        run=_ask,
        bytes_max=limits.CHECKPOINT_BYTES_MAX,
        public=True,
        linked=False,
        transaction=False,
    ),
    Endpoint(method="GET", path="/export", run=_state, public=True, linked=False, transaction=False),
    Endpoint(method="GET", path="/export/{sha256:str}", run=_part, public=True, linked=False, transaction=False),
)
