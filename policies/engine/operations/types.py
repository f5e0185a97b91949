"""The types with which every operation says what its steps work on."""

from policies.engine.columns.context import ColumnContext
from policies.engine.columns.lines import Lines
from policies.engine.context import Context
from policies.engine.line import Line
from policies.engine.operations.base import ColumnStep, Step

__all__ = ["ColumnContext", "ColumnStep", "Context", "Line", "Lines", "Step"]
