"""Use cases of stock: what the till, the stock page and an import do to it, and what hubs may hold."""
