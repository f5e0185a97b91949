"""Forms about who an organisation belongs to."""

from typing import Any

from django import forms

from portal.core.fields import LineField, TextField
from portal.ownership.enums import ContestResult, PaperKind
from portal.ownership.services.papers import ALLOWED_WORDS, Files


class PapersForm(forms.Form):
    """The papers that show who acts for an organisation; `files` hands them to the services."""

    licence = forms.FileField(
        label=PaperKind.LICENCE.label, required=False, help_text=f"加盖公章的复印件，{ALLOWED_WORDS}。"
    )
    authority = forms.FileField(
        label=PaperKind.AUTHORITY.label,
        required=False,
        help_text=f"法定代表人签字、加盖公章，载明您的姓名，{ALLOWED_WORDS}。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in PaperKind:
            self.fields[kind].widget.attrs["accept"] = ".pdf,.png,.jpg,.jpeg"

    @property
    def files_sent(self) -> Files:
        """The files that were chosen, by kind."""
        return {kind: self.cleaned_data[kind] for kind in PaperKind if self.cleaned_data.get(kind)}


class ContestForm(PapersForm):
    """Which registration is contested, why, and the papers."""

    field_order = ("uscc", "reason", *PaperKind)
    uscc = LineField(
        label="统一社会信用代码",
        max_length=24,
        widget=forms.TextInput(attrs={"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}),
    )
    reason = TextField(
        label="异议理由", max_length=500, rows=3, help_text="说明您与单位的关系，以及现登记为何有误。现负责人会看到。"
    )


class AnswerForm(PapersForm):
    """The holder's answer."""

    field_order = ("text", *PaperKind)
    text = TextField(label="答复", max_length=500, rows=3, help_text="说明您如何取得单位授权。")


class ProposalForm(forms.Form):
    """How a contest is to end, and why."""

    result = forms.ChoiceField(label="处理结果", choices=[("", "请选择"), *ContestResult.choices])
    opinion = TextField(label="处理意见", max_length=500, rows=3, help_text="双方都会看到。")


class OpinionForm(forms.Form):
    """An officer's words; to reject or send back they are needed, to confirm not."""

    reason = TextField(
        label="意见",
        max_length=500,
        rows=2,
        required=False,
        help_text="驳回或退回必填，写明缺什么、怎样补。",
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
