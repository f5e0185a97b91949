"""Days: within the period that the call takes, and in the order in which things happen."""

from collections.abc import Iterable, Iterator
from datetime import date

from applications.claims.selectors.context import LineState, as_of_day
from policies.engine.model import Item
from review.checks.enums import EVERY_STEP, Severity
from review.checks.inputs import Inputs
from review.checks.registry import CHECKS, Check, Found
from review.checks.sheets import day_of

# What comes first, and what may not come before it; both on one day is in order.
ORDER = (
    ("pledged_on", "drawn_on"),
    ("drawn_on", "due_on"),
    ("drawn_on", "repaid_on"),
    ("drawn_on", "defaulted_on"),
    ("certified_on", "valid_to"),
    ("approved_on", "accepted_on"),
)


def find(inputs: Inputs) -> Iterable[Found]:
    """Days out of the call's period, out of order, or still to come."""
    item, call = inputs.context.item, inputs.claim.call
    for state in inputs.lines:
        day = as_of_day(item, state.reading)
        if call is not None and day is not None and not call.takes_facts_of(day):
            params = {"line": state.number, "label": item.fact(item.as_of or "").label, "day": day.isoformat()}
            params["period"] = call.facts_words
            yield Found(f"{state.line.position}:period", params, words="period", source=call.title)
        yield from _order(item, state)
        yield from _to_come(item, state, inputs.on)


def _order(item: Item, state: LineState) -> Iterator[Found]:
    labels = {fact.name: fact.label for fact in item.facts}
    values = state.reading.values
    for earlier, later in ORDER:
        first, second = day_of(values.get(earlier)), day_of(values.get(later))
        if first and second and second < first and {earlier, later} <= labels.keys():
            params = {
                "line": state.number,
                "earlier": f"{labels[earlier]}（{first.isoformat()}）",
                "later": f"{labels[later]}（{second.isoformat()}）",
            }
            yield Found(f"{state.line.position}:{earlier}:{later}", params, source="申报内容")
    drawn = day_of(values.get("drawn_on"))
    for number, row in enumerate(values.get("interest_payments") or (), start=1):
        paid = day_of(row.get("paid_on"))
        if drawn and paid and paid < drawn:
            params = {
                "line": state.number,
                "earlier": f"{labels['drawn_on']}（{drawn.isoformat()}）",
                "later": f"第 {number} 笔付息日期（{paid.isoformat()}）",
            }
            yield Found(f"{state.line.position}:interest:{number}", params, source="申报内容")


def _to_come(item: Item, state: LineState, on: date) -> Iterator[Found]:
    for fact in item.facts:
        day = day_of(state.reading.values.get(fact.name)) if fact.type == "date" else None
        if day and day > on and fact.name not in ("valid_to", "due_on"):
            params = {"line": state.number, "label": fact.label, "day": day.isoformat()}
            yield Found(f"{state.line.position}:{fact.name}", params, words="to_come", source="申报内容")


CHECKS.add(
    "dates",
    Check(
        title="日期",
        find=find,
        words={
            "": "{place}的{later}早于{earlier}，请核对。",
            "period": "{place}的{label}为 {day}，不在申报通知受理的期间（{period}）内。",
            "to_come": "{place}的{label}为 {day}，在核查当天之后。",
        },
        severity=Severity.QUESTION,
        steps=EVERY_STEP,
    ),
)
