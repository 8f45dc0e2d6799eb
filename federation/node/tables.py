"""The node kit's own tables, as Piccolo sees them; the truth about constraints and indexes is in the migrations."""

from piccolo.columns import (
    UUID,
    BigInt,
    BigSerial,
    Bytea,
    Integer,
    Text,
    Timestamptz,
)
from piccolo.table import Table

from federation.node.database import proxy


class NodeSetting(Table, tablename="node_setting", db=proxy):
    """Facts a node keeps about itself, by name: its random id, above all."""

    name = Text(primary_key=True)
    content = Text()


class NodeOutbox(Table, tablename="node_outbox", db=proxy):
    """Effects still to happen outside the database, and those that did: see `outbox`."""

    id = BigSerial(primary_key=True)
    key = Text(unique=True)
    queue = Text()
    topic = Text()
    subject = Text()
    body = Bytea()
    state = Text()
    due_at = Timestamptz(default=None)
    attempts = Integer()
    claim = BigInt()
    correlation_id = Text()
    last_error = Text()
    created_at = Timestamptz(default=None)
    retry_until = Timestamptz(default=None)
    finished_at = Timestamptz(default=None, null=True)


class NodeIdempotency(Table, tablename="node_idempotency", db=proxy):
    """Answers already given, by scope and idempotency key: see `idempotency`."""

    id = BigSerial(primary_key=True)
    scope = Text()
    key = Text()
    content_sha256 = Bytea()
    status = Integer()
    media_type = Text()
    body = Bytea()
    created_at = Timestamptz(default=None)


class NodeAccount(Table, tablename="node_account", db=proxy):
    """A person who can sign in here."""

    id = UUID(primary_key=True)
    email = Text(unique=True)
    name = Text()
    created_at = Timestamptz(default=None)


class NodeGrant(Table, tablename="node_grant", db=proxy):
    """What an account may do: a role within a scope (for owners, the party id of their shop)."""

    id = BigSerial(primary_key=True)
    account_id = UUID(default=None)
    role = Text()
    scope = Text()
    granted_at = Timestamptz(default=None)


class NodeSession(Table, tablename="node_session", db=proxy):
    """A browser's session, found by the SHA-256 of the token in its cookie."""

    token_sha256 = Bytea(primary_key=True)
    account_id = UUID(default=None, null=True)
    content = Text()
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)


class NodeSigninLink(Table, tablename="node_signin_link", db=proxy):
    """A one-time sign-in link, found by the SHA-256 of its token."""

    token_sha256 = Bytea(primary_key=True)
    account_id = UUID(default=None)
    next_path = Text()
    created_at = Timestamptz(default=None)
    expires_at = Timestamptz(default=None)
    spent_at = Timestamptz(default=None, null=True)


class NodeMail(Table, tablename="node_mail", db=proxy):
    """Mails written by this node, kept or sent: see `mail`."""

    id = UUID(primary_key=True)
    key = Text(unique=True)
    recipient = Text()
    subject = Text()
    text_body = Text()
    html_body = Text()
    state = Text()
    created_at = Timestamptz(default=None)
    sent_at = Timestamptz(default=None, null=True)


TABLES = [NodeSetting, NodeOutbox, NodeIdempotency, NodeAccount, NodeGrant, NodeSession, NodeSigninLink, NodeMail]
