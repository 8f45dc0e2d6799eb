"""Logs: one JSON object a line on standard error, each with the correlation id of the request or message it serves.

Never logged: cookies, headers, bodies, tokens.
"""

import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import structlog

_correlation: ContextVar[str] = ContextVar("galleria_correlation", default="")
_CORRELATION_FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")


def configure(level: str = "INFO") -> None:
    """Send structlog and the standard library's loggers to standard error as JSON lines from `level` upwards."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processor=structlog.processors.JSONRenderer(ensure_ascii=False), foreign_pre_chain=shared
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)


def correlation_id() -> str:
    """The id of what is being served here; empty outside `correlated()`."""
    return _correlation.get()


def new_correlation_id(offered: str = "") -> str:
    """`offered` when it has a harmless form, else a fresh one."""
    return offered if _CORRELATION_FORM.fullmatch(offered) else secrets.token_hex(8)


@contextmanager
def correlated(correlation: str) -> Iterator[None]:
    """Everything logged and enqueued inside carries `correlation`."""
    token = _correlation.set(correlation)
    try:
        with structlog.contextvars.bound_contextvars(correlation_id=correlation):
            yield
    finally:
        _correlation.reset(token)
