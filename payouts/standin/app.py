"""The stand-in's web process: Stripe's addresses below `/v1/` and `/v2/`, and levers for tests below `/levers/`."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from decimal import Decimal
from typing import Any, Literal

import aiohttp
import msgspec
import structlog
from litestar import Litestar, Request, Response, get, post, route
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from federation.node.settings import load
from payouts.standin import accounts, disputes, levers, refunds
from payouts.standin.delivery import Postman
from payouts.standin.desk import Asked, Desk
from payouts.standin.errors import StandinError
from payouts.standin.faults import Fault
from payouts.standin.settings import StandinSettings
from payouts.standin.world import World

AnyRequest = Request[Any, Any, Any]
PREFIX = "GALLERIA_STANDIN_"
_POST_SECONDS_MAX = 10
_OK_BELOW = 300
_log = structlog.get_logger(__name__)


class Lever(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is to happen, to which object, with what number or word."""

    what: Literal[
        "pay",
        "decline",
        "give_up",
        "ready",
        "restrict",
        "hand_in",
        "close",
        "break_bank",
        "return_payout",
        "return_refund",
        "advance",
        "rate",
        "dispute",
        "escalate",
        "decide",
        "appeal",
        "warn",
    ]
    id: str = ""
    amount: int = 0
    word: str = ""


def create_app(world: World, desk: Desk) -> Litestar:
    """The stand-in over one world; with `loop_seconds` zero nothing is delivered by itself."""
    return Litestar(
        route_handlers=[_api(desk), *_levers(world, desk)],
        lifespan=[lambda _app: _loop(world, desk)],
        exception_handlers={StandinError: _refused},
        openapi_config=None,
    )


def create_app_from_env() -> Litestar:
    """A stand-in with an empty world and its settings from `GALLERIA_STANDIN_` variables."""
    world = World(load(StandinSettings, prefix=PREFIX))
    return create_app(world, Desk(world))


def _api(desk: Desk) -> HTTPRouteHandler:
    @route(["/v1/{rest:path}", "/v2/{rest:path}"], http_method=["GET", "POST", "DELETE"], status_code=200)
    async def api(request: AnyRequest, rest: FromPath[str]) -> Response[bytes]:  # noqa: ARG001 - the whole path is read below
        told = desk.answer(
            Asked(
                request.method,
                request.scope["path"],
                request.scope["query_string"].decode("latin-1"),
                {name.lower(): text for name, text in request.headers.items()},
                await request.body(),
            )
        )
        headers = {"idempotent-replayed": "true"} if told.replayed else {}
        return Response(told.body, status_code=told.status, media_type="application/json", headers=headers)

    return api


def _levers(world: World, desk: Desk) -> list[HTTPRouteHandler]:
    @post("/levers/pull", status_code=200)
    async def pull(data: JSONBody[Lever]) -> dict[str, Any]:
        return dict(_pull(world, data))

    @post("/levers/faults", status_code=201)
    async def add_fault(data: JSONBody[Fault]) -> None:
        desk.faults.add(data)

    @get("/levers/objects/{kind:str}")
    async def objects(kind: FromPath[str]) -> list[dict[str, Any]]:
        return list(world.things.get(kind, {}).values())

    return [pull, add_fault, objects]


def _pull(world: World, lever: Lever) -> Mapping[str, Any]:
    return {
        "pay": lambda: levers.pay_page(world, lever.id, method=lever.word or "card"),
        "decline": lambda: levers.decline_page(world, lever.id),
        "give_up": lambda: levers.give_up(world, lever.id),
        "ready": lambda: accounts.change(world, lever.id, ready=True),
        "hand_in": lambda: accounts.hand_in(world, lever.id),
        "close": lambda: accounts.close(world, lever.id),
        "return_payout": lambda: levers.return_payout(world, lever.id),
        "return_refund": lambda: refunds.fail(world, lever.id, lever.word or "lost_or_stolen_card"),
        "restrict": lambda: accounts.change(world, lever.id, ready=False),
        "break_bank": lambda: levers.break_bank(world, lever.id),
        "advance": lambda: levers.pass_time(world, lever.amount),
        "rate": lambda: levers.move_rate(world, lever.id, Decimal(lever.word)),
        "dispute": lambda: disputes.open_dispute(
            world, lever.id, lever.amount, _reason(lever.word), inquiry=lever.word == "inquiry"
        ),
        "escalate": lambda: disputes.escalate(world, lever.id),
        "decide": lambda: disputes.decide(world, lever.id, msgspec.convert(lever.word or "lost", disputes.Outcome)),
        "appeal": lambda: disputes.appeal(world, lever.id),
        "warn": lambda: disputes.warn(world, lever.id),
    }[lever.what]()


def _reason(word: str) -> str:
    return "product_not_received" if word in {"", "inquiry"} else word


def _refused(_request: AnyRequest, error: StandinError) -> Response[dict[str, str]]:
    return Response({"message": error.detail}, status_code=400)


@contextlib.asynccontextmanager
async def _loop(world: World, desk: Desk) -> AsyncIterator[None]:
    if world.settings.loop_seconds <= 0:
        yield
        return
    running = asyncio.create_task(_run(world, Postman(world, desk.faults)))
    yield
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def _run(world: World, postman: Postman) -> None:
    timeout = aiohttp.ClientTimeout(total=_POST_SECONDS_MAX)
    async with aiohttp.ClientSession(timeout=timeout) as session:

        async def bring(url: str, headers: Mapping[str, str], body: bytes) -> bool:
            try:
                async with session.post(url, headers=headers, data=body) as answer:
                    return answer.status < _OK_BELOW
            except (aiohttp.ClientError, TimeoutError) as error:
                _log.info("event_not_delivered", reason=type(error).__name__)
                return False

        while True:
            levers.tick(world)
            await postman.deliver(bring)
            await asyncio.sleep(world.settings.loop_seconds)
