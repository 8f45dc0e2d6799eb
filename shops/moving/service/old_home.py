"""Where a boutique lived before: whether it still acts there, and letting that node know where it lives now."""

from collections.abc import Sequence

import msgspec
import structlog

from federation import limits
from federation.documents.identity import OperationsDocument
from federation.documents.profile import OUTBOX_ADDRESS, endpoint_of
from federation.errors import PartyMovedError, PartyMovingError
from federation.node.answers import Problem
from federation.service.arriving import Judged
from federation.service.context import Federation
from federation.vocabulary.errors import ConflictError, PeerError
from federation.vocabulary.ids import PartyId

_log = structlog.get_logger(__name__)

_OK = range(200, 300)
LEFT = frozenset({PartyMovingError.slug, PartyMovedError.slug})
"""What a node answers for a party that acts there no more."""


async def require_fenced(fed: Federation, judged: Judged, *, is_gone: bool) -> None:
    """Refuse a boutique that still acts where it lived. Raises ConflictError saying what to do there first.

    `is_gone` lets an old node that does not answer count as gone for good; one that answers never does.
    """
    address = judged.state.address
    if address == fed.settings.public_url:
        return
    if address == OUTBOX_ADDRESS:
        _refuse_early(judged, is_gone=is_gone)
        return
    try:
        answer = await fed.door.request(
            "GET",
            f"{endpoint_of(address, judged.party_id)}/profile",
            headers={"Accept": "application/json"},
            body=b"",
            max_bytes=limits.PROFILE_BYTES_MAX,
        )
    except PeerError as error:
        if is_gone:
            return
        raise ConflictError(
            f"{address} does not answer, so nobody knows whether {judged.told.name} still sells there: "
            "try again, or say --old-node-is-gone if it never will"
        ) from error
    if answer.status in _OK:
        raise ConflictError(
            f"{judged.told.name} still acts at {address}: stop it there first (`galleria export --leave`), "
            "then take in that archive"
        )
    if not judged.manifest.is_final or _slug(answer.body) not in LEFT:
        raise ConflictError(
            f"the archive was made while {judged.told.name} went on at {address}: make a last one there "
            "with `galleria export --leave`"
        )


def _refuse_early(judged: Judged, *, is_gone: bool) -> None:
    """A boutique without an address cannot be asked: its archive must say itself that it has stopped."""
    if not judged.manifest.is_final and not is_gone:
        raise ConflictError(
            f"the archive was made while {judged.told.name} went on at its old node: make a last one there with "
            "`galleria export --leave`, or say --old-node-is-gone if that cannot be done any more"
        )


async def tell(fed: Federation, address: str, party_id: PartyId, operations: Sequence[bytes]) -> bool:
    """Let the old node at `address` know where the boutique lives now; whether it heard. Again is no error.

    It need not hear, so nothing is raised.
    """
    document = OperationsDocument(tuple(item.decode() for item in operations))
    try:
        answer = await fed.door.request(
            "POST",
            f"{endpoint_of(address, party_id)}/departure",
            headers={"Content-Type": "application/json"},
            body=msgspec.json.encode(document),
            max_bytes=limits.PROFILE_BYTES_MAX,
        )
    except PeerError as error:
        _log.info("old_node_not_told", party=party_id, slug=error.slug, detail=error.detail)
        return False
    return answer.status in _OK


def _slug(body: bytes) -> str:
    try:
        return msgspec.json.decode(body, type=Problem).type
    except msgspec.DecodeError:
        return ""
