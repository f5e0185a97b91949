"""The controls of the editor: one Django field for each kind of value."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from policies.drafting.editor import labels
from policies.drafting.editor.field_codecs import (
    CheckboxGroup,
    Codec,
    GuardCodec,
    LineList,
    NameList,
    OptionList,
    ScopeCodec,
    ValueCodec,
)
from policies.drafting.editor.names import FactName, SectionNames
from policies.engine.conditions.registry import family_of, known_tests
from policies.engine.operations.registry import operation_labels
from policies.engine.scopes import SCOPES
from policies.published.register import MODELS

Choices = list[tuple[str, Any]]
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE_ATTRS = {"autocapitalize": "off", "spellcheck": "false", "class": "code-input"}
BLANK = "请选择"
_SELECTED = mark_safe(" selected")


class Select(forms.Select):
    """A select drawn in one go: the pages have thousands of options, too many for a template each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = str(value) if value is not None else ""
        options = format_html_join(
            "",
            "{}",
            (
                (
                    format_html('<optgroup label="{}">{}</optgroup>', key, _options(words, chosen))
                    if isinstance(words, list)
                    else _options([(key, words)], chosen),
                )
                for key, words in self.choices
            ),
        )
        own = self.build_attrs(self.attrs, attrs)
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(own), options)


def _options(choices: Choices, chosen: str) -> SafeString:
    return format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((key, _SELECTED if str(key) == chosen else "", words) for key, words in choices),
    )


class NamesWidget(forms.Widget):
    """An ordered list of choices: a select for each, and an empty one for the next."""

    use_fieldset = True

    def __init__(self, choices: Choices, *, what: str) -> None:
        super().__init__()
        self.choices = choices
        self.what = what

    def id_for_label(self, _id: str) -> str:
        return ""

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> list[str]:
        return [text for text in data.getlist(name) if text]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        chosen = list(value or [])
        selects = [
            _select(name, with_value(self.choices, text), text, label=f"{self.what} {number}", at=number)
            for number, text in enumerate([*chosen, ""], start=1)
        ]
        return render_to_string("drafting/editor/widgets/names.html", {"selects": selects})


class GuardWidget(forms.Widget):
    """Readings under which a row holds: which one, and whether it must be chosen; an empty pair for the next."""

    use_fieldset = True

    def __init__(self, choices: Choices) -> None:
        super().__init__()
        self.choices = choices

    def id_for_label(self, _id: str) -> str:
        return ""

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> list[tuple[str, str]]:
        pairs = zip(data.getlist(f"{name}-setting"), data.getlist(f"{name}-wanted"), strict=False)
        return [pair for pair in pairs if pair[0]]

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        wanted_words = [("true", "采用时"), ("false", "不采用时")]
        pairs = [
            (
                _select(
                    f"{name}-setting", with_value(self.choices, setting), setting, label=f"口径 {number}", at=number
                ),
                _select(f"{name}-wanted", wanted_words, wanted, label=f"口径 {number} 采用与否", at=number, blank=None),
            )
            for number, (setting, wanted) in enumerate([*(value or []), ("", "true")], start=1)
        ]
        return render_to_string("drafting/editor/widgets/guard.html", {"pairs": pairs})


def _select(name: str, choices: Choices, value: str, *, label: str, at: int, blank: str | None = "（不选）") -> str:
    options = choices if blank is None else [("", blank), *choices]
    widget = Select(choices=options, attrs={"class": "form-select", "aria-label": label, "id": f"id_{name}-{at}"})
    return widget.render(name, value)


def with_value(choices: Choices, value: str, *, unknown: str = "") -> Choices:
    """The choices, with a value that is none of them at the end: what is stored is shown, even if it is wrong."""
    known = {key for key, words in choices if not isinstance(words, list)}
    known |= {key for _, words in choices if isinstance(words, list) for key, _ in words}
    return choices if not value or value in known else [*choices, (value, unknown or f"{value}（没有这一项）")]


def _models(words: SectionNames) -> Choices:
    """What can carry out a clause that is no item of its own."""
    return [
        ("整个文件", list(MODELS.items())),
        ("金额怎么算的一步", [(f"step {verb}", label) for verb, label in operation_labels().items()]),
        ("采用的口径", [(f"setting {name}", label) for name, label in words.readings.items()]),
        ("某个事项的条件", [(f"condition {place}", text) for place, text in words.conditions.items()]),
        ("某个事项的限额", [(f"limit {place}", text) for place, text in words.limits.items()]),
    ]


def make_field(
    codec: Codec, *, label: str, help_text: str, texts: Sequence[str], words: SectionNames, blank: str = BLANK
) -> forms.Field:
    """The field that shows the values of a codec; `texts` are those to show, `blank` what choosing nothing means."""
    value = texts[-1] if texts else ""
    widget = _widget(codec, value, texts, words=words, label=label, blank=blank)
    if isinstance(widget, forms.CheckboxSelectMultiple):
        return forms.MultipleChoiceField(
            label=label, help_text=help_text, required=False, widget=widget, choices=widget.choices
        )
    return forms.Field(label=label, help_text=help_text, required=False, widget=widget)


def _widget(
    codec: Codec, value: str, texts: Sequence[str], *, words: SectionNames, label: str, blank: str
) -> forms.Widget:
    if isinstance(codec, ValueCodec):
        return _value_widget(codec, value, words=words, blank=blank)
    if isinstance(codec, CheckboxGroup):
        listed = [*codec.words.items(), *((text, f"{text}（没有这一项）") for text in texts if text not in codec.words)]
        return forms.CheckboxSelectMultiple(choices=listed)
    if isinstance(codec, NameList):
        choices = list(words.readings.items()) if codec.kind == "settings" else grouped(words.fact_groups(*codec.types))
        return NamesWidget(choices, what=label)
    if isinstance(codec, GuardCodec):
        return GuardWidget(list(words.readings.items()))
    if isinstance(codec, ScopeCodec):
        choices = [(" ".join(per), scope.choice) for per, scope in SCOPES.items()]
        return Select(choices=[("", blank), *with_value(choices, value)])
    rows = max(2, min(value.count("\n") + 2, 8)) if isinstance(codec, LineList | OptionList) else 2
    return forms.Textarea(attrs={"rows": rows})


def _value_widget(codec: ValueCodec, value: str, *, words: SectionNames, blank: str) -> forms.Widget:
    chosen: dict[str, Choices] = {
        "choice": list(codec.words.items()),
        "flag": [("true", "是"), ("false", "否")],
        "fact": grouped(words.fact_groups(*codec.types, special=codec.special or not codec.types))
        if codec.kind == "fact"
        else [],
        "setting": list(words.readings.items()),
        "item": list(words.items.items()),
    }
    if codec.kind == "model":
        return Select(choices=[("", blank), *with_value(_models(words), value, unknown=value)])
    if codec.kind in chosen:
        return Select(choices=[("", blank), *with_value(chosen[codec.kind], value)])
    if codec.kind == "area":
        return forms.Textarea(attrs={"rows": 3})
    if codec.kind == "day":
        return day_widget(value)
    if codec.kind in ("yuan", "number", "ratio"):
        return forms.TextInput(
            attrs={"inputmode": "decimal" if codec.kind != "ratio" else "text", "autocomplete": "off"}
        )
    if codec.kind == "count":
        return forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.TextInput(attrs=dict(_CODE_ATTRS) if codec.kind in ("code", "id") else {"autocomplete": "off"})


def day_widget(value: str) -> forms.Widget:
    """A control for a day; one that cannot be read is shown as text, as a date control would swallow it."""
    if not value or _ISO_DATE.fullmatch(value):
        return forms.DateInput(attrs={"type": "date", "min": "1980-01-01", "max": "2099-12-31"})
    return forms.TextInput()


def bound_field(test: str, fact: FactName | None, texts: Sequence[str], *, words: SectionNames) -> forms.Field:
    """The field for what a test compares with: choices, a day, another date, or a text."""
    value = texts[-1] if texts else ""
    label = labels.CONDITION_KEYS["value"]
    help_text = ""
    widget: forms.Widget
    takes = family_of(test).takes(test) if test in known_tests() else ""
    if takes == "values" and fact is not None and fact.choices:
        unknown = [(text, f"{text}（没有这一项）") for text in texts if text not in dict(fact.choices)]
        choices = [*fact.choices, *unknown]
        return forms.MultipleChoiceField(
            label=label, required=False, choices=choices, widget=forms.CheckboxSelectMultiple()
        )
    if takes == "values":
        widget, help_text = forms.Textarea(attrs={"rows": 3}), "每行一个"
    elif takes == "value" and fact is not None and (fact.choices or fact.type == "boolean"):
        choices = list(fact.choices) or [("true", "是"), ("false", "否")]
        widget = Select(choices=[("", BLANK), *with_value(choices, value)])
    elif takes == "fact":
        widget = Select(choices=[("", BLANK), *with_value(grouped(words.fact_groups("date")), value)])
    elif takes == "day":
        widget = day_widget(value)
    else:
        widget = forms.TextInput(attrs={"autocomplete": "off"})
    return forms.Field(label=label, help_text=help_text, required=False, widget=widget)


def grouped(groups: Iterable[tuple[str, list[tuple[str, str]]]]) -> Choices:
    """Groups of names as a select takes them."""
    return [(label, list(names)) for label, names in groups]


def label_of(keys: Mapping[str, str], key: str) -> str:
    """The label of a key, the key itself where the table has none yet."""
    return keys.get(key, key)
