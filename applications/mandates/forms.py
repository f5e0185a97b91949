"""Forms of mandates: what is listed, what is asked for, the signed paper, and why one ends."""

from collections.abc import Sequence
from typing import Any

from django import forms

from applications.mandates.enums import Right, Side
from applications.mandates.selectors import STATES
from applications.mandates.services import ALLOWED_WORDS, Scope
from policies.published.models import SupportItem
from portal.accounts.models import Applicant
from portal.core.fields import DayField, LineField, SearchField
from portal.core.filters import FilterForm


class MandateFilterForm(FilterForm):
    """The bar above the list."""

    q = SearchField(label="委托人或代理机构", required=False, max_length=60)
    side = forms.ChoiceField(
        label="本方是", choices=[("", "全部"), *((side.value, side.label) for side in Side)], required=False
    )
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *STATES.items()], required=False)


class MandateForm(forms.Form):
    """A mandate as one side asks for it: the own organisation, the other by its credit code, items, rights and days."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    own = forms.TypedChoiceField(label="本方", coerce=int)
    uscc = LineField(
        label="对方的统一社会信用代码",
        max_length=24,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )
    reach = forms.ChoiceField(
        label="委托的事项",
        choices=[("all", "全部事项"), ("some", "只限下面勾选的事项")],
        widget=forms.RadioSelect,
        initial="some",
    )
    items = forms.MultipleChoiceField(label="勾选的事项", required=False, widget=forms.CheckboxSelectMultiple)
    rights = forms.MultipleChoiceField(
        label="权限",
        choices=Right.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Right.FILL, Right.CORRECT],
        error_messages={"required": "请至少选择一项权限。"},
    )
    starts_on = DayField(label="自")
    ends_on = DayField(label="至（含当日）", help_text="最长三年；到期自动失效。")
    with_earlier = forms.BooleanField(
        label="包括开始日期之前已经建立的申报",
        required=False,
        help_text="不选的，代理机构看不到以前的申报。",
    )

    def __init__(self, *args: Any, side: Side, own: Sequence[Applicant], items: Sequence[SupportItem], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.own_by_key = {each.pk: each for each in own}
        self.items_by_code = {item.code: item for item in items}
        choice: Any = self.fields["own"]
        choice.choices = [(each.pk, each.name) for each in own]
        choice.label = f"本方（{side.label}）"
        other = Side.AGENCY if side == Side.PRINCIPAL else Side.PRINCIPAL
        self.fields["uscc"].label = f"{other.label}的统一社会信用代码"
        if other == Side.PRINCIPAL:
            self.fields["uscc"].help_text = "委托人是个人的，请委托人本人登录后在“代理委托”中提出。"
        listed: Any = self.fields["items"]
        listed.choices = [(item.code, item.title) for item in items]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("reach") == "some" and not data.get("items"):
            self.add_error("items", "请勾选事项，或选择“全部事项”。")
        return data

    @property
    def scope(self) -> Scope:
        """What was asked for."""
        data = self.cleaned_data
        codes = data["items"] if data["reach"] == "some" else []
        return Scope(
            [self.items_by_code[code] for code in codes],
            [Right(value) for value in data["rights"]],
            data["starts_on"],
            data["ends_on"],
            data["with_earlier"],
        )


class PaperForm(forms.Form):
    """The signed paper."""

    paper = forms.FileField(
        label="签章的委托书",
        help_text=f"双方签字或盖章后的扫描件或照片，{ALLOWED_WORDS}。",
        error_messages={"required": "请选择签章的委托书。"},
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )


class EndForm(forms.Form):
    """Why a mandate ends."""

    reason = LineField(label="说明（可以不填，对方会看到）", max_length=200, required=False)
