"""Dead letters and mails in the console."""

from pathlib import Path

import httpx
import msgspec
import pytest

from federation.node import clock, mail, outbox
from federation.node.database import atomic
from federation.vocabulary.ids import new_id
from tests.marketplace.console.operator import APPS, app_of, read, sign_in
from tests.marketplace.orders.world import World
from tests.support.clients import client, csrf_token
from tests.support.postgres import Urls

pytestmark = pytest.mark.apps(*APPS)


class Note(msgspec.Struct):
    """The body of a message."""

    word: str


async def given_up() -> None:
    """A message whose handler gave it up."""

    async def refuse(_message: outbox.Message) -> None:
        raise outbox.GiveUpError("the peer wants <no more> of it")

    async with atomic():
        await outbox.enqueue("test.note", "somebody", Note("hello"), key="n1", queue="mail", now=clock.now())
    assert await outbox.Outbox({"test.note": refuse}).drain("mail", clock.now()) == 1


async def test_nothing_given_up(desk: httpx.AsyncClient) -> None:
    """Without dead letters the page says that all is well, and the overview says nothing of it."""
    assert "Everything that was to be delivered" in await read(desk, "/console/dead-letters")


async def test_a_dead_letter_is_sent_again_once(desk: httpx.AsyncClient) -> None:
    """It stands with its reason until it is sent again; a second click finds it gone and says so."""
    await given_up()
    assert "1 message could not be delivered" in await read(desk, "/console")
    page = await read(desk, "/console/dead-letters")
    assert "wants &lt;no more&gt; of it" in page
    letter = (await outbox.dead_letters())[0]
    for said in ("On its way again", "It had been sent again already"):
        sent = await desk.post(f"/console/dead-letters/{letter.id}/replay", data={"csrf_token": csrf_token(page)})
        assert sent.headers["location"] == "/console/dead-letters"
        assert said in await read(desk, "/console/dead-letters")
    assert await outbox.dead_letters() == []
    assert await outbox.waiting("mail") == 1


async def test_mails_are_read_as_text(desk: httpx.AsyncClient) -> None:
    """In a demo written mails can be read, links in them followed, and nothing in them is markup."""
    assert "No mail has been written yet" in await read(desk, "/console/mails")
    async with atomic():
        text = "Look <here>: http://example.com/order/1"
        await mail.send("ada@example.com", "Your order", text, now=clock.now(), key="m1")
    assert "Your order" in await read(desk, "/console/mails")
    page = await read(desk, f"/console/mails/{(await mail.mails())[0].id}")
    assert "Look &lt;here&gt;" in page
    assert 'href="http://example.com/order/1"' in page
    assert (await desk.get(f"/console/mails/{new_id()}")).status_code == 404


async def test_mails_are_hidden_in_production(world: World, database_urls: Urls, made_fonts: Path) -> None:
    """A real hub's mails hold the keys to orders: they are not shown, nor is the way to them."""
    settings = msgspec.structs.replace(world.hub.settings, environment="production", state_dir=made_fonts)
    world.hub = msgspec.structs.replace(world.hub, settings=settings)
    async with client(app_of(world, database_urls)) as production:
        await sign_in(world, production)
        assert (await production.get("/console/mails")).status_code == 404
        assert "/console/mails" not in await read(production, "/console")
