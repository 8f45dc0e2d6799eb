"""Holding a shop's pieces from afar, and letting its desk answer: hold, confirm, release.

The hub's calls go straight to the shop and return its word; PeerUnreachableError means that nobody knows the
outcome, and the same call with the same id asks again. The shop's side runs in the transaction of the request.
"""

from datetime import datetime

from federation.conversations import checks
from federation.conversations.messages import ReservationAnswer, ReservationRequest
from federation.documents import json
from federation.errors import ReplicaFrozenError
from federation.service import peers
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.store import replicas
from federation.vocabulary.ids import PartyId

HOLD_TIMEOUT_SECONDS = 2.0
"""How long one shop may keep a shopper waiting for a hold."""


async def hold_remote(
    fed: Federation, hub_id: PartyId, shop_id: PartyId, request: ReservationRequest, now: datetime
) -> ReservationAnswer:
    """Ask a shop to hold pieces; `rejected` is an answer, not an error.

    Raises PeerRefusedError (hold-quota, not-linked, ...), PeerUnreachableError, or ReplicaFrozenError for a shop that
    signed two histories or whose root keys contradict each other.
    """
    replica = await replicas.replica(hub_id, shop_id)
    if replica is not None and replica.state == "frozen":
        raise ReplicaFrozenError(f"{shop_id} signed two histories: nothing is ordered there until that is resolved")
    await peers.refuse_contested(shop_id, now)
    exchange = PeerCall(
        local_id=hub_id,
        remote_id=shop_id,
        method="POST",
        path="/reservations",
        body=json.encode(request),
        content_type=JSON_TYPE,
        idempotency_key=request.id,
    )
    answer = await call(fed, exchange, now, total_timeout_seconds=HOLD_TIMEOUT_SECONDS)
    return checks.read(answer.body, ReservationAnswer)


async def confirm_remote(
    fed: Federation, hub_id: PartyId, shop_id: PartyId, reservation_id: str, now: datetime
) -> ReservationAnswer:
    """Turn a hold into a sale at the shop; repeat until the answer is definite.

    Raises PeerRefusedError with peer_slug `reservation-expired` when the hold has run out, PeerUnreachableError, or
    PartyContestedError, like its peer_slug of a contested hub: that lasts longer than any hold.
    """
    await peers.refuse_contested(shop_id, now)
    return await _transition(fed, (hub_id, shop_id), reservation_id, "confirm", now)


async def release_remote(
    fed: Federation, hub_id: PartyId, shop_id: PartyId, reservation_id: str, now: datetime
) -> ReservationAnswer:
    """Give a hold back to the shop. Raises PeerRefusedError or PeerUnreachableError."""
    return await _transition(fed, (hub_id, shop_id), reservation_id, "release", now)


async def _transition(
    fed: Federation, ends: tuple[PartyId, PartyId], reservation_id: str, verb: str, now: datetime
) -> ReservationAnswer:
    exchange = PeerCall(
        local_id=ends[0],
        remote_id=ends[1],
        method="POST",
        path=f"/reservations/{reservation_id}/{verb}",
        idempotency_key=reservation_id,
    )
    answer = await call(fed, exchange, now)
    return checks.read(answer.body, ReservationAnswer)
