"""Pure decisions of orders: life cycles as tables, basket arithmetic, shipping choice, numbers, refund bounds."""
