"""Exchange rates: where they come from, what a price is in another currency, and the rate an order was promised."""
