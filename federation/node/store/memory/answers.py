"""Answers kept by idempotency key, in memory."""

from datetime import datetime

import msgspec

from federation.node.memory import Table, statement
from federation.node.store.ports import KeptAnswer


class _Row(msgspec.Struct, frozen=True):
    scope: str
    key: str
    answer: KeptAnswer
    created_at: datetime


_ANSWERS = Table[_Row]("node_idempotency", lambda row: (row.scope, row.key))


async def begin(scope: str, key: str) -> bool:
    async with statement() as own:
        return own.try_lock("node_idempotency_begun", scope, key)


async def find(scope: str, key: str) -> KeptAnswer | None:
    async with statement() as own:
        row = own.get(_ANSWERS, scope, key)
        return None if row is None else row.answer


async def keep(scope: str, key: str, answer: KeptAnswer) -> None:
    async with statement() as own:
        await own.add(_ANSWERS, _Row(scope, key, answer, own.now()))


async def forget(before: datetime) -> int:
    async with statement() as own:
        old = [row for row in own.scan(_ANSWERS) if row.created_at < before]
        for row in old:
            await own.delete(_ANSWERS, row.scope, row.key)
        return len(old)
