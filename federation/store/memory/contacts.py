"""Addresses that do not answer, in memory."""

from datetime import datetime

import msgspec

from federation.node.memory import Table, statement


class _Contact(msgspec.Struct, frozen=True):
    authority: str
    rest_until: datetime


_CONTACTS = Table[_Contact]("fed_contact", lambda row: (row.authority,))


async def rest(authority: str, until: datetime, error: str, now: datetime) -> None:
    del error, now
    async with statement() as own:
        known = await own.lock(_CONTACTS, authority)
        await own.put(_CONTACTS, _Contact(authority, until if known is None else max(until, known.rest_until)))


async def resting_until(authority: str) -> datetime | None:
    async with statement() as own:
        known = own.get(_CONTACTS, authority)
        return None if known is None else known.rest_until


async def forget(authority: str) -> None:
    async with statement() as own:
        await own.delete(_CONTACTS, authority)


async def resting(now: datetime) -> list[tuple[str, datetime]]:
    async with statement() as own:
        return [(row.authority, row.rest_until) for row in own.scan(_CONTACTS) if row.rest_until > now]
