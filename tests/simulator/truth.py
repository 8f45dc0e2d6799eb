"""What is really so, whatever the nodes believe: which keys speak for whom, what was delivered, sold, and when."""

import msgspec

from federation.conversations import stock
from federation.node.memory import Disk
from federation.vocabulary.ids import PartyId
from tests.simulator.shop_desk import HOLDS, MOVEMENTS, SHELVES, Hold, Movement


class Known(msgspec.Struct):
    """A party as the world made it."""

    party_id: PartyId
    name: str
    root_seed: bytes
    keyids: set[str]


class ShopTruth:
    """Every piece that ever came to or left a shop, also those its disk has forgotten."""

    def __init__(self) -> None:
        self.movements: dict[str, Movement] = {}
        self.confirmed: dict[str, Hold] = {}
        self.history: list[tuple[float, str]] = []

    def remember(self, disk: Disk) -> None:
        """Take over what a disk knows."""
        self.movements |= {row.id: row for row in disk.rows(MOVEMENTS)}
        self.confirmed |= {row.id: row for row in disk.rows(HOLDS) if row.state == "confirmed"}

    def left(self) -> dict[str, int]:
        """The pieces that are still there and sold to nobody."""
        pieces: dict[str, int] = {}
        for movement in self.movements.values():
            pieces[movement.variant_id] = pieces.get(movement.variant_id, 0) + movement.quantity
        for hold in self.confirmed.values():
            for line in hold.lines:
                pieces[line.variant_id] = pieces.get(line.variant_id, 0) - line.quantity
        return pieces

    def note_stock(self, at: float, disk: Disk) -> None:
        """Note the shop's table as it stands from now on."""
        digest = stock.heartbeat(row.register for row in disk.rows(SHELVES)).digest
        if not self.history or self.history[-1][1] != digest:
            self.history.append((at, digest))

    def last_true(self, digest: str, now: float) -> float | None:
        """When a table of that digest was last the shop's own; None if it never was."""
        ends = [*(at for at, _ in self.history[1:]), now]
        return max((end for (_, known), end in zip(self.history, ends, strict=True) if known == digest), default=None)
