"""The forms of an applicant's own entry: registered, changed, and compared with what registers state."""

from collections.abc import Callable
from datetime import date
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Fieldset, Layout
from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html

from portal.accounts.enums import ApplicantKind, SizeClass
from portal.accounts.models import Applicant
from portal.accounts.prefill import ASK, FILL, TAKE, beside_field, stated_of
from portal.accounts.selectors import districts_by_city
from portal.accounts.services.applicants import ApplicantDetails
from portal.core.compared_forms import ComparedForm
from portal.core.fields import LineField, TextField
from portal.core.identifiers import (
    IdentifierError,
    read_account_number,
    read_cnaps,
    read_phone,
    read_resident_id,
    read_uscc,
)
from portal.core.registers import Stated

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
        self.stated: list[Stated] = []
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

    @property
    def asks_register(self) -> bool:
        """Whether the pressed button asks the registers, so that nothing is to be saved."""
        return self.is_bound and ASK in self.data

    def consult(self, uscc: str, *, on: date) -> None:
        """Ask the registers of companies and banks; show beside a field what they say otherwise.

        Where the person asks for it, what is empty is filled in, or one field is taken over; nothing typed is judged.
        """
        typed: Any = self.data if self.is_bound else self.initial
        code, region = str(typed.get("cnaps_code") or ""), str(typed.get("region") or "")
        self.stated = [one for one in stated_of(uscc, code, region_code=region, on=on) if one.values]
        asked = str(self.data.get(ASK, "")) if self.is_bound else ""
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        for one in self.stated:
            taken = {name: value for name, value in one.values.items() if asked == f"{TAKE}{name}"}
            for name, value in (taken | (one.missing(data) if asked == FILL else {})).items():
                data[name] = value
            for name, value in one.differing(data if self.is_bound else typed).items():
                if name in self.fields:
                    field = self.fields[name]
                    field.help_text = format_html("{}{}", field.help_text, beside_field(name, value, one.source))
        if self.asks_register:
            self.data = data
            self._errors = ErrorDict()

    def sources(self) -> dict[str, str]:
        """Of the valid form's values those that a register states, by their labels: which, and as of when."""
        return {
            str(self.fields[name].label): one.source
            for one in self.stated
            for name, value in one.values.items()
            if self.cleaned_data.get(name) == value
        }

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
