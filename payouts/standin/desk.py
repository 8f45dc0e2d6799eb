"""One request at a time: key, operation, parameters, idempotency, the deed, and what goes wrong on order.

v1 keeps the answer of a begun deed under its key for a day, refusals and failures included, and repeats it; other
parameters under a key are refused. v2 keeps successes only. A request that cannot be read is never kept.
"""

import hashlib
from collections import deque
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec

from payouts.standin.errors import RefusedError, RequestError, StandinError
from payouts.standin.expanding import expanded, paged
from payouts.standin.forms import convert, read_form
from payouts.standin.multipart import read_multipart
from payouts.standin.operations import Call, Operation, operation_at
from payouts.standin.state import Kept, Told
from payouts.standin.world import Thing, World

FORGET_EVERY = 1_000
"""After so many answers those that are too old are looked for."""

REQUESTS_KEPT = 10_000
"""How many of the last changes asked for can be looked at."""

_CUT_OFF = b'{"id": "'
_STATUS = {
    "resource_missing": 404,
    "card_declined": 402,
    "lock_timeout": 429,
    "rate_limit": 429,
    "idempotency_key_in_use": 409,
}
_BUSINESS = {
    "balance_insufficient": RefusedError("You have insufficient funds in your account.", "balance_insufficient"),
    "account_disabled": RefusedError("The account has been disabled.", "account_invalid", "destination"),
}
_EARLY = {
    "refuse_409": (409, "idempotency_error", "idempotency_key_in_use"),
    "refuse_429": (429, "invalid_request_error", "rate_limit"),
    "refuse_500": (500, "api_error", ""),
}


class Asked(msgspec.Struct, frozen=True):
    """A request as it came; header names are lower-case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


class Desk:
    """Answers requests against one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.faults = world.faults
        self.requests: deque[tuple[str, str, str]] = deque(maxlen=REQUESTS_KEPT)

    def answer(self, asked: Asked) -> Told:
        """The answer to a request, after its effect, which is written down by then."""
        before = dict(self.world.touched)
        told = self._answer(asked)
        if asked.method == "GET":
            self.world.touched = before
        else:
            self.world.keep()
        return told

    def slowness_seconds(self, asked: Asked) -> float:
        """How much longer this request is to take, on order."""
        return self.faults.take_slowness(f"{asked.method} {asked.path}") or self.faults.take_slowness(asked.path)

    def _answer(self, asked: Asked) -> Told:
        if asked.headers.get("authorization") != f"Bearer {self.world.settings.api_key}":
            return _refusal(RequestError("Invalid API Key provided", kind="invalid_request_error"), status=401)
        fault = self.faults.take(f"{asked.method} {asked.path}") or self.faults.take(asked.path)
        if fault == "drop_request":
            return Told(200, _CUT_OFF)
        if fault in _EARLY:
            status, kind, code = _EARLY[fault]
            return _refusal(RequestError("a misfortune asked for", code, kind=kind), status=status)
        told = self._once(asked, fault)
        return Told(200, _CUT_OFF) if fault == "drop_response" else told

    def _once(self, asked: Asked, fault: str) -> Told:
        key = asked.headers.get("idempotency-key", "")
        try:
            operation, ids = operation_at(asked.method, asked.path)
            params = convert(_params(asked), operation.accepts, operation.required)
        except RequestError as error:
            return _refusal(error)
        call = Call(params, ids, asked.headers.get("stripe-account", ""))
        if asked.method == "GET" or not key:
            return self._do(operation, call, asked, fault)
        self.requests.append((asked.method, asked.path, key))
        place = (call.account, key)
        digest = hashlib.sha256(msgspec.json.encode((asked.path, sorted(_flat(params))))).digest()
        kept = self.world.answers.get(place)
        if kept is not None and self.world.now - kept.at < self.world.settings.key_lifetime_seconds:
            return _replayed(kept, digest)
        told = self._do(operation, call, asked, fault)
        if told.status < 300 or asked.path.startswith("/v1/"):  # noqa: PLR2004 - the statuses of success
            self.world.answers[place] = Kept(digest, told, self.world.now)
            self.world.touch("answer", f"{call.account} {key}")
            if len(self.world.answers) % FORGET_EVERY == 0:
                self.world.forget_old_answers()
        return told

    def _do(self, operation: Operation, call: Call, asked: Asked, fault: str) -> Told:
        try:
            if fault in _BUSINESS:
                raise _BUSINESS[fault]
            if call.account:
                self.world.account(call.account)
            found = operation.deed(self.world, call)
            answer = found if isinstance(found, dict) else paged(found, call.params, asked.path)
        except StandinError as error:
            return _refusal(error)
        if fault == "fail_after":
            return _refusal(RefusedError("An error occurred", kind="api_error"), status=500)
        return Told(200, msgspec.json.encode(expanded(self.world, answer, call.params.get("expand", []))))


def _params(asked: Asked) -> dict[str, Any]:
    if asked.method == "POST" and asked.path.startswith("/v2/"):
        try:
            return dict(msgspec.json.decode(asked.body or b"{}", type=dict[str, Any]))
        except msgspec.MsgspecError as error:
            raise RequestError("the body is not a JSON object") from error
    content_type = asked.headers.get("content-type", "")
    if asked.method == "POST" and content_type.startswith("multipart/form-data"):
        return read_multipart(asked.body, content_type)
    return read_form(asked.body.decode("utf-8", "replace") if asked.method == "POST" else asked.query)


def _flat(params: Thing) -> list[tuple[str, str]]:
    return parse_qsl(urlencode({name: msgspec.json.encode(value).decode() for name, value in params.items()}))


def _replayed(kept: Kept, digest: bytes) -> Told:
    if kept.digest != digest:
        return _refusal(
            RequestError(
                "Keys for idempotent requests can only be used with the same parameters they were first used with.",
                kind="idempotency_error",
            )
        )
    return Told(kept.answer.status, kept.answer.body, replayed=True)


def _refusal(error: StandinError, status: int = 0) -> Told:
    found = {"type": error.kind, "code": error.code, "param": error.param, "message": error.detail}
    body = {"error": {name: text for name, text in found.items() if text}}
    return Told(status or _STATUS.get(error.code, 400), msgspec.json.encode(body))
