"""Forms about people and bodies."""

from dataclasses import replace
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from portal.accounts.applicant_forms import cleaned
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core.compared_forms import ComparedForm
from portal.core.fields import DayField, LineField, SearchField, TextField
from portal.core.filters import FilterForm
from portal.core.http import act_of
from portal.core.identifiers import (
    read_phone,
)
from portal.privacy.forms import ConsentForm
from portal.privacy.services.consent import give_consent


class PhoneMixin(forms.Form):
    """A telephone field that takes numbers as people write them."""

    phone = LineField(
        label="手机号码",
        max_length=24,
        help_text="用于补正提醒等联系，不会公开。",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def clean_phone(self) -> str:
        """Keep the normal form."""
        return cleaned(read_phone, self.cleaned_data["phone"])


class SignupForm(ConsentForm, PhoneMixin):
    """What signing up asks beyond e-mail and password."""

    field_order = ("email", "name", "phone", "password1", "consent", "sensitive_consent")
    name = LineField(
        label="姓名",
        max_length=40,
        help_text="请填写真实姓名。",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep the name and the consent with the new user; called by the sign-in package."""
        user.name = self.cleaned_data["name"]
        user.phone = self.cleaned_data["phone"]
        user.save(update_fields=["name", "phone", "phone_hash"])
        give_consent(user, act=replace(act_of(request), user=user))


class ProfileForm(PhoneMixin):
    """One's own name and telephone."""

    field_order = ("name", "phone")
    name = LineField(label="姓名", max_length=40, widget=forms.TextInput(attrs={"autocomplete": "name"}))


class InviteForm(forms.Form):
    """Whom to invite."""

    email = forms.EmailField(label="受邀人邮箱", help_text="对方会收到一封邀请邮件，7 天内有效。")


class ReasonForm(forms.Form):
    """An officer's words on a decision."""

    reason = TextField(
        label="办理意见",
        max_length=200,
        help_text="同意或不同意都要写明，例如“已核对营业执照原件”。",
        rows=2,
    )


class SearchForm(forms.Form):
    """Whom to look for."""

    q = SearchField(label="姓名、邮箱或手机号码", min_length=2, max_length=60)


def _region_choices(regions: QuerySet[Region]) -> list[tuple[str, str]]:
    return [(region.code, region.full_name) for region in regions]


class OfficialsFilter(FilterForm):
    """Which officials to list."""

    region = forms.ChoiceField(label="地区", required=False)
    role = forms.ChoiceField(label="职责", required=False, choices=[("", "全部"), *Role.choices])

    def __init__(self, *args: Any, regions: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].choices = [("", "全部"), *_region_choices(regions)]  # type: ignore[attr-defined]


class RegionForm(ComparedForm):
    """What notices print about a region's authority."""

    bureau = LineField(label="发文机关", max_length=60, help_text="知识产权主管部门的全称，印在通知书落款处。")
    contact = LineField(label="咨询电话", max_length=60, help_text="带区号，如 0510-81234567；可注明科室。")


class ConfirmForm(forms.Form):
    """The number on the card of the person who is appointed."""

    number = LineField(
        label="公民身份号码",
        max_length=24,
        help_text="请按证件原件填写。加密保存，只用于识别同一人的不同账号。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )


class StaffNumberForm(forms.Form):
    """An official's number in the office's register."""

    staff_number = LineField(
        label="工号", max_length=24, help_text="照人事登记填写，一人一号，在任职和审计记录中显示。"
    )


class AppointForm(ConfirmForm):
    """Which duty, and where."""

    field_order = ("role", "region", "starts_on", "ends_on", "number")
    role = forms.ChoiceField(label="职责", choices=[("", "请选择"), *Role.choices])
    region = forms.ModelChoiceField(label="地区", queryset=Region.objects.none(), empty_label="请选择")
    starts_on = DayField(label="任职自", required=False, help_text="留空为确认之日。")
    ends_on = DayField(label="任职至", required=False, help_text="含当日，到期自行终止；留空为长期。")

    def __init__(self, *args: Any, regions: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["region"]
        field.queryset = regions  # type: ignore[attr-defined]
        field.label_from_instance = lambda region: region.full_name  # type: ignore[attr-defined]
