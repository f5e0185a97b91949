"""The page of one section: its parts and rows in words and controls, and what can be added, moved and taken off."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from policies.drafting.editor import labels
from policies.drafting.editor.actions import INHERITED
from policies.drafting.editor.field_codecs import Codec, moved_day
from policies.drafting.editor.field_problems import FieldProblems
from policies.drafting.editor.form import Fields, SectionForm
from policies.drafting.editor.fragments import Adder, Block, Cell, Part, ProblemLink, Row
from policies.drafting.editor.group_codecs import GROUPS, REST, MappingField, QuestionField, Record, Rows, Variants
from policies.drafting.editor.layout import INNER_WORDS, SECTION_WORDS, PartSpec, parts_of, rule_of, spec_words
from policies.drafting.editor.names import (
    SectionNames,
    condition_sentence,
    evidence_sentence,
    fact_sentence,
    guard_sentence,
    limit_sentence,
    stage_sentence,
    step_sentence,
    test_sentence,
)
from policies.drafting.editor.sections import ROOT, fact_types, kind_of, question_rows, section_codec
from policies.engine.limits.base import Limit
from policies.engine.limits.registry import limit_kinds
from policies.engine.operations.base import Operation
from policies.engine.operations.registry import operation_labels, operations
from policies.engine.periods import last_day
from policies.engine.programme import PHASE, RESPONSIBILITY
from policies.engine.spec import Spec
from policies.engine.terms import PAYERS, ROUTES
from policies.engine.vocabulary import package_vocabulary

_GROUP_WORDS = {
    "facts": {"required": "必填", "optional": "选填"},
    "evidence": {"required": "必交", "optional": "选交"},
}


def _variants(rows: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """What the kinds of a list are called, and what each does; nothing where all its rows are alike."""
    if rows == "steps":
        return _labels_and_help(operations())
    return _labels_and_help(limit_kinds()) if rows == "limits" else ({}, {})


def _labels_and_help(rules: Mapping[str, type[Operation | Limit]]) -> tuple[Mapping[str, str], Mapping[str, str]]:
    return {kind: rule.label for kind, rule in rules.items()}, {kind: rule.help for kind, rule in rules.items()}


@dataclass
class SectionPage:
    """A section's page. `opened` names rows to show open; the first of them gets the keyboard."""

    section: Mapping[str, Any]
    words: SectionNames
    problems: FieldProblems
    document: Mapping[str, Any] = field(default_factory=dict)
    opened: Sequence[str] = ()

    def __post_init__(self) -> None:
        self.kind = kind_of(self.section)
        self.codec = section_codec(self.kind, fact_types(self.section))
        self.profile = package_vocabulary().profiles.get(str(self.section.get("like")), {})
        self.form = SectionForm(
            self.section, words=self.words, problems=self.problems, placeholders=self._placeholders()
        )
        is_programme = "programme" in self.section or self.section.get("modelled_as") in (PHASE, RESPONSIBILITY)
        specs = parts_of(self.kind, has_programme=is_programme)
        self.parts = [self._part(spec) for spec in specs]
        drawn = [*self.form.fields, *(f"{ROOT}-{part.place}" for part in self.parts)]
        self.other_problems = self.problems.outside(drawn)

    @property
    def heading(self) -> str:
        """What the page is about, by its own words where it has them."""
        if self.kind == "settings":
            return "本文件的口径"
        head = self.section if self.kind != "document" else self.section.get("document")
        head = head if isinstance(head, Mapping) else {}
        named = head.get("short_title") or head.get("title") or head.get("item") or head.get("rule")
        return str(named) if named else {"document": "文件信息", "rule": "新的条款"}.get(self.kind, "新的事项")

    @property
    def has_open_row(self) -> bool:
        """Whether one of the rows to show open is there."""
        return any(row.is_focused for part in self.parts for row in part.rows)

    @property
    def unknown(self) -> str:
        """The keys that no control shows, as the section has them; empty where there are none."""
        return self.form.text(f"{ROOT}-{REST}") or self.form.text(f"{ROOT}-document-{REST}")

    @property
    def problem_links(self) -> list[ProblemLink]:
        """Every problem with its control, in the order of the page."""
        found = []
        for one in self.problems.found:
            href = f"#div_id_{one.control}" if one.control in self.form.fields else f"#{one.control}"
            found.append(ProblemLink(self.label_of(one.control), one.text, href))
        return list(dict.fromkeys(found))

    def label_of(self, name: str) -> str:
        """A place in words: the part, the row, and the control's label."""
        control = self.form.fields.get(name)
        label = str(control.label) if control else ""
        for part in self.parts:
            for row in part.rows:
                if name == row.name or name.startswith(f"{row.name}-"):
                    return " · ".join(filter(None, (f"{part.spec.title} 第 {row.number + 1} 行", label)))
            if not label and name.startswith(f"{ROOT}-{part.place}"):
                return part.spec.title
        return label or "这一段"

    def _placeholders(self) -> dict[str, str]:
        """What choosing nothing means, by key: what the profile or the document says."""
        if self.kind != "item":
            return {}
        found = {"like": "不套用", "subject": "不认定（不查重复）", "overlap": "按文件", "claimable": "按文件"}
        found["subject_rule"] = labels.WORDS["subject_rule"]["refuse"]
        for key, words in (("route", ROUTES), ("payer", PAYERS)):
            if self.document.get(key) in words:
                found[key] = f"同文件（{words[str(self.document[key])]}）"
        for key in ("kind", "as_of", "subject", "subject_rule"):
            if key in self.profile:
                value = str(self.profile[key])
                found[key] = f"同模板（{self.words.labels.get(value) or labels.WORDS.get(key, {}).get(value, value)}）"
        return found

    # ---- parts -------------------------------------------------------------------------------------
    def _inner(self, path: str) -> tuple[Record, str]:
        """The record that holds a dotted path's last key, and its name."""
        record, name = self.codec, ROOT
        for key in path.split(".")[:-1]:
            record, name = _record(record.keys[key]), f"{name}-{key}"
        return record, name

    def _part(self, spec: PartSpec) -> Part:
        prefix = "document." if self.kind == "document" else ""
        words = SECTION_WORDS[self.kind]
        if spec.rows:
            return self._list(spec)
        if spec.record:
            holder, name = self._inner(f"{prefix}{spec.record}")
            inner, place = _record(holder.keys[spec.record]), f"{name}-{spec.record}"
            fields = self.form.add_record(inner, place, INNER_WORDS[spec.record], needed=tuple(inner.keys))
            return self._made(spec, fields, place)
        holder, name = self._inner(f"{prefix}any")
        fields = self.form.add_record(holder, name, words, keys=(*spec.keys, *spec.more), needed=spec.keys)
        order = [f"{name}-{key}" for key in (*spec.keys, *spec.more)]
        for names in (fields.shown, fields.folded):
            names.sort(key=lambda one: order.index(one) if one in order else len(order))
        return self._made(spec, fields, f"{ROOT}-{spec.anchor}")

    def _made(self, spec: PartSpec, fields: Fields, place: str, **own: Any) -> Part:
        drawn = [*fields.shown, *fields.folded]
        is_faulty = any(self.problems.at(name) for name in drawn) or self.problems.within(place)
        return Part(
            spec,
            self._block(fields),
            problems=own.pop("problems", self.problems.at(place) if place not in drawn else ()),
            is_faulty=is_faulty,
            **own,
        )

    def _block(self, fields: Fields) -> Block:
        shown, folded = ([Cell(self.form[name]) for name in names] for names in (fields.shown, fields.folded))
        return Block(shown, folded)

    def _list(self, spec: PartSpec) -> Part:
        holder, name = self._inner(spec.rows)
        key = spec.rows.rpartition(".")[2]
        codec, place = holder.keys[key], f"{name}-{key}"
        value = _at(self.section, spec.rows)
        rows = list(self._rows(spec, codec, value, place))
        is_own = value is not None and key in (*INHERITED, "effect") and self.kind == "item"
        return self._made(
            spec,
            Fields(),
            place,
            rows=rows,
            problems=self.problems.at(place) if rows else self.problems.not_shown(place, ()),
            adder=self._adder(spec, key),
            profile=self._profile_name(key) if value is None and key in self.profile else "",
            inherited=self._inherited(key) if value is None else (),
            can_inherit=is_own and (key in self.profile or key == "effect"),
        )

    def _profile_name(self, key: str) -> str:
        like = str(self.section.get("like"))
        return labels.PROFILES.get(like, like)

    def _inherited(self, key: str) -> list[str]:
        """What the profile brings for a part, in sentences."""
        value = self.profile.get(key)
        if key == "steps" and isinstance(value, list):
            return [step_sentence(step, self.words) for step in value]
        if isinstance(value, Mapping):
            words = _GROUP_WORDS[key]
            sentence_of = partial(fact_sentence, words=self.words) if key == "facts" else evidence_sentence
            return [f"{sentence_of(row)} · {words[group]}" for group in GROUPS for row in value.get(group) or ()]
        return []

    def _adder(self, spec: PartSpec, key: str) -> Adder:
        action, label = f"add:{spec.rows}", f"添加{spec.row_name}"
        if kinds := _variants(key)[0]:
            return Adder(action, label, list(kinds.items()))
        if key == "facts":
            return Adder(action, label, self.words.shared_facts, own="自定义一项", takes_many=True)
        if key == "evidence":
            rows = question_rows(self.section.get(key))
            asked = [row.get("code") if isinstance(row, Mapping) else row for row in rows]
            known = package_vocabulary().evidence.items()
            shared = [(code, found["label"]) for code, found in known if code not in asked]
            return Adder(action, label, [("材料", shared)], own="自定义一种", takes_many=True)
        if key == "settings":
            return Adder(action, label, list(self.words.settings.items()), own="新加一个口径")
        return Adder(action, label)

    # ---- rows --------------------------------------------------------------------------------------
    def _rows(self, spec: PartSpec, codec: Codec, value: Any, place: str) -> Iterator[Row]:
        if not codec.fits(value):
            return
        if isinstance(codec, QuestionField):
            listed = [(group, row) for group in GROUPS for row in value.get(group) or ()]
        elif isinstance(codec, MappingField):
            listed = list(value.items())
        else:
            listed = [("", row) for row in value]
        for number, (group, row) in enumerate(listed):
            yield self._row(spec, codec, row, place=place, number=number, count=len(listed), group=group)

    def _row(self, spec: PartSpec, codec: Any, row: Any, *, place: str, number: int, count: int, group: str) -> Row:
        name = f"{place}-{number}"
        is_open = self.problems.within(name) or name in self.opened
        kinds, hints = _variants(spec.rows)
        kind: str | None = None
        chooser = ""
        if isinstance(codec, Rows) and isinstance(codec.row, Variants):
            kind = codec.row.name_of(row)
            # Every row's would be too much for one page: an open row shows it, a closed one the button that opens it.
            if kind is None or is_open:
                words = {**({} if kind else {"": "请选择"}), **kinds}
                chooser = self.form.add_choice(f"{name}-kind", words, label=labels.KIND_OF_ROW)
            fields = self._record_row(codec.row.kinds[kind], name, spec, rule_of(row)) if kind else Fields()
        elif isinstance(codec, QuestionField):
            fields = self._question_row(codec, row, name, spec)
        elif isinstance(codec, MappingField):
            fields = self._record_row(codec.row, name, spec)
            fields.shown.insert(0, self.form.add_text(f"{name}-name", label=labels.SETTING_KEYS["name"]))
        else:
            fields = self._record_row(codec.row, name, spec)
        drawn = [*fields.shown, *fields.folded, chooser]
        title, sentence, note = self._says(spec, row, group, kind)
        return Row(
            name=name,
            number=number,
            title=title,
            sentence=sentence,
            note=note,
            hint=hints.get(kind or "", ""),
            block=self._block(fields),
            problems=self.problems.not_shown(name, drawn),
            is_open=is_open,
            place=f"{spec.rows}:{number}",
            is_first=number == 0,
            is_last=number == count - 1,
            is_focused=name in self.opened[:1],
            kind=self.form[chooser] if chooser else None,
            has_kinds=bool(kinds),
        )

    def _record_row(self, record: Record, name: str, spec: PartSpec, rule: type[Spec] | None = None) -> Fields:
        if rule is not None:
            shown = [one.name for one in rule.declared().values() if one.shown]
            return self.form.add_record(record, name, spec_words(rule), needed=shown)
        key = spec.rows.rpartition(".")[2]
        return self.form.add_record(record, name, INNER_WORDS[key], needed=_NEEDED.get(key, ()))

    def _question_row(self, codec: QuestionField, row: Any, name: str, spec: PartSpec) -> Fields:
        key, words = codec.key, INNER_WORDS[spec.rows]
        vocabulary = package_vocabulary()
        shared = vocabulary.facts if key == "name" else vocabulary.evidence
        word = str(row.get(key, "") if isinstance(row, Mapping) else row)
        is_own = word not in shared
        first = [self.form.add_text(f"{name}-{key}", label=words.labels[key], help_text=_CODE_HELP)] if is_own else []
        group = self.form.add_choice(f"{name}-group", _GROUP_WORDS[spec.rows], label=words.labels["group"])
        needed: tuple[str, ...] = ("label",) * is_own
        if is_own and key == "name":
            needed = ("label", "type", "unit", "choices" if _type_of(row) == "choice" else "help")
        # What a shared word means stays the same everywhere: a section may only call and explain it otherwise.
        keys = [one for one in codec.own.keys if is_own or one in ("label", "help") or self.form.has(f"{name}-{one}")]
        fields = self.form.add_record(codec.own, name, words, keys=keys, needed=needed)
        return Fields([*first, group, *fields.shown], fields.folded)

    def _says(self, spec: PartSpec, row: Any, group: str, kind: str | None) -> tuple[str, str, str]:
        """A row's title, its sentence, and a note below it."""
        words, key = self.words, spec.rows.rpartition(".")[2]
        if key == "steps":
            return operation_labels().get(kind or "", ""), step_sentence(row, words), ""
        if key == "limits":
            return _variants(key)[0].get(kind or "", ""), limit_sentence(row, words), ""
        if key == "conditions":
            return "", condition_sentence(row, words), test_sentence(row, words)
        if key == "facts":
            return _GROUP_WORDS["facts"][group], fact_sentence(row, words), ""
        if key == "evidence":
            return _GROUP_WORDS["evidence"][group], evidence_sentence(row), ""
        if key == "settings":
            return "", str(row.get("label") or group), str(row.get("source") or "")
        if key in ("stages", "owners"):
            return "", stage_sentence(row) if key == "stages" else str(row.get("who") or "还没有写单位"), ""
        return "", _period_sentence(row, words), ""


_CODE_HELP = "小写字母和下划线，如 layout_fees"
_NEEDED: dict[str, tuple[str, ...]] = {
    "conditions": ("code", "text", "field"),
    "effect": ("from", "to"),
    "stages": ("share", "milestone", "days"),
    "settings": ("label", "kind", "default", "source"),
    "owners": ("who", "part"),
}  # fmt: skip


def _record(codec: Codec) -> Record:
    """The codec of a mapping. TypeError where a part names one that is none, which only a wrong `PartSpec` does."""
    if not isinstance(codec, Record):
        raise TypeError(f"{codec} is no record")
    return codec


def _at(section: Mapping[str, Any], path: str) -> Any:
    found: Any = section
    for key in path.split("."):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _type_of(row: Any) -> str:
    return str(row.get("type", "")) if isinstance(row, Mapping) else ""


def _period_sentence(period: Mapping[str, Any], words: SectionNames) -> str:
    start = period.get("from")
    if "from_setting" in period:
        start = f"“{words.settings.get(str(period['from_setting']), period['from_setting'])}”"
    end = f"，至 {moved_day(str(period['to']), last_day)}（含当日）" if period.get("to") else ""
    return f"自 {start} 起{end}{guard_sentence(period, words)}" if start else "还没有写起始日"
