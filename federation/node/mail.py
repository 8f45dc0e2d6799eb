"""Mails: written in the transaction of what they tell, handed over by the outbox; or kept, to be read in the console.

Invariant: one key, one mail. Delivery is at least once: a crash between the server's OK and our note sends it again.
"""

import asyncio
import smtplib
import ssl
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

import msgspec

from federation.node import clock
from federation.node.accounts import normal_email
from federation.node.database import affected, execute, fetch, fetch_one
from federation.node.outbox import GiveUpError, Handler, Message, RetryLaterError, enqueue
from federation.node.settings import NodeSettings, SettingsError
from federation.vocabulary.errors import GalleriaError
from federation.vocabulary.ids import new_id

TOPIC = "mail.send"
QUEUE = "mail"
KEPT = "kept:"
SMTP_TIMEOUT_SECONDS = 20
TEXTS_KEPT = timedelta(days=30)
_PERMANENT_CODES = range(500, 600)


class MailReference(msgspec.Struct, frozen=True):
    """The outbox message: which mail to hand over."""

    mail_id: UUID


class Mail(msgspec.Struct, frozen=True):
    """A mail as written."""

    id: UUID
    recipient: str
    subject: str
    text_body: str
    html_body: str
    state: str
    created_at: datetime


async def send(to: str, subject: str, text: str, html: str = "", *, now: datetime, key: str) -> None:
    """Write a mail into the caller's transaction; nothing when `key` was used before. Raises RecordInvalidError."""
    mail_id = new_id()
    row = await fetch_one(
        "INSERT INTO node_mail (id, key, recipient, subject, text_body, html_body, state, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, 'written', $7) ON CONFLICT (key) DO NOTHING RETURNING id",
        mail_id,
        key,
        normal_email(to),
        " ".join(subject.split()),
        text,
        html,
        now,
    )
    if row is not None:
        await enqueue(TOPIC, str(mail_id), MailReference(mail_id), key=f"mail/{key}", queue=QUEUE, now=now)


async def mails(limit: int = 100) -> list[Mail]:
    """The newest mails first: for the console of a demo."""
    rows = await fetch(f"SELECT {_COLUMNS} FROM node_mail ORDER BY created_at DESC, id DESC LIMIT $1", limit)  # noqa: S608
    return [_mail(row) for row in rows]


async def mail(mail_id: UUID) -> Mail | None:
    """One mail."""
    row = await fetch_one(f"SELECT {_COLUMNS} FROM node_mail WHERE id = $1", mail_id)  # noqa: S608
    return None if row is None else _mail(row)


async def forget_texts(now: datetime) -> int:
    """Empty mails sent more than thirty days ago, since they hold links that open things; returns how many."""
    tag = await execute(
        "UPDATE node_mail SET text_body = '', html_body = '' WHERE state = 'sent' AND sent_at < $1 AND text_body <> ''",
        now - TEXTS_KEPT,
    )
    return affected(tag)


def mail_handlers(settings: NodeSettings) -> dict[str, Handler]:
    """The outbox handler that hands mails over as `mail_url` says."""
    if settings.mail_url != KEPT and not settings.mail_url.startswith("smtp://"):
        raise SettingsError(f"GALLERIA_MAIL_URL: {KEPT!r} or smtp://user:password@host:port")

    async def hand_over(message: Message) -> None:
        found = await mail(message.read(MailReference).mail_id)
        if found is None:
            raise GiveUpError("the mail is gone")
        if settings.mail_url == KEPT:
            await execute("UPDATE node_mail SET state = 'kept' WHERE id = $1 AND state = 'written'", found.id)
        elif found.state != "sent":
            await _submit(settings, found)
            await execute("UPDATE node_mail SET state = 'sent', sent_at = $2 WHERE id = $1", found.id, clock.now())

    return {TOPIC: hand_over}


async def _submit(settings: NodeSettings, letter: Mail) -> None:
    try:
        await asyncio.to_thread(_submit_now, settings.mail_url, _compose(settings, letter))
    except smtplib.SMTPResponseException as error:
        raise _refusal(error.smtp_code) from error
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(max(code for code, _ in error.recipients.values())) from error
    except (OSError, smtplib.SMTPException) as error:
        raise RetryLaterError(f"the mail server cannot be reached: {error!r}") from error


def _refusal(code: int) -> GalleriaError:
    """What a mail server's answer means for the message: 5xx is for ever, anything else may pass (RFC 5321 4.2.1)."""
    if code in _PERMANENT_CODES:
        return GiveUpError(f"the mail server refuses: {code}")
    return RetryLaterError(f"the mail server asks for patience: {code}")


def _compose(settings: NodeSettings, letter: Mail) -> EmailMessage:
    composed = EmailMessage()
    composed["From"] = settings.mail_from
    composed["To"] = letter.recipient
    composed["Subject"] = letter.subject
    composed["Date"] = format_datetime(letter.created_at)
    composed["Message-ID"] = make_msgid(letter.id.hex, domain=urlsplit(settings.public_url).hostname)
    composed.set_content(letter.text_body)
    if letter.html_body:
        composed.add_alternative(letter.html_body, subtype="html")
    return composed


def _submit_now(mail_url: str, composed: EmailMessage) -> None:
    """Hand one mail to the server, over TLS whenever it offers it; a password only to one whose certificate holds.

    Without a login a relay nearby is meant, which may have made its certificate itself.
    """
    server = urlsplit(mail_url)
    with smtplib.SMTP(server.hostname or "", server.port or 587, timeout=SMTP_TIMEOUT_SECONDS) as connection:
        connection.ehlo()
        if connection.has_extn("starttls"):
            connection.starttls(context=ssl.create_default_context() if server.username else None)
            connection.ehlo()
        elif server.username:
            raise smtplib.SMTPException("the server offers no TLS, so it gets no password")
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        connection.send_message(composed)


_COLUMNS = "id, recipient, subject, text_body, html_body, state, created_at"


def _mail(row: Any) -> Mail:
    return msgspec.convert(dict(row), Mail)
