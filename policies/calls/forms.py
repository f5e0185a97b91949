"""The forms of a call: its head, a small form for each item it may open, and what may be done once it is published."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from policies.calls.enums import FilePurpose, Shortage
from policies.calls.models import Call, CallItem
from policies.calls.services.attachments import Material
from policies.calls.services.changes import Amendment
from policies.calls.services.plans import PLAIN_FIELDS, CallPlan, ItemPlan
from policies.engine import Evidence
from policies.engine.grammar import MOST_WORKDAYS
from policies.engine.procedure import CITY_ONLY, Procedure
from policies.engine.terms import DEPARTURES, ROUTES
from policies.published.models import PolicyDocument, SupportItem
from portal.accounts.models import Region
from portal.core.compared_forms import ComparedForm
from portal.core.errors import StaleStateError
from portal.core.fields import DayField, LineField, MomentField, TextField, YuanField

Posted = MultiValueDict[str, Any]

_DAY = timedelta(days=1)
MAX_QUOTA = 1_000_000


def _budget(label: str, **options: Any) -> YuanField:
    return YuanField(label=label, required=False, **options)


def _quota(label: str, **options: Any) -> forms.IntegerField:
    wrong = dict.fromkeys(("invalid", "min_value", "max_value"), "名额应是 1 以上的整数；不限的请留空。")
    return forms.IntegerField(
        label=label, required=False, min_value=1, max_value=MAX_QUOTA, error_messages=wrong, **options
    )


class PositiveBudget:
    """Refuses a budget of nothing: whoever wants no limit leaves it empty."""

    def clean_budget(self) -> Any:
        budget = self.cleaned_data["budget"]  # type: ignore[attr-defined]
        if budget is not None and budget <= 0:
            raise forms.ValidationError("预算应大于 0；不设上限的请留空。")
        return budget


class ItemForm(PositiveBudget, ComparedForm):
    """One item of the catalogue in a call: whether it is opened, and its own limits."""

    chosen = forms.BooleanField(label="开放", required=False)
    budget = _budget("预算（元）")
    quota = _quota("名额（件）")

    def __init__(self, data: Posted | None, *, item: SupportItem, row: CallItem | None, is_fixed: bool) -> None:
        initial = {"chosen": True, "budget": row.budget, "quota": row.quota} if row else {}
        super().__init__(data, prefix=f"item{item.pk}", initial=initial)
        self.item = item
        # A published call keeps its items: the tick stands, and cannot be taken away.
        self.is_fixed = is_fixed and row is not None
        for name, label in (("chosen", "开放"), ("budget", "预算（元）"), ("quota", "名额（件）")):
            self.fields[name].widget.attrs["aria-label"] = f"{item.title}：{label}"
        self.fields["chosen"].widget.attrs["class"] = "form-check-input"
        for name, words in (("budget", "预算不限"), ("quota", "名额不限")):
            self.fields[name].widget.attrs |= {"placeholder": words, "class": "form-control"}
        self.compare()

    @property
    def plan(self) -> ItemPlan:
        return ItemPlan(self.item.pk, self.cleaned_data["budget"], self.cleaned_data["quota"])

    @property
    def is_chosen(self) -> bool:
        return self.is_fixed or bool(self.cleaned_data.get("chosen"))


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """A document's items on the form."""

    document: PolicyDocument
    forms: list[ItemForm]


class ItemForms:
    """The small forms of all items that a call may open, by document."""

    def __init__(
        self, data: Posted | None, *, items: Sequence[SupportItem], rows: Mapping[int, CallItem], is_fixed: bool = False
    ) -> None:
        self.forms = [ItemForm(data, item=item, row=rows.get(item.pk), is_fixed=is_fixed) for item in items]

    @property
    def groups(self) -> list[ItemGroup]:
        by_document = groupby(self.forms, key=lambda form: form.item.document)
        return [ItemGroup(document, list(its)) for document, its in by_document]

    def is_valid(self) -> bool:
        return all(form.is_valid() for form in self.forms)

    @property
    def plans(self) -> tuple[ItemPlan, ...]:
        return tuple(form.plan for form in self.forms if form.is_chosen)


class RefusableForm(forms.Form):
    """A form that shows where a service refused it."""

    def show_refusal(self, error: Exception) -> None:
        """Put the refusal beside the field it is about, or above the form.

        After a stale page the form names the call's revision as it is now: who sends it again knows of the other one.
        """
        field = getattr(error, "field", "")
        self.add_error(field if field in self.fields else None, str(error))
        if isinstance(error, StaleStateError):
            self.data = {name: self.data[name] for name in self.data} | {"seen": str(error.current.revision)}


class TermsForm(PositiveBudget, ComparedForm, RefusableForm):
    """What drafts and amendments share: the facts a call takes, its limits, and whom to ask."""

    facts_from = DayField(label="首日")
    facts_last = DayField(label="末日（含）", help_text="按各事项的认定日期（授权日、还清日、签单日等）。")
    budget = _budget("总预算（元）", help_text="不设上限的留空；可写 300万元。")
    quota = _quota("总名额（件）", help_text="不设上限的留空。")
    contact_name = LineField(label="联系人", max_length=60)
    contact_phone = LineField(label="联系电话", max_length=60)
    contact_address = LineField(label="联系地址", max_length=200, required=False)

    def as_typed(self, items: tuple[ItemPlan, ...]) -> dict[str, Any]:
        """The fields as plans and amendments have them."""
        given = dict(self.cleaned_data)
        given["facts_to"] = given.pop("facts_last") + _DAY
        return given | {"items": items}


class CallForm(TermsForm):
    """The head of a draft; `seen` is the revision that the page shows, `key` makes a double click one call."""

    title = LineField(label="标题", max_length=120)
    number = LineField(label="文号", max_length=80, required=False, help_text="发布前填写，如 锡知发〔2026〕34号。")
    introduction = TextField(
        label="说明",
        max_length=4000,
        required=False,
        help_text="面向申报单位的几句话：受理什么、要注意什么。",
        rows=5,
    )
    opens_at = MomentField(label="开始", help_text="北京时间，到这一分钟开始受理。")
    closes_at = MomentField(
        label="截止", is_end=True, help_text="到这一分钟即不再受理；只填日期或填 23:59，都表示到当天 24:00。"
    )
    when_short = forms.ChoiceField(
        label="审定时资金不足",
        choices=Shortage.choices,
        required=False,
        help_text="在通知页面公布；审定前按此计算各件拟审定金额。",
    )
    route = forms.ChoiceField(label="审核程序", choices=[("", "按各事项的规定"), *ROUTES.items()], required=False)
    whole = forms.IntegerField(
        label="全程期限（工作日）",
        required=False,
        min_value=1,
        max_value=MOST_WORKDAYS,
        help_text="自提交起算，补正期间不计；留空的按平台的规定。",
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"), f"请填写 1 到 {MOST_WORKDAYS} 之间的整数，或留空。"
        ),
    )
    basis = LineField(
        label="程序依据", max_length=120, required=False, help_text="另定程序的文件条款；由另一名政策管理人员发布。"
    )
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    field_order = ("title", "number", "introduction", "opens_at", "closes_at", "facts_from", "facts_last")

    def __init__(self, data: Posted | None = None, *, call: Call | None, region: Region) -> None:
        super().__init__(data, initial=_initial_of(call) | _own_way(call) if call else _first_initial(region))
        for word, label in DEPARTURES.items():
            self.fields[f"has_{word}"] = forms.BooleanField(label=label, required=False)
        if call:
            self.compare()

    @property
    def departures(self) -> list[BoundField]:
        """What the procedure may have beside its route, to tick."""
        return [self[f"has_{word}"] for word in DEPARTURES]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        route, words = cleaned.get("route"), [word for word in DEPARTURES if cleaned.get(f"has_{word}")]
        if not route and (words or cleaned.get("whole") or cleaned.get("basis")):
            self.add_error("route", "另定程序或期限的，请先选择审核程序；都按各事项的规定的，请清空下面各项。")
        if route == "district" and CITY_ONLY in words:
            self.add_error(f"has_{CITY_ONLY}", "由区级审定的，不能不经区级；请改选审核程序，或去掉这一项。")
        if route and not cleaned.get("basis"):
            self.add_error("basis", "请写明另定程序的依据。")
        periods = {"whole": cleaned["whole"]} if cleaned.get("whole") else {}
        own = Procedure(route or "", frozenset(words), periods, cleaned.get("basis", ""))
        return cleaned | {"procedure": own.as_dict() if route else {}}

    def clean_when_short(self) -> str:
        return self.cleaned_data["when_short"] or Shortage.STOP

    def plan(self, items: tuple[ItemPlan, ...]) -> CallPlan:
        given = self.as_typed(items)
        return CallPlan(**{name: given[name] for name in (*PLAIN_FIELDS, "items")})


class ReasonedForm(RefusableForm):
    """What everybody is to read beside a change of a published call."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    reason = TextField(
        label="理由",
        max_length=300,
        help_text="会在通知页面公布。",
        error_messages={"required": "请写明理由，理由会在通知页面公布。"},
    )


class AmendForm(TermsForm, ReasonedForm):
    """An amendment of a published call: only wider."""

    field_order = ("facts_from", "facts_last", "budget", "quota", "contact_name", "contact_phone", "contact_address")

    def __init__(self, data: Posted | None = None, *, call: Call) -> None:
        super().__init__(data, initial=_initial_of(call))
        self.compare()

    def amendment(self, items: tuple[ItemPlan, ...]) -> Amendment:
        given = self.as_typed(items)
        return Amendment(**{name: given[name] for name in Amendment.__dataclass_fields__})


class ExtendForm(ReasonedForm):
    """A later end."""

    closes_at = MomentField(label="新的截止时间", is_end=True, help_text="北京时间，应晚于原定时间。")
    field_order = ("closes_at", "reason")


class CloseForm(ReasonedForm):
    """An earlier end."""

    closes_at = MomentField(
        label="提前截止的时间", is_end=True, required=False, help_text="留空表示从下一分钟起立即截止。"
    )
    field_order = ("closes_at", "reason")


class WithdrawForm(ReasonedForm):
    """The end of a call."""


class AttachmentForm(RefusableForm):
    """A file to add, of the notice or as a help with one material; to a published call with a reason."""

    purpose = forms.ChoiceField(label="用途", required=False, choices=FilePurpose.choices)
    place = forms.ChoiceField(label="哪一项的哪种材料", required=False, help_text="模板和样表显示在该材料旁边。")
    file = forms.FileField(label="文件", error_messages={"required": "请选择要上传的文件。"})
    reason = LineField(label="理由", max_length=300, required=False, help_text="会在通知页面公布。")

    def __init__(
        self,
        *args: Any,
        asks_reason: bool,
        materials: Sequence[tuple[SupportItem, Sequence[Evidence]]] = (),
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        if not asks_reason:
            del self.fields["reason"]
        groups = [
            (item.title, [(f"{item.pk}:{wanted.code}", wanted.label) for wanted in papers])
            for item, papers in materials
            if papers
        ]
        self.fields["place"].choices = [("", "不针对具体材料"), *groups]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A template or sample names its material, a file of the notice none."""
        data = super().clean() or self.cleaned_data
        is_for_material = data.get("purpose") not in ("", None, FilePurpose.NOTICE)
        if is_for_material and not data.get("place") and "place" not in self.errors:
            self.add_error("place", "请选择它是哪一项的哪种材料的模板或样表。")
        if not is_for_material and data.get("place"):
            self.add_error("purpose", "针对具体材料的，请选择是模板还是样表。")
        return data

    @property
    def material(self) -> Material | None:
        """Which material the valid form's file helps with."""
        item_id, _, requirement = self.cleaned_data.get("place", "").partition(":")
        purpose = self.cleaned_data.get("purpose")
        return Material(FilePurpose(purpose), int(item_id), requirement) if item_id and purpose else None


def _initial_of(call: Call) -> dict[str, Any]:
    columns: dict[str, Any] = {name: getattr(call, name) for name in PLAIN_FIELDS}
    return columns | {"facts_last": call.facts_to - _DAY, "seen": call.revision}


def _own_way(call: Call) -> dict[str, Any]:
    """The form's fields of the procedure that a call sets."""
    if not call.procedure:
        return {}
    own = Procedure.read(call.procedure)
    ticks = {f"has_{word}": True for word in own.departures}
    return {"route": own.route, "whole": own.periods.get("whole"), "basis": own.basis} | ticks


def _first_initial(region: Region) -> dict[str, Any]:
    """What a new call starts from: a month's window beginning next week, and the facts of this year."""
    today = timezone.localtime().replace(hour=9, minute=0, second=0, microsecond=0)
    return {
        "key": uuid.uuid4(),
        "title": f"{today.year} 年度知识产权专项资金项目申报通知",
        "opens_at": today + 7 * _DAY,
        "closes_at": _evening(today + 37 * _DAY),
        "facts_from": today.date().replace(month=1, day=1),
        "facts_last": today.date().replace(month=12, day=31),
        "contact_name": region.bureau,
        "contact_phone": region.contact,
    }


def _evening(moment: datetime) -> datetime:
    return moment.replace(hour=17)
