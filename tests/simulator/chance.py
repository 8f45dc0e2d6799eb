"""Seeded chance: identifiers, secrets and faults, repeated exactly by the same number."""

import asyncio
import random
from uuid import UUID

_UUID_VERSION = 7 << 76
_UUID_VARIANT = 2 << 62


class Dice(random.Random):
    """All chance of a simulated world; also what its nodes draw identifiers from."""

    def id(self) -> UUID:
        """A UUIDv7 of the simulated time."""
        milliseconds = int(asyncio.get_running_loop().time() * 1000) + 1_795_334_400_000
        bits = self.getrandbits(74)
        return UUID(
            int=milliseconds << 80 | _UUID_VERSION | (bits >> 62) << 64 | _UUID_VARIANT | bits & ((1 << 62) - 1)
        )

    def secret(self, byte_count: int) -> bytes:
        """So many bytes."""
        return self.randbytes(byte_count)

    def between(self, low: float, high: float) -> float:
        """Any number from `low` to `high`."""
        return self.uniform(low, high)

    def happens(self, share: float) -> bool:
        """Whether something happens that does so in a share of cases."""
        return self.random() < share
