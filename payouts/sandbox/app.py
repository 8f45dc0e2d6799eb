"""The sandbox's web process: its API, its pages, its levers, and the loop that delivers events."""

import asyncio
import contextlib
import contextvars
from pathlib import Path

from litestar import Litestar

from federation.node.app import make_app
from federation.node.database import current, using
from federation.node.door import Door
from federation.node.settings import load
from payouts.sandbox.controls import control_routes
from payouts.sandbox.delivery import run_forever
from payouts.sandbox.desk import Desk
from payouts.sandbox.http import api_routes
from payouts.sandbox.pages import page_routes
from payouts.sandbox.settings import SandboxSettings

APPS = ("federation.node.piccolo_app", "payouts.sandbox.piccolo_app")
"""The Piccolo apps whose tables the sandbox's database holds."""

_HERE = Path(__file__).parent


def create_app(settings: SandboxSettings) -> Litestar:
    """The sandbox as a web app; with `loop_seconds` zero it delivers nothing by itself."""
    desk = Desk(settings)
    door = Door(frozenset(settings.reachable))
    loops: list[asyncio.Task[None]] = []

    async def start(_app: Litestar) -> None:
        if settings.loop_seconds > 0:
            database = current()

            async def loop() -> None:
                with using(database):
                    await run_forever(settings, door)

            loops.append(asyncio.create_task(loop(), context=contextvars.Context()))

    async def stop(_app: Litestar) -> None:
        for task in loops:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return make_app(
        settings=settings,
        route_handlers=[*api_routes(desk), *control_routes(desk), *page_routes(desk)],
        templates=[_HERE / "templates"],
        static=[_HERE / "static"],
        on_startup=[start],
        on_shutdown=[stop],
        form_targets=[settings.events_origin],
    )


def create_app_from_env() -> Litestar:
    """The sandbox with its settings from the environment."""
    return create_app(load(SandboxSettings))
