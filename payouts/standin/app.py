"""The stand-in's web process: Stripe's addresses, pages for people, levers, and the loop that delivers events."""

import asyncio
import contextlib
from collections.abc import Mapping
from functools import partial
from pathlib import Path

import aiohttp
import structlog
from litestar import Litestar

from federation.node.app import make_app
from federation.node.settings import load
from payouts.standin import levers
from payouts.standin.delivery import Postman
from payouts.standin.desk import Desk
from payouts.standin.endpoints import keep_addresses
from payouts.standin.http import api_routes, lever_routes
from payouts.standin.keeping import WorldFile
from payouts.standin.pages import page_routes
from payouts.standin.settings import StandinProcessSettings
from payouts.standin.world import World

FILE = "standin.sqlite"
_PAGES = Path(__file__).parent / "pages"
_POST_SECONDS_MAX = 10
_OK_BELOW = 300
_log = structlog.get_logger(__name__)


def create_app(world: World, desk: Desk) -> Litestar:
    """The stand-in over one world; with `loop_seconds` zero nothing is delivered by itself."""
    settings = world.settings
    loops: list[asyncio.Task[None]] = []

    async def start(_app: Litestar) -> None:
        if settings.loop_seconds > 0:
            loops.append(asyncio.create_task(_run(world, Postman(world, desk.faults))))

    async def stop(_app: Litestar) -> None:
        for running in loops:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    return make_app(
        settings=settings.node,
        route_handlers=[*api_routes(desk), *lever_routes(world), *page_routes(world)],
        templates=[_PAGES / "templates"],
        static=[_PAGES / "static"],
        on_startup=[start],
        on_shutdown=[stop],
        form_targets=[settings.events_origin] if settings.events_origin else [],
        with_database=False,
    )


def create_app_from_env() -> Litestar:
    """The stand-in with its settings from the environment and what its file remembers."""
    settings = load(StandinProcessSettings)
    world = World(settings)
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    WorldFile(settings.state_dir / FILE).open(world)
    keep_addresses(world, settings.events_url, settings.webhook_secret)
    world.keep()
    return create_app(world, Desk(world))


async def _run(world: World, postman: Postman) -> None:
    """Let time pass and deliver what is due, until cancelled; a failure is logged and the loop goes on."""
    timeout = aiohttp.ClientTimeout(total=_POST_SECONDS_MAX)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        while True:
            try:
                levers.tick(world)
                world.keep()
                await postman.deliver(partial(_bring, session))
            except Exception:  # noqa: BLE001 - the edge of the process: nothing above could handle it
                _log.exception("standin_loop_failed")
            await asyncio.sleep(world.settings.loop_seconds)


async def _bring(session: aiohttp.ClientSession, url: str, headers: Mapping[str, str], body: bytes) -> bool:
    try:
        async with session.post(url, headers=headers, data=body) as answer:
            return answer.status < _OK_BELOW
    except (aiohttp.ClientError, TimeoutError) as error:
        _log.info("event_not_delivered", reason=type(error).__name__)
        return False
