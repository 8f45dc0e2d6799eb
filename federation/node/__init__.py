"""The kit every node is built from: settings, database edge, outbox, errors to answers, pages, sign-in, mail."""
