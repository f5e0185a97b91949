"""How the tests' flush between transactional tests goes past the triggers that no application statement passes.

PostgreSQL: `session_replication_role = replica`, for one transaction, which only a database superuser may set; the
tests' private server knows no other account, a production role must not be one. SQLite: the triggers are taken off and
put back in the flush's own transaction, as anybody who holds the database file could.

Truncating all tables of PostgreSQL makes a thousand files anew: only those that hold something are emptied, under the
same lock. Django's own lists of tables and rights, which follow the code, stay: nothing has to make them again.
"""

from collections.abc import Sequence

from django.apps import apps
from django.db import connections
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import Model

from portal.accounts.regions import load_region_tree
from tests import made_once

KEPT = ("django_migrations", "django_content_type", "auth_permission")
_TABLES = """
    SELECT quote_ident(relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0 AND relname <> ALL(%s)
"""
_regions: list[Model] = []
_execute_sql_flush = BaseDatabaseOperations.execute_sql_flush


def flush_past_triggers(operations: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
    """Stand in for `execute_sql_flush`, which empties all tables after a transactional test.

    The regions, which a migration brought, are there again afterwards: the next test counts on them.
    """
    _flush(operations, sql_list)
    made_once.forget()
    regions = apps.get_model("accounts", "Region").objects
    if _regions:
        regions.bulk_create(_regions, ignore_conflicts=True)
    else:
        load_region_tree(regions.model)
        _regions.extend(regions.all())


def _flush(operations: BaseDatabaseOperations, sql_list: Sequence[str]) -> None:
    connection = connections[operations.connection.alias]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_TABLES, [list(KEPT)])
            tables = [table for (table,) in cursor.fetchall()]
            if tables:
                # Whoever still writes to one of them ends first, as before a TRUNCATE.
                locked = f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE"
                emptied = "; ".join(f"DELETE FROM {table}" for table in tables)  # noqa: S608 - the database's own names
                past = "SET LOCAL session_replication_role = replica"
                _execute_sql_flush(operations, [past, locked, emptied])
            return
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        triggers = cursor.fetchall()
    _execute_sql_flush(
        operations,
        [
            *(f'DROP TRIGGER "{name}"' for name, _ in triggers),
            *(statement for statement in sql_list if not any(f'"{table}"' in statement for table in KEPT)),
            *(statement for _, statement in triggers),
        ],
    )
