"""What the database itself holds of the books, set up by a migration operation.

On both databases: an account's sequence has no gap, its balance is the one before plus the posting, and a guarded
account never falls below zero. On PostgreSQL also, at commit: the postings of an entry add up to zero, and no entry is
without postings. SQLite knows no check at commit: there `post_entries` alone sees to it, and `verify_ledger` finds it.
"""

from typing import Any

from django.db.models import Model

from portal.core.triggers import TriggerOperation

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


class GuardBooks(TriggerOperation):
    """Set up the triggers of the books."""

    model_name = "posting"
    name = "books"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [], {}

    def describe(self) -> str:
        return "Guard the books"

    def functions(self, model: type[Model]) -> dict[str, str]:
        return {name: f"\nBEGIN\n{body}\nEND\n" for name, (_, _, body) in _POSTGRESQL.items()}

    def triggers(self, model: type[Model], *, vendor: str) -> dict[str, str]:
        if vendor != "postgresql":
            return {
                f"treasury_{name}": (
                    f'CREATE TRIGGER "treasury_{name}" BEFORE INSERT ON "treasury_posting" FOR EACH ROW WHEN {rule}'
                    f" BEGIN SELECT RAISE(ABORT, '{name}'); END"
                )
                for name, rule in _RULES.items()
            }
        made = {}
        for name, (table, when, _) in _POSTGRESQL.items():
            kind, how = ("TRIGGER", "")
            if when == "AFTER INSERT":
                kind, how = ("CONSTRAINT TRIGGER", " DEFERRABLE INITIALLY DEFERRED")
            made[name] = f'CREATE {kind} "{name}" {when} ON "{table}"{how} FOR EACH ROW EXECUTE FUNCTION {name}()'
        return made
