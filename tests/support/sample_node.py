"""A node with one topic and one sweep, for tests that run real workers; it notes what happened in `node_setting`."""

from datetime import datetime

import msgspec
from litestar import Litestar, post
from litestar.params import FromPath

from federation.node.app import make_app
from federation.node.clock import now
from federation.node.database import atomic, execute
from federation.node.outbox import Message, Outbox, enqueue
from federation.node.settings import NodeSettings, load
from federation.node.work import Node, Sweep, make_celery

TOPIC = "sample.note"


class Note(msgspec.Struct):
    """What to note."""

    text: str


async def note(message: Message) -> None:
    """The effect and the end of the message together."""
    async with atomic():
        await execute("INSERT INTO node_setting (name, content) VALUES ($1, 'noted')", message.read(Note).text)
        await message.done()


async def tick(_now: datetime) -> None:
    """Count the sweeps."""
    await execute(
        "INSERT INTO node_setting (name, content) VALUES ('ticks', '1')"
        " ON CONFLICT (name) DO UPDATE SET content = (node_setting.content::int + 1)::text"
    )


def build_node() -> Node:
    """The node, from GALLERIA_ variables."""
    settings = load(NodeSettings)
    outbox = Outbox({TOPIC: note})
    return Node(
        name=settings.node_name,
        settings=settings,
        apps=("federation.node.piccolo_app",),
        outbox=outbox,
        sweeps=(Sweep("sample.tick", 1.0, "sync", tick),),
        queues=("sync", "other"),
    )


celery = make_celery(build_node)


@post("/note/{text:str}", opt={"exclude_from_csrf": True})
async def ask(text: FromPath[str]) -> str:
    """Cause an effect through the outbox."""
    await enqueue(TOPIC, text, Note(text), key=text, queue="sync", now=now())
    return "asked"


def create_app_from_env() -> Litestar:
    """The node's web process, from GALLERIA_ variables."""
    return make_app(settings=load(NodeSettings), route_handlers=[ask])
