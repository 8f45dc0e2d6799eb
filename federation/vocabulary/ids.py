"""Identifiers made at the edge and passed in: time-ordered UUIDs, random tokens, and the form of party ids.

Whatever is drawn by chance is drawn here. A context may be given another source (`drawing`), so that a simulation can
be repeated; everything else draws from the operating system.
"""

import base64
import random
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NewType, Protocol
from uuid import UUID

import uuid_utils

PartyId = NewType("PartyId", str)
"""`s1` (shop) or `h1` (hub) and 32 base32 characters of the SHA-256 of the genesis operation."""

PARTY_ID_PATTERN = r"[sh]1[a-z2-7]{32}"
_PARTY_ID = re.compile(PARTY_ID_PATTERN)


class Chance(Protocol):
    """Where identifiers, keys and delays come from."""

    def id(self) -> UUID:
        """A fresh UUIDv7."""
        ...

    def secret(self, byte_count: int) -> bytes:
        """So many unguessable bytes."""
        ...

    def between(self, low: float, high: float) -> float:
        """Any number from `low` to `high`, as likely as any other."""
        ...


class _System:
    """The operating system's randomness and the wall clock's time."""

    def id(self) -> UUID:
        return UUID(int=uuid_utils.uuid7().int)

    def secret(self, byte_count: int) -> bytes:
        return secrets.token_bytes(byte_count)

    def between(self, low: float, high: float) -> float:
        return random.uniform(low, high)  # noqa: S311 - spreads load, keeps no secret


_source: ContextVar[Chance] = ContextVar("galleria_chance", default=_System())  # noqa: B039 - it keeps nothing


@contextmanager
def drawing(source: Chance) -> Iterator[None]:
    """Draw from `source` in the code inside."""
    token = _source.set(source)
    try:
        yield
    finally:
        _source.reset(token)


def new_id() -> UUID:
    """A fresh UUIDv7 (RFC 9562 section 5.7): unique, and rising with time so that indexes stay dense."""
    return _source.get().id()


def new_secret(byte_count: int) -> bytes:
    """So many unguessable bytes: a seed, a nonce."""
    return _source.get().secret(byte_count)


def new_token() -> str:
    """An unguessable URL-safe token of 256 random bits."""
    return base64.urlsafe_b64encode(new_secret(32)).rstrip(b"=").decode()


def any_between(low: float, high: float) -> float:
    """Any number from `low` to `high`: spreads what would otherwise happen all at once."""
    return _source.get().between(low, high)


def is_party_id(text: str) -> bool:
    """Whether `text` has the form of a party id; says nothing of its existence."""
    return _PARTY_ID.fullmatch(text) is not None
