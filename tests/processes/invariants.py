"""The simulator's invariants as far as they can be read from outside: databases, and what passes over the wires.

I4, I5 and I6 on whole orders and listings are `books`; here is what must hold at every moment of a storm.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from federation.conversations import stock
from federation.log import checkpoint
from federation.log.tree import root_of
from federation.node import clock
from federation.node.answers import Problem
from tests.processes.wire import nobody_looks
from tests.processes.world import World

REFUSED = 400
LOOK_SECONDS = 5.0
"""How long a look at several databases may take, one after the other."""


class Watch:
    """What is remembered from one look to the next."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.refusals: list[tuple[str, bytes]] = []
        self._sizes: dict[tuple[str, str, int], int] = {}
        self._true_at: dict[str, datetime] = {}
        for wire in world.fleet.wires.values():
            wire.watch = self._passed

    def _passed(self, request_line: str, answer: bytes) -> None:
        status = answer.split(b" ", 2)[1:2]
        if "/fed/v1/" in request_line and status and int(status[0]) >= REFUSED:
            self.refusals.append((request_line, answer.partition(b"\r\n\r\n")[2]))

    def leave(self) -> None:
        """Look at the wires no more."""
        for wire in self.world.fleet.wires.values():
            wire.watch = nobody_looks

    async def look(self) -> None:
        """Fail with the first invariant that does not hold."""
        await self._histories()
        await self._pieces()
        await self._labels()
        self._words()

    async def _histories(self) -> None:
        """I1, I2: what the hub countersigned is the root of the lines it holds, and never gets shorter."""
        for row in await self.world.rows(
            self.world.hub,
            """SELECT g.party_id, g.epoch, g.size, g.note,
                (SELECT array_agg(l.hash ORDER BY l.seq) FROM fed_leaf l
                    WHERE l.holder_id = g.holder_id AND l.party_id = g.party_id AND l.epoch = g.epoch) AS hashes
            FROM fed_log g WHERE g.note <> ''""",
        ):
            told, place = checkpoint.parse(row["note"]).checkpoint, ("hub", row["party_id"], row["epoch"])
            assert (told.size, told.root) == (row["size"], root_of(row["hashes"] or [])), f"I1: {place} is not the fold"
            assert row["size"] >= self._sizes.get(place, 0), f"I2: the countersigned copy {place} got shorter"
            self._sizes[place] = row["size"]

    async def _pieces(self) -> None:
        """I4: nothing is sold that was not there."""
        for node in self.world.shop_nodes:
            over = await self.world.rows(
                node, "SELECT shop_id, variant_id, on_hand, held FROM shop_register WHERE on_hand < held OR held < 0"
            )
            assert not over, f"I4: {node.name} promised more than it has: {[dict(row) for row in over[:3]]}"

    async def _labels(self) -> None:
        """I7: a boutique's stock is not called fresh long after the hub's figures were last its own."""
        ours = {row["shop_id"]: row for row in await self._registers()}
        asked_at = clock.now()
        for row in await self.world.rows(self.world.hub, "SELECT shop_id, total, heard_at FROM fed_stock"):
            shop_id, own = row["shop_id"], ours.get(row["shop_id"])
            if own is not None and own["stock_total"] == row["total"]:
                self._true_at[shop_id] = asked_at
            true_at = self._true_at.get(shop_id, asked_at) + timedelta(seconds=-LOOK_SECONDS)
            label, truth = stock.freshness_at(row["heard_at"], asked_at), stock.freshness_at(true_at, asked_at)
            assert (label, truth) != ("fresh", "stale"), f"I7: {shop_id} is called fresh, true {asked_at - true_at} ago"

    async def _registers(self) -> list[Any]:
        found: list[Any] = []
        for node in self.world.shop_nodes:
            found += await self.world.rows(node, "SELECT shop_id, stock_total FROM shop_boutique")
        return found

    def _words(self) -> None:
        """I8: every refusal says what it is and whether asking again can help."""
        for request_line, body in self.refusals:
            try:
                problem = msgspec.json.decode(body, type=Problem)
            except msgspec.MsgspecError as error:
                raise AssertionError(f"I8: {request_line} was refused without a problem document: {error}") from error
            assert problem.detail, f"I8: {request_line} was refused without a word"
