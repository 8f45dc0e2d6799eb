"""Forgetting a hub's copy of a shop, to make it anew or because the shop has left; and a hosted party that has moved.

What both sides said to each other about orders is no copy and stays.
"""

from federation.node import database
from federation.store.carried import CARRIED
from federation.vocabulary.ids import PartyId

_COPIES = (
    ("fed_snapshot_load", "hub_id", "shop_id"),
    ("fed_snapshot_part", "hub_id", "shop_id"),
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

_STOCK = ("fed_register", "fed_stock")

_OWN_LOG = (
    ("fed_refusal", "shop_id"),
    ("fed_fork", "holder_id"),
    ("fed_snapshot_chunk", "holder_id"),
    ("fed_snapshot", "holder_id"),
    ("fed_leaf", "holder_id"),
    ("fed_node", "holder_id"),
    ("fed_checkpoint", "holder_id"),
    ("fed_past_log", "holder_id"),
    ("fed_log", "holder_id"),
)


async def forget_copy(hub_id: PartyId, shop_id: PartyId) -> None:
    """Delete log, stock and state of one copy, in the caller's transaction.

    The load goes first: whoever is taking a chunk of it in is waited for, and takes no further one.
    """
    for table, holder, shop in _COPIES:
        await database.execute(
            f"DELETE FROM {table} WHERE {holder} = $1 AND {shop} = $2",  # noqa: S608 - our own tables
            hub_id,
            shop_id,
        )


async def forget_stock(hub_id: PartyId, shop_id: PartyId) -> None:
    """Delete what one copy knows of a shop's stock, in the caller's transaction."""
    for table in _STOCK:
        await database.execute(
            f"DELETE FROM {table} WHERE hub_id = $1 AND shop_id = $2",  # noqa: S608 - our own tables
            hub_id,
            shop_id,
        )


async def forget_departed(party_id: PartyId) -> None:
    """Delete what a hosted party that left had here but who it is: its operations, its key, and that it left.

    In the caller's transaction. Peers are others' as well, and stay.
    """
    for carried in reversed(CARRIED):
        if carried.mode == "own" or carried.table == "node_idempotency":
            await database.execute(f"DELETE FROM {carried.table} WHERE {carried.where}", party_id)  # noqa: S608 - ours
    for table, owner in _OWN_LOG:
        await database.execute(f"DELETE FROM {table} WHERE {owner} = $1", party_id)  # noqa: S608 - our own tables


async def forget_party(party_id: PartyId) -> None:
    """Delete who a party is as well, after `forget_departed` and in its transaction: it is about to live here again."""
    await database.execute("DELETE FROM fed_operation WHERE party_id = $1", party_id)
    await database.execute("DELETE FROM fed_party WHERE id = $1", party_id)


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
