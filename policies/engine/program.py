"""An item compiled for one set of chosen settings: predicates, steps and limits as functions and values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from policies.engine.conditions.base import Predicate
from policies.engine.conditions.registry import family_of
from policies.engine.context import Context
from policies.engine.dates import parse_date
from policies.engine.facts import Reader, reader_of
from policies.engine.guards import chosen
from policies.engine.limits.base import CompiledLimit
from policies.engine.limits.registry import read_limits
from policies.engine.model import Content, Item
from policies.engine.money import money_text
from policies.engine.operations.base import Operation, Role, Step
from policies.engine.operations.registry import read_operations
from policies.engine.overlap import compile_overlap
from policies.engine.split import Split, compile_split
from policies.engine.terms import APPLICANT_KINDS, SPECIAL_CHOICES, SPECIAL_FIELDS
from policies.engine.trace import Note


@dataclass(frozen=True, slots=True)
class Gate:
    """One compiled condition that tests a fact; those without a fact are an officer's, who names them in `unmet`."""

    predicate: Predicate
    unless: Predicate | None
    fields: tuple[str, ...]
    needed: bool
    failed: Note
    missing: Note


@dataclass(frozen=True)
class Program:
    """Everything `interpret` needs of one item version under one set of settings."""

    item: Item
    settings: Mapping[str, Any]
    kinds: frozenset[str]
    effective_from: date | None
    effective_to: date | None
    gates: tuple[Gate, ...]
    operations: tuple[Operation, ...]
    derivations: tuple[Step, ...]
    steps: tuple[Step, ...]
    limits: tuple[CompiledLimit, ...]
    split: Split | None
    aggregate: bool
    part: Callable[[int, Fraction], int]
    priorities: frozenset[str]
    unmet: Mapping[str, Note]
    notes: Mapping[str, Note]

    @cached_property
    def readers(self) -> Mapping[str, Reader]:
        """What reads the facts of a line, by their names."""
        return {fact.name: reader_of(fact) for fact in self.item.facts if fact.scope == "line"}

    # The limits by what they do, each in its turn: see `CompiledLimit`.
    @cached_property
    def refusing(self) -> tuple[CompiledLimit, ...]:
        return CompiledLimit.acting(self.limits, "refusal")

    @cached_property
    def choosing(self) -> tuple[CompiledLimit, ...]:
        return CompiledLimit.acting(self.limits, "choose")

    @cached_property
    def counting(self) -> tuple[CompiledLimit, ...]:
        return CompiledLimit.acting(self.limits, "keep")

    @cached_property
    def cutting(self) -> tuple[CompiledLimit, ...]:
        return CompiledLimit.acting(self.limits, "bucket")

    @cached_property
    def deducting(self) -> tuple[CompiledLimit, ...]:
        return CompiledLimit.acting(self.limits, "deduct")

    @cached_property
    def reporting(self) -> tuple[CompiledLimit, ...]:
        return CompiledLimit.acting(self.limits, "use")

    def in_force(self, day: date) -> bool:
        """Whether the version is in force on `day` (from inclusive, to exclusive); a target is measured on any day."""
        start, end = self.effective_from, self.effective_to
        begun = start is not None and start <= day and (end is None or day < end)
        return begun or self.item.kind == "target"


def effect_of(content: Content, settings: Mapping[str, Any]) -> tuple[date | None, date | None]:
    """First day of effect and first day after it, under the chosen settings."""
    for period in content["effect"]:
        if chosen(period, settings):
            start = settings.get(period["from_setting"]) if "from_setting" in period else period["from"]
            end = period.get("to")
            return (parse_date(start) if start else None), (parse_date(end) if end else None)
    return None, None


def compile_program(item: Item, settings: Mapping[str, Any]) -> Program:
    """Compile one item. `settings` holds a value for each of the item's settings."""
    content = item.content
    start, end = effect_of(content, settings)
    operations = read_operations(spec for spec in item.steps if chosen(spec, settings))
    derived = [one.derived for one in operations if one.derived is not None]
    context = Context(
        citation=item.citation,
        labels={
            **SPECIAL_FIELDS,
            **{fact.name: fact.label for fact in item.facts},
            **{name: label for name, _, label in derived},
        },
        types={**{fact.name: fact.type for fact in item.facts}, **{name: kind for name, kind, _ in derived}},
        settings=dict(settings),
        effective_from=start if settings.get("event_date", True) else None,
        choices={**SPECIAL_CHOICES, **{fact.name: dict(fact.choices) for fact in item.facts}},
    )
    limits = [
        limit.compile(context, item_id=item.id)
        for limit in read_limits(spec for spec in item.limits if chosen(spec, settings))
    ]
    overlap = content.get("overlap")
    if overlap is not None and chosen(overlap, settings):
        limits.append(compile_overlap(overlap, context, item.id))
    return Program(
        item=item,
        settings=settings,
        kinds=frozenset(item.beneficiaries),
        effective_from=start,
        effective_to=end,
        gates=tuple(
            _gate(condition, context)
            for condition in content["conditions"]
            if condition["test"] and chosen(condition, settings) and not condition["priority"]
        ),
        operations=operations,
        derivations=tuple(one.framed(context) for one in operations if one.role is Role.DERIVES),
        steps=tuple(one.framed(context) for one in operations if one.role is not Role.DERIVES),
        limits=tuple(limits),
        split=compile_split(content["split"], context) if content["split"] else None,
        aggregate=any(operation.aggregates for operation in operations),
        part=context.part(),
        priorities=frozenset(
            name
            for condition in content["conditions"]
            if condition["priority"] and chosen(condition, settings)
            for name in (condition["code"], condition["text"])
        ),
        unmet={
            name: context.note(condition["code"], f"不符合条件：{condition['text']}", cite=condition.get("cite"))
            for condition in content["conditions"]
            for name in (condition["code"], condition["text"])
        },
        notes=_notes(item, context),
    )


def _gate(condition: Content, context: Context) -> Gate:
    field, test, text = condition["field"], condition["test"], condition["text"]
    code, cite = condition["code"], condition.get("cite")
    (name, bound), *_ = test.items()
    other = family_of(name).other_field(bound)
    fields = (field, other) if other else (field,)
    named = "、".join(map(context.label, fields))
    return Gate(
        predicate=context.predicate(field, dict(test)),
        unless=context.only(condition.get("unless")),
        fields=fields,
        needed=condition["needed"],
        failed=context.note(code, f"不符合条件：{text}", cite=cite),
        missing=context.note(code, f"{named}未填写，按已满足测算：{text}", cite=cite),
    )


def _notes(item: Item, context: Context) -> dict[str, Note]:
    labels = context.labels
    area = "、".join(item.content["document"]["areas"])
    named = "、".join(APPLICANT_KINDS[kind] for kind in item.beneficiaries)
    return {
        "MISSING": context.note(
            "MISSING", lambda figures: f"缺少“{labels.get(figures[0], figures[0])}”（{figures[0]}），无法测算"
        ),
        "NOT_IN_FORCE": context.note("NOT_IN_FORCE", lambda figures: figures[0]),
        "APPLICANT_KIND": context.note("APPLICANT_KIND", lambda figures: f"支持对象为{named}，{figures[0]}不在其内"),
        "REGION": context.note("REGION", lambda figures: f"适用地区为{area}，申请人所在地“{figures[0]}”不在其内"),
        "UNMET": context.note("UNMET", lambda figures: f"审核认为不符合条件：{figures[0]}"),
        "PRIORITY": context.note("PRIORITY", lambda figures: f"“{figures[0]}”只是优先支持的依据，不是条件"),
        "COUNT": context.note("COUNT", lambda figures: f"{figures[0]} 项，计 {money_text(figures[1])}"),
        "NOTHING": context.note("NOTHING", "测算金额为零"),
        "SUPPORTED": context.note("SUPPORTED", lambda figures: f"审定支持 {money_text(figures[0])}"),
        "TOTAL": context.note("TOTAL", lambda figures: f"合计 {money_text(figures[0])}"),
    }
