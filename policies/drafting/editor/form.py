"""The form of a section: its parts with their fields and rows, every problem at the control it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from policies.drafting.editor import labels
from policies.drafting.editor.controls import Select, bound_field, label_of, make_field, with_value
from policies.drafting.editor.field_codecs import Codec, GuardCodec, ImpliedField, Pairs, PreservedField, ValueCodec
from policies.drafting.editor.field_problems import FieldProblems
from policies.drafting.editor.group_codecs import MappingField, QuestionField, Record, Rows, Tested
from policies.drafting.editor.layout import INNER_WORDS, KeyWords
from policies.drafting.editor.names import FactName, SectionNames
from policies.drafting.editor.sections import section_pairs
from policies.engine.conditions.registry import known_tests, labels_of_tests, offered_tests, usual_test

# What is chosen as a reading, by its kind.
_DEFAULTS: dict[str, Codec] = {
    "boolean": ValueCodec("flag"),
    "date": ValueCodec("day"),
    "ratio": ValueCodec("ratio"),
}


@dataclass
class Fields:
    """The fields of one mapping: those to show, and those behind a fold because nothing is in them."""

    shown: list[str] = field(default_factory=list)
    folded: list[str] = field(default_factory=list)


class SectionForm(forms.Form):
    """A section in controls. Always built from a section; what is wrong with it is shown and stops nothing."""

    use_required_attribute = False

    def __init__(
        self,
        section: Mapping[str, Any],
        *,
        words: SectionNames,
        problems: FieldProblems,
        placeholders: Mapping[str, str],
    ) -> None:
        self.section = section
        self.words = words
        self.problems = problems
        self.placeholders = placeholders
        self.texts: dict[str, list[str]] = {}
        for name, text in section_pairs(section):
            self.texts.setdefault(name, []).append(text)
        self.sent = MultiValueDict(self.texts)
        super().__init__(self.sent, auto_id="id_%s", label_suffix="")

    def full_clean(self) -> None:
        """Nothing is refused here: the problems are those that the rules' own check found."""
        self.cleaned_data = {}
        self._errors = ErrorDict()
        for name in self.fields:
            found = self.problems.at(name)
            if found:
                self._errors[name] = self.error_class(found, renderer=self.renderer, field_id=self[name].auto_id)

    def has(self, name: str) -> bool:
        """Whether anything of the section stands under a name or below it."""
        return name in self.texts or any(other.startswith(f"{name}-") for other in self.texts)

    def text(self, name: str) -> str:
        """The text of a control, empty where it has none."""
        return (self.texts.get(name) or [""])[-1]

    @property
    def preserved(self) -> Pairs:
        """What no control shows, to be sent along: orders, counts, and what the form does not know."""
        drawn = {part for name, control in self.fields.items() for part in _sent_under(name, control)}
        for name, texts in self.texts.items():
            if name not in drawn:
                for text in texts:
                    yield name, text

    # ---- building ----------------------------------------------------------------------------------
    def add_record(
        self,
        record: Record,
        name: str,
        words: KeyWords,
        *,
        keys: Sequence[str] | None = None,
        needed: Sequence[str] = (),
        before: str = "",
    ) -> Fields:
        """Add the fields of a mapping's keys; empty ones that are not needed go behind the fold."""
        fields = Fields()
        for key, declared in record.keys.items():
            codec = _DEFAULTS.get(self.text(f"{name}-kind"), declared) if key == "default" else declared
            if (keys is not None and key not in keys) or isinstance(
                codec, PreservedField | ImpliedField | Rows | QuestionField | MappingField
            ):
                continue
            place = f"{name}-{key}"
            if isinstance(codec, GuardCodec) and not self.words.readings:
                continue
            label = f"{before}{label_of(words.labels, key)}"
            if isinstance(codec, Record):
                inner = self.add_record(codec, place, INNER_WORDS.get(key, words), before=f"{label}：")
                added = inner.shown + inner.folded
            else:
                added = [place]
                self._add(place, codec, label=label, help_text=words.help.get(key, ""), key=key)
            if key == "field" and isinstance(record, Tested):
                added += self._add_test(name, before=before)
            is_shown = key in needed or self.has(place) or any(self.problems.at(part) for part in added)
            (fields.shown if is_shown else fields.folded).extend(added)
        return fields

    def _add(self, name: str, codec: Any, *, label: str, help_text: str, key: str) -> None:
        self.fields[name] = make_field(
            codec,
            label=label,
            help_text=help_text,
            texts=self.texts.get(f"{name}-setting", ()) if isinstance(codec, GuardCodec) else self.texts.get(name, ()),
            words=self.words,
            blank=self.placeholders.get(key, "（不选）"),
        )

    def add_choice(self, name: str, words: Mapping[str, str], *, label: str) -> str:
        """Add a select that is not a key of its own: a kind, a group."""
        choices = with_value(list(words.items()), self.text(name))
        self.fields[name] = forms.Field(label=label, required=False, widget=Select(choices=choices))
        return name

    def add_text(self, name: str, *, label: str, help_text: str = "") -> str:
        """Add a text that is not a key of its own: the name of a row."""
        self.fields[name] = make_field(
            ValueCodec("id"), label=label, help_text=help_text, texts=self.texts.get(name, ()), words=self.words
        )
        return name

    def _add_test(self, name: str, *, before: str) -> list[str]:
        """The test of a fact, and what it compares with: drawn as the fact and the test need it."""
        fact = self.words.fact(self.text(f"{name}-field"))
        test = self.text(f"{name}-test") or (usual_test(fact.type) if fact else "")
        offered = _tests_for(fact, test)
        chooser, bound = f"{name}-test", f"{name}-value"
        if before and not fact and not test:
            return []
        blank = [] if fact else [("", "由审核人判断")]
        self.fields[chooser] = forms.Field(
            label=f"{before}{labels.CONDITION_KEYS['test']}",
            required=False,
            widget=Select(choices=[*blank, *((one, labels_of_tests()[one]) for one in offered)]),
        )
        if not fact and not test:
            return [chooser]
        texts = self.texts.get(bound, [])
        control = bound_field(test, fact, texts, words=self.words)
        control.label = f"{before}{control.label}"
        if isinstance(control.widget, forms.Textarea) and len(texts) > 1:
            self.sent.setlist(bound, ["\n".join(texts)])
        self.fields[bound] = control
        return [chooser, bound]


def _tests_for(fact: FactName | None, test: str) -> list[str]:
    found = list(known_tests()) if fact is None else offered_tests(fact.type)
    return found if not test or test in found else [*found, test]


def _sent_under(name: str, control: forms.Field) -> tuple[str, ...]:
    """The names under which a control sends what it holds."""
    return (name, f"{name}-setting", f"{name}-wanted") if control.widget.use_fieldset else (name,)
