"""Which rows of the federation's tables go with a party that leaves, and why the others stay.

The order is the order of writing: what others refer to comes first. Identity and log are no rows in an archive but
members of their own (`federation.archive`), since any program must be able to check them.
"""

from federation.node.rows import Carried

_PEERS = """
IN (SELECT remote_id FROM fed_link WHERE local_id = $1 UNION SELECT remote_id FROM fed_conversation WHERE local_id = $1)
"""

CARRIED = (
    Carried(member="links/peers.jsonl", table="fed_peer", where=f"id {_PEERS}", mode="shared"),
    Carried(
        member="links/peer-operations.jsonl",
        table="fed_peer_operation",
        where=f"peer_id {_PEERS}",
        mode="shared",
        order="peer_id, number",
    ),
    Carried(member="links/links.jsonl", table="fed_link", where="local_id = $1"),
    Carried(member="links/deliveries.jsonl", table="fed_delivery", where="shop_id = $1"),
    Carried(member="orders/conversations.jsonl", table="fed_conversation", where="local_id = $1"),
    Carried(member="orders/events-out.jsonl", table="fed_event_out", where="local_id = $1"),
    Carried(member="orders/events-in.jsonl", table="fed_event_in", where="local_id = $1"),
    Carried(member="orders/events-early.jsonl", table="fed_event_early", where="local_id = $1"),
    Carried(member="identity/countersigned.jsonl", table="fed_countersigned", where="local_id = $1"),
    Carried(
        member="links/answers.jsonl",
        table="node_idempotency",
        where="starts_with(scope, 'fed:' || $1 || ':')",
        mode="shared",
    ),
)

OTHERWISE = {
    "fed_party": "identity/party.json; the seed of the sign key only sealed",
    "fed_operation": "identity/operations.jsonl",
    "fed_log": "worked out from log/<epoch>/lines.jsonl",
    "fed_past_log": "worked out from log/<epoch>/lines.jsonl",
    "fed_leaf": "log/<epoch>/lines.jsonl",
    "fed_node": "worked out from log/<epoch>/lines.jsonl",
    "fed_checkpoint": "log/<epoch>/checkpoints.jsonl",
}
"""Tables whose rows travel in another form."""

LEFT = {
    "fed_replica": "a hub's copy of a shop",
    "fed_quarantine": "a hub's copy of a shop",
    "fed_register": "a hub's copy of a shop's stock",
    "fed_nonce": "spent within ten minutes; effects have guards of their own",
    "fed_fork": "told again by whoever holds the proof",
    "fed_compared_hub": "what a hub knows of other hubs",
    "fed_stock": "a hub's copy of a shop's stock",
    "fed_repair": "a hub's mending of its copies",
    "fed_snapshot": "made anew when somebody asks",
    "fed_snapshot_chunk": "made anew when somebody asks",
    "fed_snapshot_load": "a hub's mending of its copies",
    "fed_snapshot_part": "a hub's mending of its copies",
    "fed_refusal": "told again by the hub that refused",
    "fed_contact": "how peers answered this node; the new one finds out itself",
    "fed_mailbox": "kept by hubs for shops without an address",
    "fed_mailbox_visit": "kept by hubs for shops without an address",
}
"""Tables of which nothing goes along, and why."""
