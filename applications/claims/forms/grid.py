"""Several lines of a claim in one table, typed cell by cell or pasted from a sheet."""

from collections.abc import Mapping
from typing import Any

from policies.engine.model import Fact, Item
from policies.facts.forms import LineForm, read_posted, row_counts
from policies.facts.values import facts_of

PREFIX, _LINES = "grid", "lines"
_LEAST_ROWS = 3


def grid_form(item: Item, data: Mapping[str, Any] | None = None) -> LineForm:
    """The required facts of the item as columns of one table, with what was typed into it."""
    single = [fact for fact in facts_of(item) if fact.type != "rows"]
    columns = tuple(fact for fact in single if fact.required) or tuple(single)
    table = Fact(_LINES, "逐格填写", "rows", columns=columns, help="每行一项，只列必填的内容；其余可以在各项中补充。")
    sent = data or {}
    least = {_LINES: _LEAST_ROWS} | (row_counts([table], sent, prefix=PREFIX) if sent else {})
    return LineForm([table], values=read_posted([table], sent, prefix=PREFIX), prefix=PREFIX, least_rows=least)


def grid_lines(form: LineForm) -> list[dict[str, Any]]:
    """The filled rows, each as the facts of a line: in normal form, or as typed where they cannot be read."""
    lines: list[dict[str, Any]] = form.reading.values.get(_LINES) or []
    return lines


def grid_html(form: LineForm) -> str:
    """The table, drawn."""
    return form.render_fact(_LINES)
