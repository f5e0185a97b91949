"""What a simulation tries: other figures of an item, other readings of a document, a document that is only a draft."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict

from policies.drafting.editor.field_problems import speaker
from policies.engine import Catalogue, Item
from policies.engine.checks import MAX_COUNT
from policies.engine.errors import CatalogueError
from policies.engine.money import parse_number, parse_ratio
from portal.core.fields import DayField, YuanField
from portal.core.money import to_fen
from review.whatif.enums import ChangeKind
from review.whatif.forms.scope import RunForm
from review.whatif.labels import change_label, draft_labels, figure_label
from review.whatif.rules import (
    Adjustable,
    Rules,
    adjustables,
    changed_figures,
    rules_of_draft,
    rules_of_issue,
    rules_of_item,
    with_readings,
)

# Parts of an item whose figures cannot be left out; a last day or a reading can.
_NEVER_EMPTY = frozenset({"steps", "limits", "split", "conditions"})


class RatioField(forms.CharField):
    """A ratio from 0 to 100 %, as 50%, 1/2 or 0.5."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip().replace("％", "%")
        try:
            if text:
                parse_ratio(text)
        except ValueError as error:
            raise forms.ValidationError(f"{error}。") from None
        return text


class NumberField(forms.CharField):
    """A bound of a condition."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).strip()
        try:
            if text:
                parse_number(text)
        except ValueError as error:
            raise forms.ValidationError(f"{error}。") from None
        return text


class _FiguresForm(RunForm):
    """Figures of rules as fields, each with its value in force."""

    def add_figures(self, figures: Sequence[Adjustable]) -> None:
        for figure in figures:
            options: dict[str, Any] = {
                "label": figure.label,
                "required": False,
                "initial": figure.value,
                "help_text": f"现行：{figure_label(figure.kind, figure.value)}",
            }
            self.fields[figure.key] = _FIELDS[figure.kind](**options)

    def changed_values(self, figures: Sequence[Adjustable]) -> dict[str, str]:
        """What was typed otherwise than it is in force, by key, in the words of an authored document."""
        values = {}
        # What a form does not send stays as it is.
        for figure in (figure for figure in figures if figure.key in self.data):
            typed = self.cleaned_data.get(figure.key)
            text = "" if typed is None else str(typed)
            if figure.kind == "day" and typed:
                text = typed.isoformat()
            if not text and figure.path[0] in _NEVER_EMPTY:
                self.add_error(figure.key, f"请填写{figure.label}；不作改动时请保留现行的数值。")
            elif not _is_same(figure, text):
                values[figure.key] = text
        return values

    def refuse(self, error: CatalogueError, items: Sequence[Item]) -> None:
        """Show what the engine objects to in the rules, each problem at its figure where it has one."""
        speak = speaker(fact={fact.name: fact.label for item in items for fact in item.facts})
        for problem in error.problems:
            key = ".".join(map(str, problem.path))
            field = self.fields.get(key)
            text = problem.fault.in_form(str(field.label) if field else "这一项", speak)
            self.add_error(key if field else None, text)


class ItemForm(_FiguresForm):
    """Other figures for one item."""

    change = ChangeKind.ITEM

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, item_id: str, **options: Any) -> None:
        super().__init__(data, **options)
        self.versions: list[Item] = self.current.items[item_id]
        self.initial["documents"] = [self.versions[-1].document_id]
        self.figures = adjustables(self.versions[-1])
        self.add_figures(self.figures)

    @property
    def target(self) -> str:
        return self.versions[-1].id

    @property
    def default_title(self) -> str:
        return self.versions[-1].title

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        values = self.changed_values(self.figures)
        if self.errors:
            return asked
        if not values:
            raise forms.ValidationError("还没有改动任何数值。请至少修改一项，或改选“现行政策，不作改动”。")
        try:
            self.rules = rules_of_item(self.versions, values)
        except CatalogueError as error:
            self.refuse(error, self.versions)
            return asked
        self.words = [
            change_label(figure, after) for figure, after in changed_figures(self.versions[-1], self.rules.replaced[-1])
        ]
        return asked


class ReadingsForm(_FiguresForm):
    """Other readings for all items of a document."""

    change = ChangeKind.READINGS

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, document: str, **options: Any) -> None:
        super().__init__(data, **options)
        self.document = document
        self.initial["documents"] = [document]
        self.items = [versions[-1] for versions in self.base.items.values() if versions[-1].document_id == document]
        self.figures = list(
            {
                setting.name: figure
                for item in self.items
                for setting, figure in zip(item.settings, readings_by_name(item), strict=True)
            }.values()
        )
        self.add_figures(self.figures)

    @property
    def base(self) -> Catalogue:
        """What the readings are taken from."""
        return self.current

    @property
    def target(self) -> str:
        return self.document

    @property
    def default_title(self) -> str:
        return f"{self.current.documents[self.document].short_title}：另一种解读"

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        values = self.changed_values(self.figures)
        if self.errors:
            return asked
        if not values:
            raise forms.ValidationError("还没有改动任何解读。请至少修改一项。")
        self.try_readings(values)
        return asked

    def try_readings(self, values: dict[str, str]) -> None:
        """Take the readings as what is tried."""
        try:
            self.rules = with_readings(self.items, values)
        except CatalogueError as error:
            self.refuse(error, self.items)
        self.words = [change_label(figure, values[figure.key]) for figure in self.figures if figure.key in values]


class IssueForm(ReadingsForm):
    """A document that is only a draft, from the day on which it would be issued."""

    change = ChangeKind.ISSUE

    def __init__(self, data: MultiValueDict[str, Any] | None = None, *, published: Catalogue, **options: Any) -> None:
        self.published = published
        super().__init__(data, **options)

    @property
    def base(self) -> Catalogue:
        return self.published

    @property
    def default_title(self) -> str:
        return f"{self.current.documents[self.document].short_title}：按施行测算"

    def clean(self) -> dict[str, Any]:
        asked = forms.Form.clean(self) or {}
        values = self.changed_values(self.figures)
        if self.errors:
            return asked
        self.try_readings(values)
        changed = {content["id"]: content for content in self.rules.replaced}
        whole = rules_of_issue(self.published, document=self.document)
        self.rules = Rules(tuple(changed.get(content["id"], content) for content in whole.replaced))
        self.words = [f"《{self.current.documents[self.document].short_title}》按已施行测算", *self.words]
        return asked


class DraftForm(RunForm):
    """A draft of policy, against what it would replace."""

    change = ChangeKind.DRAFT

    as_if = forms.BooleanField(
        label="把新规则当作一直适用",
        required=False,
        initial=True,
        help_text="勾选：用新规则重算全部申报，看规则本身的影响。不勾选：事实发生在施行日之前的申报仍按原规则。",
    )

    def __init__(
        self,
        data: MultiValueDict[str, Any] | None = None,
        *,
        drafted: Catalogue,
        document: str,
        draft: tuple[str, str, int],
        **options: Any,
    ) -> None:
        super().__init__(data, **options)
        self.drafted, self.document, self.draft = drafted, document, draft
        self.initial["documents"] = [document]

    @property
    def tried(self) -> list[str]:
        return ["as_if"]

    @property
    def target(self) -> str:
        return self.draft[0]

    @property
    def default_title(self) -> str:
        return f"草案：{self.draft[1]}"

    @property
    def target_revision(self) -> int:
        return self.draft[2]

    def clean(self) -> dict[str, Any]:
        asked = super().clean() or {}
        as_if = bool(asked.get("as_if"))
        self.rules = rules_of_draft(self.current, self.drafted, document=self.document, as_if=as_if)
        if not self.rules.item_ids:
            raise forms.ValidationError("草案与现行规则没有差别，无需测算。")
        self.words = draft_labels(self.current, self.rules, as_if=as_if)
        return asked


def readings_by_name(item: Item) -> list[Adjustable]:
    """The readings of an item, named by the setting: the same in every item of a document."""
    own = [figure for figure in adjustables(item) if figure.path[0] == "settings"]
    return [
        type(figure)(setting.name, figure.label, figure.kind, figure.value, figure.path)
        for setting, figure in zip(item.settings, own, strict=True)
    ]


def _is_same(figure: Adjustable, text: str) -> bool:
    if not text or not figure.value:
        return text == figure.value
    if figure.kind == "yuan":
        return to_fen(text) == to_fen(figure.value)
    if figure.kind in ("ratio", "number"):
        read = parse_ratio if figure.kind == "ratio" else parse_number
        return Fraction(read(text)) == Fraction(read(figure.value))
    return text == figure.value


def _choice(**options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=[("true", "是"), ("false", "否")], **options)


def _count(**options: Any) -> forms.IntegerField:
    return forms.IntegerField(min_value=1, max_value=MAX_COUNT, **options)


_FIELDS: dict[str, Any] = {
    "yuan": YuanField,
    "ratio": RatioField,
    "number": NumberField,
    "count": _count,
    "day": DayField,
    "choice": _choice,
}
