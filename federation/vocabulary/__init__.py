"""Words every node shares: money, ids, product words, the error base, limits. Pure; imports nothing of ours."""
