"""All the mailboxes of a node that nobody can connect to, visited for ever: each by itself, or many by one watchman.

Invariants: what one hub does delays no other; of one hub's mailboxes ALONE_MAX are visited each with a request that
waits there, more of them share one, which costs the node one connection and the ringing mailbox one more exchange. What
a hub has against one of them, or has forgotten of it, is between the two: the others are watched for all the same.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import timedelta

from federation import limits
from federation.conversations import checks
from federation.conversations.mailbox import MailboxRings, MailboxWatch
from federation.documents import json
from federation.documents.profile import OUTBOX_ADDRESS
from federation.http.collecting import MARGIN_SECONDS, Pair, Rest, Visitor, tell_if_forgotten
from federation.node import clock
from federation.service.calls import JSON_TYPE, PeerCall, call
from federation.service.context import Federation
from federation.store import links
from federation.vocabulary.errors import GalleriaError, PeerRefusedError, PeerUnreachableError
from federation.vocabulary.ids import PartyId, new_id

LINKS_SECONDS = 2.0
"""How soon a new link is noticed."""
ENDED_KEPT = timedelta(days=1)
"""So long after a link has ended its mailbox is still looked into: the other side may not have heard."""
VISITS_AT_ONCE = 8
ALONE_MAX = 2
"""Up to so many parties of a node keep each a request waiting at a hub; more of them share one."""


async def attend(
    fed: Federation, *, wait_seconds: int = limits.MAILBOX_WAIT_SECONDS_MAX, links_seconds: float = LINKS_SECONDS
) -> None:
    """Visit the mailboxes of every party here that nobody can connect to, for ever; links come and go meanwhile."""
    visits: dict[PartyId, tuple[list[Pair], asyncio.Task[None]]] = {}
    async with asyncio.TaskGroup() as group:
        while True:
            wanted: dict[PartyId, list[Pair]] = {}
            for pair in await links.collecting_pairs(OUTBOX_ADDRESS, clock.now() - ENDED_KEPT):
                wanted.setdefault(pair[1], []).append(pair)
            for hub_id in [hub_id for hub_id, (pairs, _) in visits.items() if wanted.get(hub_id) != pairs]:
                visits.pop(hub_id)[1].cancel()
            for hub_id in sorted(wanted.keys() - visits.keys()):
                task = group.create_task(visit_hub(fed, wanted[hub_id], wait_seconds))
                visits[hub_id] = (wanted[hub_id], task)
            await asyncio.sleep(links_seconds)


async def visit_hub(fed: Federation, pairs: Sequence[Pair], wait_seconds: int) -> None:
    """Visit one hub for a few parties, each by itself, or for many, WATCHED_MAX of them with one waiting request."""
    async with asyncio.TaskGroup() as group:
        if len(pairs) <= ALONE_MAX:
            for pair in pairs:
                group.create_task(Visitor(fed, pair, wait_seconds).visit_for_ever())
        for batch in batched(pairs if len(pairs) > ALONE_MAX else (), limits.MAILBOX_WATCHED_MAX):
            group.create_task(Watchman(fed, batch, wait_seconds).watch_for_ever())


def batched(pairs: Sequence[Pair], size: int) -> Iterator[Sequence[Pair]]:
    """The pairs, so many at a time."""
    return (pairs[begin : begin + size] for begin in range(0, len(pairs), size))


class Watchman:
    """Watches the mailboxes of many parties at one hub with one waiting request, and has those visited that ring."""

    def __init__(self, fed: Federation, pairs: Sequence[Pair], wait_seconds: int) -> None:
        self._fed = fed
        self._wait_seconds = wait_seconds
        self._visitors = {pair[0]: Visitor(fed, pair) for pair in pairs}
        self._rest = Rest(fed, pairs[0])

    async def watch_for_ever(self) -> None:
        """Keep the request waiting, and answer meanwhile."""
        async with asyncio.TaskGroup() as group:
            while True:
                try:
                    await self._look([each for each in self._visitors.values() if each.needs_ticket], group)
                    rings = await self._watch()
                    await self._look([self._visitors[each] for each in rings if each in self._visitors], group)
                except GalleriaError as error:
                    for visitor in self._visitors.values():
                        visitor.forget()
                    await self._rest.after(error)
                else:
                    self._rest.over()

    async def _look(self, visitors: Sequence[Visitor], group: asyncio.TaskGroup) -> None:
        """Visit these, a few at once; one that is turned away is tried again in the next round and stops no other.

        Each whose key the hub has forgotten tells it its own operations.
        """
        gate = asyncio.Semaphore(VISITS_AT_ONCE)

        async def look(visitor: Visitor) -> None:
            async with gate:
                try:
                    await visitor.look(group)
                except PeerRefusedError as error:
                    visitor.forget()
                    await tell_if_forgotten(self._fed, visitor.pair, error)

        for result in await asyncio.gather(*map(look, visitors), return_exceptions=True):
            if isinstance(result, BaseException):
                raise result

    async def _watch(self) -> Sequence[PartyId]:
        """Wait for the rings; the first of those that were let in asks for all."""
        let_in = [each for each in self._visitors.values() if not each.needs_ticket]
        if not let_in:
            raise PeerUnreachableError("none of the boutiques here is let in at this hub")
        mailboxes = tuple(each.watched for each in let_in)
        local_id, hub_id = let_in[0].pair
        ask = PeerCall(
            local_id=local_id,
            remote_id=hub_id,
            method="POST",
            path="/outbox/watch",
            body=json.encode(MailboxWatch(mailboxes, self._wait_seconds)),
            content_type=JSON_TYPE,
            idempotency_key=str(new_id()),
            lane=f"{local_id}/{hub_id}/watch",
        )
        answer = await call(self._fed, ask, clock.now(), total_timeout_seconds=self._wait_seconds + MARGIN_SECONDS)
        return [PartyId(each) for each in checks.read(answer.body, MailboxRings).parties]
