"""Requests waiting for parties that nobody can connect to. Both tables are lost with a crash, and may be."""

from piccolo.columns import UUID, BigInt, Bytea, Integer, Text, Timestamptz
from piccolo.table import Table

from federation.node.database import proxy


class MailboxEntry(Table, tablename="fed_mailbox", db=proxy):
    """A signed request that a hosted party asks of a peer; with its answer from when that came until it is taken.

    Whoever asked takes the row away, answered or not; what outlives `expires_at` is swept.
    """

    id = UUID(primary_key=True, default=None)
    number = BigInt(default=None)
    local_id = Text(default=None)
    remote_id = Text(default=None)
    method = Text(default=None)
    path = Text(default=None)
    query = Text(default=None)
    headers = Text(default=None)
    body = Bytea(default=None)
    expires_at = Timestamptz(default=None)
    answer_status = Integer(null=True, default=None)
    answer_headers = Text(null=True, default=None)
    answer_body = Bytea(null=True, default=None)


class MailboxVisit(Table, tablename="fed_mailbox_visit", db=proxy):
    """When a peer last looked into its mailbox at a hosted party."""

    id = Text(primary_key=True, default=None)
    visited_at = Timestamptz(default=None)
