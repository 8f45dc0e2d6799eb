"""Queries over records that hubs take as history and do not show."""

from collections.abc import Sequence

import msgspec

from federation.conversations.messages import Quarantine
from federation.node import database
from federation.records import Refusal
from federation.vocabulary.errors import FieldError
from federation.vocabulary.ids import PartyId

_ERRORS = msgspec.json.Decoder(tuple[FieldError, ...])


async def standing(hub_id: PartyId, shop_id: PartyId, after: int, limit: int) -> list[Quarantine]:
    rows = await database.fetch(
        """
        SELECT q.seq, q.key, q.errors FROM fed_quarantine q
        JOIN fed_log g ON g.holder_id = q.hub_id AND g.party_id = q.shop_id AND g.epoch = q.epoch
        WHERE q.hub_id = $1 AND q.shop_id = $2 AND q.seq > $3 AND NOT EXISTS (
            SELECT 1 FROM fed_leaf newer WHERE newer.holder_id = $1 AND newer.party_id = $2
                AND newer.epoch = q.epoch AND newer.key = q.key AND newer.seq > q.seq)
        ORDER BY q.seq LIMIT $4
        """,
        hub_id,
        shop_id,
        after,
        limit,
    )
    return [Quarantine(seq=row["seq"], key=row["key"], errors=_ERRORS.decode(row["errors"])) for row in rows]


async def replace(shop_id: PartyId, hub_id: PartyId, refusals: Sequence[Refusal]) -> None:
    await database.execute("DELETE FROM fed_refusal WHERE shop_id = $1 AND hub_id = $2", shop_id, hub_id)
    await database.execute_many(
        """
        INSERT INTO fed_refusal (shop_id, hub_id, key, seq, errors, heard_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (shop_id, hub_id, key) DO UPDATE SET seq = excluded.seq, errors = excluded.errors
        """,
        [(shop_id, hub_id, one.key, one.seq, msgspec.json.encode(one.errors), one.heard_at) for one in refusals],
    )


async def refusals(shop_id: PartyId, key: str = "") -> list[Refusal]:
    rows = await database.fetch(
        """
        SELECT r.hub_id, coalesce(p.name, r.hub_id) AS hub_name, r.key, r.seq, r.errors, r.heard_at
        FROM fed_refusal r LEFT JOIN fed_peer p ON p.id = r.hub_id
        WHERE r.shop_id = $1 AND $2 IN ('', r.key) ORDER BY r.key, hub_name
        """,
        shop_id,
        key,
    )
    return [
        Refusal(row["hub_id"], row["hub_name"], row["key"], row["seq"], _ERRORS.decode(row["errors"]), row["heard_at"])
        for row in rows
    ]
