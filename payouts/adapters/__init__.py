"""Payment providers: Stripe, and one that lives in memory."""
