"""The statements that a connection has prepared: as many as the portal asks, kept when a transaction is rolled back.

psycopg keeps a hundred, and at every rollback has the server forget all of them, as the transaction may have made or
dropped tables. Here that is a migration's work alone, and a refusal, which is a rollback too, is not to cost the
plans of every later request. Prepared statements are no part of a transaction, and the server plans one anew by itself
where a table it reads was changed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from psycopg import Connection
from psycopg._preparing import Prepare, PrepareManager

# A tenth of a megabyte each at most, and half of these in practice.
_MOST = 400
_CHANGES_TABLES = re.compile(rb"(?:DROP|ALTER|DISCARD ALL|DEALLOCATE ALL)\b")


class KeptStatements(PrepareManager):
    """Forgets after a change of tables, and at a rollback only where `forget_at_rollback` was called."""

    prepared_max = _MOST

    def __init__(self) -> None:
        super().__init__()
        self._is_stale = False

    def forget_at_rollback(self) -> None:
        """Prepare everything anew once the transaction is over: some statement does not fit its tables any more."""
        self._is_stale = True

    def clear(self) -> bool:
        """What psycopg calls at every rollback. Whether there is something for the server to forget."""
        if not self._is_stale:
            return False
        self._is_stale = False
        return super().clear()

    def _should_discard(self, prep: Prepare, results: Sequence[Any], *_: Any) -> bool:
        if not any(_CHANGES_TABLES.match(result.command_status or b"") for result in results):
            return False
        self._is_stale = True
        return self.clear()


def keep_statements(connection: Connection[Any]) -> None:
    """Have a new connection keep what it prepares."""
    kept = KeptStatements()
    kept.prepare_threshold = connection.prepare_threshold
    connection._prepared = kept  # noqa: SLF001 - psycopg has no other way to name it


def forget_at_rollback(connection: Connection[Any]) -> None:
    """See `KeptStatements.forget_at_rollback`."""
    kept = connection._prepared  # noqa: SLF001 - as above
    if isinstance(kept, KeptStatements):
        kept.forget_at_rollback()
