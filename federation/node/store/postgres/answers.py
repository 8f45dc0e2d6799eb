"""Queries over answers kept by idempotency key."""

from datetime import datetime

from federation.node.database import affected, execute, fetch_one, fetch_value
from federation.node.store.ports import KeptAnswer


async def begin(scope: str, key: str) -> bool:
    return bool(await fetch_value("SELECT pg_try_advisory_xact_lock(hashtextextended($1, 7219))", f"{scope}\n{key}"))


async def find(scope: str, key: str) -> KeptAnswer | None:
    row = await fetch_one(
        "SELECT content_sha256, status, media_type, body FROM node_idempotency WHERE scope = $1 AND key = $2",
        scope,
        key,
    )
    return None if row is None else KeptAnswer(**dict(row))


async def keep(scope: str, key: str, answer: KeptAnswer) -> None:
    await execute(
        "INSERT INTO node_idempotency (scope, key, content_sha256, status, media_type, body, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, clock_timestamp())",
        scope,
        key,
        answer.content_sha256,
        answer.status,
        answer.media_type,
        answer.body,
    )


async def forget(before: datetime) -> int:
    return affected(await execute("DELETE FROM node_idempotency WHERE created_at < $1", before))
