"""Forms made from an item's facts: one form per line, used by claims and by calculators.

A form is always built from values (stored or just typed), never kept between requests: `read_posted` takes the typed
values out of a request's data, and the form shows them again with what is wrong, exactly as they were typed.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crispy_forms.bootstrap import AppendedText
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout, LayoutObject
from crispy_forms.utils import render_crispy_form
from django import forms
from django.template.loader import render_to_string
from django.utils.html import conditional_escape

from policies.engine.limits.registry import read_limits
from policies.engine.model import Fact, Item
from policies.engine.operations.registry import read_operations
from policies.facts.values import MAX_ROWS, MAX_TEXT, FactsReading, facts_of, missing_text, read_fact, read_facts
from policies.published.wording import DECIDES, is_discretionary
from portal.core.numbers import whole_number

# A longer address than this is cut by some servers.
MAX_QUERY = 3000
SPARE_ROWS = 2
MORE_ROWS = 3
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WIDE_TEXT = ("地址", "名称", "说明")


def read_posted(facts: Collection[Fact], data: Mapping[str, Any], *, prefix: str) -> dict[str, Any]:
    """What was typed into the form of this prefix, by the facts' names; a fact whose control was not sent is left out.

    `data` is a QueryDict or any mapping of control names to text.
    """
    typed: dict[str, Any] = {}
    for fact in facts:
        name = f"{prefix}-{fact.name}"
        if fact.type == "rows":
            # One more than fits, so that the reader of facts says that there were more.
            rows = [*_posted_rows(fact, data, name), *islice(_pasted_rows(fact, data, name), MAX_ROWS + 1)]
            if rows or f"{name}-rows" in data:
                typed[fact.name] = rows
        elif name in data:
            typed[fact.name] = data[name]
    return typed


def _posted_rows(fact: Fact, data: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    for index in range(MAX_ROWS + SPARE_ROWS):
        row = {c.name: data[key] for c in fact.columns if (key := f"{name}-{index}-{c.name}") in data}
        if row:
            yield row


def _pasted_rows(fact: Fact, data: Mapping[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """Rows pasted beside a table, once their button is pressed: cells apart by tabs, in the order of the columns."""
    if data.get("action") != f"paste:{name}":
        return
    heads = {column.label for column in fact.columns}
    for row in str(data.get(f"{name}-pasted", "")).splitlines():
        cells = [cell.strip() for cell in row.split("\t")]
        if len(cells) > len(fact.columns) and cells[0].isdigit():
            # The sheet's own numbering.
            cells = cells[1:]
        if any(cells) and not heads & set(cells):
            yield dict(zip((column.name for column in fact.columns), cells, strict=False))


def control_pairs(values: Mapping[str, Any], *, prefix: str) -> list[tuple[str, str]]:
    """The controls that hold these facts, as name and text: what `read_posted` reads, for an address or a form."""
    found = []
    for name, value in values.items():
        if isinstance(value, list):
            cells = [(index, column, cell) for index, row in enumerate(value) for column, cell in row.items()]
            found += [(f"{prefix}-{name}-{index}-{column}", _typed(cell)) for index, column, cell in cells]
        else:
            found.append((f"{prefix}-{name}", _typed(value)))
    return [(name, text) for name, text in found if text]


def wants_rows(data: Mapping[str, Any]) -> bool:
    """Whether the pressed button is a table's: for more rows, or for what was pasted."""
    return str(data.get("action", "")).partition(":")[0] in ("rows", "paste")


def row_counts(facts: Collection[Fact], data: Mapping[str, Any], *, prefix: str) -> dict[str, int]:
    """How many rows each table shall show at least: as many as it had, and more where its button was pressed."""
    counts = {}
    for fact in facts:
        name = f"{prefix}-{fact.name}"
        if fact.type == "rows":
            more = MORE_ROWS if data.get("action") == f"rows:{name}" else 0
            counts[fact.name] = min(whole_number(data.get(f"{name}-rows")) or SPARE_ROWS, MAX_ROWS) + more
    return counts


class FactField(forms.CharField):
    """One fact in one control. `required` marks the label; an empty control is an error only when `enforce` is set."""

    def __init__(self, fact: Fact, *, enforce: bool, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fact = fact
        self.enforce = enforce

    def clean(self, value: Any) -> Any:
        reading = read_fact(self.fact, value)
        if reading.error:
            raise forms.ValidationError(reading.error)
        if reading.is_blank and self.enforce and self.required:
            raise forms.ValidationError(missing_text(self.fact))
        return reading.value


class LineForm(forms.Form):
    """The controls of one line's facts, or of the claim's own; `reading` has the normal values and the faults."""

    use_required_attribute = False

    def __init__(
        self,
        facts: Collection[Fact],
        *,
        values: Mapping[str, Any],
        prefix: str,
        complete: bool = False,
        editable: Collection[str] | None = None,
        asked: Mapping[str, str] | None = None,
        attrs: Mapping[str, str] | None = None,
        least_rows: Mapping[str, int] | None = None,
        suffix: str = "",
    ) -> None:
        self.facts = tuple(facts)
        self.complete = complete
        self.editable = editable
        self.asked = asked or {}
        self.control_attrs = dict(attrs or {})
        self.least_rows = least_rows or {}
        self.reading: FactsReading = read_facts(self.facts, values)
        super().__init__(self._data(prefix), prefix=prefix, label_suffix=suffix)
        for fact in self.facts:
            if fact.type != "rows":
                self.fields[fact.name] = self._field(fact)
        self.helper = _bare_helper(Layout(Div(*(self._slot(fact) for fact in self.facts), css_class="row g-3")))

    def is_editable(self, name: str) -> bool:
        """Whether the fact may be changed; in a correction only what was asked may."""
        return self.editable is None or name in self.editable

    def slot_id(self, name: str) -> str:
        """The id of the element around a fact's control, for replacing it alone."""
        return f"slot-{self.prefix}-{name}"

    def render_fact(self, name: str) -> str:
        """One fact's control with its label, help and faults, without the element around it."""
        fact = next(fact for fact in self.facts if fact.name == name)
        helper = _bare_helper(Layout(self._control(fact)))
        helper.form_show_errors = self.helper.form_show_errors
        return str(render_crispy_form(self, helper))

    def clean(self) -> dict[str, Any]:
        for key, message in self.reading.errors.items():
            if key in self.fields and key not in self.errors:
                self.add_error(key, message)
        return self.cleaned_data

    def _data(self, prefix: str) -> dict[str, Any]:
        data = {}
        for name, value in self.reading.values.items():
            data[f"{prefix}-{name}"] = _typed(value)
        return data

    def _field(self, fact: Fact) -> FactField:
        help_text: str = conditional_escape(fact.help)
        notes = self.reading.warnings.get(fact.name, ())
        if notes:
            help_text = "；".join(filter(None, (*map(conditional_escape, notes), help_text)))
        return FactField(
            fact,
            enforce=self.complete,
            label=fact.label,
            required=fact.required,
            help_text=help_text,
            widget=make_widget(fact, self.reading.values.get(fact.name), attrs=self._attrs(fact)),
        )

    def _attrs(self, fact: Fact) -> dict[str, Any]:
        if not self.is_editable(fact.name):
            return {"disabled": True}
        return {**self.control_attrs, **({"aria-required": "true"} if fact.required else {})}

    def _slot(self, fact: Fact) -> Div:
        wide = fact.type == "rows" or fact.label.endswith(_WIDE_TEXT)
        css = "col-12" if wide else "col-md-6"
        if fact.name in self.asked:
            css += " is-asked"
        return Div(self._control(fact), css_id=self.slot_id(fact.name), css_class=css)

    def _control(self, fact: Fact) -> LayoutObject:
        parts: list[Any] = []
        if fact.name in self.asked:
            parts.append(Remark(self.asked[fact.name]))
        if fact.type == "rows":
            parts.append(RowsTable(fact))
        elif fact.unit and fact.type in ("money", "integer", "number", "text"):
            parts.append(AppendedText(fact.name, conditional_escape(fact.unit), wrapper_class="mb-0"))
        else:
            parts.append(Field(fact.name, wrapper_class="mb-0"))
        return Layout(*parts)


def _bare_helper(layout: Layout) -> FormHelper:
    """A helper for controls inside a form that the page itself opens and closes."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.include_media = False
    helper.layout = layout
    return helper


def make_widget(fact: Fact, value: Any, *, attrs: Mapping[str, Any]) -> forms.Widget:
    """The control for a fact. A day that cannot be read is shown as text: a date control would swallow it."""
    own: dict[str, Any] = {"autocomplete": "off", **attrs}
    if fact.type in ("choice", "boolean"):
        options = list(fact.choices) if fact.type == "choice" else [("true", "是"), ("false", "否")]
        typed = _typed(value)
        if typed and typed not in dict(options):
            options.append((typed, f"{typed}（无法识别）"))
        return forms.Select(choices=[("", "请选择"), *options], attrs=own)
    if fact.type == "date" and (not value or _ISO_DATE.fullmatch(str(value))):
        return forms.DateInput(attrs=own | {"type": "date", "min": "1980-01-01", "max": "2099-12-31"})
    if fact.type in ("money", "number"):
        own |= {"inputmode": "decimal"}
    elif fact.type == "integer":
        own |= {"inputmode": "numeric"}
    return forms.TextInput(attrs=own | {"maxlength": MAX_TEXT})


def _typed(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


class Remark(LayoutObject):
    """An officer's remark above a control."""

    def __init__(self, remark: str) -> None:
        self.remark = remark

    def render(self, _form: LineForm, _context: Any, **_kwargs: Any) -> str:
        return render_to_string("policies/facts/remark.html", {"remark": self.remark})


class RowsTable(LayoutObject):
    """A table inside a line: its filled rows, then empty ones; an empty row counts for nothing."""

    def __init__(self, fact: Fact) -> None:
        self.fact = fact

    def render(self, form: LineForm, _context: Any, **_kwargs: Any) -> str:
        return render_to_string("policies/facts/rows.html", rows_context(form, self.fact))


@dataclass(frozen=True, slots=True)
class Cell:
    """One control of a table's row, drawn, with what is wrong with it."""

    label: str
    unit: str
    html: str
    error: str


def rows_context(form: LineForm, fact: Fact) -> dict[str, Any]:
    """What the template of a table needs: heads, rows of cells, the names of its controls."""
    name = f"{form.prefix}-{fact.name}"
    filled = form.reading.values.get(fact.name) or []
    editable = form.is_editable(fact.name)
    shown = max(len(filled) + (1 if filled else SPARE_ROWS), form.least_rows.get(fact.name, 0))
    rows = []
    for index in range(min(shown if editable else len(filled), MAX_ROWS)):
        stored = filled[index] if index < len(filled) else {}
        rows.append([_cell(form, fact, column, index, stored.get(column.name)) for column in fact.columns])
    general = form.reading.errors.get(fact.name) or (form.complete and form.reading.missing.get(fact.name))
    return {
        "fact": fact,
        "name": name,
        "rows": rows,
        "error": general or "",
        "editable": editable,
        "form": form,
    }


def _cell(form: LineForm, fact: Fact, column: Fact, index: int, value: Any) -> Cell:
    name = f"{form.prefix}-{fact.name}-{index}-{column.name}"
    place = f"{fact.name}.{index}.{column.name}"
    error = form.reading.errors.get(place) or (form.reading.missing.get(place, "") if form.complete else "")
    css = "form-select" if column.type in ("choice", "boolean") else "form-control"
    attrs: dict[str, Any] = {
        **(form.control_attrs if form.is_editable(fact.name) else {"disabled": True}),
        "id": f"id_{name}",
        "class": f"{css} is-invalid" if error else css,
        "aria-label": f"第{index + 1}行 {column.label}",
    }
    if error:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
    widget = make_widget(column, value, attrs=attrs)
    return Cell(column.label, column.unit, widget.render(name, _typed(value)), error)


def build_line_form(
    item: Item,
    *,
    values: Mapping[str, Any] | None = None,
    data: Mapping[str, Any] | None = None,
    prefix: str = "line",
    scope: str = "line",
    only: Collection[str] | None = None,
    complete: bool = False,
    editable: Collection[str] | None = None,
    asked: Mapping[str, str] | None = None,
    attrs: Mapping[str, str] | None = None,
    least_rows: Mapping[str, int] | None = None,
) -> LineForm:
    """A crispy form of an item's facts.

    Give `values` (stored facts) or `data` (a request's; typed values of this prefix are taken out of it). `only` keeps
    some facts, as a calculator does; `complete` makes empty required facts errors; `editable` names the facts that may
    be changed (all where None); `asked` shows an officer's remark at a fact; `attrs` go onto every control (hx-…);
    `least_rows` says how many rows a table shows at least (`row_counts`).
    The form's `reading` has normal values, errors, warnings and what is missing; feed the engine from
    `factvalues.engine_facts(form.facts, form.reading)`.
    """
    facts = [fact for fact in facts_of(item, scope) if only is None or fact.name in only]
    typed = dict(values or {}) if data is None else read_posted(facts, data, prefix=prefix)
    return LineForm(
        facts,
        values=typed,
        prefix=prefix,
        complete=complete,
        editable=editable,
        asked=asked,
        attrs=attrs,
        least_rows=least_rows,
    )


def calculator_facts(item: Item) -> list[str]:
    """The facts a calculator asks for: those the amount or a condition needs, and the day that picks the version.

    What a claim must state and a step or limit reads is among them, even where that could do without.
    """
    decides = DECIDES if is_discretionary(item) else ()
    read = {name for step in read_operations(item.steps) for name, _ in step.facts()}
    read |= {name for limit in read_limits(item.limits) for name in limit.facts()}
    wanted = [
        fact.name
        for fact in facts_of(item)
        if fact.needed or fact.name in (item.as_of, *decides) or (fact.required and fact.name in read)
    ]
    return wanted or [fact.name for fact in facts_of(item)]
