"""Forms about notices: a copy to compare, an office's filter, and what an office does with one."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.template.defaultfilters import filesizeformat

from portal.accounts.models import Region, User
from portal.core.fields import DayField, LineField, SearchField, TextField
from portal.core.filters import FilterForm
from review.notices.enums import RECORDED_BY_OFFICERS, NoticeEventKind, NoticeKind, NoticeState
from review.notices.models import DECIDERS, Notice
from review.notices.runs import FIELDS, FILE_NAMES
from review.notices.selectors import NoticeFilter

MAX_COPY_BYTES = 10 * 1024 * 1024


class CopyForm(forms.Form):
    """A copy to compare. It is hashed and forgotten, never stored."""

    copy = forms.FileField(
        label="您手中的 PDF 文件",
        help_text="文件只用来计算哈希值，不会保存。",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,application/pdf", "class": "form-control"}),
        error_messages={
            "required": "请先选择要比对的 PDF 文件。",
            "empty": "这个文件是空的，请重新选择下载到的 PDF 文件。",
        },
    )

    def clean_copy(self) -> UploadedFile[bytes]:
        copy: UploadedFile[bytes] = self.cleaned_data["copy"]
        if (copy.size or 0) > MAX_COPY_BYTES:
            raise ValidationError(f"文件超过 {filesizeformat(MAX_COPY_BYTES)}，不是本平台制作的通知书。")
        return copy

    def copy_sha256(self) -> str:
        """SHA-256 of the copy, of a valid form."""
        digest = hashlib.sha256()
        for chunk in self.cleaned_data["copy"].chunks():
            digest.update(chunk)
        return digest.hexdigest()


class NoticeFilterForm(FilterForm):
    """The bar above an office's notices."""

    q = SearchField(
        label="查找",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "文号、申报编号或单位名称"}),
    )
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *NoticeState.choices], required=False)
    kind = forms.ChoiceField(label="种类", choices=[("", "全部"), *NoticeKind.choices], required=False)

    def to_filter(self) -> NoticeFilter:
        """What was asked. Raises FilterError."""
        return NoticeFilter(**self.asked())


class VoidForm(forms.Form):
    """Why a notice is voided, and whether another is made in its place."""

    reason = TextField(
        label="作废原因",
        max_length=300,
        rows=2,
        help_text="申报单位会看到，例如“单位名称有误，更正后重新制发”。",
        error_messages={"required": "请写明作废原因。"},
    )
    replace = forms.BooleanField(label="作废后以新的文号重新制作", required=False, initial=True)


class DeliveryForm(forms.Form):
    """How and when a notice was delivered, and the paper that proves it."""

    kind = forms.ChoiceField(
        label="方式", choices=[(kind.value, kind.label) for kind in RECORDED_BY_OFFICERS], widget=forms.RadioSelect
    )
    on = DayField(label="送达日期")
    note = LineField(label="送达回证或邮件单号", max_length=120, help_text="注明签收人，如“回证 2026-017，张三签收”。")

    def clean_kind(self) -> NoticeEventKind:
        return NoticeEventKind(self.cleaned_data["kind"])


class RunForm(forms.Form):
    """Which notices of an office are printed together, and how their single files are called."""

    region = forms.ChoiceField(label="发文机关")
    kind = forms.ChoiceField(label="种类", choices=[("", "全部"), *NoticeKind.choices], required=False)
    issued_from = DayField(label="日期从", required=False)
    issued_to = DayField(label="至", required=False)
    file_names = LineField(
        label="单份文件的命名",
        max_length=80,
        initial=FILE_NAMES,
        help_text=f"可用 {'、'.join(FIELDS)}；须含 {{文号}}。",
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        regions = Region.objects.filter(pk__in=user.regions_for(*DECIDERS)).select_related("parent")
        choices = [(region.pk, region.bureau or region.full_name) for region in regions]
        self.fields["region"] = forms.ChoiceField(label="发文机关", choices=choices)

    def chosen(self, notices: QuerySet[Notice]) -> QuerySet[Notice]:
        """Those of the notices that a valid form names."""
        given = self.cleaned_data
        asked = {"kind": given["kind"], "issued_on__gte": given["issued_from"], "issued_on__lte": given["issued_to"]}
        return notices.filter(**{name: value for name, value in asked.items() if value})
