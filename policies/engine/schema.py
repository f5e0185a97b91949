"""From authored mappings to the normal form: documents and items as plain JSON-able content."""

from collections.abc import Mapping
from typing import Any

from policies.engine import checks, grammar
from policies.engine.checks import Check, Checker
from policies.engine.predicates import NUMBER_TESTS, TESTS
from policies.engine.source import Mapping as Located
from policies.engine.terms import APPLICANT_KINDS, CONTENT_FORMAT
from policies.engine.vocabulary import Vocabulary, normal_fact

Raw = Mapping[str, Any]
# Readings that bear on every computed amount or comparison, whoever wrote the item.
_MONEY_VERBS = {"rate_of", "scale"}


def _line(raw: Any) -> int:
    return int(getattr(raw, "line", 0))


def _elements(checker: Checker, raw: Any, path: str) -> list[tuple[Any, str]]:
    if raw is None:
        return []
    if not isinstance(raw, list):
        checker.add(_line(raw), path, "应为列表", "请每行写一个“- ”")
        return []
    return [(part, f"{path}[{number}]") for number, part in enumerate(raw)]


def normal_document(checker: Checker, raw: Any) -> dict[str, Any] | None:
    """A document header in normal form, or None with the problems noted."""
    found = checker.fields(raw, "document", required=grammar.DOCUMENT_REQUIRED, optional=grammar.DOCUMENT_OPTIONAL)
    if found is None or not grammar.DOCUMENT_REQUIRED.keys() <= found.keys():
        return None
    overlap = None
    if found.get("overlap") is not None:
        overlap = checker.fields(
            found["overlap"], "document.overlap", required=grammar.OVERLAP_REQUIRED, optional={"if": grammar.guard}
        )
    return {
        **{key: found[key] for key in grammar.DOCUMENT_REQUIRED if key != "effect"},
        "supersedes": found.get("supersedes", []),
        "citation": found.get("cites_as") or found["number"] or f"《{found['short_title']}》",
        "overlap": overlap,
        "effect": _effect(checker, found["effect"], "document.effect"),
    }


def _effect(checker: Checker, raw: Any, path: str) -> list[dict[str, Any]]:
    periods = []
    for part, where in _elements(checker, raw, path):
        period = checker.fields(part, where, required={}, optional=grammar.EFFECT_OPTIONAL)
        if period is None:
            continue
        if ("from" in period) == ("from_setting" in period):
            checker.add(_line(part), where, "生效日期要么写明，要么取自设置", "请只写 from 或 from_setting 之一")
            continue
        if "from" in period and "to" in period and period["to"] <= period["from"]:
            checker.add(_line(part), f"{where}.to", "截止日期不在生效日期之后", "请把 to 改为生效期后的第一天")
        periods.append(period)
    if not periods:
        checker.add(_line(raw), path, "没有生效期", "请至少写一个 {from: …}")
    elif "if" in periods[-1]:
        checker.add(_line(raw), path, "最后一个生效期不能带 if", "请写一个无条件的生效期作为默认")
    return periods


def _with_profile(checker: Checker, raw: Any, vocabulary: Vocabulary, path: str) -> Any:
    """The item with what it takes from its profile; its own keys win."""
    if not isinstance(raw, Mapping) or "like" not in raw:
        return raw
    profile = vocabulary.profiles.get(str(raw["like"]))
    if profile is None:
        checker.add(_line(raw), f"{path}.like", f"没有模板 {raw['like']}", f"可选：{'、'.join(vocabulary.profiles)}")
        return raw
    merged = Located(_line(raw))
    merged.update({**profile, **raw})
    merged.lines = {**dict.fromkeys(profile, _line(raw)), **getattr(raw, "lines", {})}
    return merged


def normal_item(checker: Checker, raw: Any, document: dict[str, Any], vocabulary: Vocabulary) -> dict[str, Any] | None:
    """One item in normal form, or None with the problems noted."""
    path = str(raw.get("item", "item")) if isinstance(raw, Mapping) else "item"
    raw = _with_profile(checker, raw, vocabulary, path)
    found = checker.fields(raw, path, required=grammar.ITEM_REQUIRED, optional=grammar.ITEM_OPTIONAL)
    if found is None:
        return None
    steps = [
        step
        for part, where in _elements(checker, found.get("steps"), f"{path}.steps")
        if (step := _step(checker, part, where))
    ]
    limits = [
        limit
        for part, where in _elements(checker, found.get("limits"), f"{path}.limits")
        if (limit := _limit(checker, part, where))
    ]
    conditions = [
        condition
        for part, where in _elements(checker, found.get("conditions"), f"{path}.conditions")
        if (condition := _condition(checker, part, where))
    ]
    split = found.get("split")
    if split is not None:
        split = checker.fields(split, f"{path}.split", required=grammar.SPLIT_REQUIRED, optional=grammar.SPLIT_OPTIONAL)
    effect = _effect(checker, found["effect"], f"{path}.effect") if "effect" in found else document["effect"]
    if not grammar.ITEM_REQUIRED.keys() <= found.keys():
        return None
    beneficiaries = found["beneficiaries"]
    content: dict[str, Any] = {
        "format": CONTENT_FORMAT,
        "id": found["item"],
        "document": {
            key: value for key, value in document.items() if key not in ("effect", "overlap", "payer", "route")
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
    }
    content["facts"] = _facts(checker, found["facts"], content, vocabulary=vocabulary, path=path, line=_line(raw))
    content["evidence"] = _evidence(checker, found["evidence"], vocabulary, path)
    names = [*found.get("settings", []), *_setting_names(content)]
    content["settings"] = _settings(checker, list(dict.fromkeys(names)), vocabulary, path, _line(raw))
    return content


def _step(checker: Checker, raw: Any, path: str) -> dict[str, Any] | None:
    verb = raw.get("do") if isinstance(raw, Mapping) else None
    if not isinstance(verb, str) or verb not in grammar.STEPS:
        checker.add(_line(raw), f"{path}.do", f"没有动词“{verb}”", f"可选：{'、'.join(grammar.STEPS)}")
        return None
    required, optional = grammar.STEPS[verb]
    verb_check: Check = str
    found = checker.fields(raw, path, required={"do": verb_check, **required}, optional=optional)
    if found is not None and "only" in found:
        found["only"] = _only(checker, found["only"], f"{path}.only")
    return found if found is not None and required.keys() <= found.keys() else None


def _only(checker: Checker, raw: Any, path: str) -> dict[str, Any] | None:
    found = checker.fields(
        raw, path, required={"field": grammar.CONDITION_OPTIONAL["field"]}, optional=grammar.TEST_KEYS
    )
    if found is None or len(found) != 2:
        checker.add(_line(raw), path, "应有一个 field 和一个检验", f"可用的检验：{'、'.join(TESTS)}")
        return None
    return found


def _limit(checker: Checker, raw: Any, path: str) -> dict[str, Any] | None:
    kinds = [kind for kind in grammar.LIMITS if isinstance(raw, Mapping) and kind in raw]
    if len(kinds) != 1:
        checker.add(_line(raw), path, "限额应恰好写明一种", f"请写 {'、'.join(grammar.LIMITS)} 之一")
        return None
    required, optional = grammar.LIMITS[kinds[0]]
    found = checker.fields(raw, path, required=required, optional=optional)
    if found is None or not required.keys() <= found.keys():
        return None
    if kinds[0] == "absorbs":
        found.setdefault("ledger", "lower_tier")
        return found
    bucket = tuple(found["per"])
    if bucket not in grammar.BUCKETS:
        known = "；".join("、".join(names) for names in grammar.BUCKETS)
        checker.add(_line(raw), f"{path}.per", f"没有“{'、'.join(bucket)}”这样的范围", f"可选：{known}")
        return None
    if kinds[0] == "yuan":
        found.setdefault("ledger", grammar.BUCKETS[bucket])
        if "scale" in found:
            found["scale"] = _limit_scale(checker, found["scale"], f"{path}.scale")
    return found


def _limit_scale(checker: Checker, raw: Any, path: str) -> dict[str, Any] | None:
    ratio = grammar.STEPS["scale"][0]["ratio"]
    found = checker.fields(raw, path, required={"ratio": ratio, "only": lambda value: value})
    if found is None or len(found) != 2:
        return None
    found["only"] = _only(checker, found["only"], f"{path}.only")
    return found


def _condition(checker: Checker, raw: Any, path: str) -> dict[str, Any] | None:
    found = checker.fields(raw, path, required=grammar.CONDITION_REQUIRED, optional=grammar.CONDITION_OPTIONAL)
    if found is None or not grammar.CONDITION_REQUIRED.keys() <= found.keys():
        return None
    tests = [name for name in TESTS if name in found]
    if (len(tests) == 1) != ("field" in found) or len(tests) > 1:
        checker.add(_line(raw), path, "有 field 的条件应恰好有一个检验", f"可用的检验：{'、'.join(TESTS)}")
        return None
    condition = {
        "code": found["code"],
        "text": found["text"],
        "field": found.get("field"),
        "test": {tests[0]: found[tests[0]]} if tests else None,
        "needed": found.get("needed", bool(tests) and tests[0] in NUMBER_TESTS),
        "priority": found.get("priority", False),
    }
    for key in ("if", "cite"):
        if key in found:
            condition[key] = found[key]
    if "unless" in found:
        condition["unless"] = _only(checker, found["unless"], f"{path}.unless")
    return condition


def used_facts(content: Raw) -> dict[str, bool]:
    """Every fact that rules mention, in order: true where an amount or a needed condition asks for it."""
    used: dict[str, bool] = {}

    def note(name: str | None, *, needed: bool) -> None:
        if name and name not in ("applicant_kind", "on"):
            used[name] = used.get(name, False) or needed

    for step in content["steps"]:
        asks = step["do"] in ("rate_of", "cap_by", "measure", "window", "given") and "only_with" not in step
        for key in ("rows", "from", "field"):
            note(step.get(key), needed=asks)
        for name in step.get("fields", ()):
            note(name, needed=asks and step.get("missing") != "no_amount")
        for key in ("else", "less", "prior", "decided", "or_field"):
            note(step.get(key), needed=False)
    for condition in content["conditions"]:
        note(condition["field"], needed=condition["needed"])
        note((condition["test"] or {}).get("not_after_field"), needed=False)
        note((condition.get("unless") or {}).get("field"), needed=False)
    for limit in content["limits"]:
        note(limit.get("before"), needed=False)
    return used


def _facts(
    checker: Checker, raw: Any, content: dict[str, Any], *, vocabulary: Vocabulary, path: str, line: int
) -> list[dict[str, Any]]:
    groups = (
        checker.fields(raw, f"{path}.facts", required={}, optional={"required": _as_is, "optional": _as_is}, line=line)
        or {}
    )
    used = used_facts(content)
    facts: dict[str, dict[str, Any]] = {}
    for key in ("required", "optional"):
        for part, where in _elements(checker, groups.get(key), f"{path}.facts.{key}"):
            name = part.get("name") if isinstance(part, Mapping) else part
            base = vocabulary.facts.get(str(name)) or _new_word(checker, part, where, key="name")
            if base is None:
                checker.add(_line(part) or line, where, f"词汇表里没有事实 {name}", "请先在 shared/facts.yaml 中写明")
                continue
            if base["name"] in facts:
                checker.add(_line(part) or line, where, f"事实 {name} 重复", "请只保留一个")
                continue
            own = _own_fact(checker, part, base, where) if base["name"] in vocabulary.facts else base
            facts[base["name"]] = {**own, "required": key == "required", "needed": used.get(base["name"], False)}
    for name, needed in used.items():
        if name not in facts and name in vocabulary.facts:
            facts[name] = {**vocabulary.facts[name], "required": False, "needed": needed}
        elif name not in facts:
            checker.add(
                line, f"{path}.facts", f"规则用到的事实 {name} 没有定义", "请改正名称，或先在 shared/facts.yaml 中写明"
            )
    return list(facts.values())


def _as_is(value: Any) -> Any:
    return value


def _own_fact(checker: Checker, part: Any, base: dict[str, Any], path: str) -> dict[str, Any]:
    if not isinstance(part, Mapping):
        return base
    merged = {key: value for key, value in part.items() if key != "name"}
    fact = normal_fact(
        checker,
        base["name"],
        {
            "label": base["label"],
            "type": base["type"],
            **({"unit": base["unit"]} if base["unit"] else {}),
            **({"help": base["help"]} if base["help"] else {}),
            **({"choices": dict(base["choices"])} if base["choices"] else {}),
            **({"check": base["check"]} if base["check"] else {}),
            **merged,
        },
        path,
    )
    if fact is None:
        return base
    return {**fact, "columns": base["columns"]}


def _evidence(checker: Checker, raw: Any, vocabulary: Vocabulary, path: str) -> list[dict[str, Any]]:
    groups = (
        checker.fields(raw, f"{path}.evidence", required={}, optional={"required": _as_is, "optional": _as_is}) or {}
    )
    found = []
    for key in ("required", "optional"):
        for part, where in _elements(checker, groups.get(key), f"{path}.evidence.{key}"):
            code = part.get("code") if isinstance(part, Mapping) else part
            base = vocabulary.evidence.get(str(code)) or _new_word(checker, part, where, key="code")
            if base is None:
                checker.add(_line(raw), where, f"词汇表里没有材料 {code}", "请先在 shared/evidence.yaml 中写明")
                continue
            found.append({**base, **_own_evidence(checker, part, base, where), "required": key == "required"})
    return found


def _own_evidence(checker: Checker, part: Any, base: dict[str, Any], path: str) -> dict[str, Any]:
    """What an item says of a piece of evidence in its own words."""
    if not isinstance(part, Mapping):
        return {}
    found = checker.fields(
        {"label": base.get("label"), **part},
        path,
        required={"code": _as_is, **grammar.EVIDENCE_REQUIRED},
        optional=grammar.EVIDENCE_OPTIONAL,
        line=_line(part),
    )
    return found or {}


def _new_word(checker: Checker, part: Any, path: str, *, key: str) -> dict[str, Any] | None:
    """A fact or a piece of evidence that only this item asks for, described where it stands; None for a bare name."""
    if not isinstance(part, Mapping) or "label" not in part:
        return None
    named = checker.fields({key: part.get(key)}, path, required={key: checks.name}, line=_line(part))
    if not named:
        return None
    if key == "code":
        return {**named, "help": "", "per": "line"}
    described = Located(_line(part))
    described.update({word: value for word, value in part.items() if word != key})
    described.lines = getattr(part, "lines", {})
    return normal_fact(checker, named[key], described, path)


def _setting_names(content: Raw) -> list[str]:
    """Names of the readings that act on an item, in the order of its rules."""
    names: list[str] = []
    guarded = [*content["effect"], *content["conditions"], *content["steps"], *content["limits"]]
    if content["overlap"]:
        guarded.append(content["overlap"])
    for spec in guarded:
        names += spec.get("if", {})
        names += [spec[key] for key in ("from_setting", "ratio_setting") if key in spec]
    verbs = {step["do"] for step in content["steps"]}
    if verbs & _MONEY_VERBS or content["split"]:
        names.append("fen_floor")
    tests = {name for condition in content["conditions"] for name in condition["test"] or ()}
    if tests & {"at_least", "at_most"}:
        names.append("yishang_inclusive")
    if tests & {"over", "under", "not_over"} or any(step.get("op") == ">" for step in content["steps"]):
        names.append("chaoguo_exclusive")
    if "since_effect" in verbs:
        names.append("event_date")
    if content["split"]:
        names.append("split_on_claim_total")
    return names


def _settings(checker: Checker, names: list[str], vocabulary: Vocabulary, path: str, line: int) -> list[dict[str, Any]]:
    found = []
    for name in names:
        setting = vocabulary.settings.get(name)
        if setting is None:
            checker.add(line, f"{path}.settings", f"没有设置 {name}", "请先在 shared/settings.yaml 中写明默认值和来源")
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
