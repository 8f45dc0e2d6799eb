"""Payment providers: the sandbox, and one that lives in memory."""
