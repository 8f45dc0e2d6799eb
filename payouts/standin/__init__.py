"""A stand-in for Stripe: a process of our own that answers the real `stripe` client in Stripe's own shapes.

It keeps all state in memory and moves no money. It exists so that the adapter for Stripe is tried against something
that remembers, fails and forgets as Stripe does: idempotency keys that replay errors, balances that become available
later, events that come twice, late or never, answers that are lost after the deed. Its parameters and fields are held
to the typed definitions in the `stripe` package by tests; no module here imports that package.
"""
