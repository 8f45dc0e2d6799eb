"""The sandbox: a simulated payment provider as a process of its own, with its own database and pages.

It moves no real money. It keeps the habits of real providers that hurt (money that is available later, idempotency
keys that replay errors, events that come twice or never, answers that get lost) so that the hub is built for them.
"""
