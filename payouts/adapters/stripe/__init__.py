"""Stripe behind the payment provider's port. Nothing outside this folder imports the `stripe` package."""
