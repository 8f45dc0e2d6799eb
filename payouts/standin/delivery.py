"""Bringing events to whoever registered for them, signed as Stripe signs; faults make them drop, double, wait or swap.

An address that does not take an event is tried again, later each time, for three days of the stand-in's clock.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping

import msgspec

from federation.node import clock
from payouts.adapters import signatures
from payouts.standin.endpoints import secrets_of, takes
from payouts.standin.faults import DELIVERIES, Faults
from payouts.standin.state import Delivery
from payouts.standin.world import Thing, World

HEADER = signatures.HEADER
KEEP_TRYING_SECONDS = 3 * 86_400
RETRY_SECONDS_MAX = 3_600

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[bool]]
"""Brings a body to an address; whether it was taken."""


class Postman:
    """Remembers what was brought where, so that every event reaches every address that asks for it once, or not."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults

    async def deliver(self, post: Post) -> int:
        """Bring what is due, in order but for the faults, unless all are held back; returns how many were taken."""
        self._collect()
        if self._world.events_held:
            return 0
        taken = 0
        for delivery, times in self._disturbed(self._due()):
            results = [await self._bring(delivery, post) for _ in range(times)]
            taken += bool(results) and all(results)
            if all(results):
                self._done(delivery)
            else:
                self._put_off(delivery)
        self._world.keep()
        return taken

    def _due(self) -> list[Delivery]:
        return [each for each in self._world.deliveries.values() if each.due_at <= self._world.now]

    def signed(self, event: Thing, endpoint_id: str) -> tuple[dict[str, str], bytes]:
        """An event as it is delivered: headers and body, signed with every secret of the address."""
        body = msgspec.json.encode(event)
        made = [signatures.sign(secret, body, clock.now()) for secret in secrets_of(self._world, endpoint_id)]
        header = ",".join([made[0], *(each.partition(",")[2] for each in made[1:])])
        return {"content-type": "application/json; charset=utf-8", HEADER: header}, body

    def _collect(self) -> None:
        """Plan the bringing of whatever was told since the last time, to each address that asks for it."""
        world = self._world
        events = list(world.things["event"].values())[world.told_events :]
        fresh = [*events, *world.notices[world.told_notices :]]
        world.told_events += len(events)
        world.told_notices = len(world.notices)
        for event in fresh:
            for endpoint in world.things["webhook_endpoint"].values():
                if takes(world, endpoint, event):
                    self._plan(Delivery(event, endpoint["id"], world.now))
        if fresh:
            world.keep()

    def _plan(self, delivery: Delivery) -> None:
        self._world.deliveries[delivery.key] = delivery
        self._world.touch("delivery", " ".join(delivery.key))

    def _done(self, delivery: Delivery) -> None:
        self._world.deliveries.pop(delivery.key, None)
        self._world.touch("delivery", " ".join(delivery.key))

    def _disturbed(self, due: list[Delivery]) -> Iterator[tuple[Delivery, int]]:
        plan: list[tuple[Delivery, int]] = []
        for delivery in due:
            kind = self._faults.take(DELIVERIES)
            if kind == "delay":
                delivery.due_at = self._world.now + 1
                self._last(delivery)
            elif kind == "reorder":
                plan.insert(0, (delivery, 1))
            else:
                plan.append((delivery, {"drop": 0, "duplicate": 2}.get(kind, 1)))
        yield from plan

    async def _bring(self, delivery: Delivery, post: Post) -> bool:
        endpoint = self._world.things["webhook_endpoint"].get(delivery.endpoint_id)
        if endpoint is None:
            return True
        headers, body = self.signed(delivery.event, delivery.endpoint_id)
        return await post(endpoint["url"], headers, body)

    def _put_off(self, delivery: Delivery) -> None:
        delivery.attempts += 1
        wait = min(2**delivery.attempts, RETRY_SECONDS_MAX)
        if sum(min(2**each, RETRY_SECONDS_MAX) for each in range(delivery.attempts)) < KEEP_TRYING_SECONDS:
            delivery.due_at = self._world.now + wait
            self._last(delivery)
        else:
            self._done(delivery)

    def _last(self, delivery: Delivery) -> None:
        """Wait behind all others."""
        self._done(delivery)
        self._plan(delivery)
