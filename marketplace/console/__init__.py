"""The operator's console: boutiques and their sync, orders and refunds, money, letters that could not be delivered."""
