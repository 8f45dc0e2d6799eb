"""Bringing events to the hub, signed, in order as far as possible, for three days; and letting time pass.

One loop per web process does both: no worker is needed. Event faults make deliveries drop, double or swap on purpose.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
import structlog

from federation.node import clock
from federation.node.database import atomic
from federation.vocabulary.errors import PeerError
from payouts.adapters import signatures
from payouts.adapters.transport import Transport
from payouts.ports import ProviderEvent
from payouts.sandbox import bank, records, store
from payouts.sandbox.settings import SandboxSettings

_log = structlog.get_logger(__name__)

FAULT_PATH = "events"
BATCH = 50
RETRY_SECONDS_MAX = 300
KEEP_TRYING = timedelta(days=3)
_ANSWER_BYTES_MAX = 64 * 1024
_OK_BELOW = 300


async def run_forever(settings: SandboxSettings, door: Transport) -> None:
    """Let time pass and deliver what is due, until cancelled; a failure is logged and the loop goes on."""
    while True:
        try:
            await pass_time(settings)
            await deliver_due(settings, door)
        except Exception:  # noqa: BLE001 - the edge of the process: nothing above could handle it
            _log.exception("sandbox_loop_failed")
        await asyncio.sleep(settings.loop_seconds)


async def pass_time(settings: SandboxSettings) -> datetime:
    """Let what is due at the sandbox's present happen; returns that moment."""
    async with atomic():
        await store.one_at_a_time()
        now = clock.now() + await store.clock_ahead()
        await bank.tick(settings, now)
    return now


async def deliver_due(settings: SandboxSettings, door: Transport) -> int:
    """Deliver the events that are due; returns how many the hub took. Stops at the first it does not take."""
    now = clock.now() + await store.clock_ahead()
    taken = 0
    for event, times in await _disturbed(await store.events_due(now, BATCH)):
        results = [await _post(settings, door, event.event()) for _ in range(times)]
        if all(results):
            await store.events.save(msgspec.structs.replace(event, delivered_at=now))
            taken += 1
        else:
            await _put_off(event, now)
            break
    return taken


async def _disturbed(events: Sequence[records.EventRow]) -> list[tuple[records.EventRow, int]]:
    """The events with how often each is delivered (0: lost), after the faults that wait for events."""
    plan: list[tuple[records.EventRow, int]] = []
    for event in events:
        fault = await store.take_fault(FAULT_PATH)
        kind = "" if fault is None else fault.kind
        if kind == "reorder":
            plan.insert(0, (event, 1))
        else:
            plan.append((event, {"drop": 0, "duplicate": 2}.get(kind, 1)))
    return plan


async def _post(settings: SandboxSettings, door: Transport, event: ProviderEvent) -> bool:
    body = msgspec.json.encode(event)
    headers = {
        "content-type": "application/json",
        signatures.HEADER: signatures.sign(settings.webhook_secret, body, clock.now()),
    }
    try:
        answer = await door.request(
            "POST", settings.events_url, headers=headers, body=body, max_bytes=_ANSWER_BYTES_MAX
        )
    except PeerError as error:
        _log.info("event_not_delivered", id=event.id, reason=error.detail)
        return False
    if answer.status >= _OK_BELOW:
        _log.warning("event_refused", id=event.id, status=answer.status)
        return False
    return True


async def _put_off(event: records.EventRow, now: datetime) -> None:
    delay = timedelta(seconds=min(2.0 ** min(event.attempts, 16), RETRY_SECONDS_MAX))
    given_up = now - event.created_at > KEEP_TRYING
    await store.events.save(
        msgspec.structs.replace(
            event,
            attempts=event.attempts + 1,
            due_at=now + delay,
            delivered_at=now if given_up else None,
        )
    )
