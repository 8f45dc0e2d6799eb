"""A shop's pictures for its hubs, by their hash: the way for hubs that cannot reach the shop's own address."""

import re

from federation import limits
from federation.http.edge import Endpoint, Inbound, Outbound
from federation.http.recon import number
from federation.service.context import Federation
from federation.vocabulary.errors import NotFoundError

PICTURE_PART_TYPE = "application/octet-stream"
_HASH = re.compile(r"[0-9a-f]{64}")


async def _part(fed: Federation, inbound: Inbound) -> Outbound:
    sha256, begin = str(inbound.params["sha256"]), number(inbound, "from") if "from" in inbound.query else 0
    found = None
    if fed.pictures is not None and _HASH.fullmatch(sha256) is not None:
        found = await fed.pictures.picture(inbound.receiver.id, sha256)
    if found is None or begin > len(found):
        raise NotFoundError(f"{inbound.receiver.id} has no picture {sha256[:64]}, or none that long")
    return Outbound(found[begin : begin + limits.PICTURE_PART_BYTES_MAX], PICTURE_PART_TYPE)


ENDPOINTS = (Endpoint(method="GET", path="/media/{sha256:str}", run=_part, transaction=False),)
