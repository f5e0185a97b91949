"""The framework's compilers of queries, of which the one that selects words columns in fewer steps.

Putting queries into SQL is most of what the portal's processor does, and most of that are columns: twenty a query.
"""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql import compiler as base
from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.models.expressions import Col

__all__ = ["SQLAggregateCompiler", "SQLCompiler", "SQLDeleteCompiler", "SQLInsertCompiler", "SQLUpdateCompiler"]


class SQLCompiler(base.SQLCompiler):
    """Words a column as `Col.as_sql` does, with both its names looked up at once; orders by names without a search."""

    def _order_by_pairs(self) -> Any:
        """Pairs of an expression and whether it is selected: an iterator, as the framework gives it.

        The framework first hashes every column selected, to find those that are ordered by. Where all are names, and
        none is that of something selected, nothing can be found.
        """
        query = self.query
        given = query.extra_order_by or query.order_by or (query.default_ordering and query.get_meta().ordering) or ()
        if (
            query.combinator
            or any(alias for *_, alias in self.select)
            or not all(isinstance(one, str) for one in given)
        ):
            return super()._order_by_pairs()
        kept, self.select = self.select, []
        try:
            found: Any = super()._order_by_pairs()
            return iter(list(found))
        finally:
            self.select = kept

    def compile(self, node: Any) -> tuple[str, Any]:
        if type(node) is not Col or not node.alias:
            found: tuple[str, Any] = super().compile(node)
            return found
        names, alias, column = self.quote_cache, node.alias, str(node.target.column)
        try:
            return f"{names[alias]}.{names[column]}", []
        except KeyError:
            return f"{self.quote_name_unless_alias(alias)}.{self.quote_name_unless_alias(column)}", []
