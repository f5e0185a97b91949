"""An item in plain words for public pages, and as JSON Schema for machines."""

from typing import Any

from policies.engine import split, stages
from policies.engine.guards import chosen
from policies.engine.limits.registry import read_limits
from policies.engine.model import Fact, Item
from policies.engine.operations.base import Label
from policies.engine.operations.registry import read_operations
from policies.engine.periods import until
from policies.engine.terms import APPLICANT_KINDS, PAYERS, SPECIAL_CHOICES, SPECIAL_FIELDS

_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
_YUAN = "^[0-9]{1,13}(\\.[0-9]{1,2})?$"


def conditions_text(item: Item) -> tuple[str, ...]:
    """Who may claim and under which conditions, one sentence each."""
    if item.kind == "target":
        return tuple(f"{condition.text}。" for condition in item.conditions)
    sentences = [f"申请人为{_kinds(item.beneficiaries)}。"]
    areas = item.content["document"]["areas"]
    if areas:
        sentences.append(f"申请人登记在{areas[0]}范围内。")
    sentences += [
        f"{c.text}{'（优先支持，不是条件）' if c.priority else ''}。" for c in item.conditions if _shown(item, c.code)
    ]
    if item.effective_from is not None:
        end = f"，{until(item.effective_to)}有效" if item.effective_to else ""
        as_of = item.fact(item.as_of).label if item.as_of else "事实发生日期"
        sentences.append(f"{as_of}不早于 {item.effective_from.isoformat()}{end}。")
    return tuple(sentences)


def _kinds(kinds: tuple[str, ...]) -> str:
    if len(kinds) == len(APPLICANT_KINDS):
        return "各类主体"
    if len(kinds) == len(APPLICANT_KINDS) - 1 and "individual" not in kinds:
        return "各类单位（不含个人）"
    return "、".join(APPLICANT_KINDS[kind] for kind in kinds)


def _shown(item: Item, code: str) -> bool:
    return any(c["code"] == code and chosen(c, item.defaults) for c in item.content["conditions"])


def amount_text(item: Item) -> str:
    """How much there is, in one paragraph of plain words."""
    label = label_of(item)
    steps = read_operations(step for step in item.steps if chosen(step, item.defaults))
    sentences = [words for step in steps if (words := step.full_sentence(label))]
    sentences += [
        limit.sentence(label) for limit in read_limits(spec for spec in item.limits if chosen(spec, item.defaults))
    ]
    if item.split is not None:
        sentences.append(split.sentence(item.split))
    sentences += filter(None, [stages.sentence(item.stages)])
    if item.content["overlap"] is not None:
        sentences.append("其他政策已就同一事项支持的，只补差额")
    return "；".join(dict.fromkeys(sentences)) + "。"


def label_of(item: Item) -> Label:
    """The labels of an item's facts, and of what they may be; of anything else its name."""
    labels = SPECIAL_FIELDS | {fact.name: fact.label for fact in item.facts}
    labels |= {step.derived[0]: step.derived[2] for step in read_operations(item.steps) if step.derived is not None}
    choices = SPECIAL_CHOICES | {fact.name: dict(fact.choices) for fact in item.facts}

    def label(name: str, value: str = "") -> str:
        return choices.get(name, {}).get(value, value) if value else labels.get(name, name)

    return label


def _fact_schema(fact: Fact) -> dict[str, Any]:
    schema: dict[str, Any] = {"title": fact.label}
    if fact.help:
        schema["description"] = fact.help
    if fact.unit:
        schema["x-unit"] = fact.unit
    if fact.check:
        schema["x-check"] = fact.check
    if fact.type == "money":
        schema.update({"type": "string", "pattern": _YUAN, "x-unit": fact.unit or "元"})
    elif fact.type == "integer":
        schema.update({"type": "integer", "minimum": 0})
    elif fact.type == "date":
        schema.update({"type": "string", "format": "date"})
    elif fact.type == "boolean":
        schema["type"] = "boolean"
    elif fact.type == "number":
        schema["type"] = ["string", "number"]
    elif fact.type == "choice":
        schema["enum"] = [value for value, _ in fact.choices]
        schema["x-labels"] = dict(fact.choices)
    elif fact.type == "rows":
        columns = {column.name: _fact_schema(column) for column in fact.columns}
        schema.update(
            {"type": "array", "items": {"type": "object", "properties": columns, "additionalProperties": False}}
        )
    else:
        schema["type"] = "string"
    schema["x-needed"] = fact.needed
    return schema


def describe(item: Item) -> dict[str, Any]:
    """The item's question as JSON Schema, with evidence, conditions, limits and settings as `x-` keys."""
    line: dict[str, Any] = {
        "type": "object",
        "properties": {
            "count": {"title": "相同件数", "type": "integer", "minimum": 1, "default": 1},
            **{fact.name: _fact_schema(fact) for fact in item.facts if fact.scope == "line"},
        },
        "x-required-in-form": [fact.name for fact in item.facts if fact.required],
    }
    return {
        "$schema": _SCHEMA,
        "$id": f"urn:ip-fund:item:{item.id}:{item.version}",
        "title": item.title,
        "description": item.summary,
        "type": "object",
        "required": ["item", "on", "applicant", "lines"],
        "properties": {
            "item": {"const": item.id},
            "on": {"type": "string", "format": "date"},
            "applicant": {
                "type": "object",
                "required": ["kind"],
                "properties": {"kind": {"enum": list(item.beneficiaries)}, "region": {"type": "string"}},
            },
            "lines": {"type": "array", "minItems": 1, "items": line},
            "settings": {
                "type": "object",
                "properties": {s.name: _setting_schema(s.kind, s.label, s.default) for s in item.settings},
            },
        },
        "x-citation": item.citation,
        "x-version": item.version,
        "x-hash": item.hash,
        "x-kind": item.kind,
        "x-route": item.procedure.words,
        "x-payer": PAYERS[item.payer],
        "x-amount": amount_text(item),
        "x-conditions": [
            {"code": c.code, "text": c.text, "field": c.field, "test": dict(c.test), "priority": c.priority}
            for c in item.conditions
        ],
        "x-evidence": [
            {"code": e.code, "label": e.label, "help": e.help, "required": e.required, "per": e.per}
            for e in item.evidence
        ],
        "x-limits": [dict(limit) for limit in item.limits],
        "x-settings": [
            {"name": s.name, "label": s.label, "default": s.default, "alternative": s.alternative, "source": s.source}
            for s in item.settings
        ],
        "x-notes": list(item.notes),
    }


def _setting_schema(kind: str, label: str, default: object) -> dict[str, Any]:
    types: dict[str, dict[str, Any]] = {
        "boolean": {"type": "boolean"},
        "date": {"type": ["string", "null"], "format": "date"},
        "ratio": {"type": ["string", "null"]},
    }
    return {"title": label, **types[kind], "default": default}
