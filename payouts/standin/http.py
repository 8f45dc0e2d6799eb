"""Where programs reach the stand-in: Stripe's addresses below `/v1/` and `/v2/`, and levers below `/levers/`.

Levers need the API key, as Stripe's addresses do.
"""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal

import msgspec
from litestar import Request, Response, delete, get, post, route
from litestar.exceptions import NotAuthorizedException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from federation.node.app import WITHOUT_DATABASE
from payouts.standin import accounts, disputes, levers, refunds
from payouts.standin.desk import Asked, Desk
from payouts.standin.errors import StandinError
from payouts.standin.faults import Fault
from payouts.standin.world import World

AnyRequest = Request[Any, Any, Any]
OPT = {**WITHOUT_DATABASE, "exclude_from_csrf": True}
"""Programs come with a key, not with a form."""


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
        "mend_bank",
        "return_payout",
        "return_refund",
        "advance",
        "rate",
        "hold_events",
        "let_events_go",
        "dispute",
        "escalate",
        "decide",
        "appeal",
        "warn",
    ]
    id: str = ""
    amount: int = 0
    word: str = ""


def api_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """Stripe's addresses."""

    @route(["/v1/{rest:path}", "/v2/{rest:path}"], http_method=["GET", "POST", "DELETE"], status_code=200, opt=OPT)
    async def api(request: AnyRequest, rest: FromPath[str]) -> Response[bytes]:  # noqa: ARG001 - the whole path is read below
        asked = Asked(
            request.method,
            request.scope["path"],
            request.scope["query_string"].decode("latin-1"),
            {name.lower(): text for name, text in request.headers.items()},
            await request.body(),
        )
        seconds = desk.slowness_seconds(asked)
        if seconds > 0:
            await asyncio.sleep(seconds)
        told = desk.answer(asked)
        headers = {"idempotent-replayed": "true"} if told.replayed else {}
        return Response(told.body, status_code=told.status, media_type="application/json", headers=headers)

    return [api]


def lever_routes(world: World) -> list[HTTPRouteHandler]:
    """The levers, for tests and demonstrations."""
    common: dict[str, Any] = {"opt": OPT, "exception_handlers": {StandinError: _refused}}

    @post("/levers/pull", status_code=200, **common)
    async def pull(request: AnyRequest, data: JSONBody[Lever]) -> dict[str, Any]:
        _check_key(request, world)
        found = dict(_pull(world, data))
        world.keep()
        return found

    @post("/levers/faults", status_code=201, **common)
    async def add_fault(request: AnyRequest, data: JSONBody[Fault]) -> None:
        _check_key(request, world)
        world.faults.add(data)
        world.keep()

    @get("/levers/faults", **common)
    async def faults(request: AnyRequest) -> list[Fault]:
        _check_key(request, world)
        return world.faults.waiting

    @delete("/levers/faults", status_code=204, **common)
    async def forget_faults(request: AnyRequest) -> None:
        _check_key(request, world)
        world.faults.forget()
        world.keep()

    @get("/levers/objects/{kind:str}", **common)
    async def objects(request: AnyRequest, kind: FromPath[str]) -> list[dict[str, Any]]:
        _check_key(request, world)
        return list(world.things.get(kind, {}).values())

    return [pull, add_fault, faults, forget_faults, objects]


def _check_key(request: AnyRequest, world: World) -> None:
    if request.headers.get("authorization") != f"Bearer {world.settings.api_key}":
        raise NotAuthorizedException("levers need the stand-in's key")


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
        "mend_bank": lambda: levers.mend_bank(world, lever.id),
        "advance": lambda: levers.pass_time(world, lever.amount),
        "rate": lambda: levers.move_rate(world, lever.id, Decimal(lever.word)),
        "hold_events": lambda: levers.hold_events(world, held=True),
        "let_events_go": lambda: levers.hold_events(world, held=False),
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
