"""Reads of orders' words for papers: numbers of shop orders, and what their lines are called."""

from collections.abc import Collection
from uuid import UUID

from federation.node import database
from payouts.paper_ports import LineWords, OrderWords

_WORDS = """
SELECT part.id::text AS part, part.number, line.id::text AS line, line.title, line.size_label, line.goods_vat_bp
FROM hub_shop_order AS part LEFT JOIN hub_order_line AS line ON line.shop_order_id = part.id
WHERE part.id = ANY($1::uuid[]) ORDER BY part.id, line.position
"""


async def words(shop_order_ids: Collection[UUID]) -> dict[UUID, OrderWords]:
    """The shop orders that are known, with their lines."""
    numbers: dict[UUID, str] = {}
    lines: dict[UUID, dict[str, LineWords]] = {}
    for row in await database.fetch(_WORDS, list(shop_order_ids)) if shop_order_ids else []:
        part = UUID(row["part"])
        numbers[part] = row["number"]
        if row["line"] is not None:
            title = ", ".join(filter(None, (row["title"], row["size_label"])))
            lines.setdefault(part, {})[row["line"]] = LineWords(title, row["goods_vat_bp"])
    return {part: OrderWords(number, lines.get(part, {})) for part, number in numbers.items()}
