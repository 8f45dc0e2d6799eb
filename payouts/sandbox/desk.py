"""How a call of the sandbox's API is served: key checked, misfortunes met, answered once per idempotency key.

A business refusal is an answer like any other: it is stored under the key and repeated. What a misfortune did to a
call is never stored, and may leave the caller not knowing whether anything happened.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec
from litestar import Request, Response

from federation.node import clock
from federation.node.database import atomic
from federation.node.idempotency import Answer, IdempotencyConflictError, IdempotencyInFlightError, once
from payouts.sandbox import records, store
from payouts.sandbox.errors import AccountError, ApiKeyError, BalanceError, SandboxError
from payouts.sandbox.settings import SandboxSettings

JSON_OPT = {"transaction": False, "session": False}
KEY_HEADER = "idempotency-key"

_STATUS = {"not-found": 404, "insufficient-balance": 402, "account-not-ready": 409, "refused": 422}
_REFUSALS = {"refuse_409": (409, "busy"), "refuse_429": (429, "rate-limited"), "refuse_500": (500, "internal")}
_BUSINESS = {
    "insufficient_balance": BalanceError("the balance is too small (a misfortune asked for)"),
    "account_not_ready": AccountError("the account cannot take money (a misfortune asked for)"),
}


class ApiError(msgspec.Struct, frozen=True):
    """A refusal of the API: a code for machines, a sentence for people."""

    code: str
    message: str


class Desk:
    """Serves calls for one sandbox."""

    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings

    def check_key(self, request: Request[Any, Any, Any]) -> None:
        """Raises ApiKeyError unless the call carries the sandbox's key."""
        offered = request.headers.get("authorization", "").removeprefix("Bearer ").strip()
        if not hmac.compare_digest(offered.encode(), self.settings.api_key.encode()):
            raise ApiKeyError("this call carries no API key of this sandbox")

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[datetime]:
        """A transaction that alone may change balances; gives the sandbox's present."""
        async with atomic():
            await store.one_at_a_time()
            yield clock.now() + await store.clock_ahead()

    async def read(
        self, request: Request[Any, Any, Any], look: Callable[[datetime], Awaitable[object]]
    ) -> Response[bytes]:
        """Answer a question."""
        self.check_key(request)
        fault = await store.take_fault(request.scope["path"])
        before = await _before(fault)
        if before is not None:
            return before
        async with atomic():
            return _after(fault, await _run(look, clock.now() + await store.clock_ahead()))

    async def change(
        self, request: Request[Any, Any, Any], act: Callable[[datetime], Awaitable[object]]
    ) -> Response[bytes]:
        """Do something once per idempotency key, and answer the same ever after."""
        self.check_key(request)
        key, path = request.headers.get(KEY_HEADER, ""), request.scope["path"]
        if not key:
            return _refusal(400, "key-missing", "every change needs an Idempotency-Key")
        fault = await store.take_fault(path)
        before = await _before(fault)
        if before is not None:
            return before
        content = b"\n".join((request.method.encode(), path.encode(), await request.body()))
        try:
            async with self.changing() as now:
                answer = await once("sandbox", key, content, lambda: _run(_as_told(act, fault), now))
        except IdempotencyConflictError as error:
            return _refusal(422, "key-reused", error.detail)
        except IdempotencyInFlightError as error:
            return _refusal(409, "busy", error.detail)
        return _after(fault, answer)


async def _run(act: Callable[[datetime], Awaitable[object]], now: datetime) -> Answer:
    """The outcome as an answer; a refusal leaves nothing behind but itself."""
    try:
        async with atomic():
            return Answer(200, body=msgspec.json.encode(await act(now)))
    except SandboxError as error:
        return Answer(_STATUS[error.slug], body=msgspec.json.encode(ApiError(error.slug, error.detail)))


def _as_told(
    act: Callable[[datetime], Awaitable[object]], fault: records.FaultRow | None
) -> Callable[[datetime], Awaitable[object]]:
    refusal = None if fault is None else _BUSINESS.get(fault.kind)
    if refusal is None:
        return act

    async def refuse(_now: datetime) -> object:
        raise refusal

    return refuse


async def _before(fault: records.FaultRow | None) -> Response[bytes] | None:
    """What a misfortune answers before anything happened, if it does."""
    if fault is None:
        return None
    if fault.seconds:
        await asyncio.sleep(fault.seconds)
    if fault.kind == "drop_request":
        return _cut_off()
    refusal = _REFUSALS.get(fault.kind)
    return None if refusal is None else _refusal(*refusal, "a misfortune asked for")


def _after(fault: records.FaultRow | None, answer: Answer) -> Response[bytes]:
    if fault is not None and fault.kind == "drop_response":
        return _cut_off()
    headers = {"idempotent-replayed": "true"} if answer.replayed else {}
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type, headers=headers)


def _cut_off() -> Response[bytes]:
    """An answer that ends in the middle: the caller cannot know what happened."""
    return Response(b'{"id": "', status_code=200, media_type="application/json")


def _refusal(status: int, code: str, message: str) -> Response[bytes]:
    return Response(msgspec.json.encode(ApiError(code, message)), status_code=status, media_type="application/json")
