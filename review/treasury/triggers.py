"""What the database itself holds of the books, set up by a migration operation.

On both databases: an account's sequence has no gap, its balance is the one before plus the posting, and a guarded
account never falls below zero. On PostgreSQL also, at commit: the postings of an entry add up to zero, and no entry is
without postings. SQLite knows no check at commit: there `post_entries` alone sees to it, and `verify_ledger` finds it.
"""

from typing import Any

from django.db.models import Model

from portal.core.triggers import TriggerOperation

_LAST = "FROM treasury_posting WHERE account_id = NEW.account_id ORDER BY sequence DESC LIMIT 1"
# What refuses a posting: conditions that are asked in their order, the later only where the earlier hold.
_RULES = {
    "posting_out_of_order": ["NEW.sequence <> COALESCE({sequence}, 0) + 1"],
    "balance_is_not_the_sum": ["NEW.balance_after <> COALESCE({balance}, 0) + NEW.amount"],
    "guarded_account_below_zero": [
        "NEW.balance_after < 0",
        "(SELECT guarded FROM treasury_account WHERE id = NEW.account_id)",
    ],
}
_ON_SQLITE = {"sequence": f"(SELECT sequence {_LAST})", "balance": f"(SELECT balance_after {_LAST})"}


def _in_order() -> str:
    """The body of the PostgreSQL function: the last posting is read once for all rules, as there are many postings."""
    checks = "".join(
        "".join(f"IF {one.format(sequence='last_sequence', balance='last_balance')} THEN " for one in conditions)
        + f"RAISE EXCEPTION '{name}: account %', NEW.account_id USING ERRCODE = 'integrity_constraint_violation';"
        + " END IF;" * len(conditions)
        + "\n"
        for name, conditions in _RULES.items()
    )
    return (
        "DECLARE last_sequence bigint; last_balance bigint;\nBEGIN\n"
        f"SELECT sequence, balance_after INTO last_sequence, last_balance {_LAST};\n{checks}RETURN NEW;\nEND;"
    )


_POSTGRESQL = {
    "treasury_posting_in_order": (
        "treasury_posting",
        "BEFORE INSERT",
        _in_order(),
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
                    f'CREATE TRIGGER "treasury_{name}" BEFORE INSERT ON "treasury_posting" FOR EACH ROW WHEN '
                    f"{' AND '.join(conditions).format(**_ON_SQLITE)} BEGIN SELECT RAISE(ABORT, '{name}'); END"
                )
                for name, conditions in _RULES.items()
            }
        made = {}
        for name, (table, when, _) in _POSTGRESQL.items():
            kind, how = ("TRIGGER", "")
            if when == "AFTER INSERT":
                kind, how = ("CONSTRAINT TRIGGER", " DEFERRABLE INITIALLY DEFERRED")
            made[name] = f'CREATE {kind} "{name}" {when} ON "{table}"{how} FOR EACH ROW EXECUTE FUNCTION {name}()'
        return made
