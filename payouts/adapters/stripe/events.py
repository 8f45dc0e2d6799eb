"""Stripe's events as hints: verified with every secret in use, then only their type and what they are about is read."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from payouts.adapters import signatures
from payouts.adapters.stripe.states import payout_id
from payouts.errors import EventRefusedError
from payouts.ports import ObjectKind, ProviderEvent

HEADER = signatures.HEADER

_BY_PREFIX: tuple[tuple[str, ObjectKind], ...] = (
    ("checkout.session.", "payment"),
    ("payment_intent.", "payment"),
    ("charge.dispute.", "dispute"),
    ("charge.", "payment"),
    ("radar.early_fraud_warning.", "warning"),
    ("refund.", "refund"),
    ("transfer.", "transfer"),
    ("payout.", "payout"),
    ("account.", "account"),
    ("capability.", "account"),
    ("v2.core.account", "account"),
)
"""What an event's type is about; everything else concerns the balance as a whole and is only kept."""


class SeenAbout(msgspec.Struct, frozen=True, kw_only=True):
    """The object a v2 event is about."""

    id: str


class SeenData(msgspec.Struct, frozen=True, kw_only=True):
    """The picture of the object in a v1 event."""

    object: Mapping[str, Any]


class SeenEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as delivered or listed, v1 or v2."""

    id: str
    type: str
    created: int | datetime
    account: str | None = None
    data: SeenData | None = None
    related_object: SeenAbout | None = None


def read(secrets: tuple[str, ...], headers: Mapping[str, str], body: bytes, now: datetime) -> ProviderEvent:
    """A delivered event; raises EventRefusedError when none of the secrets signed it within the last minutes."""
    header = headers.get(HEADER, "")
    refusal = EventRefusedError("no webhook secret of the payment provider is configured")
    for secret in secrets:
        try:
            signatures.verify(secret, body, header, now)
        except EventRefusedError as error:
            refusal = error
        else:
            return _decoded(body)
    raise refusal


def _decoded(body: bytes) -> ProviderEvent:
    try:
        return hint(msgspec.json.decode(body, type=SeenEvent))
    except msgspec.MsgspecError as error:
        raise EventRefusedError(f"this event cannot be read: {error}") from error


def hint(event: SeenEvent) -> ProviderEvent:
    """What an event is about, in the port's words."""
    kinds: list[ObjectKind] = [kind for prefix, kind in _BY_PREFIX if event.type.startswith(prefix)]
    kind = kinds[0] if kinds else "balance"
    created = event.created if isinstance(event.created, datetime) else datetime.fromtimestamp(event.created, UTC)
    return ProviderEvent(
        id=event.id, type=event.type, object_kind=kind, object_id=_object_id(event, kind), created_at=created
    )


def _object_id(event: SeenEvent, kind: ObjectKind) -> str:
    if event.related_object is not None:
        return event.related_object.id
    seen = event.data.object if event.data else {}
    object_id = str(seen.get("id") or "")
    match kind:
        case "payment" if not event.type.startswith(("checkout.session.", "payment_intent.")):
            return str(seen.get("payment_intent") or object_id)
        case "account":
            return event.account or str(seen.get("account") or object_id)
        case "payout":
            return payout_id(event.account or "", object_id)
        case _:
            return object_id
