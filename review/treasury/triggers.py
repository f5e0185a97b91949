"""What the database itself holds of the books, set up by a migration operation.

On both databases: an account's sequence has no gap, its balance is the one before plus the posting, and a guarded
account never falls below zero. On PostgreSQL also, at commit: the postings of an entry add up to zero, and no entry is
without postings. SQLite knows no check at commit: there `post_entries` alone sees to it, and `verify_ledger` finds it.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_LAST = "(SELECT {column} FROM treasury_posting WHERE account_id = NEW.account_id ORDER BY sequence DESC LIMIT 1)"
_SEQUENCE = f"NEW.sequence <> COALESCE({_LAST.format(column='sequence')}, 0) + 1"
_BALANCE = f"NEW.balance_after <> COALESCE({_LAST.format(column='balance_after')}, 0) + NEW.amount"
_GUARD = "NEW.balance_after < 0 AND (SELECT guarded FROM treasury_account WHERE id = NEW.account_id)"
_RULES = {
    "posting_out_of_order": _SEQUENCE,
    "balance_is_not_the_sum": _BALANCE,
    "guarded_account_below_zero": _GUARD,
}

_POSTGRESQL = {
    "treasury_posting_in_order": (
        "treasury_posting",
        "BEFORE INSERT",
        "".join(
            f"IF {rule} THEN RAISE EXCEPTION '{name}: account %', NEW.account_id"
            " USING ERRCODE = 'integrity_constraint_violation'; END IF;\n"
            for name, rule in _RULES.items()
        )
        + "RETURN NEW;",
    ),
    "treasury_entry_balances": (
        "treasury_posting",
        "AFTER INSERT",
        (
            "IF (SELECT SUM(amount) FROM treasury_posting WHERE entry_id = NEW.entry_id) <> 0 THEN"
            " RAISE EXCEPTION 'entry_does_not_balance: %', NEW.entry_id"
            " USING ERRCODE = 'integrity_constraint_violation'; END IF;\nRETURN NULL;"
        ),
    ),
    "treasury_entry_has_postings": (
        "treasury_entry",
        "AFTER INSERT",
        (
            "IF NOT EXISTS (SELECT 1 FROM treasury_posting WHERE entry_id = NEW.id) THEN"
            " RAISE EXCEPTION 'entry_without_postings: %', NEW.id"
            " USING ERRCODE = 'integrity_constraint_violation'; END IF;\nRETURN NULL;"
        ),
    ),
}


def book_triggers(vendor: str) -> dict[str, list[str]]:
    """The statements that make each trigger, by the trigger's name."""
    if vendor != "postgresql":
        return {
            f"treasury_{name}": [
                (
                    f'CREATE TRIGGER "treasury_{name}" BEFORE INSERT ON "treasury_posting" FOR EACH ROW WHEN {rule}'
                    f" BEGIN SELECT RAISE(ABORT, '{name}'); END"
                )
            ]
            for name, rule in _RULES.items()
        }
    made = {}
    for name, (table, when, body) in _POSTGRESQL.items():
        deferred = when == "AFTER INSERT"
        made[name] = [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n{body}\nEND\n$$",
            (
                f'CREATE {"CONSTRAINT " if deferred else ""}TRIGGER "{name}" {when} ON "{table}"'
                f"{' DEFERRABLE INITIALLY DEFERRED' if deferred else ''} FOR EACH ROW EXECUTE FUNCTION {name}()"
            ),
        ]
    return made


def missing_book_triggers(connection: BaseDatabaseWrapper) -> list[str]:
    """Names of the books' triggers that the database lacks or has switched off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')")
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        present = {row[0] for row in cursor.fetchall()}
    return sorted(set(book_triggers(connection.vendor)) - present)


class GuardBooks(Operation):
    """Set up the triggers of the books."""

    reduces_to_sql = True
    reversible = True

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [], {}

    def describe(self) -> str:
        return "Guard the books"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The tables' columns stay as they are."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for statements in book_triggers(schema_editor.connection.vendor).values():
            for statement in statements:
                schema_editor.execute(statement, params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        vendor = schema_editor.connection.vendor
        for name in book_triggers(vendor):
            table = _POSTGRESQL[name][0] if vendor == "postgresql" else ""
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{name}"' + (f' ON "{table}"' if table else ""), params=None)
