"""Queries over kept fork proofs, by the party that keeps them and the shop they are about."""

from federation.node import database
from federation.records import ForkFound
from federation.vocabulary.ids import PartyId

_FORK = "shop_id, epoch, document, told_by, found_at"


async def add_fork(holder_id: PartyId, fork: ForkFound) -> bool:
    tag = await database.execute(
        f"INSERT INTO fed_fork (holder_id, {_FORK}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",  # noqa: S608
        holder_id,
        fork.shop_id,
        fork.epoch,
        fork.document,
        fork.told_by,
        fork.found_at,
    )
    return database.affected(tag) == 1


async def fork(holder_id: str, shop_id: str, epoch: int) -> ForkFound | None:
    row = await database.fetch_one(
        f"SELECT {_FORK} FROM fed_fork WHERE holder_id = $1 AND shop_id = $2 AND epoch = $3",  # noqa: S608
        holder_id,
        shop_id,
        epoch,
    )
    return None if row is None else ForkFound(**dict(row))


async def forks(holder_id: PartyId, shop_id: PartyId) -> list[ForkFound]:
    rows = await database.fetch(
        f"SELECT {_FORK} FROM fed_fork WHERE holder_id = $1 AND shop_id = $2 ORDER BY epoch DESC",  # noqa: S608
        holder_id,
        shop_id,
    )
    return [ForkFound(**dict(row)) for row in rows]
