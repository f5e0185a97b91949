"""What an item asks for: its facts and its evidence in normal form."""

from collections.abc import Mapping
from typing import Any

from policies.engine import checks, grammar
from policies.engine.checks import Checker
from policies.engine.problems import Fault, Place, problem_code
from policies.engine.vocabulary import Vocabulary, normal_fact

NO_FACT = problem_code(
    "no_fact",
    "词汇表里没有事实 {fact}",
    "请先在 shared/facts.yaml 中写明",
    form="没有事实“{fact:fact}”，请改选，或自定义一项。",
)
FACT_TWICE = problem_code("fact_twice", "事实 {fact} 重复", "请只保留一个", form="“{fact:fact}”重复，请只保留一个。")
UNDEFINED_FACT = problem_code(
    "undefined_fact",
    "规则用到的事实 {fact} 没有定义",
    "请改正名称，或先在 shared/facts.yaml 中写明",
    form="规则用到的“{fact:fact}”没有定义，请改选，或在要填写的事实里自定义一项。",
)
NO_EVIDENCE = problem_code(
    "no_evidence",
    "词汇表里没有材料 {evidence}",
    "请先在 shared/evidence.yaml 中写明",
    form="没有材料“{evidence}”，请改选，或自定义一种。",
)
GROUPS = ("required", "optional")


def _unchecked(value: Any) -> Any:
    return value


_GROUP_KEYS = dict.fromkeys(GROUPS, _unchecked)


def item_facts(
    checker: Checker, raw: Any, at: Place, *, used: Mapping[str, bool], vocabulary: Vocabulary
) -> list[dict[str, Any]]:
    """The facts listed, then those that rules mention; `used` says of each of these whether an amount needs it."""
    facts: dict[str, dict[str, Any]] = {}
    groups = checker.fields(raw, at, required={}, optional=_GROUP_KEYS) or {}
    for key in GROUPS:
        for part, where in checker.elements(groups.get(key), (*at, key)):
            name = part.get("name") if isinstance(part, Mapping) else part
            base = vocabulary.facts.get(str(name)) or _described(checker, part, where, key="name")
            if base is None:
                _note_unknown(checker, part, where, key="name", fault=NO_FACT.fault(fact=str(name)))
                continue
            if base["name"] in facts:
                checker.add(where, FACT_TWICE.fault(fact=str(name)))
                continue
            own = _own_fact(checker, part, base, where) if base["name"] in vocabulary.facts else base
            facts[base["name"]] = {**own, "required": key == "required", "needed": used.get(base["name"], False)}
    for name, needed in used.items():
        if name not in facts and name in vocabulary.facts:
            facts[name] = {**vocabulary.facts[name], "required": False, "needed": needed}
        elif name not in facts:
            checker.add(at, UNDEFINED_FACT.fault(fact=name))
    return list(facts.values())


def _own_fact(checker: Checker, part: Any, base: dict[str, Any], at: Place) -> dict[str, Any]:
    """A shared fact with what the item says of it in its own words."""
    if not isinstance(part, Mapping):
        return base
    shared = {key: base[key] for key in ("unit", "help", "check") if base[key]}
    choices = {"choices": dict(base["choices"])} if base["choices"] else {}
    own = {key: value for key, value in part.items() if key != "name"}
    merged = {"label": base["label"], "type": base["type"], **shared, **choices, **own}
    fact = normal_fact(checker, base["name"], merged, at)
    return base if fact is None else {**fact, "columns": base["columns"]}


def item_evidence(checker: Checker, raw: Any, at: Place, vocabulary: Vocabulary) -> list[dict[str, Any]]:
    """The evidence listed."""
    found = []
    groups = checker.fields(raw, at, required={}, optional=_GROUP_KEYS) or {}
    for key in GROUPS:
        for part, where in checker.elements(groups.get(key), (*at, key)):
            code = part.get("code") if isinstance(part, Mapping) else part
            base = vocabulary.evidence.get(str(code)) or _described(checker, part, where, key="code")
            if base is None:
                _note_unknown(checker, part, where, key="code", fault=NO_EVIDENCE.fault(evidence=str(code)))
                continue
            found.append({**base, **_own_evidence(checker, part, base, where), "required": key == "required"})
    return found


def _own_evidence(checker: Checker, part: Any, base: dict[str, Any], at: Place) -> dict[str, Any]:
    """What an item says of a piece of evidence in its own words."""
    if not isinstance(part, Mapping):
        return {}
    required = {"code": _unchecked, **grammar.EVIDENCE_REQUIRED}
    merged = {"label": base.get("label"), **part}
    return checker.fields(merged, at, required=required, optional=grammar.EVIDENCE_OPTIONAL) or {}


def _note_unknown(checker: Checker, part: Any, at: Place, *, key: str, fault: Fault) -> None:
    """Note that a row names nothing shared: what it lacks to describe its own, or that there is no such name."""
    if isinstance(part, Mapping) and "label" not in part:
        lacking = "label" if part.get(key) else key
        checker.add((*at, lacking), checks.MISSING.fault(key=lacking))
    elif not (isinstance(part, Mapping) and not part.get(key)):
        checker.add(at, fault)


def _described(checker: Checker, part: Any, at: Place, *, key: str) -> dict[str, Any] | None:
    """A fact or a piece of evidence that only this item asks for, described where it stands; None for a bare name."""
    if not isinstance(part, Mapping) or "label" not in part:
        return None
    named = checker.fields({key: part[key]} if key in part else {}, at, required={key: checks.name})
    if not named:
        return None
    if key == "code":
        return {**named, "help": "", "per": "line"}
    return normal_fact(checker, named[key], {word: value for word, value in part.items() if word != key}, at)
