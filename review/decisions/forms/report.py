"""The fields by which an officer records the report of a panel or an auditor."""

from django import forms

from applications.claims.models import Claim
from portal.core.fields import DayField, LineField, TextField
from review.decisions.enums import Stage
from review.decisions.permissions import REPORTED_STAGES
from review.decisions.services.reports import ReportPaper, made_report


def add_report(form: forms.Form, claim: Claim, stage: Stage | None) -> None:
    """Ask for the report at a stage that rests on one which the portal did not make itself."""
    if stage not in REPORTED_STAGES or made_report(claim, stage):
        return
    whose = "专家组" if stage == Stage.PANEL else "审计机构"
    form.fields["report_body"] = LineField(label=f"{whose}名称", max_length=120)
    form.fields["report_number"] = LineField(label="报告编号", max_length=60, required=False)
    form.fields["report_date"] = DayField(label="报告日期")
    form.fields["report_result"] = TextField(label="报告结论", max_length=1000, rows=3, help_text="照报告填写。")
    form.fields["report_file"] = forms.FileField(
        label="报告文件（PDF）",
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf"}),
        error_messages={"required": "请选择报告的 PDF 文件；页面退回后须重新选择。"},
    )


def report_of(form: forms.Form) -> ReportPaper | None:
    """The report that a valid form holds; None where its stage has none."""
    if "report_file" not in form.fields:
        return None
    given = form.cleaned_data
    return ReportPaper(
        body=given["report_body"],
        number=given["report_number"],
        made_on=given["report_date"],
        result=given["report_result"],
        file=given["report_file"],
    )
