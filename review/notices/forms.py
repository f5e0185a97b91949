"""The form that compares somebody's copy of a notice with what was issued."""

from __future__ import annotations

import hashlib

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat

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
