"""The payment provider in memory."""

from payouts.adapters.memory.books import Fault
from payouts.adapters.memory.provider import MemoryProvider

__all__ = ["Fault", "MemoryProvider"]
