"""What a policy administrator fills in on the pages of a draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import QueryDict

from policies.drafting.models import PolicyDraft
from policies.drafting.selectors.settings import open_sums, readings_in_use
from policies.drafting.services.drafts import MAX_TEXT
from policies.drafting.services.shortcuts import Issue, NamedSum, Parent, Reading
from policies.drafting.services.sources import MAX_SOURCE
from policies.engine import OUTCOMES, Outcome
from policies.engine.terms import NATURES
from policies.published.models import PolicyDocument
from portal.accounts.areas import in_area
from portal.accounts.enums import Role
from portal.accounts.models import Region, User
from portal.core import file_reader
from portal.core.errors import RefusedError
from portal.core.fields import DayField, LineField, TextField, YuanField
from portal.core.files import PDF, WORD, Allowed, check_file
from portal.core.isolated import IsolatedError, run_isolated


class StartForm(forms.Form):
    """Begin a draft: a change of a published document, or a new one, blank or from YAML."""

    NEW = "new"

    document = forms.ChoiceField(label="起草什么")
    title = LineField(label="拟订事由", max_length=120, help_text="一句话，如“提高发明专利授权奖补标准”")
    code = forms.SlugField(
        label="新文件的标识",
        max_length=20,
        required=False,
        help_text="只在起草新文件时填写：小写字母和数字，如 wx2026；各事项的标识以它开头",
    )
    text = forms.CharField(
        label="YAML 文本",
        required=False,
        strip=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 10, "class": "yaml-text", "spellcheck": "false"}),
        help_text="可以不填。起草新文件时，可从别处导出的 YAML 开始；注释不会保留",
    )

    def __init__(self, data: QueryDict | None = None, *, user: User, document: str = "") -> None:
        super().__init__(data, initial={"document": document or self.NEW})
        own = in_area(user, "region__code", Role.POLICY_ADMIN, nowhere=Q(region=None))
        published = PolicyDocument.objects.filter(own, texts__isnull=False).distinct().order_by("code")
        self.fields["document"].choices = [  # type: ignore[attr-defined]
            (self.NEW, "一份新文件"),
            *((one.code, f"修改：{one}") for one in published),
        ]

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"])
        if code and not (code.isascii() and code == code.lower() and code[0].isalpha() and code.isalnum()):
            raise forms.ValidationError("只用小写字母和数字，并以字母开头，如 wx2026。")
        return code

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        is_new = cleaned.get("document") == self.NEW
        if is_new and not cleaned.get("code") and not cleaned.get("text") and "code" not in self.errors:
            self.add_error("code", "起草新文件须填写标识，或粘贴一份 YAML。")
        return cleaned

    @property
    def chosen(self) -> PolicyDocument | None:
        """The published document to change, None for a new one."""
        code = self.cleaned_data["document"]
        return None if code == self.NEW else PolicyDocument.objects.get(code=code)


class DescribeForm(forms.Form):
    """The draft's title and what it changes."""

    title = LineField(label="拟订事由", max_length=120)
    note = TextField(
        label="修改说明",
        required=False,
        max_length=2000,
        help_text="改什么、依据什么。提请发布前必填，发布人据此核对",
    )


class YamlForm(forms.Form):
    """The whole draft as text, pasted or uploaded."""

    text = forms.CharField(
        label="YAML 文本",
        required=False,
        strip=False,
        max_length=MAX_TEXT,
        widget=forms.Textarea(attrs={"rows": 24, "class": "yaml-text", "spellcheck": "false"}),
    )
    file = forms.FileField(label="或上传 .yaml 文件", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        uploaded = cleaned.get("file")
        if uploaded is not None:
            if uploaded.size > MAX_TEXT:
                self.add_error("file", f"文件超过 {MAX_TEXT // 1000} KB，请分成几个文件。")
                return cleaned
            try:
                cleaned["text"] = uploaded.read().decode("utf-8-sig")
            except UnicodeDecodeError:
                self.add_error("file", "不是 UTF-8 文本，请另存为 UTF-8 后再上传。")
        elif not cleaned.get("text"):
            self.add_error("text", "请粘贴 YAML 文本，或选择一个文件。")
        return cleaned


class ReasonForm(forms.Form):
    """A sentence that says why."""

    reason = TextField(label="理由", max_length=200, rows=2)


class IssueForm(forms.Form):
    """The issue of a document that was a draft."""

    number = LineField(label="文号", max_length=80, help_text="如 连政办发〔2026〕8号")
    title = LineField(label="标题", max_length=200, help_text="印发时的全称，不再有“征求意见稿”")
    short_title = LineField(label="简称", max_length=60)
    issuer = LineField(label="发文机关", max_length=80)
    issued_on = DayField(label="成文（印发）日期")
    effective_from = DayField(
        label="施行日期", help_text="从这一天起的事实适用；文件写“自印发之日起”的，与印发日期相同"
    )
    source = LineField(label="依据", max_length=200, help_text="从哪里得知，如公报期号、网址、收文号")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        issued, begins = cleaned.get("issued_on"), cleaned.get("effective_from")
        if issued and begins and begins < issued:
            self.add_error("effective_from", "施行日期早于印发日期，请核对。")
        return cleaned

    @property
    def issue(self) -> Issue:
        return Issue(**self.cleaned_data)


class SumsForm(forms.Form):
    """Sums that a parent document names, one for each item that names none; what is left empty stays as it is."""

    citation = LineField(label="金额出自哪个文件", max_length=120, help_text="文号和条款，如 某政发〔2022〕3号 第五条")
    region = forms.ModelChoiceField(
        label="适用地区",
        queryset=Region.objects.none(),
        required=False,
        empty_label="不写（事项不能申报）",
        help_text="文件没有写明地区时在此补上；有了地区，事项才能申报",
    )

    def __init__(self, data: QueryDict | None = None, *, draft: PolicyDraft) -> None:
        head = draft.sections[0].get("document") or {}
        super().__init__(data, initial={"region": head.get("region_code") or None})
        self.fields["region"].queryset = Region.objects.order_by("code")  # type: ignore[attr-defined]
        self.open = open_sums(draft)
        for place in self.open:
            self.fields[f"yuan-{place.index}"] = YuanField(label="金额", required=False)
            self.fields[f"nature-{place.index}"] = forms.ChoiceField(label="性质", choices=list(NATURES.items()))
        _style(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not self.sums and not cleaned.get("region"):
            self.add_error(None, "没有填写任何金额或地区。请至少填一项，或返回拟订。")
        for place in self.open:
            if cleaned.get(f"yuan-{place.index}") == 0:
                self.add_error(f"yuan-{place.index}", "金额为零，请填写大于零的金额，或留空。")
        return cleaned

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each open item with its two fields."""
        return [
            {"item": place.item, "yuan": self[f"yuan-{place.index}"], "nature": self[f"nature-{place.index}"]}
            for place in self.open
        ]

    @property
    def sums(self) -> dict[int, NamedSum]:
        """The sums that were filled in, by the index of the item's section."""
        return {
            place.index: NamedSum(f"{yuan:f}", self.cleaned_data[f"nature-{place.index}"])
            for place in self.open
            if (yuan := self.cleaned_data.get(f"yuan-{place.index}")) is not None
        }

    @property
    def parent(self) -> Parent:
        """The document that names the sums."""
        region = self.cleaned_data["region"]
        places = [region, *region.children.order_by("code")] if region else []
        return Parent(
            self.cleaned_data["citation"],
            region.code if region else "",
            tuple(place.name[:-1] if len(place.name) > 2 else place.name for place in places),
        )


class ReadingsForm(forms.Form):
    """The open readings of a draft: a default and a source for each."""

    def __init__(self, data: QueryDict | None = None, *, draft: PolicyDraft) -> None:
        super().__init__(data)
        self.in_use = readings_in_use(draft)
        for reading in self.in_use:
            setting = reading.setting
            self.fields[f"default-{setting.name}"] = _default_field(setting.kind, setting.default)
            self.fields[f"source-{setting.name}"] = forms.CharField(
                label="依据", max_length=200, initial=setting.source
            )
        _style(self)

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each reading with its two fields."""
        return [
            {
                "reading": reading,
                "default": self[f"default-{reading.setting.name}"],
                "source": self[f"source-{reading.setting.name}"],
            }
            for reading in self.in_use
        ]

    @property
    def readings(self) -> dict[str, Reading]:
        """What was chosen, by name."""
        return {
            reading.setting.name: Reading(
                _default_value(self.cleaned_data[f"default-{reading.setting.name}"]),
                self.cleaned_data[f"source-{reading.setting.name}"],
            )
            for reading in self.in_use
        }


def _style(form: forms.Form) -> None:
    """Give fields that a table draws the look that crispy gives the others."""
    for name, field in form.fields.items():
        if "-" in name:
            choice = isinstance(field.widget, forms.Select)
            invalid = " is-invalid" if form.is_bound and form.errors.get(name) else ""
            field.widget.attrs["class"] = ("form-select" if choice else "form-control") + invalid


def _default_field(kind: str, default: object) -> forms.Field:
    if kind == "boolean":
        words = "true" if default else "false"
        return forms.ChoiceField(label="选定", choices=[("true", "是"), ("false", "否")], initial=words)
    if kind == "date":
        return DayField(label="选定", required=False, initial=default)
    return forms.CharField(
        label="选定", required=False, initial=default or "", max_length=20, help_text="如 50% 或 1/2"
    )


def _default_value(value: object) -> bool | str | None:
    if value in ("true", "false"):
        return value == "true"
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if value else None


class CaseForm(forms.Form):
    """A worked case's sentence and the answer that a reader of the document gives."""

    sentence = forms.CharField(label="案例（一句话）", max_length=200, help_text="如“实际费用 4,999.99 元，按费用支持”")
    outcome = forms.ChoiceField(label="应有结果", choices=[(code.value, words) for code, words in OUTCOMES.items()])
    amount = YuanField(label="应得金额（元）", required=False, help_text="按文件自己算；没有金额的留空")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == Outcome.PAYABLE and cleaned.get("amount") is None and "amount" not in self.errors:
            self.add_error("amount", "可以支持的案例须写明应得金额。")
        return cleaned

    @property
    def expected(self) -> dict[str, Any]:
        """What the engine's answer has to say."""
        amount: Decimal | None = self.cleaned_data["amount"]
        outcome = str(self.cleaned_data["outcome"])
        if outcome == Outcome.REFUSED and amount is None:
            return {"outcome": outcome}
        return {"outcome": outcome, "amount": None if amount is None else f"{amount:.2f}"}


class SourceForm(forms.Form):
    """The document's own text, pasted or read from a file."""

    ENDINGS: ClassVar = {PDF: ("pdf",), WORD: ("docx",)}
    MAX_BYTES = 10 * 1024 * 1024
    _SECONDS = 15

    text = forms.CharField(
        label="粘贴原文",
        required=False,
        strip=False,
        max_length=MAX_SOURCE,
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="从政府网站或文件中复制全文；换行照原样，系统按条、款、项分开",
    )
    file = forms.FileField(
        label="或上传文件",
        required=False,
        help_text="Word（.docx）或带文字的 PDF，不超过 10 MB；Word 自动编的序号一并读出，请核对",
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.pdf"}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file is not None:
            try:
                cleaned["text"] = self._text_of(file)
            except RefusedError as error:
                self.add_error("file", str(error))
        elif not str(cleaned.get("text") or "").strip() and "text" not in self.errors:
            self.add_error("text", "请粘贴原文，或上传文件。")
        return cleaned

    def _text_of(self, file: UploadedFile[bytes]) -> str:
        name = file.name or ""
        allowed = Allowed(self.ENDINGS, "Word（.docx）或 PDF", self.MAX_BYTES)
        way = "word" if check_file(name, file, allowed=allowed) == WORD else "paragraphs"
        file.seek(0)
        try:
            read = run_isolated(
                file_reader.__file__, way, str(MAX_SOURCE), content=file.read(), cpu_seconds=self._SECONDS
            )
        except IsolatedError as error:
            raise RefusedError(f"“{name}”读不完。请拆成几个文件，或把文字粘贴进来。") from error
        if not (text := read.decode().strip()):
            raise RefusedError(f"“{name}”里没有文字，可能是扫描件。请上传 Word 文件，或把文字粘贴进来。")
        return text


class MarkForm(forms.Form):
    """What is said of the sentences that are ticked: what rests on them, or why they concern no support."""

    REASONS = (
        "标题、发文和落款",
        "指导思想和工作要求",
        "一般鼓励，没有资助",
        "施行、废止和解释",
        "办理程序",
        "由其他文件规定",
    )

    passage = forms.TypedMultipleChoiceField(label="句子", coerce=int, error_messages={"required": "请先勾选句子。"})
    item = forms.ChoiceField(label="落实的事项", required=False)
    reason = forms.ChoiceField(
        label="不涉及资助的原因", required=False, choices=[("", "请选择"), *((reason, reason) for reason in REASONS)]
    )
    other = forms.CharField(label="其他原因", required=False, max_length=60)

    def __init__(self, data: QueryDict | None = None, *, passages: int, names: Mapping[str, str]) -> None:
        super().__init__(data)
        self.fields["passage"].choices = [(number, number) for number in range(passages)]  # type: ignore[attr-defined]
        self.fields["item"].choices = [("", "请选择"), *names.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        action = self.data.get("action")
        if action == "cite" and not cleaned.get("item"):
            self.add_error("item", "请选择由哪个事项或条款落实。")
        if action == "aside" and not (cleaned.get("reason") or cleaned.get("other")):
            self.add_error("reason", "请选择不涉及资助的原因，或写在“其他原因”里。")
        return cleaned
