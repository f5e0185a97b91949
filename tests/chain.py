"""What the audit chain would find fault with, if the test's transaction were committed now."""

from portal.audit import services
from portal.audit.verification import altered_rows


def altered_at_commit() -> list[str]:
    """The rows that differ from their records, once those that wait for a record have the one of the commit."""
    if rows := services._take_unrecorded():
        services._append([(services._entry_of_rest(rows), rows)])
    return list(altered_rows())
