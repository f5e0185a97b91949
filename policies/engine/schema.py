"""From authored mappings to the normal form: documents and items as plain JSON-able content."""

from collections.abc import Iterator, Mapping
from typing import Any

from policies.engine import grammar
from policies.engine import split as splits
from policies.engine.checks import Check, Checker
from policies.engine.conditions.registry import family_of, known_tests
from policies.engine.inputs import item_evidence, item_facts
from policies.engine.limits.base import Scale
from policies.engine.limits.registry import limit_kind_of, limit_kinds, read_limits
from policies.engine.operations.registry import operation_of, operations, read_operations
from policies.engine.problems import Place, problem_code
from policies.engine.spec import ONLY
from policies.engine.terms import APPLICANT_KINDS, CONTENT_FORMAT, SPECIAL_FIELDS
from policies.engine.vocabulary import Vocabulary

Raw = Mapping[str, Any]
_VERB: Check = str
# Shared readings in the order in which an item lists them, after those that its rules name.
_SHARED_READINGS = ("fen_floor", "yishang_inclusive", "chaoguo_exclusive", "event_date", "split_on_claim_total")


START = problem_code(
    "start",
    "生效日期要么写明，要么取自设置",
    "请只写 from 或 from_setting 之一",
    form="起始日要么填写日期，要么取自口径，请只填一个。",
)
END_TOO_EARLY = problem_code(
    "period_end_too_early",
    "截止日期不在生效日期之后",
    "请把 to 改为生效期后的第一天",
    form="止日早于起日，请改为起日当天或以后的一天。",
)
NO_PERIOD = problem_code("no_period", "没有生效期", "请至少写一个 {{from: …}}", form="请至少添加一个施行期。")
GUARDED_DEFAULT = problem_code(
    "guarded_default",
    "最后一个生效期不能带 if",
    "请写一个无条件的生效期作为默认",
    form="最后一个施行期不能带口径，请添加一个不带口径的作为默认。",
)
NO_PROFILE = problem_code("no_profile", "没有模板 {profile}", "可选：{known}", form="没有模板“{profile}”，请重新选择。")
NO_OPERATION = problem_code("no_operation", "没有动词“{operation}”", "可选：{known}", form="请选择这一步做什么。")
ONE_TEST = problem_code(
    "one_test", "应有一个 field 和一个检验", "可用的检验：{tests}", form="{here}：请选择检查哪一项、怎么检查。"
)
LIMIT_KIND = problem_code("limit_kind", "限额应恰好写明一种", "请写 {known} 之一", form="请选择限什么。")
CONDITION_TEST = problem_code(
    "condition_test",
    "有 field 的条件应恰好有一个检验",
    "可用的检验：{tests}",
    form="选了检查哪一项的条件，请再选怎么检查、与什么比较。",
)
NO_SETTING = problem_code(
    "no_setting",
    "没有设置 {setting}",
    "请先在 shared/settings.yaml 中写明默认值和来源",
    form="没有口径“{setting:setting}”，请改选，或先在本文件的口径里添加。",
)


CITY_DECIDES = problem_code(
    "city_only_of_city",
    "由区级审定的事项不能不经区级",
    "请改为 route: city，或去掉 city_only",
    form="由区级审定的事项不能选“市级受理、审核，不经区级”，请改选审核程序，或去掉这一项。",
)


def _procedure(checker: Checker, found: Raw, at: Place, *, document: Raw) -> dict[str, Any]:
    """The further words on the way of claims, the document's where the item has none; nothing where neither has any."""
    own = {key: found[key] for key in grammar.PROCEDURE if found.get(key)}
    if "periods" in own:
        own["periods"] = checker.fields(
            own["periods"],
            (*at, "periods"),
            required=grammar.PERIODS_REQUIRED,
            optional=grammar.PERIODS_OPTIONAL,
        )
    own = {key: document[key] for key in grammar.PROCEDURE if document.get(key)} | own
    route = found.get("route", document.get("route"))
    if route == "district" and "city_only" in own.get("procedure", ()):
        checker.add((*at, "procedure"), CITY_DECIDES.fault())
    return own


def normal_document(checker: Checker, raw: Any) -> dict[str, Any] | None:
    """A document header in normal form, or None with the problems noted."""
    found = checker.fields(raw, (0, "document"), required=grammar.DOCUMENT_REQUIRED, optional=grammar.DOCUMENT_OPTIONAL)
    if found is None or not grammar.DOCUMENT_REQUIRED.keys() <= found.keys():
        return None
    overlap = None
    if found.get("overlap") is not None:
        overlap = checker.fields(
            found["overlap"],
            (0, "document", "overlap"),
            required=grammar.OVERLAP_REQUIRED,
            optional={"if": grammar.guard},
        )
    return {
        **{key: found[key] for key in grammar.DOCUMENT_REQUIRED if key != "effect"},
        "supersedes": found.get("supersedes", []),
        "citation": found.get("cites_as") or found["number"] or f"《{found['short_title']}》",
        "overlap": overlap,
        "effect": _effect(checker, found["effect"], (0, "document", "effect")),
        **_procedure(checker, found, (0, "document"), document={}),
    }


def _effect(checker: Checker, raw: Any, at: Place) -> list[dict[str, Any]]:
    periods = []
    for part, where in checker.elements(raw, at):
        period = checker.fields(part, where, required={}, optional=grammar.EFFECT_OPTIONAL)
        if period is None:
            continue
        if ("from" in period) == ("from_setting" in period):
            checker.add(where, START.fault())
            continue
        if "from" in period and "to" in period and period["to"] <= period["from"]:
            checker.add((*where, "to"), END_TOO_EARLY.fault())
        periods.append(period)
    if not periods:
        checker.add(at, NO_PERIOD.fault())
    elif "if" in periods[-1]:
        checker.add(at, GUARDED_DEFAULT.fault())
    return periods


def _with_profile(checker: Checker, raw: Any, vocabulary: Vocabulary, at: Place) -> Any:
    """The item with what it takes from its profile; its own keys win."""
    if not isinstance(raw, Mapping) or "like" not in raw:
        return raw
    profile = vocabulary.profiles.get(str(raw["like"]))
    if profile is None:
        checker.add((*at, "like"), NO_PROFILE.fault(profile=str(raw["like"]), known=list(vocabulary.profiles)))
        return raw
    return {**profile, **raw}


def normal_item(
    checker: Checker, raw: Any, at: Place, document: dict[str, Any], vocabulary: Vocabulary
) -> dict[str, Any] | None:
    """One item in normal form, or None with the problems noted."""
    raw = _with_profile(checker, raw, vocabulary, at)
    found = checker.fields(raw, at, required=grammar.ITEM_REQUIRED, optional=grammar.ITEM_OPTIONAL)
    if found is None:
        return None
    steps = [
        step
        for part, where in checker.elements(found.get("steps"), (*at, "steps"))
        if (step := _step(checker, part, where))
    ]
    limits = [
        limit
        for part, where in checker.elements(found.get("limits"), (*at, "limits"))
        if (limit := _limit(checker, part, where))
    ]
    conditions = [
        condition
        for part, where in checker.elements(found.get("conditions"), (*at, "conditions"))
        if (condition := _condition(checker, part, where))
    ]
    split = found.get("split")
    if split is not None:
        split = checker.fields(split, (*at, "split"), required=splits.REQUIRED, optional=splits.OPTIONAL)
    stages = [
        stage
        for part, where in checker.elements(found.get("stages"), (*at, "stages"))
        if (stage := checker.fields(part, where, required=grammar.STAGE_REQUIRED, optional=grammar.STAGE_OPTIONAL))
        and "share" in stage
    ]
    effect = _effect(checker, found["effect"], (*at, "effect")) if "effect" in found else document["effect"]
    if not grammar.ITEM_REQUIRED.keys() <= found.keys():
        return None
    beneficiaries = found["beneficiaries"]
    content: dict[str, Any] = {
        "format": CONTENT_FORMAT,
        "id": found["item"],
        "document": {
            key: value
            for key, value in document.items()
            if key not in ("effect", "overlap", "payer", "route", *grammar.PROCEDURE)
        },
        "effect": effect,
        "article": found["article"],
        "title": found["title"],
        "summary": found["summary"],
        "kind": found["kind"],
        "beneficiaries": list(APPLICANT_KINDS) if "any" in beneficiaries else beneficiaries,
        "route": found.get("route", document["route"]),
        "payer": found.get("payer", document["payer"]),
        "subject": found.get("subject"),
        "subject_rule": found.get("subject_rule", "refuse"),
        "as_of": found["as_of"],
        "conditions": conditions,
        "steps": steps,
        "limits": limits,
        "split": split,
        "overlap": document["overlap"] if found.get("overlap", True) and found["kind"] != "target" else None,
        "notes": found.get("notes", []),
        "claimable": found.get("claimable", found["kind"] != "target" and document["status"] == "in_force"),
        **({"stages": stages} if stages else {}),
        **_procedure(checker, found, at, document=document),
    }
    used = used_facts(content)
    content["facts"] = item_facts(checker, found["facts"], (*at, "facts"), used=used, vocabulary=vocabulary)
    content["evidence"] = item_evidence(checker, found["evidence"], (*at, "evidence"), vocabulary)
    names = [*found.get("settings", []), *_setting_names(content)]
    content["settings"] = _settings(checker, list(dict.fromkeys(names)), (*at, "settings"), vocabulary)
    return content


def _step(checker: Checker, raw: Any, at: Place) -> dict[str, Any] | None:
    verb = raw.get("do") if isinstance(raw, Mapping) else None
    operation = operation_of(verb)
    if operation is None:
        checker.add((*at, "do"), NO_OPERATION.fault(operation=str(verb), known=list(operations())))
        return None
    required = operation.required()
    found = checker.fields(raw, at, required={"do": _VERB, **required}, optional=operation.optional())
    if found is None:
        return None
    for key in operation.declared().values():
        if key.kind is ONLY and key.name in found:
            test = _only(checker, found.pop(key.name), (*at, key.name))
            found |= {} if test is None else {key.name: test}
    return found if required.keys() <= found.keys() else None


def _only(checker: Checker, raw: Any, at: Place) -> dict[str, Any] | None:
    found = checker.fields(raw, at, required={"field": grammar.CONDITION_OPTIONAL["field"]}, optional=grammar.TEST_KEYS)
    if found is None or "field" not in raw or sum(name in raw for name in known_tests()) != 1:
        checker.add(at, ONE_TEST.fault(tests=list(known_tests())))
        return None
    return found if len(found) == len(raw) else None


def _limit(checker: Checker, raw: Any, at: Place) -> dict[str, Any] | None:
    kind = limit_kind_of(raw) if isinstance(raw, Mapping) else None
    if kind is None:
        checker.add(at, LIMIT_KIND.fault(known=list(limit_kinds())))
        return None
    limit = limit_kinds()[kind]
    found = checker.fields(raw, at, required=limit.required(), optional=limit.optional())
    if found is None or not limit.required().keys() <= found.keys():
        return None
    if "scale" in found:
        found["scale"] = _limit_scale(checker, found["scale"], (*at, "scale"))
    limit.complete(found)
    return found


def _limit_scale(checker: Checker, raw: Any, at: Place) -> dict[str, Any] | None:
    found = checker.fields(raw, at, required=Scale.required())
    if found is None or len(found) != 2:
        return None
    only = _only(checker, found["only"], (*at, "only"))
    return None if only is None else {**found, "only": only}


def _condition(checker: Checker, raw: Any, at: Place) -> dict[str, Any] | None:
    found = checker.fields(raw, at, required=grammar.CONDITION_REQUIRED, optional=grammar.CONDITION_OPTIONAL)
    if found is None or not grammar.CONDITION_REQUIRED.keys() <= found.keys():
        return None
    named = [name for name in known_tests() if name in found]
    if (len(named) == 1) != ("field" in found) or len(named) > 1:
        checker.add(at, CONDITION_TEST.fault(tests=list(known_tests())))
        return None
    condition = {
        "code": found["code"],
        "text": found["text"],
        "field": found.get("field"),
        "test": {named[0]: found[named[0]]} if named else None,
        "needed": found.get("needed", bool(named) and family_of(named[0]).needs_fact),
        "priority": found.get("priority", False),
    }
    for key in ("if", "cite"):
        if key in found:
            condition[key] = found[key]
    if "unless" in found:
        condition["unless"] = _only(checker, found["unless"], (*at, "unless"))
    return condition


def used_facts(content: Raw) -> dict[str, bool]:
    """Every fact that rules ask for, in order: true where an amount or a needed condition asks for it."""
    used: dict[str, bool] = {}
    derived = {step.derived[0] for step in read_operations(content["steps"]) if step.derived is not None}
    for name, needed in _mentioned(content):
        if name not in SPECIAL_FIELDS and name not in derived:
            used[name] = used.get(name, False) or needed
    return used


def facts_of_applicant(content: Raw) -> set[str]:
    """The facts of the applicant and the claim that rules go by."""
    return SPECIAL_FIELDS.keys() & {name for name, _ in _mentioned(content)}


def _mentioned(content: Raw) -> Iterator[tuple[str, bool]]:
    """Every fact that a rule names, in order, each with whether it is needed."""
    for operation in read_operations(content["steps"]):
        yield from operation.facts()
    for condition in content["conditions"]:
        for name, bound in (condition["test"] or {}).items():
            yield condition["field"], condition["needed"]
            if other := family_of(name).other_field(bound):
                yield other, False
        if unless := condition.get("unless"):
            yield unless["field"], False
    for limit in read_limits(content["limits"]):
        yield from ((name, False) for name in limit.facts())


def _setting_names(content: Raw) -> list[str]:
    """Names of the readings that act on an item, in the order of its rules."""
    names: list[str] = []
    steps = read_operations(content["steps"])
    for spec in (*content["effect"], *content["conditions"]):
        names += spec.get("if", {})
        names += [spec["from_setting"]] if "from_setting" in spec else []
    for operation in steps:
        names += [*(operation.guard or ()), *operation.settings()]
    for spec in (*content["limits"], content["overlap"] or {}):
        names += spec.get("if", {})
    acting = {name for operation in steps for name in operation.acting_readings()}
    for condition in content["conditions"]:
        for name in condition["test"] or ():
            acting |= family_of(name).readings(name)
    if content["split"]:
        acting.add(splits.ON_TOTAL)
    return [*names, *(name for name in _SHARED_READINGS if name in acting)]


def _settings(checker: Checker, names: list[str], at: Place, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    found = []
    for name in names:
        setting = vocabulary.settings.get(name)
        if setting is None:
            checker.add(at, NO_SETTING.fault(setting=name))
            continue
        found.append(
            {
                "name": name,
                "label": setting.label,
                "kind": setting.kind,
                "default": setting.default,
                "alternative": setting.alternative,
                "source": setting.source,
            }
        )
    return found
