"""What an authored document, item, limit or condition may say: keys and their types."""

from collections.abc import Mapping
from typing import Any

from policies.engine import checks
from policies.engine.checks import Keys, list_of, one_of
from policies.engine.conditions.registry import checks_of_tests
from policies.engine.problems import problem_code
from policies.engine.terms import (
    APPLICANT_KINDS,
    DEPARTURES,
    DOCUMENT_STATUSES,
    FACT_CHECKS,
    FACT_TYPES,
    ITEM_KINDS,
    PAYERS,
    ROUTES,
    SETTING_KINDS,
    SILENCES,
    STEPS,
    SUBJECT_RULES,
)

BAD_GUARD = problem_code(
    "bad_guard",
    "应为“设置名: true/false”",
    "请写成 {{half_after_ceiling: true}}",
    form="请选择口径，以及采用还是不采用。",
)


def guard(value: Any) -> dict[str, bool]:
    """A guard: names of settings, each with the value under which the rule holds."""
    if not isinstance(value, Mapping) or not value:
        raise BAD_GUARD.fault()
    return {checks.name(key): checks.boolean(wanted) for key, wanted in value.items()}


MOST_WORKDAYS = 250
PERIOD_RANGE = problem_code(
    "period_range",
    "{value} 个工作日超出范围",
    "请填写 1 到 {most} 之间的整数",
    form="{value} 个工作日超出范围，请填写 1 到 {most} 之间的整数。",
)


def workdays(value: Any) -> int:
    """A number of working days, up to a year's."""
    days = checks.count(value)
    if days > MOST_WORKDAYS:
        raise PERIOD_RANGE.fault(value=days, most=MOST_WORKDAYS)
    return days


def _whole(value: Any) -> Any:
    """Left to a check of its own, which knows the lines inside."""
    return value


TEST_KEYS: Keys = checks_of_tests()

CONDITION_REQUIRED: Keys = {"code": checks.code, "text": checks.text}
CONDITION_OPTIONAL: Keys = {
    "field": checks.name,
    "needed": checks.boolean,
    "priority": checks.boolean,
    "unless": _whole,
    "if": guard,
    "cite": checks.text,
    **TEST_KEYS,
}

FACT_REQUIRED: Keys = {"label": checks.text, "type": one_of(FACT_TYPES)}
FACT_OPTIONAL: Keys = {
    "unit": checks.optional_text,
    "help": checks.optional_text,
    "choices": _whole,
    "columns": _whole,
    "check": one_of(FACT_CHECKS),
    "scope": one_of(("line", "claim")),
}
EVIDENCE_REQUIRED: Keys = {"label": checks.text}
EVIDENCE_OPTIONAL: Keys = {"help": checks.optional_text, "per": one_of(("line", "claim"))}
SETTING_REQUIRED: Keys = {"label": checks.text, "kind": one_of(SETTING_KINDS), "default": _whole, "source": checks.text}
SETTING_OPTIONAL: Keys = {"alternative": checks.name}

DOCUMENT_REQUIRED: Keys = {
    "id": checks.item_id,
    "number": checks.optional_text,
    "title": checks.text,
    "short_title": checks.text,
    "issuer": checks.text,
    "region_code": checks.path_code,
    "areas": list_of(checks.text),
    "issued_on": checks.day_or_null,
    "status": one_of(DOCUMENT_STATUSES),
    "effect": _whole,
    "payer": one_of(PAYERS),
    "route": one_of(ROUTES),
    "source_note": checks.text,
}
PROCEDURE: Keys = {"procedure": list_of(one_of(DEPARTURES)), "periods": _whole}
PERIODS_REQUIRED: Keys = {"basis": checks.text}
PERIODS_OPTIONAL: Keys = {**dict.fromkeys((*STEPS, "whole"), workdays), "silence": one_of(SILENCES)}
DOCUMENT_OPTIONAL: Keys = {
    "overlap": _whole,
    "supersedes": list_of(checks.text),
    "cites_as": checks.text,
    **PROCEDURE,
}
EFFECT_OPTIONAL: Keys = {"from": checks.day, "from_setting": checks.name, "to": checks.day, "if": guard}
OVERLAP_REQUIRED: Keys = {"cite": checks.text}

ITEM_REQUIRED: Keys = {
    "item": checks.item_id,
    "article": checks.text,
    "title": checks.text,
    "summary": checks.text,
    "kind": one_of(ITEM_KINDS),
    "beneficiaries": list_of(one_of((*APPLICANT_KINDS, "any")), least=1),
    "as_of": checks.name,
    "facts": _whole,
    "evidence": _whole,
    "steps": _whole,
}
ITEM_OPTIONAL: Keys = {
    "like": checks.name,
    "route": one_of(ROUTES),
    "payer": one_of(PAYERS),
    "subject": checks.name,
    "subject_rule": one_of(SUBJECT_RULES),
    "conditions": _whole,
    "limits": _whole,
    "split": _whole,
    "stages": _whole,
    "overlap": checks.boolean,
    "effect": _whole,
    "settings": list_of(checks.name),
    "notes": list_of(checks.text),
    "claimable": checks.boolean,
    **PROCEDURE,
}
STAGE_REQUIRED: Keys = {"share": checks.ratio_above_zero}
STAGE_OPTIONAL: Keys = {"milestone": checks.text, "days": workdays}
RULE_REQUIRED: Keys = {"rule": checks.item_id, "article": checks.text, "title": checks.text, "modelled_as": checks.text}
RULE_OPTIONAL: Keys = {"reason": checks.text, "programme": _whole}
