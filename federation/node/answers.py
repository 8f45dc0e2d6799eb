"""From errors to answers: problem documents (RFC 9457) for machines, a page for people, one table of statuses.

Invariants: an expected refusal is never a 500; an unexpected failure never shows its inside; whatever was raised
undoes the request's transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import asyncpg
import msgspec
import structlog
from litestar import Response
from litestar.exceptions import HTTPException, ValidationException
from litestar.response import Redirect

from federation.node import clock
from federation.node.pages import page
from federation.node.web import AnyRequest, visit_of
from federation.vocabulary.errors import (
    FieldError,
    GalleriaError,
    NotSignedInError,
    RecordInvalidError,
    RetryClass,
    TooLargeError,
)
from federation.vocabulary.wording import message

_log = structlog.get_logger(__name__)

PROBLEM_MEDIA_TYPE = "application/problem+json"
MACHINE_PATHS = ("/fed/", "/api/", "/hooks/", "/.well-known/")
ERROR_TEMPLATE = "error.html"
_SERVER_ERROR = 500

PROBLEM_STATUS: dict[str, int] = {
    # Ours, below federation.vocabulary.errors.
    "refused": 400,
    "record-invalid": 422,
    "too-large": 413,
    "not-found": 404,
    "not-allowed": 403,
    "not-signed-in": 401,
    "conflict": 409,
    "quota": 429,
    "peer-failed": 502,
    "peer-unreachable": 504,
    "peer-refused": 502,
    "door-refused": 502,
    # The federation protocol.
    "bad-digest": 400,
    "bad-signature": 401,
    "key-not-chained": 401,
    "key-refused": 422,
    "not-linked": 403,
    "clock-skew": 401,
    "replayed-nonce": 409,
    "size-mismatch": 409,
    "fork-detected": 409,
    "replica-frozen": 409,
    "snapshot-pending": 404,
    "copy-loading": 503,
    "party-contested": 409,
    "party-retired": 410,
    "sequence-gap": 409,
    "idempotency-conflict": 422,
    "idempotency-in-flight": 409,
    "reservation-expired": 409,
    "out-of-stock": 409,
    "order-declined": 422,
    "hold-quota": 429,
    "version-unsupported": 406,
    "peer-mismatch": 502,
    # The web edge.
    "bad-request": 400,
    "csrf-failed": 403,
    "method-not-allowed": 405,
    "not-acceptable": 406,
    "unsupported-media-type": 415,
    "misdirected-request": 421,
    "link-spent": 410,
    "busy": 503,
    "unavailable": 503,
    "internal": 500,
    # The hub.
    "hub-missing": 503,
    "basket-changed": 409,
    "basket-invalid": 422,
    "order-state": 409,
    "refund-invalid": 422,
    "return-invalid": 422,
    "search-invalid": 422,
    "search-unavailable": 503,
    # A shop node.
    "stock-changed": 409,
    "sku-taken": 422,
    # Payouts.
    "amount-invalid": 422,
    "illegal-move": 409,
    "refund-refused": 409,
    "payment-missing": 404,
    "event-refused": 400,
    "ledger-refused": 500,
    "ledger-unbalanced": 500,
    "ledger-conflict": 409,
    "ledger-short": 409,
    "provider-refused": 502,
    "provider-unavailable": 503,
    "provider-busy": 503,
    "provider-conflict": 502,
    "payment-declined": 402,
    "insufficient-balance": 402,
    "account-not-ready": 409,
    "party-moving": 503,
    "party-moved": 410,
}
"""The HTTP status of every slug; an unlisted slug takes the status of the nearest listed class above it."""

_ANY_TITLE = message("Something went wrong")
_TITLES = {
    400: message("This request cannot be understood"),
    401: message("Please sign in"),
    403: message("This is not allowed"),
    404: message("Nothing is here"),
    405: message("This address does not work that way"),
    409: message("Something has changed meanwhile"),
    410: message("This link has done its work"),
    413: message("This is too large"),
    421: message("Not the house you are looking for"),
    422: message("Something does not fit"),
    429: message("A little too much at once"),
    502: message("Another house does not answer as it should"),
    503: message("Not available just now"),
    504: message("Another house does not answer"),
}
_DETAILS = {
    "not-found": message("There is nothing at this address."),
    "method-not-allowed": message("This address cannot be used in that way."),
    "too-large": message(
        "What you sent is larger than this page takes, so nothing was changed. Go back and choose less."
    ),
}
_SLUG_OF_STATUS = {
    400: "bad-request",
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    413: "too-large",
    415: "unsupported-media-type",
    422: "record-invalid",
    429: "quota",
    503: "unavailable",
}


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A problem document: `type` is the slug, `retry` says whether asking again can help, `instance` where it was."""

    type: str
    title: str
    status: int
    detail: str
    retry: RetryClass
    instance: str = ""
    expected: str | int | None = None
    server_time: str | None = None
    errors: tuple[FieldError, ...] = ()
    retry_after_seconds: int | None = None


class UnavailableError(GalleriaError):
    """A failure of ours, said without its inside; the log has the rest under the correlation id."""

    slug = "internal"
    retry: RetryClass = "after"


class BusyError(UnavailableError):
    """The database is away or overrun for the moment."""

    slug = "busy"


def status_of(error: GalleriaError) -> int:
    """The HTTP status of an error: by its slug, else by the nearest class above that has one."""
    for cls in type(error).__mro__:
        slug = getattr(cls, "slug", None)
        if isinstance(slug, str) and slug in PROBLEM_STATUS:
            return PROBLEM_STATUS[slug]
    return PROBLEM_STATUS["refused"]


def problem_of(error: GalleriaError, *, instance: str, now: datetime) -> Problem:
    """The problem document of an error."""
    status = status_of(error)
    return Problem(
        type=error.slug,
        title=_TITLES.get(status, _ANY_TITLE),
        status=status,
        detail=error.detail,
        retry=error.retry,
        instance=instance,
        expected=error.expected,
        server_time=now.isoformat(),
        errors=error.errors,
        retry_after_seconds=error.retry_after_seconds,
    )


def written(problem: Problem) -> bytes:
    """The document as JSON; a fault's Sentence is the text it is."""
    return msgspec.json.encode(problem, enc_hook=str)


def _answer_error(request: AnyRequest, error: GalleriaError) -> Response[Any]:
    problem = problem_of(error, instance=visit_of(request.scope).correlation_id, now=clock.now())
    if problem.status < _SERVER_ERROR:
        _log.info("refused", slug=problem.type, status=problem.status, detail=problem.detail)
    if isinstance(error, NotSignedInError) and request.method == "GET" and not wants_problem(request):
        visit_of(request.scope).failed = True
        return Redirect("/sign-in", query_params={"next": _path_and_query(request)}, status_code=303)
    return _answer_problem(request, problem, error.sentence)


def _answer_problem(request: AnyRequest, problem: Problem, sentence: str = "") -> Response[Any]:
    """The document for machines, a page for people; `sentence` is the detail as a page can translate it."""
    visit_of(request.scope).failed = True
    answer: Response[Any]
    if wants_problem(request):
        answer = Response(written(problem), status_code=problem.status, media_type=PROBLEM_MEDIA_TYPE)
    else:
        answer = page(
            request, ERROR_TEMPLATE, status_code=problem.status, problem=problem, sentence=sentence or problem.detail
        )
    if problem.retry_after_seconds is not None:
        answer.headers["Retry-After"] = str(problem.retry_after_seconds)
    return answer


def wants_problem(request: AnyRequest) -> bool:
    """Whether a machine is asking: by the path, else by what it says it accepts."""
    if request.scope["path"].startswith(MACHINE_PATHS):
        return True
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def _path_and_query(request: AnyRequest) -> str:
    query = request.scope["query_string"].decode("latin-1")
    return request.scope["path"] + (f"?{query}" if query else "")


def _answer_http(request: AnyRequest, error: HTTPException) -> Response[Any]:
    status = error.status_code
    if status >= _SERVER_ERROR:
        return _answer_unexpected(request, error)
    if isinstance(error, ValidationException):
        return _answer_error(request, RecordInvalidError("The request does not fit.", errors=_field_errors(error)))
    slug = _SLUG_OF_STATUS.get(status, "bad-request")
    problem = Problem(
        type=slug,
        title=_TITLES.get(status, _ANY_TITLE),
        status=status,
        detail=_DETAILS.get(slug, error.detail),
        retry="never",
        instance=visit_of(request.scope).correlation_id,
        server_time=clock.now().isoformat(),
    )
    return _answer_problem(request, problem)


def _field_errors(error: ValidationException) -> tuple[FieldError, ...]:
    extra: Any = error.extra
    if not isinstance(extra, list):
        return (FieldError("", "invalid", str(error.detail)),)
    return tuple(
        FieldError(str(fault.get("key", "")), "invalid", str(fault.get("message", "")))
        for fault in extra
        if isinstance(fault, Mapping)
    )


def _route(request: AnyRequest) -> str:
    """The route's template, for the log: a path may hold a token."""
    return str(dict(request.scope).get("path_template", ""))


def _answer_unexpected(request: AnyRequest, error: Exception) -> Response[Any]:
    _log.error("request_failed", route=_route(request), method=request.method, exc_info=error)
    detail = "Something of ours failed. It has been noted; please try again in a moment."
    return _answer_error(request, UnavailableError(detail))


def _answer_database(request: AnyRequest, error: Exception) -> Response[Any]:
    _log.warning("database_unavailable", route=_route(request), reason=repr(error)[:300])
    return _answer_error(request, BusyError("We are busy just now: please try again.", retry_after_seconds=2))


def _answer_text(request: AnyRequest, _error: Exception) -> Response[Any]:
    return _answer_error(request, RecordInvalidError("Something here holds a character that is no text: U+0000."))


def _answer_deep(request: AnyRequest, error: Exception) -> Response[Any]:
    """JSON nested so deeply that the decoder gave up; noted, as a recursion of our own would look the same."""
    _log.warning("nested_too_deeply", route=_route(request), method=request.method, exc_info=error)
    return _answer_error(request, TooLargeError("What was sent is nested too deeply to be read."))


def answer_exception(request: AnyRequest, error: Exception) -> Response[Any]:
    """The answer to any exception, expected or not."""
    handler = next(EXCEPTION_HANDLERS[cls] for cls in type(error).__mro__ if cls in EXCEPTION_HANDLERS)
    answer: Response[Any] = handler(request, error)
    return answer


EXCEPTION_HANDLERS: dict[Any, Any] = {
    GalleriaError: _answer_error,
    HTTPException: _answer_http,
    RecursionError: _answer_deep,
    asyncpg.CharacterNotInRepertoireError: _answer_text,
    asyncpg.UntranslatableCharacterError: _answer_text,
    asyncpg.SerializationError: _answer_database,
    asyncpg.DeadlockDetectedError: _answer_database,
    asyncpg.LockNotAvailableError: _answer_database,
    asyncpg.TooManyConnectionsError: _answer_database,
    asyncpg.OperatorInterventionError: _answer_database,
    asyncpg.PostgresConnectionError: _answer_database,
    asyncpg.InterfaceError: _answer_database,
    asyncpg.InternalClientError: _answer_database,  # the server's farewell arrived while a statement was being sent
    TimeoutError: _answer_database,
    ConnectionError: _answer_database,
    Exception: _answer_unexpected,
}
