"""The forms of the register: one record's facts, which of its kind it was, why one is removed, and the filters."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.http import QueryDict
from django.utils import timezone

from applications.claims.forms.actions import ImportForm
from applications.rights.models import Right
from applications.rights.selectors import concerns_patents
from policies.engine import Fact, Item
from policies.facts.forms import LineForm, read_posted, row_counts, wants_rows
from policies.facts.registered import patents_stated
from policies.finder.events import Event
from portal.accounts.models import Applicant, Region, User
from portal.core.fields import DayField, LineField, SearchField, TextField
from portal.core.filters import FilterForm
from portal.core.registers import Stated

PREFIX = "right"
DEFENCE_REFUSAL = "国防专利不能在互联网平台登记，填写的内容没有保存。请带齐材料到受理部门线下办理。"


class WhoseForm(forms.Form):
    """For which of the person's applicants, which of the alternatives it was, and the key against a double click."""

    applicant = forms.TypedChoiceField(label="单位", coerce=int, error_messages={"required": "请选择单位。"})
    which = forms.ChoiceField(
        label="属于哪一项",
        required=False,
        help_text="说明是政策中的哪一项，才能为您匹配；不在其中的不选。",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, event: Event, right: Right | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [(m.applicant_id, m.applicant.name) for m in user.active_memberships]
        self.fields["applicant"].choices = own  # type: ignore[attr-defined]
        self.initial = {"applicant": own[0][0] if own else None, "key": uuid.uuid4()}
        if right is not None:
            self.initial = {"applicant": right.applicant_id, "key": right.key, "which": right.item_code}
            self.fields["applicant"].disabled = True
        if len(own) < 2:
            self.fields["applicant"].widget = forms.HiddenInput()
        self.fields["which"].choices = which_choices(event)  # type: ignore[attr-defined]
        if not event.alternatives:
            del self.fields["which"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True


@dataclass
class RightForm:
    """One record as typed or as stored: its facts, whose it is, and whether it turned out to be a defence patent."""

    event: Event
    whose: WhoseForm
    line: LineForm
    is_defence: bool = False
    wants_more_rows: bool = False
    asks_register: bool = False
    stated: Stated = field(default_factory=Stated)

    @property
    def asks_defence(self) -> bool:
        return concerns_patents(self.event)

    @cached_property
    def controls(self) -> list[dict[str, Any]]:
        """The controls of what a record needs, and of what sums ask for."""
        main = self._main
        facts = sorted(self.line.facts, key=lambda fact: not fact.required)
        return [self._control(fact) for fact in facts if fact.name in main]

    @cached_property
    def optional(self) -> list[dict[str, Any]]:
        """The controls of what only a claim will ask for."""
        return [self._control(fact) for fact in self.line.facts if fact.name not in self._main]

    @property
    def shows_optional(self) -> bool:
        """Whether something stands there that must not be overlooked."""
        reading = self.line.reading
        names = {fact.name for fact in self.line.facts} - self._main
        touched = {place.split(".")[0] for place in reading.errors}
        return any(reading.values.get(name) not in ("", None, []) or name in touched for name in names)

    @cached_property
    def _main(self) -> set[str]:
        needed = {fact.name for fact in self.line.facts if fact.required}
        return needed | {fact.name for fact in self.event.asked_facts}

    def _control(self, fact: Fact) -> dict[str, Any]:
        otherwise = self.stated.differing(self.line.reading.values).get(fact.name, "")
        return {
            "html": self.line.render_fact(fact.name),
            "is_wide": fact.type == "rows",
            "name": fact.name,
            "stated": otherwise,
        }

    @property
    def is_ready(self) -> bool:
        """Whether everything typed can be kept."""
        is_asking = self.is_defence or self.asks_register
        return not is_asking and self.whose.is_valid() and self.line.reading.is_complete

    @property
    def source(self) -> str:
        """The register that states what is typed; "" where it says otherwise, or nothing."""
        return self.stated.source if self.stated.values and not self.stated.differing(self.line.reading.values) else ""

    @property
    def which(self) -> str:
        return str(self.whose.cleaned_data.get("which") or "")


def right_form(event: Event, *, user: User, data: QueryDict | None = None, right: Right | None = None) -> RightForm:
    """A record's form: empty, of a record, or as it was typed. What is said to be a defence patent is not read."""
    whose = WhoseForm(data, user=user, event=event, right=right)
    values: Mapping[str, Any] = right.facts if right is not None else {}
    rows, is_defence = False, False
    least: Mapping[str, int] = {}
    if data is not None:
        is_defence = concerns_patents(event) and "defence" in data
        rows, least = wants_rows(data), row_counts(event.kept_facts, data, prefix=PREFIX)
        values = {} if is_defence else read_posted(event.kept_facts, data, prefix=PREFIX)
    asked = "" if data is None or is_defence else str(data.get("register", ""))
    city = _city(user, data, right)
    stated = patents_stated({0: values}, city=city, on=timezone.localdate()).get(0, Stated())
    if asked == "fill":
        values = dict(values) | stated.missing(values)
    elif (taken := asked.removeprefix("take:")) in stated.values:
        values = dict(values) | {taken: stated.values[taken]}
    complete = data is not None and not (rows or is_defence or asked)
    line = LineForm(event.kept_facts, values=values, prefix=PREFIX, complete=complete, least_rows=least)
    return RightForm(event, whose, line, is_defence, wants_more_rows=rows, asks_register=bool(asked), stated=stated)


def _city(user: User, data: QueryDict | None, right: Right | None) -> Region | None:
    """The city of whose the record is."""
    if right is not None:
        return right.applicant.region.city
    own = {str(m.applicant_id): m.applicant for m in user.active_memberships}
    chosen = own.get(str(data.get("applicant", "")) if data else "") or next(iter(own.values()), None)
    return chosen.region.city if chosen else None


def sheet_item(event: Event) -> Item:
    """The kind's facts as an item, for the templates and readers of spreadsheets that claims have."""
    return replace(event.items[0], title=event.label, facts=event.kept_facts)


class RosterForm(ImportForm):
    """A roster of one kind: whose it is, what it is, and its sheet; the key makes a double click one roster."""

    region = forms.ModelChoiceField(Region.objects.none(), label="适用地区", empty_label=None)
    which = forms.ChoiceField(label="属于哪一项", required=False)
    title = LineField(label="名册名称", max_length=80, help_text="例如：2026 年通过知识产权贯标认证的单位。")
    source = LineField(label="来源", max_length=120, help_text="发布的单位和文号，会告诉申报单位和审核人员。")
    as_of = DayField(label="截至日期", help_text="名册反映的是哪一天的情况。")
    replaces_papers = forms.BooleanField(
        label="代替逐项材料",
        required=False,
        help_text="与名册一致的内容，申报时不再要求上传证书等逐项材料，审核页面会注明。",
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ("region", "which", "title", "source", "as_of", "replaces_papers", "file", "pasted", "key")

    def __init__(self, *args: Any, event: Event, regions: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["key"] = uuid.uuid4()
        self.fields["region"].queryset = Region.objects.filter(pk__in=regions)  # type: ignore[attr-defined]
        self.fields["which"].choices = which_choices(event)  # type: ignore[attr-defined]
        self.fields["which"].required = bool(event.alternatives)
        if not event.alternatives:
            del self.fields["which"]


def which_choices(event: Event) -> list[tuple[str, str]]:
    """The items of a kind that no fact tells apart, to choose one of."""
    return [("", "请选择"), *((item.id, f"{item.title}（{item.citation}）") for item in event.alternatives)]


class RemovalForm(forms.Form):
    """Why a record is taken off the register."""

    reason = TextField(
        label="移除理由",
        max_length=200,
        error_messages={"required": "请写明移除理由，例如“登记有误”或“专利已转让”。"},
        rows=2,
    )
    together = forms.BooleanField(required=False)

    def __init__(self, *args: Any, recorded: int, **kwargs: Any) -> None:
        """`recorded`: how many records were made in one go with it and stand in the register, itself included."""
        super().__init__(*args, **kwargs)
        if recorded > 1:
            self.fields["together"].label = f"同一次登记的 {recorded} 项一并移除"
        else:
            del self.fields["together"]
        self.helper = FormHelper()
        self.helper.form_tag = False


class RightFilterForm(FilterForm):
    """Filters above the register."""

    q = SearchField(label="号码或名称", required=False, max_length=60)
    kind = forms.ChoiceField(label="种类", required=False)
    applicant = forms.ChoiceField(label="单位", required=False)

    def __init__(self, *args: Any, user: User, kinds: Mapping[str, Event], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [("", "全部"), *((code, e.label) for code, e in kinds.items())]  # type: ignore[attr-defined]
        own = [(str(m.applicant_id), m.applicant.name) for m in user.active_memberships]
        self.fields["applicant"].choices = [("", "全部"), *own]  # type: ignore[attr-defined]
        if len(own) < 2:
            del self.fields["applicant"]


class OwnApplicantForm(forms.Form):
    """Which of the person's applicants a button is about."""

    applicant = forms.TypedChoiceField(coerce=int)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.own: dict[int, Applicant] = {m.applicant_id: m.applicant for m in user.active_memberships}
        self.fields["applicant"].choices = [(pk, "") for pk in self.own]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Applicant:
        """The applicant, once the form is valid."""
        return self.own[self.cleaned_data["applicant"]]


class ClaimFromRightsForm(OwnApplicantForm):
    """Begin a claim from what an applicant holds; the key makes a double click one claim."""

    item = LineField(max_length=40)
    key = forms.UUIDField()
