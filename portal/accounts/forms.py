"""Forms about people and bodies."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from portal.accounts.enums import ApplicantKind, Role, SizeClass
from portal.accounts.models import Applicant, Region, User
from portal.accounts.selectors import districts_by_city
from portal.accounts.services.applicants import ApplicantDetails
from portal.core.compared_forms import ComparedForm
from portal.core.fields import DayField, LineField, SearchField, TextField
from portal.core.filters import FilterForm
from portal.core.http import act_of
from portal.core.identifiers import (
    IdentifierError,
    read_account_number,
    read_cnaps,
    read_phone,
    read_resident_id,
    read_uscc,
)
from portal.privacy.forms import ConsentForm
from portal.privacy.services.consent import give_consent

ORGANISATION_KINDS = [(value, label) for value, label in ApplicantKind.choices if value != ApplicantKind.INDIVIDUAL]


def cleaned(read: Callable[[str], str], text: str) -> str:
    """A number in its normal form, or a form's error in the reader's words; empty stays empty."""
    if not text:
        return ""
    try:
        return read(text)
    except IdentifierError as error:
        raise forms.ValidationError(str(error)) from error


def _in_half(*names: str) -> Div:
    """Fields side by side on a wide screen, one below the other on a phone."""
    return Div(*(Div(Field(name), css_class="col-md-6") for name in names), css_class="row")


def _section(title: str, *fields: Any) -> Fieldset:
    """Fields under a heading that stands out from their labels."""
    return Fieldset(f'<span class="h3 d-block mt-3 pb-2 border-bottom">{title}</span>', *fields)


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


class DetailsForm(ComparedForm):
    """What may change about an applicant; `details` hands it to the services."""

    name = LineField(label="名称", max_length=120)
    region = forms.ChoiceField(label="注册地", help_text="申报由注册地所在区（县、市）受理。")
    tax_region = forms.ChoiceField(label="纳税地", required=False, help_text="与注册地不同时填写。")
    address = LineField(label="地址", max_length=200, required=False)
    legal_representative = LineField(label="法定代表人", max_length=40)
    size_class = forms.ChoiceField(
        label="企业规模",
        required=False,
        choices=[("", "请选择（非企业不填）"), *SizeClass.choices],
        help_text="按国家划型标准；有的事项按规模定金额。",
    )
    contact_name = LineField(label="联系人", max_length=40)
    contact_phone = LineField(label="联系电话", max_length=24, widget=forms.TextInput(attrs={"inputmode": "tel"}))
    account_name = LineField(
        label="账户名称", max_length=120, required=False, help_text="须与单位名称一致，否则无法拨付；不填即为单位名称。"
    )
    bank_name = LineField(
        label="开户银行", max_length=120, required=False, help_text="写到支行，如“某某银行无锡滨湖支行”。"
    )
    cnaps_code = LineField(
        label="联行号",
        max_length=20,
        required=False,
        help_text="12 位数字，可向开户银行查询。",
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    account_number = LineField(
        label="银行账号",
        max_length=48,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    individual = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        districts = districts_by_city()
        self.fields["region"].choices = [("", "请选择"), *districts]  # type: ignore[attr-defined]
        self.fields["tax_region"].choices = [("", "与注册地相同"), *districts]  # type: ignore[attr-defined]
        if self.individual:
            del self.fields["legal_representative"], self.fields["size_class"]
            self.fields["name"].label = "姓名"
            self.fields["region"].label = "住所地"
            self.fields["region"].help_text = "申报由住所地所在区（县、市）受理。"
            self.fields["tax_region"].choices[0] = ("", "与住所地相同")  # type: ignore[attr-defined]
            self.fields["account_name"].help_text = "须为本人账户，否则无法拨付；不填即为本人姓名。"
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(*self.sections(), "loaded")

    def sections(self) -> list[Fieldset]:
        """The groups of fields, top to bottom."""
        who = ["name"] if self.individual else ["name", _in_half("legal_representative", "size_class")]
        return [
            _section(
                "个人信息" if self.individual else "单位信息",
                *self.first_fields(),
                *who,
                _in_half("region", "tax_region"),
                "address",
            ),
            _section("联系人", _in_half("contact_name", "contact_phone")),
            _section(
                "收款账户（可稍后补充，提交申报前须填齐）",
                "account_name",
                "bank_name",
                _in_half("cnaps_code", "account_number"),
            ),
        ]

    def first_fields(self) -> list[Any]:
        """What stands above the name."""
        return []

    def clean_contact_phone(self) -> str:
        """Keep the normal form."""
        return cleaned(read_phone, self.cleaned_data["contact_phone"])

    def clean_cnaps_code(self) -> str:
        """Keep the normal form."""
        return cleaned(read_cnaps, self.cleaned_data["cnaps_code"])

    def clean_account_number(self) -> str:
        """Keep the normal form, as text."""
        return cleaned(read_account_number, self.cleaned_data["account_number"])

    def details(self) -> ApplicantDetails:
        """The valid form's content."""
        data = self.cleaned_data
        return ApplicantDetails(
            name=data["name"],
            region_id=data["region"],
            tax_region_id=data["tax_region"] or data["region"],
            address=data["address"],
            legal_representative=data.get("legal_representative", ""),
            contact_name=data["contact_name"],
            contact_phone=data["contact_phone"],
            size_class=data.get("size_class", ""),
            # Who states an account and no name for it means their own.
            account_name=data["account_name"] or (data["name"] if data["account_number"] else ""),
            bank_name=data["bank_name"],
            cnaps_code=data["cnaps_code"],
            account_number=data["account_number"],
        )


class OrganisationForm(DetailsForm):
    """Register a body. A code that fails its check in a way an officer may let pass opens the field for a reason."""

    kind = forms.ChoiceField(label="主体类型", choices=ORGANISATION_KINDS)
    uscc = LineField(
        label="统一社会信用代码",
        max_length=24,
        help_text="营业执照或法人证书上的 18 位代码。",
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )
    override_reason = TextField(
        label="代码无误的理由",
        max_length=200,
        required=False,
        help_text="证照上确实是这个代码时填写，由注册地受理人员核对后登记。",
        rows=2,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.asks_override = False
        super().__init__(*args, **kwargs)

    def first_fields(self) -> list[Any]:
        """Kind and code come first."""
        return [_in_half("kind", "uscc")]

    @property
    def may_ask_override(self) -> bool:
        """Whether the code as typed could pass by an officer's exception."""
        try:
            read_uscc(self.data.get("uscc", "") if self.is_bound else "")
        except IdentifierError as error:
            return error.overridable
        return False

    def clean(self) -> dict[str, Any]:
        """Check the code, unless an exception is asked for, where it may be."""
        data = super().clean() or self.cleaned_data
        if "uscc" not in data:
            return data
        try:
            data["uscc"] = read_uscc(data["uscc"])
        except IdentifierError as error:
            self.asks_override = error.overridable and "ask_override" in self.data
            if not self.asks_override:
                self.add_error("uscc", str(error))
            elif not data.get("override_reason", "").strip():
                self.add_error("override_reason", "请说明为什么该代码是对的，例如“营业执照上即为此代码”。")
        return data


class IndividualForm(DetailsForm):
    """Register oneself."""

    individual = True
    resident_id = LineField(
        label="公民身份号码",
        max_length=24,
        help_text="居民身份证、港澳台居民居住证或外国人永久居留身份证的号码。"
        "仅用于核对身份和查重，通知书上会隐去中间 8 位。",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )

    def first_fields(self) -> list[Any]:
        """The number comes first."""
        return ["resident_id"]

    def clean_resident_id(self) -> str:
        """Keep the normal form."""
        today = timezone.localdate()
        return cleaned(lambda text: read_resident_id(text, today=today), self.cleaned_data["resident_id"])


class ChangedDetailsForm(DetailsForm):
    """Change an applicant's details; an officer reads the reason where one has to confirm."""

    change_reason = TextField(
        label="变更理由",
        max_length=200,
        required=False,
        help_text="有申报正在办理时修改名称、地区或收款账户，或户名与名称不一致的，须写明理由，由受理或财务人员确认。",
        rows=2,
    )

    def sections(self) -> list[Fieldset]:
        """The reason comes last."""
        return [*super().sections(), _section("变更说明", "change_reason")]


class IndividualDetailsForm(ChangedDetailsForm):
    """Change an individual's details."""

    individual = True


def details_form(applicant: Applicant, data: Any = None) -> ChangedDetailsForm:
    """The form that changes an applicant, filled in."""
    form_class = IndividualDetailsForm if applicant.is_individual else ChangedDetailsForm
    initial = {name: getattr(applicant, name, "") for name in DetailsForm.base_fields}
    initial |= {"region": applicant.region_id, "tax_region": applicant.tax_region_id or ""}
    if applicant.tax_region_id == applicant.region_id:
        initial["tax_region"] = ""
    form = form_class(data, initial=initial)
    form.compare()
    return form


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
