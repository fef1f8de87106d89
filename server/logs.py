"""What the installation writes about itself: JSON lines on standard error, without a shopper's data and without tokens in addresses."""

import logging
import re
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![\w-])\+?\d(?:[ ().-]?\d){7,14}(?![\w-])")
_TOKEN = re.compile(r"(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]*\d)(?=[A-Za-z0-9_-]*[A-Za-z])[A-Za-z0-9_-]{22,}(?![A-Za-z0-9_-])")
_CUSTOMER = re.compile(r"gid://shopify/Customer/\d+")
_TALKATIVE = (
    "httpx", "httpcore", "httpx2", "uvicorn.access", "aiosqlite", "sqlalchemy", "asyncio", "aiosmtplib", "chromadb", "openai",
    "python_multipart", "multipart", "langchain", "langchain_core", "urllib3", "tokenizers", "joserfc", "alembic",
    "procrastinate",
)  # fmt: skip
_KEPT_KEYS = frozenset({"conversation", "timestamp", "level", "event", "logger"})
"""A conversation's id opens nothing (trust.md 4.5): it may be named, so that a fault can be found."""


def redacted(text: str) -> str:
    """`text` without what may identify a shopper or open anything."""
    for pattern, mark in ((_EMAIL, "(e-mail)"), (_CUSTOMER, "(customer)"), (_TOKEN, "(token)"), (_PHONE, "(phone)")):
        text = pattern.sub(mark, text)
    return text


def _redact(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if isinstance(value, str) and (key not in _KEPT_KEYS or key == "event"):
            event[key] = redacted(value)
    return event


def _frames(raised: Any) -> str:
    """Where it happened and what kind of failure it is, never its message: that may hold a shopper's words or a row of the store."""
    error: BaseException | None = raised[1]
    told: list[str] = []
    while error is not None and len(told) < 5:
        told.append("".join(traceback.format_tb(error.__traceback__)) + f"{type(error).__module__}.{type(error).__qualname__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nbecause of\n".join(told)


def configure(*, level: int = logging.INFO, plain: bool = False) -> None:
    """Have structlog and the standard library write one JSON object a line. plain: readable lines, for a terminal."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(lambda exc_info: _frames(exc_info)),
        _redact,
    ]
    last: Any = structlog.dev.ConsoleRenderer(colors=False) if plain else structlog.processors.JSONRenderer(ensure_ascii=False)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last], foreign_pre_chain=shared
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # These write whole addresses, queries, rows or requests, with whatever stands in them (trust.md 4.5).
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
