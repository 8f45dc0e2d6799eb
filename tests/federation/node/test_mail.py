"""Mails: written once with what they tell, kept or handed over, and never lost to a busy server."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from federation.node.clock import now
from federation.node.database import Database, atomic, fetch, fetch_value
from federation.node.mail import forget_texts, mail, mail_handlers, mails, send
from federation.node.outbox import Outbox, dead_letters, waiting
from federation.node.settings import SettingsError
from federation.vocabulary.errors import RecordInvalidError
from tests.support.clients import node_settings
from tests.support.postgres import Urls


class Postbox:
    """A mail server that says what the test wants."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.heard: list[bytes] = []
        self.tls: ssl.SSLContext | None = None
        self.answer_to_recipient = b"250 ok\r\n"
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One conversation."""
        writer.write(b"220 postbox\r\n")
        while line := await reader.readline():
            word = line.split()[0].upper()
            self.heard.append(word)
            if word == b"EHLO" and self.tls is not None:
                writer.write(b"250-postbox\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n")
            elif word == b"STARTTLS" and self.tls is not None:
                writer.write(b"220 go\r\n")
                await writer.start_tls(self.tls)
            elif word == b"DATA":
                writer.write(b"354 go\r\n")
                self.letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                writer.write(b"250 kept\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(self.answer_to_recipient if word == b"RCPT" else b"250 ok\r\n")
        await writer.drain()
        writer.close()


@pytest.fixture
async def postbox() -> AsyncIterator[Postbox]:
    """The mail server on loopback."""
    postbox = Postbox()
    server = await asyncio.start_server(postbox.serve, "127.0.0.1", 0)
    postbox.port = server.sockets[0].getsockname()[1]
    yield postbox
    server.close()
    await server.wait_closed()


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate that it made itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    made = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=key.public_key(),
        serial_number=1,
        not_valid_before=now() - timedelta(days=1),
        not_valid_after=now() + timedelta(days=1),
    ).add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem = key.private_bytes(*form) + made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    (folder / "server.pem").write_bytes(pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    return context


async def write(key: str = "k") -> None:
    """A mail about something."""
    async with atomic():
        await send("Ada@example.org", "Your order\nis here", "Plain.", "<p>Fine.</p>", now=now(), key=key)


def outbox(urls: Urls, mail_url: str) -> Outbox:
    """The outbox of a node that hands mails over as `mail_url` says."""
    return Outbox(mail_handlers(node_settings(urls, Path("/nowhere"), mail_url=mail_url)))


async def test_kept_mail_is_readable(committed: Database, database_urls: Urls) -> None:
    """In kept mode a mail stays here to be read; its key makes it one mail."""
    await write()
    await write()
    await outbox(database_urls, "kept:").drain("mail", now())
    [letter] = await mails()
    assert (letter.recipient, letter.subject, letter.state) == ("ada@example.org", "Your order is here", "kept")
    found = await mail(letter.id)
    assert found is not None
    assert found.html_body == "<p>Fine.</p>"


async def test_rollback_writes_no_mail(committed: Database) -> None:
    """A mail about something that did not happen is never written; an unfit address refuses the change."""
    with pytest.raises(RecordInvalidError):
        async with atomic():
            await send("ada@example.org", "s", "t", now=now(), key="one")
            await send("nobody", "s", "t", now=now(), key="two")
    assert await mails() == []


async def test_handed_over_once(committed: Database, database_urls: Urls, postbox: Postbox) -> None:
    """The server gets both forms of the text once, and the mail is noted as sent."""
    await write()
    box = outbox(database_urls, f"smtp://127.0.0.1:{postbox.port}")
    await box.drain("mail", now())
    await box.drain("mail", now())
    [letter] = postbox.letters
    assert "To: ada@example.org" in letter
    assert "Plain." in letter
    assert "<p>Fine.</p>" in letter
    assert await fetch_value("SELECT state FROM node_mail") == "sent"


async def test_busy_server_is_asked_again(committed: Database, database_urls: Urls, postbox: Postbox) -> None:
    """A server that asks for patience, or is away, keeps the mail waiting; one that refuses ends it for good."""
    await write("patience")
    postbox.answer_to_recipient = b"450 later\r\n"
    box = outbox(database_urls, f"smtp://127.0.0.1:{postbox.port}")
    await box.drain("mail", now())
    await write("away")
    await outbox(database_urls, "smtp://127.0.0.1:9").drain("mail", now())
    assert await waiting("mail") == 2
    assert await dead_letters() == []
    await write("refused")
    postbox.answer_to_recipient = b"550 nobody\r\n"
    await box.drain("mail", now())
    assert [letter.key for letter in await dead_letters()] == ["mail/refused"]


async def test_a_stranger_in_the_middle_gets_no_password(
    committed: Database, database_urls: Urls, postbox: Postbox, tmp_path: Path
) -> None:
    """A server whose certificate nobody vouches for is told neither the password nor the mail, which waits."""
    postbox.tls = self_signed(tmp_path)
    await write()
    await outbox(database_urls, f"smtp://user:secret@127.0.0.1:{postbox.port}").drain("mail", now())
    assert b"STARTTLS" in postbox.heard
    assert b"AUTH" not in postbox.heard
    assert postbox.letters == []
    assert await waiting("mail") == 1


async def test_texts_of_mails_sent_long_ago_are_forgotten(
    committed: Database, database_urls: Urls, postbox: Postbox
) -> None:
    """Sign-in links and the keys of orders do not lie here for ever; the mail's own key stays, so none goes twice."""
    await write()
    box = outbox(database_urls, f"smtp://127.0.0.1:{postbox.port}")
    await box.drain("mail", now())
    await write("waiting")
    assert await forget_texts(now() + timedelta(days=29)) == 0
    assert await forget_texts(now() + timedelta(days=31)) == 1
    texts = await fetch("SELECT key, text_body, html_body FROM node_mail ORDER BY key")
    assert [tuple(row) for row in texts] == [("k", "", ""), ("waiting", "Plain.", "<p>Fine.</p>")]
    await write()
    await box.drain("mail", now())
    assert len(postbox.letters) == 2


def test_unknown_way_is_refused_at_start() -> None:
    """A mail address of another kind stops the start."""
    with pytest.raises(SettingsError, match="GALLERIA_MAIL_URL"):
        outbox(Urls("", ""), "pigeon://roof")
