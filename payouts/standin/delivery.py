"""Bringing events to whoever registered for them, signed as Stripe signs; faults make them drop, double, wait or swap.

An address that does not take an event is tried again, later each time, for three days of the stand-in's clock.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping

import msgspec

from federation.node import clock
from payouts.adapters import signatures
from payouts.standin.endpoints import secrets_of, takes
from payouts.standin.faults import DELIVERIES, Faults
from payouts.standin.world import Thing, World

HEADER = "stripe-signature"
KEEP_TRYING_SECONDS = 3 * 86_400
RETRY_SECONDS_MAX = 3_600

Post = Callable[[str, Mapping[str, str], bytes], Awaitable[bool]]
"""Brings a body to an address; whether it was taken."""


class Delivery(msgspec.Struct):
    """One event on its way to one address, due at a second of the stand-in's clock."""

    event: Thing
    endpoint_id: str
    due_at: int
    attempts: int = 0


class Postman:
    """Remembers what was brought where, so that every event reaches every address that asks for it once, or not."""

    def __init__(self, world: World, faults: Faults) -> None:
        self._world = world
        self._faults = faults
        self._seen = 0
        self._seen_notices = 0
        self._waiting: list[Delivery] = []

    async def deliver(self, post: Post) -> int:
        """Bring what is due, in order but for the faults; returns how many were taken."""
        self._collect()
        due = [each for each in self._waiting if each.due_at <= self._world.now]
        self._waiting = [each for each in self._waiting if each.due_at > self._world.now]
        taken = 0
        for delivery, times in self._disturbed(due):
            results = [await self._bring(delivery, post) for _ in range(times)]
            taken += bool(results) and all(results)
            if not all(results):
                self._put_off(delivery)
        return taken

    def signed(self, event: Thing, endpoint_id: str) -> tuple[dict[str, str], bytes]:
        """An event as it is delivered: headers and body, signed with every secret of the address."""
        body = msgspec.json.encode(event)
        made = [signatures.sign(secret, body, clock.now()) for secret in secrets_of(self._world, endpoint_id)]
        header = ",".join([made[0], *(each.partition(",")[2] for each in made[1:])])
        return {"content-type": "application/json; charset=utf-8", HEADER: header}, body

    def _collect(self) -> None:
        events = list(self._world.things["event"].values())
        fresh = [*events[self._seen :], *self._world.notices[self._seen_notices :]]
        self._seen, self._seen_notices = len(events), len(self._world.notices)
        endpoints = list(self._world.things["webhook_endpoint"].values())
        self._waiting += [
            Delivery(event, endpoint["id"], self._world.now)
            for event in fresh
            for endpoint in endpoints
            if takes(self._world, endpoint, event)
        ]

    def _disturbed(self, due: list[Delivery]) -> Iterator[tuple[Delivery, int]]:
        plan: list[tuple[Delivery, int]] = []
        for delivery in due:
            kind = self._faults.take(DELIVERIES)
            if kind == "delay":
                delivery.due_at = self._world.now + 1
                self._waiting.append(delivery)
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
            self._waiting.append(delivery)
