"""What shoppers paid, summed by day."""

from datetime import UTC, date, datetime, time

from federation.node import database
from federation.vocabulary.money import Money
from federation.vocabulary.sales import DaySales


async def sold_by_day(since: date, shop_id: str | None) -> list[DaySales]:
    """Lines of paid orders by the day (UTC) they were paid, in the currency they are settled in, oldest first."""
    rows = await database.fetch(
        """SELECT (payment.captured_at AT TIME ZONE 'UTC')::date AS day, payment.settled_currency AS currency,
            count(DISTINCT line.order_id)::int AS orders, sum((line.settled::jsonb ->> 'paid')::bigint)::bigint AS paid
        FROM pay_payment AS payment JOIN pay_line AS line ON line.order_id = payment.order_id
        WHERE payment.captured_at >= $1 AND payment.status = 'paid' AND payment.settled_currency IS NOT NULL
            AND line.settled IS NOT NULL AND ($2::text IS NULL OR line.shop_id = $2)
        GROUP BY 1, 2 ORDER BY 1, 2""",
        datetime.combine(since, time(), UTC),
        shop_id,
    )
    return [DaySales(day=row["day"], amount=Money(row["paid"], row["currency"]), orders=row["orders"]) for row in rows]
