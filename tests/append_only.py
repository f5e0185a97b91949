"""How the tests' flush between transactional tests goes past the triggers that no application statement passes.

PostgreSQL: `session_replication_role = replica`, for one transaction, which only a database superuser may set; the
tests' private server knows no other account, a production role must not be one. SQLite: the triggers are taken off and
put back in the flush's own transaction, as anybody who holds the database file could.
"""

from collections.abc import Sequence

from django.apps import apps
from django.db import connections
from django.db.backends.base.operations import BaseDatabaseOperations

from portal.accounts.regions import load_region_tree
from tests import made_once

_execute_sql_flush = BaseDatabaseOperations.execute_sql_flush


def flush_past_triggers(operations: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
    """Stand in for `execute_sql_flush`, which empties all tables after a transactional test.

    The regions, which a migration brought, are there again afterwards: the next test counts on them.
    """
    _flush(operations, sql_list)
    made_once.forget()
    load_region_tree(apps.get_model("accounts", "Region"))


def _flush(operations: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
    connection = connections[operations.connection.alias]
    if connection.vendor == "postgresql":
        _execute_sql_flush(operations, ["SET LOCAL session_replication_role = replica", *sql_list])
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    _execute_sql_flush(
        operations,
        [*(f'DROP TRIGGER "{name}"' for name, _ in triggers), *sql_list, *(statement for _, statement in triggers)],
    )
