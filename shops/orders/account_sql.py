"""SQL of what an order came to, by its events and by what hubs told of the boutique's account. Decides nothing."""

ORDERS_WITH_ACCOUNT = """(
    SELECT o.*, coalesce(told.disputed, 0)::bigint AS disputed_minor, coalesce(told.repaid, 0)::bigint AS repaid_minor
    FROM shop_order o LEFT JOIN (
        SELECT hub_id, order_id, currency,
               sum(CASE account WHEN 'owed' THEN amount_minor ELSE -amount_minor END)
                   FILTER (WHERE kind IN ('dispute', 'dispute_returned', 'dispute_fee')) AS disputed,
               -sum(amount_minor) FILTER (WHERE kind IN ('claim_reversed', 'claim_written_off')) AS repaid
        FROM shop_account_line
        WHERE shop_id = $1 AND order_id IS NOT NULL AND kind IN
            ('dispute', 'dispute_returned', 'dispute_fee', 'claim_reversed', 'claim_written_off')
        GROUP BY hub_id, order_id, currency
    ) told ON told.hub_id = o.hub_id AND told.order_id = o.order_id AND told.currency = o.currency
    WHERE o.shop_id = $1
)"""
"""The orders of the boutique $1 with what hubs told of its account and no event says."""
DUE = "o.seller_minor + o.shipping_minor - o.fee_minor - o.seller_refunded_minor - o.disputed_minor"
"""What is the boutique's of an order `o`, as SQL; `OrderMoney.due_minor` says the same."""
