"""Events of the provider: kept as they come, then acted upon by reading the object they are about.

An event is a hint. It can come twice, late, out of order or never; missed ones are listed again by a sweep.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

import msgspec

from federation.node.database import atomic
from federation.vocabulary.wording import sentence
from payouts.domain.records import EventRecord
from payouts.errors import PaymentMissingError
from payouts.ports import ProviderEvent
from payouts.service import messages
from payouts.service.bank_payouts import observe_payout
from payouts.service.context import Payments
from payouts.service.disputes import see_dispute, see_warning
from payouts.service.payments import observe_payment
from payouts.service.refund_payment import observe_refund
from payouts.service.shop_accounts import refresh_account
from payouts.store import rows

LOOK_BACK_SECONDS = 600
"""How far back the sweep lists events again; it runs many times in that span."""

_PAGE = 100
_PAGES_MAX = 20


async def receive_event(pay: Payments, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Verify and keep a delivered event, to be acted upon soon. In the request's transaction.

    Raises EventRefusedError when the signature, age or form is wrong.
    """
    await _keep(pay.provider.read_event(headers, body, now), body, now)


async def act_on_event(pay: Payments, event_id: str, now: datetime) -> None:
    """Read the object an event is about and record what is seen. Outside a transaction; repeatable."""
    event = await rows.events.get(event_id)
    if event is None:
        raise PaymentMissingError(sentence("there is no event %(id)s", id=event_id))
    if event.done_at is not None:
        return
    observe = _OBSERVERS.get(event.object_kind)
    if observe is not None:
        await observe(pay, event.object_id, now)
    await rows.events.save(msgspec.structs.replace(event, done_at=now))


async def list_missed(pay: Payments, now: datetime) -> int:
    """Keep the events of the last minutes that were never delivered; returns how many there were."""
    after = await rows.event_id_before(now - timedelta(seconds=LOOK_BACK_SECONDS))
    missed = 0
    for _ in range(_PAGES_MAX):
        events = await pay.provider.list_events(after, _PAGE)
        async with atomic():
            for event in events:
                missed += await _keep(event, b"", now)
        if len(events) < _PAGE:
            break
        after = events[-1].id
    return missed


async def _keep(event: ProviderEvent, body: bytes, now: datetime) -> bool:
    record = EventRecord(
        id=event.id,
        type=event.type,
        object_kind=event.object_kind,
        object_id=event.object_id,
        body=body,
        created_at=event.created_at,
        received_at=now,
    )
    is_new = await rows.keep_event(record)
    if is_new:
        await messages.send("pay.event", event.id, "received", now)
    return is_new


async def _see_payment(pay: Payments, object_id: str, now: datetime) -> None:
    await observe_payment(pay, await pay.provider.get_payment(object_id), now)


async def _see_refund(pay: Payments, object_id: str, now: datetime) -> None:
    await observe_refund(pay, await pay.provider.get_refund(object_id), now)


async def _see_payout(pay: Payments, object_id: str, now: datetime) -> None:
    await observe_payout(pay, await pay.provider.get_payout(object_id), now)


async def _see_account(pay: Payments, object_id: str, now: datetime) -> None:
    await refresh_account(pay, object_id, now)


_OBSERVERS: Mapping[str, Callable[[Payments, str, datetime], Awaitable[None]]] = {
    "payment": _see_payment,
    "refund": _see_refund,
    "payout": _see_payout,
    "account": _see_account,
    "dispute": see_dispute,
    "warning": see_warning,
}
"""What is read anew for each kind of object. Transfers are ours alone to make: the sender writes their result."""
