"""Idempotency keys: the same question asked twice is answered once and the answer repeated.

Invariants: the answer is stored in the transaction of its effect; one key in one scope means one content; two
requests with the same key never run at once; a failure of ours (5xx) is never stored.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from federation.node.store import answers
from federation.node.store.ports import KeptAnswer
from federation.node.transactions import DatabaseUsageError, in_transaction
from federation.vocabulary.errors import ConflictError, RecordInvalidError, RetryClass

KEEP_FOR = timedelta(days=7)
KEY_LENGTH_MAX = 255
_SERVER_ERROR = 500


class IdempotencyConflictError(RecordInvalidError):
    """The key was used before with another content."""

    slug = "idempotency-conflict"


class IdempotencyInFlightError(ConflictError):
    """The same key is being worked on at this moment; ask again shortly."""

    slug = "idempotency-in-flight"
    retry: RetryClass = "after"


class Answer(msgspec.Struct, frozen=True):
    """A whole answer, kept so that it can be repeated byte for byte."""

    status: int
    content_type: str = "application/json"
    body: bytes = b""
    replayed: bool = False


async def once(scope: str, key: str, content: bytes, run: Callable[[], Awaitable[Answer]]) -> Answer:
    """The answer of `run`, or the stored one when `key` was answered before in `scope` (party, path: the caller's).

    Must be called inside the transaction of the effect. Raises IdempotencyConflictError for another content under the
    same key, IdempotencyInFlightError while the same key is at work elsewhere, RecordInvalidError for an unfit key.
    """
    if not in_transaction():
        raise DatabaseUsageError("once() belongs into the transaction of the effect")
    if not key or len(key) > KEY_LENGTH_MAX or not key.isprintable():
        raise RecordInvalidError(f"an idempotency key has 1 to {KEY_LENGTH_MAX} printable characters")
    digest = hashlib.sha256(content).digest()
    if not await answers.begin(scope, key):
        raise IdempotencyInFlightError("the same request is being worked on: ask again shortly", retry_after_seconds=1)
    kept = await answers.find(scope, key)
    if kept is not None:
        if kept.content_sha256 != digest:
            raise IdempotencyConflictError("this idempotency key was used before with another content: use a new key")
        return Answer(kept.status, kept.media_type, kept.body, replayed=True)
    answer = await run()
    if answer.status < _SERVER_ERROR:
        await answers.keep(scope, key, KeptAnswer(digest, answer.status, answer.content_type, answer.body))
    return answer


async def forget_old(now: datetime) -> int:
    """Drop answers older than seven days; returns how many. The protocol promises at least 48 hours."""
    return await answers.forget(now - KEEP_FOR)
