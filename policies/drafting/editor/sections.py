"""Authored sections ⇄ what a form sends, derived from the engine's grammar. Pure, and lossless.

`section_pairs(section)` gives control names with their texts; `read_section(posted, section)` makes the section of them
again. Every key of the grammar has a codec; one that a later grammar adds is a plain text until it gets a better one.
"""

from collections.abc import Mapping
from typing import Any

from policies.drafting import yaml_codec
from policies.drafting.editor import labels
from policies.drafting.editor.field_codecs import (
    ABSENT,
    CheckboxGroup,
    Codec,
    GuardCodec,
    ImpliedField,
    LastDayCodec,
    LineList,
    NameList,
    OptionList,
    Pairs,
    Posted,
    PreservedField,
    ScopeCodec,
    ValueCodec,
)
from policies.drafting.editor.group_codecs import GROUPS, MappingField, QuestionField, Record, Rows, Tested, Variants
from policies.engine import checks, grammar, split
from policies.engine.checks import Check
from policies.engine.limits.base import PER, SCALE, Scale
from policies.engine.limits.registry import limit_kind_of, limit_kinds
from policies.engine.operations.derive import Derive
from policies.engine.operations.registry import operation_of, operations
from policies.engine.programme import PARTS, RHYTHMS
from policies.engine.spec import FACTS, GUARD, ONLY, Key, Kind, Spec
from policies.engine.terms import SPECIAL_CHOICES
from policies.engine.vocabulary import package_vocabulary

ROOT = "section"
_FLAGS = {"true": True, "false": False}
_SETTING_KIND = ValueCodec("choice", labels.WORDS["setting_kind"])
# A fact of rows that is described in the page gets the columns that steps add up.
ROW_COLUMNS = {
    "paid_on": {"label": "付款日期", "type": "date"},
    "amount": {"label": "金额", "type": "money", "unit": "元"},
}
_BY_CHECK: dict[Check, Codec] = {
    checks.yuan: ValueCodec("yuan"),
    checks.ratio: ValueCodec("ratio"),
    checks.ratio_above_zero: ValueCodec("ratio"),
    checks.day: ValueCodec("day"),
    checks.day_or_null: ValueCodec("day", empty=None),
    checks.count: ValueCodec("count"),
    grammar.workdays: ValueCodec("count"),
    checks.number: ValueCodec("number"),
    checks.boolean: ValueCodec("flag"),
    checks.code: ValueCodec("code"),
    checks.item_id: ValueCodec("id"),
    checks.name: ValueCodec("fact"),
    checks.optional_text: ValueCodec("text", empty=""),
    checks.path_code: ValueCodec("text", empty=""),
    grammar.guard: GuardCodec(),
}
_BY_KEY: dict[str, Codec] = {
    **{
        key: ValueCodec("choice", words)
        for key, words in labels.WORDS.items()
        if key not in ("beneficiaries", "procedure", "per", "setting_kind")
    },
    "summary": ValueCodec("area"),
    "source_note": ValueCodec("area"),
    "reason": ValueCodec("area"),
    "from_setting": ValueCodec("setting"),
    "like": ValueCodec("choice", labels.PROFILES),
    "modelled_as": ValueCodec("model"),
    "default": ValueCodec("text", empty=None),
    "areas": LineList(empty=[]),
    "supersedes": LineList(),
    "notes": LineList(),
    "beneficiaries": CheckboxGroup(labels.WORDS["beneficiaries"]),
    "procedure": CheckboxGroup(labels.WORDS["procedure"]),
    "as_of": ValueCodec("fact", types=("date",)),
    "subject": ValueCodec("fact", types=("text",)),
    "settings": NameList("settings"),
}


def _codec(key: str, check: Check) -> Codec:
    return _BY_KEY.get(key) or _BY_CHECK.get(check) or ValueCodec("text")


def _codecs(keys: Mapping[str, Check], **own: Codec) -> dict[str, Codec]:
    return {key: own[key] if key in own else _codec(key, check) for key, check in keys.items()}


class _SettingRecord(Record):
    """A chosen reading: its default is a truth value, a day or a ratio, after its kind."""

    def flatten(self, value: Mapping[str, Any], name: str) -> Pairs:
        default = value.get("default")
        shown = str(default).lower() if isinstance(default, bool) else default
        yield from super().flatten({**value, **({"default": shown} if "default" in value else {})}, name)

    def read(self, posted: Posted, name: str) -> Any:
        found = super().read(posted, name)
        if found is ABSENT:
            return found
        default = found.get("default")
        if found.get("kind") == "boolean":
            return {**found, "default": _FLAGS.get(default, default)}
        return {**found, "default": default or None}


def step_kind(step: Mapping[str, Any]) -> str | None:
    """The verb of a step, None where it has none that the engine knows."""
    verb = step.get("do")
    return verb if operation_of(verb) else None


def _tested(keys: Mapping[str, Check], types: Mapping[str, str], **own: Codec) -> Tested:
    return Tested(_codecs({k: c for k, c in keys.items() if k not in grammar.TEST_KEYS}, **own), types=types)


def section_codec(kind: str, types: Mapping[str, str]) -> Record:
    """How a section of this kind stands in a form; `types` are those of the facts it may ask about."""
    period = Record(_codecs(grammar.EFFECT_OPTIONAL, to=LastDayCodec("day")))
    periods = Record(_codecs({**grammar.PERIODS_OPTIONAL, **grammar.PERIODS_REQUIRED}))
    if kind == "document":
        keys = _codecs(
            {**grammar.DOCUMENT_REQUIRED, **grammar.DOCUMENT_OPTIONAL},
            title=ValueCodec("area"),
            short_title=ValueCodec("area"),
            effect=Rows(period),
            overlap=Record(_codecs({**grammar.OVERLAP_REQUIRED, "if": grammar.guard})),
            periods=periods,
        )
        return Record({"document": Record(keys)})
    if kind == "settings":
        setting = _codecs({**grammar.SETTING_REQUIRED, **grammar.SETTING_OPTIONAL}, kind=_SETTING_KIND)
        return Record({"settings": MappingField(_SettingRecord({**setting, "alternative": ValueCodec("text")}))})
    if kind == "rule":
        owner = Record({"who": ValueCodec("text"), "part": ValueCodec("choice", PARTS), "cite": ValueCodec("text")})
        programme: dict[str, Codec] = {"from": ValueCodec("day"), "to": LastDayCodec("day"), "tasks": LineList()}
        part = Record({**programme, "every": ValueCodec("choice", RHYTHMS), "owners": Rows(owner)})
        return Record(_codecs({**grammar.RULE_REQUIRED, **grammar.RULE_OPTIONAL}, programme=part))
    return Record(
        _codecs(
            {**grammar.ITEM_REQUIRED, **grammar.ITEM_OPTIONAL},
            facts=_facts(),
            evidence=_evidence(),
            conditions=Rows(_condition(types)),
            steps=Rows(_step(types)),
            limits=Rows(_limit(types)),
            split=Record(_codecs({**split.REQUIRED, **split.OPTIONAL})),
            stages=Rows(Record(_codecs({**grammar.STAGE_REQUIRED, **grammar.STAGE_OPTIONAL}))),
            effect=Rows(period),
            periods=periods,
        )
    )


def _only(types: Mapping[str, str]) -> Tested:
    return _tested({"field": checks.name}, types)


def _condition(types: Mapping[str, str]) -> Tested:
    keys = {"text": checks.text, **grammar.CONDITION_REQUIRED, **grammar.CONDITION_OPTIONAL}
    return _tested(keys, types, text=ValueCodec("area"), unless=_only(types))


def _step(types: Mapping[str, str]) -> Variants:
    kinds = {
        verb: Record(
            {"do": ImpliedField(), **{key.name: _key_codec(key, types) for key in operation.declared().values()}}
        )
        for verb, operation in operations().items()
    }
    return Variants(kinds, step_kind, lambda verb: {"do": verb})


def _key_codec(key: Key, types: Mapping[str, str]) -> Codec:
    """The codec of one key of a typed specification."""
    own: dict[Kind, Codec] = {
        FACTS: NameList(types=key.types),
        GUARD: GuardCodec(),
        ONLY: _only(types),
        PER: ScopeCodec(),
    }
    if key.kind is SCALE:
        return _keys(Scale, types)
    if key.kind.values is not None:
        return OptionList(key.kind.values.name)
    return own.get(key.kind) or ValueCodec(key.kind.name, key.choices, types=key.types, special=True)


def _keys(rule: type[Spec], types: Mapping[str, str], kept: str = "") -> Record:
    """The codec of a typed specification; the key `kept` stands even when it is empty."""
    codecs = {key.name: _key_codec(key, types) for key in rule.declared().values()}
    return Record(codecs, kept=frozenset({kept} - {""}))


def _limit(types: Mapping[str, str]) -> Variants:
    kinds = {kind: _keys(limit, types, kept=kind) for kind, limit in limit_kinds().items()}
    return Variants(kinds, limit_kind_of, lambda kind: {kind: ""})


def _facts() -> QuestionField:
    keys = {**grammar.FACT_REQUIRED, **grammar.FACT_OPTIONAL}
    return QuestionField(
        "name",
        Record(
            _codecs(
                keys, choices=OptionList(), columns=PreservedField(), unit=ValueCodec("text"), help=ValueCodec("text")
            )
        ),
    )


def _evidence() -> QuestionField:
    keys = {**grammar.EVIDENCE_REQUIRED, **grammar.EVIDENCE_OPTIONAL}
    per = ValueCodec("choice", labels.WORDS["per"])
    return QuestionField("code", Record(_codecs(keys, help=ValueCodec("text"), per=per)))


def kind_of(section: Mapping[str, Any]) -> str:
    """What a section describes: `document`, `settings`, `item` or `rule`. One that says nothing is an item's."""
    return yaml_codec.kind_of(section) or yaml_codec.ITEM


def question_rows(groups: Any) -> list[Any]:
    """The rows of both groups of an item's facts or evidence, the required ones first."""
    found = [groups.get(group) for group in GROUPS] if isinstance(groups, Mapping) else []
    return [row for rows in found if isinstance(rows, list) for row in rows]


def own_facts(section: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The facts that the section describes itself, by name; those it only renames are among them."""
    rows = [row for row in question_rows(section.get("facts")) if isinstance(row, Mapping)]
    return {row["name"]: row for row in rows if isinstance(row.get("name"), str)}


def derived_facts(section: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """The type and label of each fact that a step of the section works out, by name."""
    steps = section.get("steps")
    found = {}
    for step in steps if isinstance(steps, list) else ():
        operation = operation_of(step.get("do")) if isinstance(step, Mapping) else None
        if operation is not None and issubclass(operation, Derive) and isinstance(name := step.get("name"), str):
            found[name] = (operation.gives, str(step.get("label") or name))
    return found


def fact_types(section: Mapping[str, Any]) -> dict[str, str]:
    """The type of every fact that the section may ask about."""
    shared = {name: str(fact["type"]) for name, fact in package_vocabulary().facts.items()}
    own = {name: str(fact["type"]) for name, fact in own_facts(section).items() if str(fact.get("type")) in _TYPES}
    return {**shared, **own, **{name: kind for name, (kind, _) in derived_facts(section).items()}}


_TYPES = labels.WORDS["type"]


def section_pairs(section: Mapping[str, Any]) -> Pairs:
    """Every control of a section with its text, in the section's order; a name may come several times."""
    yield f"{ROOT}-is", kind_of(section)
    steps = section.get("steps")
    if isinstance(steps, list):
        section = {**section, "steps": [_with_rows_by_label(section, step) for step in steps]}
    yield from section_codec(kind_of(section), fact_types(section)).flatten(section, ROOT)


def in_order_of(new: Any, old: Any) -> Any:
    """The new value with its keys in the order that the old one has; what is new comes after."""
    if isinstance(new, dict):
        before = old if isinstance(old, Mapping) else {}
        keys = [key for key in before if key in new] + [key for key in new if key not in before]
        return {key: in_order_of(new[key], before.get(key)) for key in keys}
    if isinstance(new, list):
        parts = old if isinstance(old, list) else []
        return [in_order_of(part, parts[at] if at < len(parts) else None) for at, part in enumerate(new)]
    return new


def read_section(posted: Posted) -> dict[str, Any]:
    """The section of what a form sent. Whatever was typed is in it, even where the rules' check will refuse it."""
    # No database keeps a NUL.
    posted = {name: [text.replace("\0", "") for text in texts] for name, texts in posted.items()}
    kind = (posted.get(f"{ROOT}-is") or ("item",))[-1]
    types: dict[str, str] = {}
    if kind == "item":
        # A test is read by the type of its fact, be it asked for or worked out by a step.
        parts: dict[str, Codec] = {"facts": _facts(), "steps": Rows(_step({}))}
        known = {key: codec.read(posted, f"{ROOT}-{key}") for key, codec in parts.items()}
        types = fact_types({key: part for key, part in known.items() if part is not ABSENT})
    found = section_codec(kind if kind in yaml_codec.KINDS else "item", types).read(posted, ROOT)
    section: dict[str, Any] = {} if found is ABSENT else found
    for row in own_facts(section).values():
        if row.get("type") == "rows" and isinstance(row, dict):
            row.setdefault("columns", ROW_COLUMNS)
    steps = section.get("steps")
    for step in steps if isinstance(steps, list) else ():
        if isinstance(step, dict):
            codes = {label: code for code, label in _labels_of_rows(section, step).items()}
            _rename_rows(step, codes)
    return section


def _with_rows_by_label(section: Mapping[str, Any], step: Any) -> Any:
    """The step with the rows of its tables named by the labels of choices, as people read and write them."""
    if not isinstance(step, Mapping) or not (labels_of := _labels_of_rows(section, step)):
        return step
    shown = dict(step)
    _rename_rows(shown, labels_of)
    return shown


def _labels_of_rows(section: Mapping[str, Any], step: Mapping[str, Any]) -> dict[str, str]:
    """By code the label of each choice of the fact by which a step goes; of several with one label the first has it."""
    name = str(step.get("field"))
    own, shared = own_facts(section).get(name, {}).get("choices"), package_vocabulary().facts.get(name, {})
    offered = own if isinstance(own, Mapping) else SPECIAL_CHOICES.get(name) or dict(shared.get("choices", ()))
    found: dict[str, str] = {}
    for code, label in offered.items():
        if str(label) not in {*offered, *found.values()} and "=" not in str(label):
            found[str(code)] = str(label)
    return found


def _rename_rows(step: dict[str, Any], names: Mapping[str, str]) -> None:
    operation = operation_of(step.get("do"))
    for key in operation.declared().values() if operation and names else ():
        if isinstance(table := step.get(key.name), dict) and key.kind.values is not None:
            step[key.name] = {names.get(row, row): value for row, value in table.items()}
