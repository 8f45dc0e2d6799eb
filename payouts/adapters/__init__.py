"""Payment providers: Stripe, the sandbox, and one that lives in memory."""
