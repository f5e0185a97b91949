"""Lines of a per-N item count together: what the interpreter does with one claim, for all claims at once."""

from dataclasses import replace

import numpy as np

from policies.engine.columns.arithmetic import either
from policies.engine.columns.conditions import UnsupportedRuleError
from policies.engine.columns.lines import slice_lines, take_lines
from policies.engine.columns.population import BoolArray, Column, IntArray, LineTable
from policies.engine.columns.shape import Shape

# What the scalar engine reads as whole numbers: of these the largest stated counts, of others the first.
_WHOLE = frozenset({"money", "integer", "boolean"})


def merge_lines(table: LineTable, shape: Shape, types: dict[str, str]) -> LineTable:
    """One line a claim: the counts added, of whole numbers the largest stated, of other facts the first stated."""
    if shape.single:
        return table
    count = table.count if table.count is not None else np.ones(len(table), dtype=np.int64)
    named = table.subject >= 0 if table.subject is not None else np.ones(len(table), dtype=np.bool_)
    merged = slice_lines(table, 0, shape.size)
    subject = take_lines(table, _first_stated(named, shape))
    columns = {}
    for name, column in table.columns.items():
        if column.lists is not None and column.lists.given.any():
            raise UnsupportedRuleError(table.item, f"lists of {name} would have to be merged")
        columns[name] = _largest(column, shape) if types.get(name) in _WHOLE else _first(table, name, shape)
    rows = {
        name: take_lines(table, _first_stated(_present(part.present, len(table)), shape)).rows[name]
        for name, part in table.rows.items()
    }
    return replace(
        merged,
        count=shape.add_up(count.astype(np.int64)),
        subject=subject.subject,
        paid=subject.paid,
        times=subject.times,
        columns=columns,
        rows=rows,
    )


def merged_subjects(table: LineTable, shape: Shape) -> tuple[IntArray, IntArray] | None:
    """The line that each claim has after `merge_lines` with every subject its lines named; None where none is named."""
    if table.subject is None:
        return None
    named = np.flatnonzero(table.subject >= 0)
    lines, subjects = shape.at[named], table.subject[named].astype(np.int64)
    order = np.lexsort((subjects, lines))
    lines, subjects = lines[order], subjects[order]
    fresh = np.ones(len(order), dtype=np.bool_)
    fresh[1:] = (lines[1:] != lines[:-1]) | (subjects[1:] != subjects[:-1])
    return lines[fresh], subjects[fresh]


def _present(present: BoolArray | None, size: int) -> BoolArray:
    return np.ones(size, dtype=np.bool_) if present is None else present


def _first_stated(present: BoolArray, shape: Shape) -> IntArray:
    """Each claim's first line that states a fact, or its first line."""
    size = len(present)
    found = shape.least(either(present, np.arange(size), size))
    return either(found < size, found, np.arange(shape.size))


def _largest(column: Column, shape: Shape) -> Column:
    present = _present(column.present, len(column.values))
    # Stated values are never negative.
    largest = shape.reduce(either(present, column.values, -1), np.maximum.reduceat)
    return replace(column, values=np.maximum(largest, 0), present=largest >= 0, lists=None)


def _first(table: LineTable, name: str, shape: Shape) -> Column:
    present = _present(table.columns[name].present, len(table))
    return take_lines(replace(table, rows={}), _first_stated(present, shape)).columns[name]
