"""How requests leave: `federation.node.door.Door`, or the like of it in tests."""

from collections.abc import Mapping
from typing import Protocol

from federation.node.door import DoorResponse


class Transport(Protocol):
    """One exchange; raises the PeerError leaves of `federation.vocabulary.errors` when no whole answer came."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, max_bytes: int
    ) -> DoorResponse: ...
