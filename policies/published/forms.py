"""The calculator's form: who asks, the lines with the facts that the amount needs, and the question they make."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from policies.engine import Item
from policies.engine.regions import districts_in
from policies.engine.schema import facts_of_applicant
from policies.engine.terms import APPLICANT_KINDS, FIRM_SIZES
from policies.facts.forms import (
    MAX_QUERY,
    LineForm,
    build_line_form,
    calculator_facts,
    control_pairs,
    read_posted,
    row_counts,
)
from policies.facts.values import FactsReading, engine_facts, facts_of, with_score
from policies.published.wording import fact_label
from portal.core.numbers import whole_number

MAX_LINES = 20
_ISSUED = "issued"


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one control: its id, its label with the line's number, and the remedy."""

    control: str
    label: str
    message: str


@dataclass(frozen=True, slots=True)
class Control:
    """One drawn control and the place for what is wrong with it; a table shows its faults itself."""

    html: str
    fault: str
    fault_id: str
    is_wide: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One right, loan or policy of the calculator."""

    form: LineForm

    @property
    def prefix(self) -> str:
        return str(self.form.prefix)

    @property
    def reading(self) -> FactsReading:
        return self.form.reading

    @property
    def controls(self) -> list[Control]:
        return [
            Control(
                html=self.form.render_fact(fact.name),
                fault=self.reading.errors.get(fact.name, ""),
                fault_id="" if fact.type == "rows" else f"fault-id_{self.prefix}-{fact.name}",
                is_wide=fact.type == "rows",
            )
            for fact in self.form.facts
        ]


@dataclass
class Calculator:
    """One calculator as filled in so far. Built by `read_calculator`."""

    rules: Item
    kind: str
    issued: str
    issued_error: str
    # Code and name of the regions that may be asked for, and the one chosen ("" for none).
    regions: Sequence[tuple[str, str]] = ()
    region: str = ""
    size: str = ""
    lines: list[Line] = field(default_factory=list)

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """The kinds of applicants that may be chosen: all, so that one outside learns why it gets nothing."""
        own = [kind for kind in APPLICANT_KINDS if kind in self.rules.beneficiaries]
        usual = ["enterprise", "institution", "university", "individual"]
        return [(kind, APPLICANT_KINDS[kind]) for kind in dict.fromkeys([*own, *usual])]

    @property
    def sizes(self) -> list[tuple[str, str]]:
        """The sizes of firms that may be chosen, where the rules go by them."""
        return list(FIRM_SIZES.items()) if "applicant_size" in facts_of_applicant(self.rules.content) else []

    @property
    def goes_by_region(self) -> bool:
        """Whether the rules go by the applicant's district."""
        return "applicant_region" in facts_of_applicant(self.rules.content)

    @property
    def asks_issue_date(self) -> bool:
        """Whether the rules are a draft's, which apply only from a day somebody assumes."""
        return any(setting.name == _ISSUED for setting in self.rules.settings)

    @property
    def is_full(self) -> bool:
        return len(self.lines) >= MAX_LINES

    @property
    def is_blank(self) -> bool:
        return all(line.reading.is_blank for line in self.lines)

    @property
    def faults(self) -> list[Fault]:
        """Every place that keeps a value from being counted, in the order of the page."""
        found = []
        if self.issued_error:
            found.append(Fault("id_issued", "假定印发日期", self.issued_error))
        for number, line in enumerate(self.lines, start=1):
            for place, message in line.reading.left_out.items():
                name, *row = place.split(".")
                label = fact_label(self.rules, name)
                if len(row) == 2:
                    label = f"{label}第 {int(row[0]) + 1} 行"
                control = f"id_{line.prefix}-{'-'.join(place.split('.'))}"
                found.append(Fault(control, f"第 {number} 项 {label}" if len(self.lines) > 1 else label, message))
        return found

    @property
    def query(self) -> str:
        """The address's query that fills the calculator in as it is now; "" where it is longer than servers take."""
        pairs = [("kind", self.kind), ("lines", str(len(self.lines)))]
        pairs += [(name, value) for name, value in (("region", self.region), ("size", self.size)) if value]
        for line in self.lines:
            pairs += control_pairs(line.reading.values, prefix=line.prefix)
        query = urlencode(pairs)
        return query if len(query) <= MAX_QUERY else ""

    def question(self, *, today: date) -> dict[str, Any]:
        """The engine's question. Conditions that nothing is said about count as met; blank lines are left out."""
        lines = [engine_facts(line.form.facts, line.reading) for line in self.lines if not line.reading.is_blank]
        days = [facts[self.rules.as_of] for facts in lines if self.rules.as_of and self.rules.as_of in facts]
        question: dict[str, Any] = {
            "item": self.rules.id,
            "on": days[0] if days else today.isoformat(),
            "applicant": {"kind": self.kind},
            "lines": lines or [{}],
            "assume": "met",
        }
        if self.region:
            question["applicant"]["region"] = self.region
        if self.size in dict(self.sizes):
            question["applicant"]["size"] = self.size
        if self.asks_issue_date and self.issued:
            question["settings"] = {_ISSUED: self.issued}
        return with_score(question, self.rules, None)


def read_calculator(
    rules: Item, data: Mapping[str, str] | None, *, today: date, regions: Sequence[tuple[str, str]] = ()
) -> Calculator:
    """A calculator from a request's data, or an empty one. `add` appends a line, `drop` takes one out.

    `regions` are code and name of the districts that have rates of their own for the item; where the rules go by the
    district, all of the document's area are asked for.
    """
    only = calculator_facts(rules)
    facts = [fact for fact in facts_of(rules) if fact.name in only]
    typed: list[dict[str, Any]] = [{}]
    kind = rules.beneficiaries[0] if rules.beneficiaries else "enterprise"
    issued, issued_error = _default_issue(rules, today), ""
    if data is not None:
        typed = [read_posted(facts, data, prefix=f"line-{i}") for i in range(_count(data.get("lines"), MAX_LINES))]
        typed = _changed(typed, add="add" in data, drop=data.get("drop", ""))
        kind = data["kind"] if data.get("kind") in APPLICANT_KINDS else kind
        issued, issued_error = _read_issue(data.get(_ISSUED, issued))
    calculator = Calculator(rules, kind, issued, issued_error, size=(data or {}).get("size", ""))
    named = districts_in(rules.content["document"]) if calculator.goes_by_region else {}
    calculator.regions = [*(named | dict(regions)).items()]
    wanted = (data or {}).get("region", "")
    calculator.region = wanted if wanted in dict(calculator.regions) else ""
    for index, values in enumerate(typed):
        prefix = f"line-{index}"
        rows = row_counts(facts, data or {}, prefix=prefix)
        form = build_line_form(rules, values=values, prefix=prefix, only=only, least_rows=rows)
        # Faults have places of their own, so that an answer to a keystroke can fill them without touching the control.
        form.helper.form_show_errors = False
        for name, control in form.fields.items():
            helped = f"id_{form.prefix}-{name}_helptext " if control.help_text else ""
            control.widget.attrs["aria-describedby"] = f"{helped}fault-id_{form.prefix}-{name}"
        calculator.lines.append(Line(form))
    return calculator


def _changed(typed: Sequence[dict[str, Any]], *, add: bool, drop: str) -> list[dict[str, Any]]:
    kept = [values for index, values in enumerate(typed) if str(index) != drop]
    if add and len(kept) < MAX_LINES:
        kept.append({})
    return kept or [{}]


def _count(text: str | None, most: int) -> int:
    return min(max(whole_number(text) or 1, 1), most)


def _default_issue(rules: Item, today: date) -> str:
    """The day a draft is assumed to be issued, where nobody says another: the first of this year."""
    chosen = next((setting.default for setting in rules.settings if setting.name == _ISSUED), None)
    return chosen if isinstance(chosen, str) else date(today.year, 1, 1).isoformat()


def _read_issue(text: str) -> tuple[str, str]:
    try:
        return date.fromisoformat(text.strip()).isoformat(), ""
    except ValueError:
        return text, "不是日期：请写成 2024-07-01 的样子。"
