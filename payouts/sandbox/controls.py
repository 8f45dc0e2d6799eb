"""The sandbox's levers for tests and demonstrations: its clock, its misfortunes, and cards paid without a browser."""

from decimal import Decimal
from typing import Any, Literal

import msgspec
from litestar import Request, Response, delete, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from payouts.sandbox import bank, delivery, store
from payouts.sandbox.desk import JSON_OPT, Desk
from payouts.sandbox.errors import RefusedError

RATE_MAX = 100_000

FaultKind = Literal[
    "drop_response",
    "drop_request",
    "refuse_409",
    "refuse_429",
    "refuse_500",
    "delay",
    "insufficient_balance",
    "account_not_ready",
    "drop",
    "duplicate",
    "reorder",
]


class ClockMove(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far to move the sandbox's clock ahead, at most a year at once."""

    advance_seconds: int


class NewFault(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A misfortune for the next `times` calls whose path begins with `path` (`events`: deliveries of events)."""

    kind: FaultKind
    path: str
    times: int = 1
    seconds: float = 0.0


class NewRate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Units of `currency` for one euro from now on."""

    currency: Literal["GBP", "USD", "CHF", "CAD", "JPY"]
    per_euro: Decimal


class CardChoice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the shopper's card does."""

    outcome: Literal["succeeds", "declined", "give_up"]


class AccountChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an account is from now on."""

    ready: bool = True
    bank_fails: bool = False


def control_routes(desk: Desk) -> list[HTTPRouteHandler]:
    """The routes below `/api/test/`; they need the API key."""

    @post("/api/test/clock", opt=JSON_OPT, status_code=200)
    async def move_clock(request: Request[Any, Any, Any], data: JSONBody[ClockMove]) -> Response[dict[str, str]]:
        desk.check_key(request)
        await store.move_clock(max(0, min(data.advance_seconds, 366 * 86_400)))
        now = await delivery.pass_time(desk.settings)
        return Response({"now": now.isoformat()})

    @post("/api/test/rates", opt=JSON_OPT, status_code=200)
    async def move_rate(request: Request[Any, Any, Any], data: JSONBody[NewRate]) -> Response[dict[str, str]]:
        desk.check_key(request)
        if not data.per_euro.is_finite() or not 0 < data.per_euro < RATE_MAX:
            raise RefusedError("a rate is a number above zero")
        await store.move_rate(data.currency, data.per_euro)
        return Response({"currency": data.currency})

    @post("/api/test/faults", opt=JSON_OPT, status_code=201)
    async def add_fault(request: Request[Any, Any, Any], data: JSONBody[NewFault]) -> Response[dict[str, str]]:
        desk.check_key(request)
        await store.add_fault(data.kind, data.path, data.times, data.seconds)
        return Response({"kind": data.kind}, status_code=201)

    @delete("/api/test/faults", opt={**JSON_OPT, "exclude_from_csrf": True}, status_code=200)
    async def forget_faults(request: Request[Any, Any, Any]) -> Response[dict[str, str]]:
        desk.check_key(request)
        await store.forget_faults()
        return Response({})

    @post("/api/test/payments/{payment_id:str}", opt=JSON_OPT, status_code=200)
    async def use_card(
        request: Request[Any, Any, Any], payment_id: FromPath[str], data: JSONBody[CardChoice]
    ) -> Response[dict[str, str]]:
        desk.check_key(request)
        async with desk.changing() as now:
            if data.outcome == "succeeds":
                payment = await bank.accept_payment(payment_id, desk.settings, now)
            elif data.outcome == "declined":
                payment = await bank.decline_payment(payment_id, "The card was declined.", now)
            else:
                payment = await bank.cancel_payment(payment_id, now, "The shopper gave up.")
        return Response({"status": payment.status})

    @post("/api/test/accounts/{account_id:str}", opt=JSON_OPT, status_code=200)
    async def change_account(
        request: Request[Any, Any, Any], account_id: FromPath[str], data: JSONBody[AccountChange]
    ) -> Response[dict[str, bool]]:
        desk.check_key(request)
        async with desk.changing() as now:
            account = await bank.change_account(account_id, now, ready=data.ready, bank_fails=data.bank_fails)
        return Response({"ready": account.ready})

    return [move_clock, move_rate, add_fault, forget_faults, use_card, change_account]
