"""Reads of orders' words for papers: numbers of shop orders, and what their lines are called."""

from collections.abc import Collection
from uuid import UUID

from federation.node import database
from payouts.paper_ports import LineWords, OrderWords
from payouts.service import SHIPPING_LINE

_WORDS = """
SELECT part.id::text AS part, part.number, line.id::text AS line, line.title, line.size_label,
    line.inside_vat_bp
FROM hub_shop_order AS part LEFT JOIN hub_order_line AS line ON line.shop_order_id = part.id
WHERE part.id = ANY($1::uuid[]) ORDER BY part.id, line.position
"""


async def words(shop_order_ids: Collection[UUID]) -> dict[UUID, OrderWords]:
    """The shop orders that are known, with their lines.

    The VAT inside what was paid for shipping is that of the pieces, where they are all of one rate.
    """
    numbers: dict[UUID, str] = {}
    lines: dict[UUID, dict[str, LineWords]] = {}
    for row in await database.fetch(_WORDS, list(shop_order_ids)) if shop_order_ids else []:
        part = UUID(row["part"])
        numbers[part] = row["number"]
        if row["line"] is not None:
            title = ", ".join(filter(None, (row["title"], row["size_label"])))
            lines.setdefault(part, {})[row["line"]] = LineWords(title, row["inside_vat_bp"] or 0)
    for pieces in lines.values():
        rates = {piece.goods_vat_bp for piece in pieces.values()}
        pieces[SHIPPING_LINE] = LineWords("", rates.pop() if len(rates) == 1 else 0)
    return {part: OrderWords(number, lines.get(part, {})) for part, number in numbers.items()}
