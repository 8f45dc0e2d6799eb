"""The hub's own coupons: made by the operator, paid by the hub, used by shoppers."""
