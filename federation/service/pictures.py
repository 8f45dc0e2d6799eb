"""Pictures of boutiques whose node nobody can connect to: asked for by their hash, part after part, as any request.

Invariants: what comes back has the hash that was asked for; it is bounded in bytes, and each part in time.
"""

import hashlib
from datetime import datetime

from federation import limits
from federation.documents.profile import OUTBOX_ADDRESS
from federation.errors import PeerMismatchError
from federation.service.calls import PeerCall, call
from federation.service.context import Federation
from federation.store import links, parties
from federation.vocabulary.ids import PartyId


async def mailed_picture(fed: Federation, shop_id: PartyId, sha256: str, now: datetime) -> bytes | None:
    """The picture with this hash from a linked shop that nobody can connect to; None for a shop with an address.

    Raises PeerRefusedError when the shop does not have it, PeerMismatchError when it sends another or none that
    ends, PeerUnreachableError.
    """
    peer = await parties.peer(shop_id)
    if peer is None or peer.base_url != OUTBOX_ADDRESS:
        return None
    hub_id = next((local for local, remote in await links.accepted_pairs("hub") if remote == shop_id), None)
    if hub_id is None:
        return None
    found = b""
    while len(found) < limits.PICTURE_BYTES_MAX:
        ask = PeerCall(
            local_id=hub_id, remote_id=shop_id, method="GET", path=f"/media/{sha256}", query=f"from={len(found)}"
        )
        part = (await call(fed, ask, now)).body
        found += part
        if len(part) < limits.PICTURE_PART_BYTES_MAX:
            break
    if hashlib.sha256(found).hexdigest() != sha256:
        raise PeerMismatchError(f"{shop_id} sent another picture than {sha256}, or only some of it")
    return found
