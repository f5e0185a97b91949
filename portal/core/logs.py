"""Logs as one JSON document a line, each with the id of the request it belongs to, also in the jobs that follow."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from portal.core import metrics

logger = logging.getLogger("portal.statements")
_request_id: ContextVar[str] = ContextVar("request_id", default="")
_STATEMENT_CHARACTERS = 300
# What a record has by itself; all else was given by `extra` and stands in the line.
_OWN_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request", "request_id"}


@contextmanager
def as_request(request_id: str) -> Iterator[None]:
    """Let what is inside belong to this request."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


def current_request_id() -> str:
    """The id of the request (or of the one that a running job goes back to); "" outside of any."""
    return _request_id.get()


class JsonFormatter(logging.Formatter):
    """One JSON document a line: time, level, logger, message, request id, further plain values, and the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            # The framework's own line about an answer comes after the request's end.
            "request_id": current_request_id() or getattr(getattr(record, "request", None), "request_id", ""),
        }
        line |= {name: value for name, value in vars(record).items() if name not in _OWN_FIELDS and _is_plain(value)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def _is_plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool | None)


def watch_statements(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Name every statement on a new connection that takes longer than SLOW_STATEMENT_SECONDS, without its values."""
    if _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


def _timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001 - Django's own signature
    began = time.perf_counter()
    try:
        return execute(sql, params, many, context)
    finally:
        seconds = time.perf_counter() - began
        if seconds > settings.SLOW_STATEMENT_SECONDS:
            metrics.SLOW_STATEMENTS.inc()
            text = " ".join(sql.split())[:_STATEMENT_CHARACTERS]
            logger.warning("Slow statement (%.0f ms): %s", seconds * 1000, text)
