"""Forgetting a hub's copy of a shop, so that it can be made anew from the shop, or because the shop has left.

What both sides said to each other about orders is no copy and stays.
"""

from federation.node import database
from federation.vocabulary.ids import PartyId

_COPIES = (
    ("fed_leaf", "holder_id", "party_id"),
    ("fed_node", "holder_id", "party_id"),
    ("fed_checkpoint", "holder_id", "party_id"),
    ("fed_log", "holder_id", "party_id"),
    ("fed_past_log", "holder_id", "party_id"),
    ("fed_register", "hub_id", "shop_id"),
    ("fed_stock", "hub_id", "shop_id"),
    ("fed_quarantine", "hub_id", "shop_id"),
    ("fed_replica", "hub_id", "shop_id"),
)


async def forget_copy(hub_id: PartyId, shop_id: PartyId) -> None:
    """Delete log, stock and state of one copy, in the caller's transaction."""
    for table, holder, shop in _COPIES:
        await database.execute(
            f"DELETE FROM {table} WHERE {holder} = $1 AND {shop} = $2",  # noqa: S608 - our own tables
            hub_id,
            shop_id,
        )


async def last_note(hub_id: PartyId, shop_id: PartyId) -> bytes:
    """The newest checkpoint of a shop that the hub holds; empty without one."""
    note = await database.fetch_value(
        "SELECT note FROM fed_log WHERE holder_id = $1 AND party_id = $2", hub_id, shop_id
    )
    return note or b""


async def forget_documents(hub_id: PartyId, shop_id: PartyId, order_ids: list[str]) -> None:
    """Delete the words of orders between the two (names, addresses, what was said since); that they were stays."""
    await database.execute(
        "UPDATE fed_conversation SET document = '' "
        "WHERE local_id = $1 AND remote_id = $2 AND order_id = ANY($3::text[])",
        hub_id,
        shop_id,
        order_ids,
    )
    for table in ("fed_event_in", "fed_event_out", "fed_event_early"):
        await database.execute(
            f"UPDATE {table} SET body = '' "  # noqa: S608 - our own tables
            "WHERE local_id = $1 AND remote_id = $2 AND order_id = ANY($3::text[])",
            hub_id,
            shop_id,
            order_ids,
        )
