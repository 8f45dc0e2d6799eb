"""A boutique's own vouchers: what it offers, which hubs know, and how often each is used there."""
