"""Whether everything adds up: read from every node's database and over HTTP once the world is quiet.

Nothing here knows what a test did. Pieces: what boutiques declared is on hand, held or sold, once. Orders: what the hub
sold is what the boutiques were told to send. Money: the ledger balances, every cent received is a settlement, the hub's
commission or a refund, and the provider's books say the same. Listings: what the signed logs say, with today's stock.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from federation.node import clock
from marketplace.demo.layout import DemoNode
from marketplace.demo.running import published
from payouts.adapters.stripe.provider import StripeProvider
from payouts.invariants import breaches, differences
from payouts.service.context import Payments
from search.query import PER_PAGE_MAX, RESULTS_MAX, Filters, SearchRequest
from tests.processes.waiting import until_none
from tests.processes.world import World

QUIET_SECONDS = 75.0
SOLD = ("confirmed", "placed", "accepted", "shipped", "delivered")

_UNDER_WAY = """
    SELECT 'message' AS what, topic || ' ' || last_error AS detail FROM node_outbox WHERE state = 'due'
    UNION ALL SELECT 'payment', id::text FROM pay_payment
        WHERE status IN ('paid', 'returned', 'suspense') AND captured_at IS NOT NULL AND funds_at IS NULL
    UNION ALL SELECT 'settlement', status FROM pay_settlement WHERE status IN ('releasable', 'submitting', 'blocked')
    UNION ALL SELECT 'refund', status FROM pay_refund WHERE status IN ('requested', 'submitting', 'pending')
    UNION ALL SELECT 'claim', status FROM pay_claim WHERE status IN ('open', 'reversing')
    UNION ALL SELECT 'payout', status FROM pay_payout WHERE status IN ('submitting', 'in_transit')
    UNION ALL SELECT 'movement not paid out', reference FROM pay_movement WHERE payout_id IS NULL
    UNION ALL SELECT 'event', type FROM pay_event WHERE done_at IS NULL
    UNION ALL SELECT 'part', state FROM hub_shop_order WHERE state IN ('confirming', 'reholding', 'confirmed')
    UNION ALL SELECT 'index event', product_id FROM hub_index_event
    LIMIT 5
"""
_WAITING_MESSAGES = "SELECT topic, last_error FROM node_outbox WHERE state = 'due' LIMIT 5"
_DEAD = "SELECT topic, subject, last_error FROM node_outbox WHERE state = 'dead'"


async def adds_up(world: World) -> None:
    """Wait until nothing is under way anywhere, then check everything; fails with the first thing that is wrong."""
    await until_none("work under way", lambda: _under_way(world), QUIET_SECONDS, 0.3)
    for node in (world.hub, *world.shop_nodes):
        _none(await world.rows(node, _DEAD), f"{node.name} has dead letters")
    for node in world.shop_nodes:
        await _pieces(world, node)
    await _orders(world)
    await _money(world)
    await _listings(world)


async def _under_way(world: World) -> list[Any]:
    """What some node still has to do."""
    try:
        found = [tuple(row) for row in await world.rows(world.hub, _UNDER_WAY)]
        for node in world.shop_nodes:
            found += [(node.name, *row) for row in await world.rows(node, _WAITING_MESSAGES)]
    except (OSError, asyncpg.PostgresError) as error:
        return [f"the database is away: {error}"]
    return found


def _none(found: Sequence[Any], what: str) -> None:
    assert not found, f"{what}: {[dict(each) for each in found[:5]]}"


async def _pieces(world: World, node: DemoNode) -> None:
    """Declared = on hand + sold; held = the holds that stand; nothing below zero."""
    wrong = await world.rows(
        node,
        """
        WITH moved AS (
            SELECT shop_id, variant_id, sum(change) AS total, sum(change) FILTER (WHERE kind <> 'sale') AS declared
            FROM shop_movement GROUP BY 1, 2
        ), held AS (
            SELECT shop_id, variant_id, sum(quantity) FILTER (WHERE state = 'held') AS held,
                sum(quantity) FILTER (WHERE state = 'confirmed' AND NOT restocked) AS sold
            FROM shop_hold JOIN shop_reservation USING (shop_id, hub_id, reservation_id) GROUP BY 1, 2
        )
        SELECT variant_id, on_hand, r.held, total, declared, h.held AS holds, h.sold
        FROM shop_register r LEFT JOIN moved m USING (shop_id, variant_id) LEFT JOIN held h USING (shop_id, variant_id)
        WHERE on_hand <> coalesce(total, 0) OR r.held <> coalesce(h.held, 0) OR on_hand < r.held
            OR coalesce(h.sold, 0) <> coalesce(declared, 0) - on_hand
        """,
    )
    _none(wrong, f"pieces at {node.name} do not add up")


async def _orders(world: World) -> None:
    """What the hub sold, each boutique has as one order with the pieces taken; nothing else is held or taken."""
    parts = {
        str(row["id"]): row
        for row in await world.rows(
            world.hub,
            """SELECT p.id, p.state, p.reservation_id, o.state AS order_state, p.shop_id,
                p.shipping_minor + sum(l.quantity * l.unit_minor)::bigint AS total_minor
            FROM hub_shop_order p JOIN hub_order o ON o.id = p.order_id JOIN hub_order_line l ON l.shop_order_id = p.id
            GROUP BY p.id, o.state""",
        )
    }
    by_reservation = {str(part["reservation_id"]): part for part in parts.values()}
    sold = {key for key, part in parts.items() if part["state"] in SOLD}
    told: set[str] = set()
    for node in world.shop_nodes:
        for row in await world.rows(node, "SELECT reservation_id, state, order_id, restocked FROM shop_reservation"):
            _reservation(row, by_reservation.get(str(row["reservation_id"])))
        for row in await world.rows(node, "SELECT order_id, state, total_minor FROM shop_order"):
            part = parts.get(str(row["order_id"]))
            assert part is not None, f"{node.name} has an order the hub does not know: {dict(row)}"
            assert part["total_minor"] == row["total_minor"], f"{dict(row)} is not {dict(part)}"
            if row["state"] not in {"declined", "cancelled"}:
                told.add(str(row["order_id"]))
    assert told == sold, f"sold but unknown to the shop: {sold - told}; known but not sold: {told - sold}"
    unended = [dict(part) for part in parts.values() if part["state"] == "asked" and part["order_state"] != "holding"]
    assert not unended, f"parts nobody asks for any more: {unended}"


def _reservation(row: asyncpg.Record, part: asyncpg.Record | None) -> None:
    """A hold stands only for an order that may yet be paid; pieces are taken only for a sale."""
    state = None if part is None else part["state"]
    if row["state"] == "held":
        assert state in {"asked", "held"}, f"{dict(row)} is held for a part that is {state}"
    if row["state"] == "confirmed" and not row["restocked"]:
        assert part is not None, f"{dict(row)} was taken for nobody"
        assert state in SOLD, f"{dict(row)} was taken for a part that is {state}"
        assert str(row["order_id"]) == str(part["id"]), f"{dict(row)} was spent on another order"


async def _money(world: World) -> None:
    """The ledger by its own rules and to zero; received = divided; the provider says the same."""
    hub = world.hub
    _none(
        await world.rows(hub, "SELECT currency, sum(amount) FROM pay_entry GROUP BY 1 HAVING sum(amount) <> 0"),
        "the trial balance is not zero",
    )
    async with world.fleet.inside(hub), _payments(world) as payments:
        broken = [*await breaches(clock.now()), *await differences(payments)]
    assert not broken, f"the books break their rules: {broken[:5]}"
    _none(
        await world.rows(
            hub,
            """SELECT p.id, p.received_minor, s.owed, l.kept FROM pay_payment p
            CROSS JOIN LATERAL (SELECT coalesce(sum(amount_minor), 0) AS owed FROM pay_settlement
                WHERE payment_id = p.id) s
            CROSS JOIN LATERAL (SELECT coalesce(sum(commission + vat), 0) AS kept FROM pay_line
                WHERE order_id = p.order_id) l
            WHERE p.status = 'paid' AND p.received_minor <> s.owed + l.kept""",
        ),
        "a payment is not divided to the cent",
    )
    _none(
        await world.rows(
            hub,
            """SELECT o.number, o.state, o.paid_minor, p.received FROM hub_order o
            CROSS JOIN LATERAL (SELECT coalesce(sum(received_minor), 0) AS received FROM pay_payment
                WHERE order_id = o.id AND status = 'paid') p
            WHERE o.paid_minor <> p.received""",
        ),
        "an order is paid with another sum than was received",
    )
    _none(
        await world.rows(
            hub,
            """SELECT shop_order_id, given, owed FROM
                (SELECT shop_order_id, sum(amount_minor) AS given FROM pay_refund
                    WHERE shop_order_id IS NOT NULL GROUP BY 1) AS paid
                FULL JOIN (SELECT shop_order_id, sum(amount_minor) AS owed FROM hub_refund GROUP BY 1) AS ordered
                USING (shop_order_id)
            WHERE given IS DISTINCT FROM owed""",
        ),
        "orders and money disagree about refunds",
    )
    _none(
        await world.rows(
            hub,
            """SELECT p.id, p.state FROM hub_shop_order p JOIN hub_order o ON o.id = p.order_id
            JOIN hub_order_line l ON l.shop_order_id = p.id
            WHERE p.state IN ('cancelled', 'declined') AND o.paid_minor > 0
                AND (p.shipping_refunded_minor <> p.shipping_minor OR l.refunded_minor <> l.quantity * l.unit_minor)""",
        ),
        "a part that was not sold is not given back",
    )
    await _provider(world)


@asynccontextmanager
async def _payments(world: World) -> AsyncIterator[Payments]:
    """The hub's money, spoken to its provider from this process."""
    payments = world.built_hub().payments
    assert isinstance(payments.provider, StripeProvider)
    yield payments
    await payments.provider.close()


async def _provider(world: World) -> None:
    """What the provider did is what the hub believes, each once."""
    intents = {intent["id"]: intent for intent in await world.at_provider("payment_intent")}
    tried = {
        page["id"]: intents.get(page["payment_intent"] or "") for page in await world.at_provider("checkout.session")
    }
    paid = {page: intent["amount_received"] for page, intent in tried.items() if intent and intent["amount_received"]}
    believed = {
        row["provider_id"]: row["received_minor"]
        for row in await world.rows(
            world.hub,
            "SELECT provider_id, received_minor FROM pay_payment WHERE status IN ('paid', 'returned', 'suspense')",
        )
    }
    assert paid == believed, f"paid at the provider only: {paid.items() ^ believed.items()}"
    sent = {
        row["provider_id"]: row["amount_minor"]
        for row in await world.rows(
            world.hub, "SELECT provider_id, amount_minor FROM pay_transfer WHERE status = 'sent'"
        )
    }
    made = await world.at_provider("transfer")
    assert sent == {each["id"]: each["amount"] for each in made}, "transfers differ"
    references = [each["metadata"]["reference"] for each in made]
    assert len(references) == len(set(references)), f"a settlement was sent twice: {references}"
    for table, kind in (("pay_refund", "refund"), ("pay_payout", "payout")):
        believed = {
            row["provider_id"].rpartition("/")[2]: row["amount_minor"]
            for row in await world.rows(
                world.hub,
                f"SELECT provider_id, amount_minor FROM {table} WHERE status IN ('succeeded', 'paid')",  # noqa: S608
            )
        }
        done = [each for each in await world.at_provider(kind) if each["status"] in {"succeeded", "paid"}]
        assert believed == {each["id"]: each["amount"] for each in done}, f"{table} and the provider's differ"


async def _listings(world: World) -> None:
    """The hub lists what each signed log says, in the version of its newest leaf, with the stock of today."""
    told = await published(world.fleet, world.opened)
    rows = await world.rows(world.hub, "SELECT shop_id, product_id, leaf_hash FROM hub_product")
    listed = {(row["shop_id"], row["product_id"], row["leaf_hash"]) for row in rows}
    leaves: set[tuple[str, str, str]] = set()
    stock: set[tuple[str, str, int]] = set()
    for node in world.shop_nodes:
        leaves |= {
            (row["shop_id"], row["product_id"], row["leaf_hash"])
            for row in await world.rows(
                node, "SELECT shop_id, product_id, leaf_hash FROM shop_publication WHERE superseded_at IS NULL"
            )
        }
        stock |= {
            tuple(row)
            for row in await world.rows(
                node, "SELECT shop_id, variant_id, on_hand - held AS sellable FROM shop_register"
            )
        }
    assert {(shop, product) for shop, products in told.items() for product in products} == {leaf[:2] for leaf in leaves}
    assert listed == leaves, f"listings and logs differ: {list(listed ^ leaves)[:4]}"

    async def unheard() -> set[tuple[str, str, int]]:
        rows = await world.rows(world.hub, "SELECT shop_id, variant_id, quantity FROM hub_stock")
        return stock ^ {tuple(row) for row in rows}

    await until_none("stock the hub has not heard of", unheard, 20.0, 0.3)
    products = {leaf[:2] for leaf in leaves}
    assert _indexed(world) == products, "the index and the listings differ"


def _indexed(world: World) -> set[tuple[str, str]]:
    """Every product that the index finds, boutique by boutique and page by page, read from the index itself."""
    catalog, found = world.built_hub().catalog, list[tuple[str, str]]()
    for shop in world.opened.shops:
        for page in range(1, RESULTS_MAX // PER_PAGE_MAX + 1):
            asked = SearchRequest(
                filters=Filters(shop=(shop.shop_id,)), sort="newest", page=page, per_page=PER_PAGE_MAX
            )
            hits = catalog.search(asked, clock.now()).hits
            found += [(hit.shop_id, hit.product_id) for hit in hits]
            if len(hits) < PER_PAGE_MAX:
                break
    assert len(found) == len(set(found)), "the index shows a product twice"
    return set(found)
