"""The small things the stand-in remembers beside Stripe's objects: kept answers, events on their way, links."""

from typing import Any

import msgspec


class Told(msgspec.Struct, frozen=True):
    """An answer as it goes out."""

    status: int
    body: bytes
    replayed: bool = False


class Kept(msgspec.Struct, frozen=True):
    """An answer kept under an idempotency key: what was asked, and at which second of the stand-in's clock."""

    digest: bytes
    answer: Told
    at: int


class Delivery(msgspec.Struct):
    """One event on its way to one address, due at a second of the stand-in's clock."""

    event: dict[str, Any]
    endpoint_id: str
    due_at: int
    attempts: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other delivery."""
        return self.event["id"], self.endpoint_id


class Link(msgspec.Struct):
    """A page for an account's papers: where it leads when it is too late, and afterwards; it works once."""

    account_id: str
    refresh_url: str
    return_url: str
    expires_at: int
    used: bool = False
