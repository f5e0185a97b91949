"""What a section's page says: the names that may be chosen, and each row as a sentence. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from policies.drafting.editor import labels
from policies.drafting.editor.sections import derived_facts, own_facts, question_rows
from policies.engine.conditions.registry import known_tests, words_of_test
from policies.engine.limits.registry import limit_kind_of, limit_labels, read_limit
from policies.engine.money import number_text
from policies.engine.operations.registry import operation_of, read_operation
from policies.engine.regions import districts_in
from policies.engine.stages import read_stages
from policies.engine.terms import SPECIAL_CHOICES, SPECIAL_FIELDS, SPECIAL_TYPES
from policies.engine.vocabulary import package_vocabulary

Group = tuple[str, list[tuple[str, str]]]
_TYPES = labels.WORDS["type"]
# The parts of an item's page that show its facts, or let one choose from them.
WITH_FACTS = ("facts", "subject", "conditions", "steps", "limits")


@dataclass(frozen=True)
class FactName:
    """A fact that a section may ask about: its name, label, type and, of a choice, what may be chosen."""

    name: str
    label: str
    type: str
    choices: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class SectionNames:
    """Everything that may be named in a section.

    `asked` are the facts to choose from: those that the section asks for, works out or uses. `readings` are the
    settings to choose from: those that the document brings or uses. All others are known by their labels only.
    `districts`: the names that an applicant's region may have; none where any may be written.
    """

    facts: Mapping[str, FactName]
    asked: tuple[str, ...]
    settings: Mapping[str, str]
    readings: Mapping[str, str]
    items: Mapping[str, str]
    conditions: Mapping[str, str]
    limits: Mapping[str, str]
    districts: Sequence[str] = ()

    @property
    def labels(self) -> dict[str, str]:
        return {name: fact.label for name, fact in self.facts.items()} | SPECIAL_FIELDS

    def label(self, name: str, value: str = "") -> str:
        """The label of a fact, or with a value that of one of its choices; the name itself where it has none."""
        fact = self.fact(name)
        if value:
            return dict(fact.choices).get(value, value) if fact else value
        return fact.label if fact else name

    def fact_groups(self, *types: str, special: bool = False) -> list[Group]:
        """The section's facts to choose from, of the given types only, if any; those of the applicant if `special`."""
        own = [self.facts[name] for name in self.asked if name in self.facts]
        named = [(fact.name, fact.label) for fact in own if not types or fact.type in types]
        groups: list[Group] = [("本事项的事实", named)]
        if special:
            offered = [one for one in SPECIAL_FIELDS.items() if not types or SPECIAL_TYPES[one[0]] in types]
            groups.append(("申请人和日期", offered))
        return [group for group in groups if group[1]]

    @property
    def shared_facts(self) -> list[Group]:
        """The facts that every document may ask for and this section does not yet, by type."""
        shared = package_vocabulary().facts
        rest = [fact for name, fact in self.facts.items() if name in shared and name not in self.asked]
        groups = [
            (label, [(fact.name, fact.label) for fact in rest if fact.type == kind]) for kind, label in _TYPES.items()
        ]
        return [group for group in groups if group[1]]

    def fact(self, name: str) -> FactName | None:
        """What is known of a fact's name, those of the applicant and the claim included."""
        if name in SPECIAL_FIELDS:
            choices = (
                {one: one for one in self.districts} if name == "applicant_region" else SPECIAL_CHOICES.get(name, {})
            )
            return FactName(name, SPECIAL_FIELDS[name], SPECIAL_TYPES[name], tuple(choices.items()))
        return self.facts.get(name)


def section_names(
    sections: Sequence[Mapping[str, Any]], section: Mapping[str, Any], *, others: Mapping[str, str] | None = None
) -> SectionNames:
    """What may be chosen in a section, with the words that it and its document add.

    `others`: items of other documents, by id, with their titles.
    """
    vocabulary = package_vocabulary()
    facts = {
        name: FactName(name, fact["label"], fact["type"], tuple((v, w) for v, w in fact["choices"]))
        for name, fact in vocabulary.facts.items()
    }
    for name, own in own_facts(section).items():
        shared = facts.get(name)
        kind = str(own.get("type"))
        kind = kind if kind in _TYPES else shared.type if shared else "text"
        choices = own.get("choices")
        listed = tuple((v, str(w)) for v, w in choices.items()) if isinstance(choices, Mapping) else ()
        label = str(own.get("label") or (shared.label if shared else name))
        if name:
            facts[name] = FactName(name, label, kind, listed or (shared.choices if shared else ()))
    derived = derived_facts(section)
    facts |= {name: FactName(name, label, kind) for name, (kind, label) in derived.items()}
    settings = {name: setting.label for name, setting in vocabulary.settings.items()}
    for part in sections:
        own_settings = part.get("settings")
        if isinstance(own_settings, Mapping):
            settings |= {n: str(s.get("label") or n) for n, s in own_settings.items() if isinstance(s, Mapping)}
    head: Mapping[str, Any] = next(
        (part["document"] for part in sections if isinstance(part.get("document"), Mapping)), {}
    )
    areas = head.get("areas")
    region = {"region_code": str(head.get("region_code") or ""), "areas": areas if isinstance(areas, list) else []}
    items = {str(part["item"]): str(part.get("title", "")) for part in sections if isinstance(part.get("item"), str)}
    used = [name for name in _names_in([section.get(part) for part in _FACTS_NAMED_IN]) if name in facts]
    named = set(_names_in([sections, section]))
    return SectionNames(
        facts,
        tuple(dict.fromkeys([*asked_names(section), *derived, *used])),
        settings,
        {name: label for name, label in settings.items() if name in named},
        items | {item_id: f"{title}（{item_id}）" for item_id, title in (others or {}).items() if item_id not in items},
        conditions=_places(sections, "conditions", "text"),
        limits=_places(sections, "limits", "label"),
        districts=[*districts_in(region).values()],
    )


# The parts of an item that name facts.
_FACTS_NAMED_IN = ("as_of", "subject", "conditions", "steps", "limits")


def _names_in(value: Any) -> Iterator[str]:
    """Every key and text inside an authored value."""
    if isinstance(value, Mapping):
        yield from (key for key in value if isinstance(key, str))
        value = value.values()
    if isinstance(value, str):
        yield value
    elif isinstance(value, Iterable):
        for part in value:
            yield from _names_in(part)


def _places(sections: Sequence[Mapping[str, Any]], part: str, text_key: str) -> dict[str, str]:
    """The rows of one part of every item that have a code: `ITEM.CODE` with the item's title and what the row says."""
    return {
        f"{section['item']}.{row['code']}": f"{section.get('title', '')}：{row.get(text_key) or row['code']}"
        for section in sections
        if section.get("item") and isinstance(section.get(part), list)
        for row in section[part]
        if isinstance(row, Mapping) and row.get("code")
    }


def asked_names(section: Mapping[str, Any]) -> list[str]:
    """The names of the facts that the section asks for, those of its profile where it has none of its own."""
    profile = package_vocabulary().profiles.get(str(section.get("like")), {})
    rows = question_rows(section.get("facts", profile.get("facts")))
    names = [row.get("name") if isinstance(row, Mapping) else row for row in rows]
    return [name for name in names if isinstance(name, str) and name]


def guard_sentence(spec: Mapping[str, Any], words: SectionNames) -> str:
    """Under which readings a row holds, nothing where it always does."""
    guard = spec.get("if")
    if not isinstance(guard, Mapping) or not guard:
        return ""
    parts = [f"{'' if wanted else '不'}采用“{words.settings.get(name, name)}”" for name, wanted in guard.items()]
    return f"（只在{'、'.join(parts)}时）"


def step_sentence(step: Mapping[str, Any], words: SectionNames) -> str:
    """One step in words, with what it has so far."""
    operation = operation_of(step.get("do"))
    if operation is None:
        return "还没有选这一步做什么"
    return (_sentence(_step_words, step, words) or f"{operation.label}：还没有填完") + guard_sentence(step, words)


def _step_words(step: Mapping[str, Any], words: SectionNames) -> str:
    return read_operation(step).form_sentence(words.label)


def limit_sentence(limit: Mapping[str, Any], words: SectionNames) -> str:
    """One limit in words, with what it has so far."""
    kind = limit_kind_of(limit)
    if kind is None:
        return "还没有选限什么"
    sentence = _sentence(lambda: read_limit(limit).sentence(words.label)) or f"{limit_labels()[kind]}：还没有填完"
    return sentence + guard_sentence(limit, words)


def stage_sentence(stage: Mapping[str, Any]) -> str:
    """One stage of a payment in words, with what it has so far."""
    return _sentence(lambda: read_stages({"stages": [stage]})[0].words) or "还没有填完"


def condition_sentence(condition: Mapping[str, Any], words: SectionNames) -> str:
    """One condition in words: what it says, and how it is checked."""
    text = condition.get("text")
    sentence = text if isinstance(text, str) and text else "还没有写这一条怎么说"
    return sentence + guard_sentence(condition, words)


def test_sentence(spec: Mapping[str, Any], words: SectionNames) -> str:
    """How a condition is checked: by the officer, or by a fact and its test."""
    fact = words.fact(str(spec.get("field", "")))
    named = [test for test in known_tests() if test in spec]
    if fact is None or len(named) != 1:
        return "由审核人判断"
    return f"检查：{words_of_test({'field': fact.name, named[0]: spec[named[0]]}, words.label)}"


def fact_sentence(row: Any, words: SectionNames) -> str:
    """One fact that is asked for: its label and its type."""
    name = row.get("name") if isinstance(row, Mapping) else row
    fact = words.facts.get(str(name))
    return f"{fact.label}（{_TYPES[fact.type]}）" if fact else f"{name or '还没有名称'}"


def evidence_sentence(row: Any) -> str:
    """One piece of evidence that is asked for."""
    code = str(row.get("code", "") if isinstance(row, Mapping) else row)
    shared = package_vocabulary().evidence.get(code)
    own = row.get("label") if isinstance(row, Mapping) else None
    return str(own or (shared["label"] if shared else code) or "还没有名称")


def _sentence(say: Any, *given: Any) -> str:
    """A sentence of the engine, nothing where what it needs is not there yet."""
    try:
        return str(say(*given))
    except (KeyError, ValueError, TypeError, IndexError):
        return ""


def value_text(value: Any, choices: Iterable[tuple[str, str]] = ()) -> str:
    """A fact's value as people read it."""
    names = dict(choices)
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(str(part) for part in value)
    if isinstance(value, Fraction):
        return number_text(value)
    if isinstance(value, date):
        return value.isoformat()
    return names.get(value, str(value))
