"""The framework's PostgreSQL backend, but for what every request would pay for.

A connection is asked whether it still stands without a question to the server; and statements that every request sends
can be prepared, so that the server plans them once for each connection.
"""

from __future__ import annotations

import select
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.backends.postgresql import base, operations
from psycopg import Error, pq
from psycopg.errors import FeatureNotSupported

from portal.core.postgresql.lookups import use_arrays
from portal.core.postgresql.prepared import forget_at_rollback, keep_statements

use_arrays()

# A connection that nobody used for longer is asked a question: a machine in between may have dropped it unseen.
_TRUSTED_SECONDS = 5.0


class PreparingCursor(base.ServerBindingCursor):
    """Has every statement prepared."""

    # The stubs do not know what the framework's cursor inherits.
    connection: Any

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        try:
            return self._prepared(query, params, **options)
        except FeatureNotSupported:
            # A migration gave a column another type. A transaction is lost; its rollback forgets what was prepared.
            if self.connection.info.transaction_status != pq.TransactionStatus.IDLE:
                forget_at_rollback(self.connection)
                raise
            super().execute("DEALLOCATE ALL", prepare=False)  # type: ignore[misc]
            return self._prepared(query, params, **options)

    def _prepared(self, query: Any, params: Any, **options: Any) -> Any:
        return super().execute(query, params, **options | {"prepare": True})  # type: ignore[misc]


class DatabaseOperations(operations.DatabaseOperations):
    """Names a prepared statement in logs and tests as every other, and words columns in fewer steps."""

    compiler_module = "portal.core.postgresql.compiler"

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        if isinstance(cursor, PreparingCursor):
            return str(self.compose_sql(sql, params))
        return super().last_executed_query(cursor, sql, params)


class DatabaseWrapper(base.DatabaseWrapper):
    """The connection of one thread."""

    ops_class = DatabaseOperations
    _sound_at = 0.0
    _prepares = False

    def is_usable(self) -> bool:
        """Whether the server is still there: one that went has hung up, and that can be heard."""
        now = time.monotonic()
        if not (now - self._sound_at < _TRUSTED_SECONDS and self._is_silent()) and not super().is_usable():
            return False
        self._sound_at = now
        return True

    def _is_silent(self) -> bool:
        """Whether nothing has come in: between two statements a server only speaks to say that it goes."""
        heard = select.poll()
        try:
            heard.register(self.connection.pgconn.socket, select.POLLIN | select.POLLHUP | select.POLLERR)
        except Error:
            return False
        return not heard.poll(0)

    def get_connection_params(self) -> dict[str, Any]:
        """The plan of a prepared statement is made once and for all values: all of them look up keys."""
        params: dict[str, Any] = super().get_connection_params()
        return params | {
            "options": f"{params.get('options', '')} -c plan_cache_mode=force_generic_plan".strip(),
            "prepare_threshold": 0,
        }

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection that keeps what it prepares."""
        made = super().get_new_connection(conn_params)
        keep_statements(made)
        return made

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Statements of the block are prepared."""
        before, self._prepares = self._prepares, True
        try:
            yield
        finally:
            self._prepares = before

    def create_cursor(self, name: str | None = None) -> Any:
        if name or not self._prepares:
            return super().create_cursor(name)
        usual, self.connection.cursor_factory = self.connection.cursor_factory, PreparingCursor
        try:
            return super().create_cursor()
        finally:
            self.connection.cursor_factory = usual
