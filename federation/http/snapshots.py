"""Snapshots as they are read: the manifest, then its chunks, from whoever holds the log."""

from federation.http.edge import Endpoint, Inbound, Outbound
from federation.http.recon import number, whose
from federation.service import snapshots
from federation.service.context import Federation

MANIFEST_TYPE = "text/plain; charset=utf-8"


async def _manifest(_fed: Federation, inbound: Inbound) -> Outbound:
    size_min = number(inbound, "at-least") if "at-least" in inbound.query else 1
    return Outbound(await snapshots.manifest(inbound.receiver.id, whose(inbound), size_min, inbound.now), MANIFEST_TYPE)


async def _chunk(_fed: Federation, inbound: Inbound) -> Outbound:
    body = await snapshots.chunk(inbound.receiver.id, whose(inbound), str(inbound.params["sha256"]))
    return Outbound(body, snapshots.SNAPSHOT_TYPE)


ENDPOINTS = tuple(
    Endpoint(method="GET", path=f"{prefix}{path}", run=run, transaction=False)
    for prefix in ("", "/replicas/{shop_id:str}")
    for path, run in (("/snapshot", _manifest), ("/snapshot/{sha256:str}", _chunk))
)
